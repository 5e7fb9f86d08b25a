// Draws the plot: axes, lines that help to read it, dots; and above them what is pointed at.

const MARGIN = { left: 78, right: 30, top: 12, bottom: 46 };
/** Fragmentation has the same place wherever it is the same: lines of largest gap by free bytes. */
const FRAGMENTATION = [90, 99];

/** Radius of a dot, smaller the more there are. */
const radius = () => (dots.rows.length < 400 ? 5.5 : dots.rows.length < 4000 ? 4 : dots.rows.length < 30000 ? 3 : 2.2);
const opacity = () => (dots.rows.length < 4000 ? 0.9 : dots.rows.length < 30000 ? 0.7 : 0.5);

/** Fits a canvas to its place, and returns a pen for CSS pixels. */
function penOf(canvas) {
  const ratio = window.devicePixelRatio || 1;
  const [width, height] = [canvas.clientWidth, canvas.clientHeight];
  if (canvas.width !== Math.round(width * ratio)) canvas.width = Math.round(width * ratio);
  if (canvas.height !== Math.round(height * ratio)) canvas.height = Math.round(height * ratio);
  const pen = canvas.getContext('2d');
  pen.setTransform(ratio, 0, 0, ratio, 0, 0);
  pen.clearRect(0, 0, width, height);
  pen.font = '12px system-ui, sans-serif';
  return pen;
}

function plotBox() {
  const { clientWidth: width, clientHeight: height } = byId('plot');
  const left = width < 500 ? 62 : MARGIN.left;
  return { left, right: width - MARGIN.right, top: MARGIN.top, bottom: height - MARGIN.bottom };
}

/** Text with a rim of the paper's colour, so that it can be read above dots. */
function label(pen, text, x, y, color = '--faint') {
  pen.lineWidth = 3;
  pen.lineJoin = 'round';
  pen.strokeStyle = colorOf('--paper');
  pen.strokeText(text, x, y);
  pen.fillStyle = colorOf(color);
  pen.fillText(text, x, y);
}

function line(pen, x, y, toX, toY) {
  pen.beginPath();
  pen.moveTo(x, y);
  pen.lineTo(toX, toY);
  pen.stroke();
}

function drawAxes(pen) {
  const { x, y, box } = dots.axes;
  pen.lineWidth = 1;
  pen.textBaseline = 'middle';
  pen.textAlign = 'right';
  for (const tick of ticksOf(y, 34)) {
    const at = Math.round(placeOn(y, tick)) + 0.5;
    pen.strokeStyle = colorOf('--line');
    line(pen, box.left, at, box.right, at);
    pen.fillStyle = colorOf('--faint');
    pen.fillText(tickText(y, tick), box.left - 8, at);
  }
  pen.textBaseline = 'top';
  pen.textAlign = 'center';
  for (const tick of ticksOf(x, 76)) {
    const at = Math.round(placeOn(x, tick)) + 0.5;
    pen.strokeStyle = colorOf('--line');
    line(pen, at, box.top, at, box.bottom);
    pen.fillStyle = colorOf('--faint');
    pen.fillText(tickText(x, tick), at, box.bottom + 7);
  }
  pen.fillStyle = colorOf('--text');
  pen.textAlign = 'right';
  pen.fillText(`${column(state.x).title} →`, box.right, box.bottom + 26);
  pen.textAlign = 'left';
  pen.fillText('↑ largest gap', 0, box.bottom + 26);
}

/** The line on which the largest gap is this share of what lies across, where it is inside; null if nowhere. */
function diagonal(share) {
  const { x, y } = dots.axes;
  const from = Math.max(x.power(x.low), y.power(y.low) / share);
  const to = Math.min(x.power(x.high), y.power(y.high) / share);
  if (from >= to) return null;
  return { x: placeOn(x, from), y: placeOn(y, from * share), toX: placeOn(x, to), toY: placeOn(y, to * share) };
}

/** Where on a line a text hides the fewest dots: the pixels from its lower end to the text's middle. */
function quietPlace(ends, length, width) {
  const places = [0, 0.5, 1].map((share) => 20 + width / 2 + share * (length - width - 40));
  const hidden = places.map((at) => {
    const share = at / length;
    return dotsNear(ends.x + (ends.toX - ends.x) * share, ends.y + (ends.toY - ends.y) * share, width / 2).length;
  });
  return places[hidden.indexOf(Math.min(...hidden))];
}

/** Writes along a line, above (-1) or below (1) it. */
function alongLine(pen, ends, text, side) {
  const length = Math.hypot(ends.toX - ends.x, ends.toY - ends.y);
  const { width } = pen.measureText(text);
  if (length < width + 40) return;
  pen.save();
  pen.translate(ends.x, ends.y);
  pen.rotate(Math.atan2(ends.toY - ends.y, ends.toX - ends.x));
  pen.textAlign = 'center';
  pen.textBaseline = side < 0 ? 'bottom' : 'top';
  label(pen, text, quietPlace(ends, length, width), side * 4);
  pen.restore();
}

function drawDiagonal(pen, share, text, side, dash) {
  const ends = diagonal(share);
  if (ends === null) return;
  pen.save();
  pen.setLineDash(dash);
  pen.strokeStyle = colorOf('--faint');
  pen.lineWidth = 1;
  line(pen, ends.x, ends.y, ends.toX, ends.toY);
  pen.restore();
  alongLine(pen, ends, text, side);
}

/** Above this line lies nothing: no gap is larger than all that is free. */
function shadeImpossible(pen) {
  const ends = diagonal(1);
  if (ends === null) return;
  const { box } = dots.axes;
  pen.fillStyle = colorOf('--ground');
  pen.beginPath();
  pen.moveTo(ends.x, ends.y);
  pen.lineTo(ends.toX, ends.toY);
  pen.lineTo(ends.toX, box.top);
  pen.lineTo(ends.x, box.top);
  pen.closePath();
  pen.fill();
}

/** Lines for reading what lies across. */
const GUIDES = {
  free: (pen) => {
    drawDiagonal(pen, 1, 'all that is free, in one piece', -1, []);
    FRAGMENTATION.forEach((percent) => drawDiagonal(pen, 1 - percent / 100, `${percent} % fragmented`, -1, [2, 4]));
  },
  commit_left: (pen) => {
    drawDiagonal(pen, 1, 'commit runs out first', -1, [2, 4]);
    drawDiagonal(pen, 1, 'address space runs out first', 1, [2, 4]);
  },
};

/** The request, at which a gap is large enough, and what is left too. */
function drawRequest(pen) {
  const request = usualRequest();
  if (request === null) return;
  const { x, y, box } = dots.axes;
  const size = bytes(BigInt(request.size));
  const text = request.found === request.total ? `request ${size}` : `request ${size} in ${count(request.found)} of ${count(request.total)}`;
  pen.strokeStyle = colorOf('--bad');
  pen.lineWidth = 1;
  pen.setLineDash([6, 4]);
  const up = placeOn(y, request.size);
  const across = placeOn(x, request.size);
  const isInside = box.top <= up && up <= box.bottom;
  if (isInside) line(pen, box.left, up, box.right, up);
  if (GUIDES[state.x] && box.left <= across && across <= box.right) line(pen, across, box.top, across, box.bottom);
  pen.setLineDash([]);
  // Across free bytes the left side has the other lines' names.
  const isRight = state.x === 'free';
  pen.textAlign = isRight ? 'right' : 'left';
  pen.textBaseline = 'bottom';
  if (isInside) label(pen, text, isRight ? box.right - 6 : box.left + 6, up - 3, '--bad');
}

/** Draws all dots: those that do not match as a grey ground, then those that say little, rare verdicts last. */
function drawDots(pen) {
  const ratio = window.devicePixelRatio || 1;
  const r = radius();
  const order = [...new Set(dots.looks)].map((look) => ({ look, own: [] }));
  const lists = new Map(order.map((one) => [one.look, one.own]));
  const grey = spriteOf({ shape: 'circle' }, r * 0.6, ratio, colorOf('--line'));
  dots.rows.forEach((row, dot) => {
    if (state.matching[row]) lists.get(dots.lookOf(row)).push(dot);
    else pen.drawImage(grey.sprite, dots.x[dot] - grey.half, dots.y[dot] - grey.half, 2 * grey.half, 2 * grey.half);
  });
  pen.globalAlpha = opacity();
  const tells = ({ look }) => Number(!HOLLOW.includes(look.shape));
  order.sort((a, b) => tells(a) - tells(b) || b.own.length - a.own.length);
  for (const { look, own } of order) {
    const { sprite, half } = spriteOf(look, r, ratio, colorOf(look.color));
    for (const dot of own) pen.drawImage(sprite, dots.x[dot] - half, dots.y[dot] - half, sprite.width / ratio, sprite.height / ratio);
  }
  pen.globalAlpha = 1;
}

function drawPlot() {
  const pen = penOf(byId('dots'));
  placeDots(plotBox());
  if (dots.rows.length === 0) return;
  if (state.x === 'free') shadeImpossible(pen);
  drawAxes(pen);
  drawDots(pen);
  GUIDES[state.x]?.(pen);
  drawRequest(pen);
  drawMarks();
}

/** A rectangle of the filter in pixels. */
function boxPixels(box) {
  const { x, y } = dots.axes;
  const edge = (axis, number, fallback) => (Number.isFinite(number) ? placeOn(axis, number) : fallback);
  const left = box.left === 0 ? x.from : edge(x, box.left, x.from);
  const bottom = box.bottom === 0 ? y.from : edge(y, box.bottom, y.from);
  return { left, bottom, right: edge(x, box.right, x.to), top: edge(y, box.top, y.to) };
}

function drawRectangle(pen, { left, right, top, bottom }) {
  pen.strokeStyle = colorOf('--link');
  pen.lineWidth = 1.5;
  pen.strokeRect(left, top, right - left, bottom - top);
  pen.globalAlpha = 0.08;
  pen.fillStyle = colorOf('--link');
  pen.fillRect(left, top, right - left, bottom - top);
  pen.globalAlpha = 1;
}

/** What is above the dots: the rectangle, the row that is pointed at, the one that is selected. */
function drawMarks(dragged = null) {
  if (!dots.axes) return;
  const pen = penOf(byId('marks'));
  const { box } = state.filters;
  if (dragged) drawRectangle(pen, dragged);
  else if (box && box.x === state.x) drawRectangle(pen, boxPixels(box));
  for (const row of [state.selected, state.hovered]) {
    const dot = dots.of.get(row);
    if (dot === undefined) continue;
    drawMark(pen, dots.lookOf(row), dots.x[dot], dots.y[dot], radius() + 2);
    pen.strokeStyle = colorOf('--mark');
    pen.lineWidth = 1.5;
    pen.beginPath();
    pen.arc(dots.x[dot], dots.y[dot], radius() + 6, 0, 2 * Math.PI);
    pen.stroke();
  }
}
