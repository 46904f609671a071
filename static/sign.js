// Lets somebody sign their name with a pen or a finger: the strokes go into a hidden field as points. Without it, paper.
(function () {
  "use strict";
  const pad = document.getElementById("pad");
  const drawn = document.getElementById("drawn");
  if (!pad || !drawn) { return; }
  const pen = pad.getContext("2d");
  const strokes = [];
  let stroke = null;
  pad.hidden = false;
  pen.lineWidth = 2.5;
  pen.lineCap = "round";
  function spot(event) {
    const box = pad.getBoundingClientRect();
    const within = (value, most) => Math.max(0, Math.min(most, Math.round(value)));
    return [within((event.clientX - box.left) * pad.width / box.width, pad.width),
      within((event.clientY - box.top) * pad.height / box.height, pad.height)];
  }
  function line(from, to) {
    pen.beginPath();
    pen.moveTo(from[0], from[1]);
    pen.lineTo(to[0], to[1]);
    pen.stroke();
  }
  function keep() { drawn.value = strokes.map((one) => one.map((p) => p.join(",")).join(" ")).join(";"); }
  pad.addEventListener("pointerdown", (event) => {
    pad.setPointerCapture(event.pointerId);
    stroke = [spot(event)];
    strokes.push(stroke);
    line(stroke[0], stroke[0]);
    event.preventDefault();
  });
  pad.addEventListener("pointermove", (event) => {
    if (!stroke) { return; }
    const last = stroke[stroke.length - 1];
    const here = spot(event);
    if (Math.abs(here[0] - last[0]) + Math.abs(here[1] - last[1]) < 4) { return; }
    line(last, here);
    stroke.push(here);
    keep();
  });
  pad.addEventListener("pointerup", () => { stroke = null; keep(); });
  const clear = document.getElementById("pad-clear");
  clear.hidden = false;
  clear.addEventListener("click", () => {
    strokes.length = 0;
    pen.clearRect(0, 0, pad.width, pad.height);
    keep();
  });
}());
