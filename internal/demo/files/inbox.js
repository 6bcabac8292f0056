// Shows what arrived since the page was made: at once, or behind a link when somebody is reading, typing or on the way
// through the page by keyboard. The panes keep their place.
const shown = document.body.dataset.count;
const reading = new URLSearchParams(location.search).has("m");
const panes = document.querySelectorAll(".pane");
const timer = setInterval(async () => {
  try {
    const answer = await fetch("/count", { cache: "no-store" });
    if (!answer.ok || (await answer.text()) === shown) return;
    if (!reading && document.activeElement === document.body) return location.reload();
    document.querySelector("#news a").hidden = false;
    clearInterval(timer);
  } catch { /* the demo has ended */ }
}, 1500);
addEventListener("pagehide", () => sessionStorage.setItem("panes", JSON.stringify([...panes].map((p) => p.scrollTop))));
if (!location.hash) JSON.parse(sessionStorage.getItem("panes") ?? "[]").forEach((top, i) => panes[i] && (panes[i].scrollTop = top));
