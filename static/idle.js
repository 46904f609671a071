// Leaves the page when nobody has used it for as long as the site allows, so that no record stays on a screen.
// Typing or pointing counts as use, and is told to the server at most twice within that time. Without this script the
// server locks at the next request all the same.
(function () {
  "use strict";
  var told = document.currentScript.dataset;
  var allowed = Number(told.seconds) * 1000;
  var used = Date.now();
  var renewed = used;

  function noteUse() {
    used = Date.now();
    if (used - renewed > allowed / 3) {
      renewed = used;
      fetch(told.stillHere, { credentials: "same-origin", redirect: "manual" });
    }
  }

  ["keydown", "pointerdown"].forEach(function (kind) {
    document.addEventListener(kind, noteUse, { passive: true });
  });
  setInterval(function () {
    if (Date.now() - used > allowed) {
      location.replace(told.locked);
    }
  }, 1000);
})();
