// Leaves the page when nobody has used it for as long as the site allows, or at once by the Lock button, so that no record
// stays on a screen. What was keyed goes to the server first, and comes back to the same person. Typing or pointing in any
// tab of this browser counts as use, and is told to the server at most twice within that time. Without this script the
// server locks at the next request all the same.
(function () {
  "use strict";
  const told = document.currentScript.dataset;
  const allowed = Number(told.seconds) * 1000;
  const tabs = new BroadcastChannel("sitting");
  const NEVER = ["hidden", "password", "submit", "button", "reset", "image", "file"];
  const PATIENCE = 4000;
  let used = Date.now();
  let renewed = used;
  let said = used;
  let touched = null;
  let leaving = false;

  function noteUse(event) {
    used = Date.now();
    if (used - said > 1000) {
      said = used;
      tabs.postMessage("used");
    }
    if (used - renewed > allowed / 3) {
      renewed = used;
      fetch(told.stillHere, { credentials: "same-origin", redirect: "manual" }).catch(function () {});
    }
    if (event.type === "input" && event.target.form) {
      touched = event.target.form;
    }
  }

  function keyable(field) {
    const ticked = (field.type !== "radio" && field.type !== "checkbox") || field.checked;
    return field.name && !field.disabled && ticked && !NEVER.includes(field.type);
  }

  // The form that was typed into; where a page shows again what was typed before, the one with the focus, or the longest.
  function formInUse() {
    if (touched || told.keep !== "yes") { return touched; }
    const forms = Array.from(document.querySelectorAll("main form[method=post]"));
    const focused = document.activeElement && document.activeElement.form;
    return forms.includes(focused) ? focused : forms.sort(function (a, b) { return b.elements.length - a.elements.length; })[0];
  }

  function keyed() {
    const form = formInUse();
    const fields = form && form.closest("main") ? Array.from(form.elements).filter(keyable) : [];
    return fields.map(function (field) { return [field.name, field.value]; });
  }

  function goodbye() {
    return new URLSearchParams(new FormData(document.querySelector("form.bar-lock")));
  }

  async function leave() {
    if (leaving) { return; }
    leaving = true;
    const letter = goodbye();
    letter.set("keyed", JSON.stringify(keyed()));
    blank();
    try {
      await fetch(told.lock, {
        method: "POST", body: letter, credentials: "same-origin", redirect: "manual", signal: AbortSignal.timeout(PATIENCE),
      });
    } catch (error) {
      // The network is down: the page is blank all the same, and the server locks by its own clock.
    }
    location.replace(told.locked);
  }

  function blank() {
    document.body.replaceChildren();
  }

  ["keydown", "pointerdown", "input"].forEach(function (kind) {
    document.addEventListener(kind, noteUse, { passive: true });
  });
  document.addEventListener("submit", function (event) {
    if (event.target.matches("form.bar-lock")) {
      event.preventDefault();
      tabs.postMessage("lock");
      leave();
    } else if (event.target.matches("form.bar-leave")) {
      tabs.postMessage("out");
    }
  });
  tabs.addEventListener("message", function (event) {
    if (event.data === "used") { used = Date.now(); }
    if (event.data === "lock") { leave(); }
    if (event.data === "out") {
      leaving = true;
      blank();
      setTimeout(function () { location.replace(told.home); }, 1000);
    }
  });
  window.addEventListener("pageshow", function (event) {
    if (event.persisted) { blank(); location.reload(); }
  });
  setInterval(function () {
    if (Date.now() - used > allowed) {
      tabs.postMessage("lock");
      leave();
    }
  }, 1000);
})();
