// 16 rows of 256 cells. Of a 32-bit space a cell is a MiB at its place below 4 GiB; of a larger one the cells are
// those of the strip's view.

const GRID = { rows: 16, columns: 256, row: 17, gutter: 84 };
const MIB = 2 ** 20;
const FOUR_GIB = 1n << 32n;

const gridIsFixed = () => state.map.ceiling <= FOUR_GIB;
/** Rows that are drawn: those of the space, and one that says that nothing follows. */
const gridRows = () => (gridIsFixed() ? Math.min(GRID.rows, Number((state.map.ceiling + 0xfffffffn) >> 28n) + 1) : GRID.rows);
const gutterOf = (width) => (width < 560 ? 0 : gridIsFixed() ? GRID.gutter : GRID.gutter + 44);

/** Offsets from the floor of a cell; a cell may lie outside of the space. */
function cellRange(cell) {
  if (gridIsFixed()) {
    const from = cell * MIB - Number(state.map.floor);
    return [from, from + MIB];
  }
  const width = (state.view.until - state.view.at) / (GRID.rows * GRID.columns);
  const at = state.view.at + cell * width;
  return [fromLine(state.scale, at), fromLine(state.scale, at + width)];
}

/** The cell that holds an offset, or one outside of the grid. */
function cellOf(offset) {
  if (gridIsFixed()) return Math.floor((offset + Number(state.map.floor)) / MIB);
  const width = (state.view.until - state.view.at) / (GRID.rows * GRID.columns);
  return Math.floor((toLine(state.scale, offset) - state.view.at) / width);
}

function gridBox(cell, width) {
  const gutter = gutterOf(width);
  const w = (width - gutter) / GRID.columns;
  const column = cell % GRID.columns;
  // On whole pixels of the screen, so that no seam shows between cells.
  const fine = window.devicePixelRatio || 1;
  const at = (n) => Math.round((gutter + n * w) * fine) / fine;
  return {
    x: at(column),
    y: Math.floor(cell / GRID.columns) * GRID.row,
    w: at(column + 1) - at(column),
    h: GRID.row - 3,
  };
}

function drawGrid() {
  const canvas = byId('grid');
  const width = canvas.clientWidth;
  if (width === 0) return;
  canvas.style.height = `${gridRows() * GRID.row}px`;
  const pen = penOf(canvas, width, gridRows() * GRID.row);
  const context = painting(pen);
  drawCells(context, width);
  drawRowStarts(pen, width);
  if (state.largest) frameCells(pen, width, state.largest, state.colors.text, 1, [3, 2]);
  if (gridIsFixed() && state.view.until - state.view.at < lengthOf(state.scale))
    frameCells(pen, width, viewRange(), state.colors.faint, 1.5, []);
  for (const part of selectedRanges()) markCells(pen, width, part, state.colors.mark);
  if (state.hovered) frameCells(pen, width, state.hovered, state.colors.mark, 1.5, []);
}

function drawCells(context, width) {
  for (let cell = 0; cell < GRID.rows * GRID.columns; cell += 1) {
    const [from, to] = cellRange(cell);
    const inside = [Math.max(from, 0), Math.min(to, state.shape.span)];
    if (inside[0] >= inside[1]) continue;
    paintCell(context, gridBox(cell, width), inside[0], inside[1], 4);
  }
}

/** The address at which each row starts. */
function drawRowStarts(pen, width) {
  if (gutterOf(width) === 0) return;
  pen.font = RULER_FONT;
  pen.textBaseline = 'middle';
  pen.fillStyle = state.colors.faint;
  for (let row = 0; row < gridRows(); row += 1) {
    const [from] = cellRange(row * GRID.columns);
    const y = row * GRID.row + (GRID.row - 3) / 2 + 1;
    if (state.shape.span <= from)
      return pen.fillText(`above the ceiling ${hexOf(state.map.ceiling)}`, gutterOf(width), y);
    pen.fillText(hexOf(gridIsFixed() ? BigInt(row) << 28n : addressAt(from)), 0, y);
  }
  return undefined;
}

/** First and last cell of a range, cut to the grid; null if it lies outside. */
function cellsOf(part) {
  const first = Math.max(0, cellOf(offsetOf(part.start)));
  const last = Math.min(GRID.rows * GRID.columns - 1, cellOf(Math.max(offsetOf(part.start), offsetOf(part.end) - 1)));
  return first <= last ? [first, last] : null;
}

/** Calls `take` with a box for each row that the range touches. */
function eachRow(width, part, take) {
  const cells = cellsOf(part);
  if (!cells) return;
  for (let row = Math.floor(cells[0] / GRID.columns); row <= Math.floor(cells[1] / GRID.columns); row += 1) {
    const first = Math.max(cells[0], row * GRID.columns);
    const last = Math.min(cells[1], (row + 1) * GRID.columns - 1);
    const [left, right] = [gridBox(first, width), gridBox(last, width)];
    take({ x: left.x, y: left.y, w: right.x + right.w - left.x, h: left.h });
  }
}

function frameCells(pen, width, part, color, thick, dash) {
  pen.strokeStyle = color;
  pen.lineWidth = thick;
  pen.setLineDash(dash);
  eachRow(width, part, (box) => pen.strokeRect(box.x - 0.5, box.y - 0.5, Math.max(2, box.w + 1), box.h + 1));
  pen.setLineDash([]);
}

function markCells(pen, width, part, color) {
  pen.fillStyle = color;
  eachRow(width, part, (box) => pen.fillRect(box.x, box.y + box.h, Math.max(2, box.w), 2.5));
}

/** The thing under a pixel of the grid, or null. */
function gridThing(canvas, event) {
  const width = canvas.clientWidth;
  const column = Math.floor(((event.offsetX - gutterOf(width)) / (width - gutterOf(width))) * GRID.columns);
  const row = Math.floor(event.offsetY / GRID.row);
  if (column < 0 || column >= GRID.columns || row < 0 || row >= GRID.rows) return null;
  const [from, to] = cellRange(row * GRID.columns + column);
  if (to <= 0 || state.shape.span <= from) return null;
  return thingIn(Math.max(from, 0), Math.min(to, state.shape.span));
}

function startGrid() {
  const canvas = byId('grid');
  const what = gridIsFixed() ? 'rows of 256 MiB, a cell is one MiB' : '16 rows of 256 cells: what the band shows';
  byId('grid-remark').textContent = what;
  canvas.addEventListener('pointermove', (event) => showTip(gridThing(canvas, event), event));
  canvas.addEventListener('pointerleave', hideTip);
  canvas.addEventListener('click', (event) => {
    const thing = gridThing(canvas, event);
    if (thing) select(thing);
  });
}
