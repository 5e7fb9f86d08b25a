// Addresses below the strip, and the breaks where great gaps are drawn by magnitude.

const RULER_FONT = '11px ui-monospace, "SF Mono", Menlo, Consolas, monospace';
const TICK_ROOM = 118;

/** The smallest power of two of addresses that keeps ticks apart. */
function tickStep(addressesPerPixel) {
  const wanted = addressesPerPixel * TICK_ROOM;
  return 1n << BigInt(Math.max(0, Math.ceil(Math.log2(wanted))));
}

/** An address without the zeros in front that all addresses share. */
const shortHex = (address) => '0x' + address.toString(16);

/** Draws one label if it does not touch the one before; returns where it ends. */
function tickLabel(pen, text, x, y, taken, width) {
  const wide = pen.measureText(text).width;
  const left = Math.min(Math.max(x - wide / 2, 0), width - wide);
  if (left < taken + 10) return taken;
  pen.fillText(text, left, y);
  return left + wide;
}

/** Where a band begins, for it begins anywhere; returns where the label ends. */
function bandStart(pen, x, y, taken, width, part) {
  const text = shortHex(addressAt(part.from));
  const wide = pen.measureText(text).width;
  if (x < taken + 10 || x + wide > width) return taken;
  pen.fillText(text, x, y + 16);
  return x + wide;
}

/** Ticks of one band. */
function bandTicks(pen, part, toX, y, taken, width, colors) {
  const from = Math.max(part.from, fromLine([part], state.view.at));
  const to = Math.min(part.to, fromLine([part], state.view.until));
  const pixels = toX(part, to) - toX(part, from);
  if (pixels < 8 || to <= from) return taken;
  pen.fillStyle = colors.faint;
  const step = tickStep((to - from) / pixels);
  let at = alignUp(addressAt(from), step);
  let end = part.from > 0 && from === part.from ? bandStart(pen, toX(part, from), y, taken, width, part) : taken;
  for (let n = 0; n < 40 && at !== null && offsetOf(at) <= to; n += 1, at += step) {
    const x = toX(part, offsetOf(at));
    pen.fillStyle = colors.faint;
    pen.fillRect(Math.round(x), y, 1, 5);
    end = tickLabel(pen, shortHex(at), x, y + 16, end, width);
  }
  return end;
}

/** A great gap: a zigzag and its size. */
function gapBreak(pen, part, x0, x1, box, colors) {
  pen.fillStyle = colors.paper;
  pen.fillRect(x0, box.y, x1 - x0, box.h);
  pen.strokeStyle = colors.faint;
  pen.lineWidth = 1;
  pen.beginPath();
  const middle = (x0 + x1) / 2;
  const labelled = x1 - x0 > 26;
  const crease = labelled ? middle + 8 : middle;
  for (let y = box.y, side = -1; y <= box.y + box.h; y += 7, side = -side) pen.lineTo(crease + side * 3, y);
  pen.stroke();
  if (!labelled) return;
  pen.fillStyle = colors.text;
  pen.save();
  pen.translate(middle - 2, box.y + box.h / 2);
  pen.rotate(-Math.PI / 2);
  pen.textAlign = 'center';
  pen.fillText(bytes(BigInt(Math.round(part.to - part.from))), 0, 0);
  pen.restore();
}

/** All ticks of the view. */
function drawRuler(pen, width, y, xOf, colors) {
  pen.font = RULER_FONT;
  pen.textBaseline = 'alphabetic';
  let taken = -10;
  for (const part of state.scale) {
    if (part.until <= state.view.at || state.view.until <= part.at || part.isGap) continue;
    const toX = (own, offset) => xOf(own.at + ((offset - own.from) / (own.to - own.from)) * (own.until - own.at));
    taken = bandTicks(pen, part, toX, y, taken, width, colors);
  }
}
