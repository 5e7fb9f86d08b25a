// The address space as one band: what is drawn of the view.

const STRIP = { marks: 14, band: 84, ruler: 24, height: 122 };

/** The line's position under a pixel of the strip, and back. */
const stripWidth = () => byId('strip').clientWidth;
const lineAt = (x, width = stripWidth()) => state.view.at + (x / width) * (state.view.until - state.view.at);
const pixelOf = (line, width) => ((line - state.view.at) / (state.view.until - state.view.at)) * width;

/** Draws what is in the view. */
function drawStrip() {
  const canvas = byId('strip');
  const width = canvas.clientWidth;
  if (width === 0) return;
  const pen = penOf(canvas, width, STRIP.height);
  const box = { y: STRIP.marks, h: STRIP.band };
  const xOf = (line) => pixelOf(line, width);
  const context = painting(pen);
  drawColumns(context, width, box);
  drawBorders(pen, box, xOf, width);
  drawBreaks(pen, box, xOf);
  drawLargest(pen, box, xOf, width);
  drawSelection(pen, box, xOf);
  drawHovered(pen, box, xOf);
  drawThreads(pen, xOf, width);
  drawRuler(pen, width, box.y + box.h, xOf, state.colors);
  tellView(canvas);
}

/** One column per half or whole pixel, whatever the screen has. */
function drawColumns(context, width, box) {
  const step = 1 / (window.devicePixelRatio || 1);
  let from = fromLine(state.scale, lineAt(0, width));
  for (let x = 0; x < width; x += step) {
    const to = fromLine(state.scale, lineAt(x + step, width));
    if (to > from) paintCell(context, { x, y: box.y, w: step, h: box.h }, from, to, 9);
    from = to;
  }
}

/** Where regions are wide enough, lines between them, their names and the hatching of reserved ones. */
function drawBorders(pen, box, xOf, width) {
  const { scale, view, shape, map, colors } = state;
  const [start, end] = [fromLine(scale, view.at), fromLine(scale, view.until)];
  const first = firstAbove(shape.to, start);
  if (firstAbove(shape.from, end) - first > width / 6) return;
  pen.font = '11px system-ui, sans-serif';
  pen.textBaseline = 'middle';
  for (let i = first; i < shape.from.length && shape.from[i] < end; i += 1) {
    const x0 = Math.max(xOf(toLine(scale, shape.from[i])), -1);
    const x1 = Math.min(xOf(toLine(scale, shape.to[i])), width + 1);
    if (x1 - x0 < 4) continue;
    if (shape.look[i] >= LOOKS.length) hatch(pen, x0, box.y, x1 - x0, box.h, colors.text);
    pen.fillStyle = colors.paper;
    pen.fillRect(x1 - 0.5, box.y, 1, box.h);
    regionName(pen, map.owners[map.ownerOf[i]].label, x0, x1, box, colors);
  }
}

/** A region's name on a plate, for it must be read on every colour. */
function regionName(pen, text, x0, x1, box, colors) {
  const room = x1 - x0 - 10;
  const wide = pen.measureText(text).width;
  if (room < 24 || wide > room) return;
  const middle = (x0 + x1) / 2;
  const y = box.y + box.h / 2;
  pen.fillStyle = colors.paper;
  pen.fillRect(middle - wide / 2 - 4, y - 9, wide + 8, 18);
  pen.fillStyle = colors.text;
  pen.fillText(text, middle - wide / 2, y + 1);
}

/** Slanted lines: reserved. */
function hatch(pen, x, y, w, h, color) {
  pen.save();
  pen.beginPath();
  pen.rect(x, y, w, h);
  pen.clip();
  pen.globalAlpha = 0.28;
  pen.strokeStyle = color;
  pen.beginPath();
  for (let at = x - h; at < x + w; at += 7) {
    pen.moveTo(at, y + h);
    pen.lineTo(at + h, y);
  }
  pen.stroke();
  pen.restore();
}

function drawBreaks(pen, box, xOf) {
  pen.font = RULER_FONT;
  pen.textBaseline = 'alphabetic';
  for (const part of state.scale) {
    const visible = part.isGap && part.at < state.view.until && state.view.at < part.until;
    if (visible) gapBreak(pen, part, xOf(part.at), xOf(part.until), box, state.colors);
  }
}

/** The largest gap's outline and name. */
function drawLargest(pen, box, xOf, width) {
  if (!state.largest) return;
  const x0 = Math.max(xOf(lineOf(state.largest.start)), -2);
  const x1 = Math.min(xOf(lineOf(state.largest.end)), width + 2);
  if (x1 < 0 || width < x0) return;
  pen.strokeStyle = state.colors.text;
  pen.lineWidth = 1;
  pen.setLineDash([4, 3]);
  pen.strokeRect(Math.round(x0) + 0.5, box.y + 1.5, Math.max(2, x1 - x0 - 1), box.h - 3);
  pen.setLineDash([]);
  largestLabel(pen, box, x0, x1, width);
}

/** The largest gap's name: in it, or on a plate beside it. */
function largestLabel(pen, box, x0, x1, width) {
  const text = `largest gap ${largestSize()}`;
  pen.textBaseline = 'middle';
  pen.font = '11px system-ui, sans-serif';
  const wide = pen.measureText(text).width;
  const fits = wide + 10 < x1 - x0;
  const beside = x1 + 4 + wide + 8 < width ? x1 + 4 : x0 - wide - 12;
  const left = fits ? (x0 + x1 - wide) / 2 : beside + 4;
  pen.fillStyle = state.colors.paper;
  if (!fits) pen.fillRect(left - 4, box.y + 3, wide + 8, 18);
  pen.fillStyle = state.colors.text;
  pen.fillText(text, left, box.y + 13);
}

/** Ranges of a selection: its regions, or itself. */
function selectedRanges() {
  const { selection, map } = state;
  if (!selection) return [];
  const own = selection.owner >= 0 && selection.type !== 'region' ? regionsOf(selection.owner) : [];
  const all = own.map((i) => ({ start: map.starts[i], end: map.ends[i] }));
  return all.length === 0 ? [selection] : all;
}

/** What is selected: bars above and below, which no kind's colour hides. */
function drawSelection(pen, box, xOf) {
  pen.fillStyle = state.colors.mark;
  for (const part of selectedRanges()) {
    const x0 = xOf(lineOf(part.start));
    const wide = Math.max(3, xOf(lineOf(part.end)) - x0);
    pen.fillRect(x0, box.y - 4, wide, 4);
    pen.fillRect(x0, box.y + box.h, wide, 4);
    pen.globalAlpha = 0.16;
    pen.fillRect(x0, box.y, wide, box.h);
    pen.globalAlpha = 1;
  }
}

/** What the pointer is at, here, in the grid or in a table. */
function drawHovered(pen, box, xOf) {
  if (!state.hovered) return;
  const x0 = xOf(lineOf(state.hovered.start));
  pen.strokeStyle = state.colors.mark;
  pen.lineWidth = 1.5;
  pen.strokeRect(x0, box.y + 0.75, Math.max(2, xOf(lineOf(state.hovered.end)) - x0), box.h - 1.5);
}

/** A mark at each stack pointer; with names where there is room. */
function drawThreads(pen, xOf, width) {
  pen.fillStyle = state.colors.text;
  pen.font = '10px system-ui, sans-serif';
  pen.textBaseline = 'alphabetic';
  let taken = -9;
  const marks = state.map.threads.filter((t) => t.sp !== null).map((thread) => ({ thread, x: xOf(lineOf(thread.sp)) }));
  for (const { thread, x } of marks.filter((m) => 0 <= m.x && m.x <= width).sort((a, b) => a.x - b.x)) {
    pen.beginPath();
    pen.moveTo(x - 3.5, STRIP.marks - 10);
    pen.lineTo(x + 3.5, STRIP.marks - 10);
    pen.lineTo(x, STRIP.marks - 4);
    pen.fill();
    const text = thread.name ? `${thread.id} ${thread.name}` : thread.id;
    const wide = pen.measureText(text).width;
    if (marks.length > 200 || x + 6 < taken || width < x + 6 + wide) continue;
    const next = marks.some((m) => m.x > x && m.x < x + 12 + wide);
    if (next) continue;
    pen.fillText(text, x + 6, STRIP.marks - 5);
    taken = x + 12 + wide;
  }
}

/** The view in attributes and words, for scripts and screen readers. */
function tellView(canvas) {
  const { start, end } = viewRange();
  canvas.dataset.start = hexOf(start);
  canvas.dataset.end = hexOf(end);
  byId('view').textContent = `${hexOf(start)} – ${hexOf(end)}  (${bytes(end - start)})`;
}
