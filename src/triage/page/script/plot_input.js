// Pointer and keys on the plot.

/** Where a rectangle began, in pixels of the plot. */
let dragFrom = null;
let dragTo = null;
/** Set while a click follows a drag. */
let wasDragged = false;

function pointIn(event) {
  const place = byId('plot').getBoundingClientRect();
  return { x: event.clientX - place.left, y: event.clientY - place.top };
}

function draggedBox() {
  const { box } = dots.axes;
  const inside = (n, from, to) => Math.min(Math.max(n, from), to);
  const [x, toX] = [dragFrom.x, dragTo.x].map((n) => inside(n, box.left, box.right)).sort((a, b) => a - b);
  const [y, toY] = [dragFrom.y, dragTo.y].map((n) => inside(n, box.top, box.bottom)).sort((a, b) => a - b);
  return { left: x, right: toX, top: y, bottom: toY };
}

/** The rectangle as numbers: what reaches to an end of the plot has no bound there. */
function boxNumbers({ left, right, top, bottom }) {
  const { x, y, box } = dots.axes;
  return {
    x: state.x,
    left: numberAt(x, left),
    right: right >= box.right ? Infinity : numberAt(x, right),
    bottom: numberAt(y, bottom),
    top: top <= box.top ? Infinity : numberAt(y, top),
  };
}

/** Puts the link on a row's dot, so that it can be opened as any link. */
function placeLink(row) {
  const [link, dot] = [byId('dot'), dots.of.get(row)];
  const report = dot === undefined ? null : reportOf(row);
  link.hidden = report === null;
  if (report === null) {
    link.removeAttribute('href');
    return;
  }
  link.href = report;
  link.setAttribute('aria-label', `Report of ${fileOf(row)}`);
  link.style.left = `${dots.x[dot] - 10}px`;
  link.style.top = `${dots.y[dot] - 10}px`;
}

function tipFacts(row, here) {
  const names = ['verdict', 'largest', state.x, 'request', 'fragmentation', 'splitters.0.owner', 'status'];
  const known = [...new Set(names)].map(column).filter((one) => isKnown(one, row));
  const facts = known.map((one) => [one.title, fieldText(one, row)]);
  if (here > 1) facts.push(['here', `${count(here)} dots`]);
  return facts;
}

/** Names a dot beside it. */
function showTip(row) {
  const tip = byId('tip');
  const dot = dots.of.get(row);
  if (dot === undefined) return hideTip();
  const here = dotsNear(dots.x[dot], dots.y[dot], 3).length;
  tip.replaceChildren(el('strong', {}, [fileOf(row)]), factList(tipFacts(row, here)));
  tip.hidden = false;
  const place = byId('plot').getBoundingClientRect();
  const [x, y] = [place.left + dots.x[dot], place.top + dots.y[dot]];
  const below = y + 16 + tip.offsetHeight <= window.innerHeight;
  tip.style.left = `${Math.max(8, Math.min(x + 14, window.innerWidth - tip.offsetWidth - 8))}px`;
  tip.style.top = `${below ? y + 16 : Math.max(8, y - tip.offsetHeight - 12)}px`;
  return undefined;
}

function hideTip() {
  byId('tip').hidden = true;
}

function pointAt(row) {
  hover(row);
  placeLink(row);
  if (row < 0) hideTip();
  else showTip(row);
}

function onPlotMove(event) {
  const point = pointIn(event);
  if (dragFrom) {
    if (!dragTo && Math.hypot(point.x - dragFrom.x, point.y - dragFrom.y) < 5) return;
    if (!dragTo) byId('plot').setPointerCapture(event.pointerId);
    dragTo = point;
    pointAt(-1);
    drawMarks(draggedBox());
    return;
  }
  const dot = dotAt(point.x, point.y);
  pointAt(dot < 0 ? -1 : dots.rows[dot]);
}

function onPlotDown(event) {
  if (event.button !== 0 || !dots.axes) return;
  dragFrom = pointIn(event);
  dragTo = null;
  wasDragged = false;
}

function onPlotUp() {
  const box = dragFrom && dragTo ? draggedBox() : null;
  dragFrom = null;
  dragTo = null;
  if (box === null) return;
  wasDragged = true;
  setBox(boxNumbers(box));
}

/** A click on a dot opens its report; one on a dot without selects the row; one beside lets the rectangle go. */
function onPlotClick(event) {
  if (wasDragged) {
    event.preventDefault();
    wasDragged = false;
    return;
  }
  if (event.target.closest('a')) return;
  const point = pointIn(event);
  const dot = dotAt(point.x, point.y);
  if (dot >= 0) showRow(dots.rows[dot]);
  else if (state.filters.box) setBox(null);
}

function stepTo(by, byHeight) {
  const order = dotOrder(byHeight);
  const at = order.indexOf(dots.of.get(state.hovered) ?? -1);
  const next = order[at < 0 ? (by > 0 ? 0 : order.length - 1) : at + by];
  if (next === undefined) return;
  const row = dots.rows[next];
  pointAt(row);
  announce(`${fileOf(row)}: ${tipFacts(row, 1).map((fact) => fact.join(' ')).join(', ')}`);
}

function onPlotKey(event) {
  const steps = { ArrowRight: [1, false], ArrowLeft: [-1, false], ArrowUp: [1, true], ArrowDown: [-1, true] };
  if (steps[event.key]) stepTo(...steps[event.key]);
  else if (event.key === 'Enter' && state.hovered >= 0) {
    if (reportOf(state.hovered)) byId('dot').click();
    else showRow(state.hovered);
  } else if (event.key === 'Escape' && state.filters.box) setBox(null);
  else return;
  event.preventDefault();
}

function startPlot() {
  const plot = byId('plot');
  plot.addEventListener('pointermove', onPlotMove);
  plot.addEventListener('pointerdown', onPlotDown);
  plot.addEventListener('pointerup', onPlotUp);
  plot.addEventListener('pointercancel', onPlotUp);
  plot.addEventListener('pointerleave', () => dragFrom || pointAt(-1));
  plot.addEventListener('blur', () => pointAt(-1));
  plot.addEventListener('click', onPlotClick);
  plot.addEventListener('dragstart', (event) => event.preventDefault());
  plot.addEventListener('keydown', onPlotKey);
}
