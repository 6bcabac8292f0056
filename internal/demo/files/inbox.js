// Shows what arrived since the page was made.
const shown = document.body.dataset.count;
setInterval(async () => {
  try {
    const answer = await fetch("/count", { cache: "no-store" });
    if (answer.ok && (await answer.text()) !== shown && !location.search) location.reload();
  } catch { /* the demo has ended */ }
}, 1500);
