// The band under wheel, pointer and keys.

/** What keys do. */
const STRIP_KEYS = {
  ArrowLeft: () => pan(-0.2),
  ArrowRight: () => pan(0.2),
  '+': () => zoom(0.5),
  '=': () => zoom(0.5),
  '-': () => zoom(2),
  Home: showWhole,
  Enter: () => selectMiddle(),
  n: () => selectBeside(1),
  p: () => selectBeside(-1),
};

function selectMiddle() {
  const { at, until } = state.view;
  const middle = thingAt(addressAt(fromLine(state.scale, (at + until) / 2)));
  if (middle) select(middle, false);
  byId('details').focus();
}

/** Selects the next or previous region or gap. */
function selectBeside(step) {
  const { selection, map } = state;
  if (!selection) return selectMiddle();
  const next = step > 0 ? thingAt(selection.end) : selection.start > map.floor ? thingAt(selection.start - 1n) : null;
  if (next) select(next);
  return undefined;
}

function onStripKey(event) {
  const act = STRIP_KEYS[event.key] ?? STRIP_KEYS[event.key.toLowerCase()];
  if (!act || event.ctrlKey || event.metaKey || event.altKey) return;
  event.preventDefault();
  act();
}

function onStripWheel(event) {
  event.preventDefault();
  const sideways = Math.abs(event.deltaX) > Math.abs(event.deltaY);
  const pixels = event.deltaMode === 1 ? 30 : 1;
  if (sideways) return pan((event.deltaX * pixels) / 800);
  const turns = Math.max(-400, Math.min(400, event.deltaY * pixels)) / 400;
  return zoom(Math.exp(turns), lineAt(event.offsetX));
}

/** The thing under a pixel of the strip. */
function stripThing(x) {
  return thingIn(fromLine(state.scale, lineAt(x - 1.5)), fromLine(state.scale, lineAt(x + 1.5)));
}

/** Dragging pans; a press without movement selects. */
function stripPointer(canvas) {
  let pressed = null;
  canvas.addEventListener('pointerdown', (event) => {
    pressed = { x: event.offsetX, moved: false };
    canvas.setPointerCapture(event.pointerId);
  });
  canvas.addEventListener('pointermove', (event) => {
    if (pressed && (pressed.moved || Math.abs(event.offsetX - pressed.x) > 3)) {
      pan((pressed.x - event.offsetX) / stripWidth());
      pressed = { x: event.offsetX, moved: true };
      return hideTip();
    }
    return pressed ? undefined : showTip(stripThing(event.offsetX), event);
  });
  canvas.addEventListener('pointerup', (event) => {
    if (pressed && !pressed.moved) select(stripThing(event.offsetX), false);
    pressed = null;
  });
  canvas.addEventListener('pointercancel', () => {
    pressed = null;
  });
  canvas.addEventListener('pointerleave', hideTip);
}

function startStrip() {
  const canvas = byId('strip');
  canvas.addEventListener('wheel', onStripWheel, { passive: false });
  canvas.addEventListener('keydown', onStripKey);
  canvas.addEventListener('dblclick', (event) => zoom(0.25, lineAt(event.offsetX)));
  stripPointer(canvas);
  byId('zoom-in').addEventListener('click', () => zoom(0.5));
  byId('zoom-out').addEventListener('click', () => zoom(2));
  byId('zoom-whole').addEventListener('click', showWhole);
  byId('zoom-largest').addEventListener('click', () => state.largest && zoomTo(state.largest.start, state.largest.end));
}
