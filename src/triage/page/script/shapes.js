// A shape and a colour for each verdict: either alone tells them apart.

const LOOKS = [
  { verdict: 'fragmented', shape: 'triangle', color: '--stack' },
  { verdict: 'exhausted', shape: 'square', color: '--module' },
  { verdict: 'mapping-limit', shape: 'diamond', color: '--private' },
  { verdict: 'resource-limit', shape: 'wedge', color: '--system' },
  { verdict: 'commit-limit', shape: 'plus', color: '--heap' },
  { verdict: 'fits', shape: 'circle', color: '--file' },
  { verdict: 'cannot-tell', shape: 'ring', color: '--other' },
];
const OTHER = { verdict: null, shape: 'cross', color: '--faint' };

const lookOf = (verdict) => LOOKS.find((look) => look.verdict === verdict) ?? OTHER;

/** Colours of the style sheet that were asked for; asking costs the browser a look at all styles. */
const colors = new Map();

function colorOf(name) {
  if (!colors.has(name)) colors.set(name, getComputedStyle(document.documentElement).getPropertyValue(name).trim());
  return colors.get(name);
}

const polygon = (...corners) => (pen, x, y, r) => {
  corners.forEach(([dx, dy], i) => (i === 0 ? pen.moveTo(x + dx * r, y + dy * r) : pen.lineTo(x + dx * r, y + dy * r)));
  pen.closePath();
};

const round = (pen, x, y, r) => {
  pen.moveTo(x + r, y);
  pen.arc(x, y, r, 0, 2 * Math.PI);
};

const SHAPES = {
  circle: round,
  ring: (pen, x, y, r) => round(pen, x, y, r * 0.85),
  triangle: polygon([0, -1.2], [1.1, 0.8], [-1.1, 0.8]),
  wedge: polygon([0, 1.2], [1.1, -0.8], [-1.1, -0.8]),
  square: polygon([-0.9, -0.9], [0.9, -0.9], [0.9, 0.9], [-0.9, 0.9]),
  diamond: polygon([0, -1.3], [1.15, 0], [0, 1.3], [-1.15, 0]),
  plus: polygon(
    ...[[-0.4, -1.2], [0.4, -1.2], [0.4, -0.4], [1.2, -0.4], [1.2, 0.4], [0.4, 0.4]],
    ...[[0.4, 1.2], [-0.4, 1.2], [-0.4, 0.4], [-1.2, 0.4], [-1.2, -0.4], [-0.4, -0.4]],
  ),
  cross: (pen, x, y, r) => {
    pen.moveTo(x - r, y - r);
    pen.lineTo(x + r, y + r);
    pen.moveTo(x + r, y - r);
    pen.lineTo(x - r, y + r);
  },
};
const HOLLOW = ['ring', 'cross'];

/** Draws a mark around a point. A thin line of the paper's colour parts marks that overlap. */
function drawMark(pen, look, x, y, r, color = colorOf(look.color), edge = colorOf('--paper')) {
  pen.beginPath();
  SHAPES[look.shape](pen, x, y, r);
  if (HOLLOW.includes(look.shape)) {
    pen.strokeStyle = color;
    pen.lineWidth = Math.max(1, r / 2.4);
    pen.stroke();
    return;
  }
  pen.fillStyle = color;
  pen.fill();
  pen.strokeStyle = edge;
  pen.lineWidth = Math.min(0.8, r / 5);
  pen.stroke();
}

/** A mark as a picture of its own, for drawing it a hundred thousand times. */
function spriteOf(look, r, ratio, color) {
  const half = Math.ceil(r * 1.4 + 1);
  const sprite = el('canvas', { width: Math.ceil(2 * half * ratio), height: Math.ceil(2 * half * ratio) });
  const pen = sprite.getContext('2d');
  pen.scale(ratio, ratio);
  drawMark(pen, look, half, half, r, color);
  return { sprite, half };
}
