// Keeps the queue fresh: asks every five seconds, changes nothing where nothing changed, never moves the focus.
(function () {
  "use strict";
  const box = document.getElementById("queue");
  if (!box) { return; }
  let mark = null;
  async function ask() {
    try {
      const headers = mark ? { "If-None-Match": mark } : {};
      const answer = await fetch(box.dataset.from, { headers, credentials: "same-origin", redirect: "manual", cache: "no-store" });
      if (answer.status === 200) {
        mark = answer.headers.get("ETag");
        const place = box.scrollTop;
        box.innerHTML = await answer.text();
        box.scrollTop = place;
      }
    } catch (error) {
      // The clinic's network is down for a moment: the next question is asked in five seconds all the same.
    }
  }
  setInterval(ask, 5000);
}());
