(() => {
  const out = [], root = document.documentElement, wide = root.clientWidth;
  const style = (e) => getComputedStyle(e);
  const name = (e) => e.tagName.toLowerCase() + (e.id && "#" + e.id) + (typeof e.className === "string" && e.className && "." + e.className.trim().replace(/\s+/g, "."));
  // what is hidden on purpose and only spoken, and what lies in a box that scrolls sideways
  const apart = (e) => {
    for (; e && e !== document.body; e = e.parentElement) {
      const r = e.getBoundingClientRect();
      if (r.width <= 1 || r.height <= 1 || /auto|scroll/.test(style(e).overflowX) || r.bottom < 0) return true;
    }
    return false;
  };
  if (root.scrollWidth > wide) out.push("the page is " + (root.scrollWidth - wide) + " px wider than the window");
  for (const e of document.body.querySelectorAll("*")) {
    if (e.closest("svg, option, select, script, style") || !e.checkVisibility({ visibilityProperty: true })) continue;
    const inside = e.parentElement && apart(e.parentElement);
    if (inside || e.getBoundingClientRect().width <= 1) continue;
    const r = e.getBoundingClientRect(), s = style(e);
    if (s.position === "absolute" && r.right <= 0) continue; // a skip link, away until it has the focus
    if (r.left < -1 || r.right > wide + 1) out.push(name(e) + " sticks out of the window");
    if (["INPUT", "TEXTAREA", "IFRAME"].includes(e.tagName) || s.display === "inline") continue;
    if (e.scrollWidth > e.clientWidth + 2 && !/auto|scroll/.test(s.overflowX)) out.push("text in " + name(e) + " is wider than it");
    if (e.scrollHeight > e.clientHeight + 2 && /hidden|clip/.test(s.overflowY)) out.push("text in " + name(e) + " is cut off below");
    if (s.textOverflow === "ellipsis" && e.scrollWidth > e.clientWidth) out.push("text in " + name(e) + " ends in an ellipsis");
  }
  return out;
})()
