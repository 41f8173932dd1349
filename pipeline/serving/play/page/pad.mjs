// The pad: two offsets at once, by dragging or by the arrow keys.

const STEP = 0.25; // of an arrow key, in standard deviations; with Shift a full one

/** Make `pad` a control of two numbers in [-reach, reach]; `changed` is called with both. Returns a function that shows two numbers. */
export function makePad(pad, reach, changed) {
  const knob = pad.querySelector("i");
  let place = [0, 0];
  const clipped = (value) => Math.max(-reach, Math.min(reach, value));

  function show(values) {
    place = values;
    knob.style.left = `${50 + (50 * values[0]) / reach}%`;
    knob.style.top = `${50 - (50 * values[1]) / reach}%`;
  }

  function set(values) {
    show(values.map(clipped));
    changed(place);
  }

  function follow(event) {
    const box = pad.getBoundingClientRect();
    set([2 * reach * ((event.clientX - box.left) / box.width - 0.5), 2 * reach * (0.5 - (event.clientY - box.top) / box.height)]);
  }

  pad.addEventListener("pointerdown", (event) => {
    pad.setPointerCapture(event.pointerId);
    pad.focus({ preventScroll: true });
    follow(event);
    event.preventDefault();
  });
  pad.addEventListener("pointermove", (event) => pad.hasPointerCapture(event.pointerId) && follow(event));
  pad.addEventListener("keydown", (event) => {
    const way = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1], Home: [-place[0] / STEP, -place[1] / STEP] }[event.key];
    if (!way) return;
    const step = event.shiftKey && event.key !== "Home" ? 1 : STEP;
    set(place.map((value, which) => value + step * way[which]));
    event.preventDefault();
  });
  return show;
}
