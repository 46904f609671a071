// Says when what a page shows has changed: asks every few seconds, shows one quiet line, never moves the focus and never
// touches what is being read or typed.
(function () {
  "use strict";
  const line = document.getElementById("changed");
  if (!line) { return; }
  async function ask() {
    try {
      const headers = { "If-None-Match": "\"" + line.dataset.mark + "\"" };
      const answer = await fetch(line.dataset.from, { headers, credentials: "same-origin", redirect: "manual", cache: "no-store" });
      if (answer.status === 200) {
        line.textContent = line.dataset.text;
        clearInterval(asking);
      }
    } catch (error) {
      // The clinic's network is down for a moment: the next question is asked in a few seconds all the same.
    }
  }
  const asking = setInterval(ask, 5000);
}());
