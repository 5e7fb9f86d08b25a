// The whole line, small, with a frame around what the strip shows.

const OVERVIEW_HEIGHT = 18;

function drawOverview() {
  const canvas = byId('overview');
  const width = canvas.clientWidth;
  if (width === 0) return;
  const pen = penOf(canvas, width, OVERVIEW_HEIGHT);
  const whole = lengthOf(state.scale);
  const context = painting(pen);
  for (let x = 0; x < width; x += 1) {
    const [from, to] = [fromLine(state.scale, (x / width) * whole), fromLine(state.scale, ((x + 1) / width) * whole)];
    paintCell(context, { x, y: 0, w: 1, h: OVERVIEW_HEIGHT }, from, to, 4);
  }
  const x0 = (state.view.at / whole) * width;
  const wide = Math.max(3, ((state.view.until - state.view.at) / whole) * width);
  pen.fillStyle = state.colors.paper;
  pen.globalAlpha = 0.6;
  pen.fillRect(0, 0, x0, OVERVIEW_HEIGHT);
  pen.fillRect(x0 + wide, 0, width - x0 - wide, OVERVIEW_HEIGHT);
  pen.globalAlpha = 1;
  pen.strokeStyle = state.colors.text;
  pen.lineWidth = 1.5;
  pen.strokeRect(x0 + 0.75, 0.75, wide - 1.5, OVERVIEW_HEIGHT - 1.5);
}

/** A press or drag puts the view's middle there. */
function startOverview() {
  const canvas = byId('overview');
  const move = (event) => {
    if ((event.buttons & 1) === 0) return;
    const middle = (event.offsetX / canvas.clientWidth) * lengthOf(state.scale);
    const half = (state.view.until - state.view.at) / 2;
    setView(middle - half, middle + half);
  };
  canvas.addEventListener('pointerdown', (event) => {
    canvas.setPointerCapture(event.pointerId);
    move(event);
  });
  canvas.addEventListener('pointermove', move);
}
