// Axes by magnitude, with a place of their own for zeros.

/** Width of the place for zeros. */
const ZERO = 30;

/** An axis over these numbers, from one pixel to another; sizes go by powers of two, counts by powers of ten. */
function axisOf(numbers, isSize, from, to) {
  const known = numbers.filter((number) => number > 0);
  const hasZero = known.length < numbers.length;
  const log = isSize ? Math.log2 : Math.log10;
  const [least, most] = known.reduce(([a, b], n) => [Math.min(a, n), Math.max(b, n)], [Infinity, 0]);
  const low = known.length === 0 ? 0 : Math.floor(log(least) - 0.001);
  const high = Math.max(known.length === 0 ? 1 : Math.ceil(log(most) + 0.001), low + (isSize ? 3 : 1));
  const start = from + (hasZero ? Math.sign(to - from) * ZERO : 0);
  return { log, power: isSize ? (p) => 2 ** p : (p) => 10 ** p, low, high, start, from, to, hasZero, isSize };
}

/** The pixel of a number; outside of the axis too. */
function placeOn(axis, number) {
  if (number <= 0) return (axis.from + axis.start) / 2;
  return axis.start + ((axis.log(number) - axis.low) / (axis.high - axis.low)) * (axis.to - axis.start);
}

/** The number at a pixel; 0 in the place for zeros and below. */
function numberAt(axis, pixel) {
  const share = (pixel - axis.start) / (axis.to - axis.start);
  return share < 0 ? 0 : axis.power(axis.low + share * (axis.high - axis.low));
}

/** Numbers to write beside an axis, at least `apart` pixels from each other. */
function ticksOf(axis, apart) {
  const perPower = Math.abs(axis.to - axis.start) / (axis.high - axis.low);
  const steps = axis.isSize ? [1, 2, 5, 10, 20] : [1, 2, 3, 6];
  const step = steps.find((one) => one * perPower >= apart) ?? steps[steps.length - 1];
  const ticks = [];
  for (let p = Math.ceil(axis.low / step) * step; p <= axis.high; p += step) ticks.push(axis.power(p));
  return axis.hasZero ? [0, ...ticks] : ticks;
}

/** A number beside an axis. */
const tickText = (axis, number) => {
  if (number < 1 && number > 0) return String(number);
  return axis.isSize ? bytes(BigInt(Math.round(number))) : count(Math.round(number));
};
