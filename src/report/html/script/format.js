// Sizes, counts and addresses as the program writes them (units.rs).

const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB', 'EiB'];

/** Hundredths of `1024^exponent` bytes, rounded to nearest. */
function hundredths(size, exponent) {
  const unit = 1n << BigInt(10 * exponent);
  return (size * 100n + unit / 2n) / unit;
}

/** A size in binary units: `64 MiB`, `31.9 MiB`, `1.02 GiB`. */
function bytes(size) {
  let exponent = Math.min(6, Math.floor((size.toString(2).length - 1) / 10));
  const whole = 1n << BigInt(10 * exponent);
  if (size % whole === 0n) return `${size / whole} ${UNITS[exponent]}`;
  if (exponent < 6 && hundredths(size, exponent) >= 102395n) exponent += 1;
  const parts = hundredths(size, exponent);
  if (parts < 1000n) return `${parts / 100n}.${String(parts % 100n).padStart(2, '0')} ${UNITS[exponent]}`;
  const tenths = (parts + 5n) / 10n;
  return `${tenths / 10n}.${tenths % 10n} ${UNITS[exponent]}`;
}

/** A size that may be unknown. */
const bytesOr = (size, text) => (size === null ? text : bytes(size));

/** A number with thousands separated: `65,530`. */
const count = (number) => String(number).replace(/\B(?=(\d{3})+$)/g, ',');

/** `1 gap`, `2 gaps`. */
const plural = (number, noun) => `${count(number)} ${noun}${number === 1 ? '' : 's'}`;

/** An address, padded to the pointer width. */
const hex = (address, bits) => '0x' + address.toString(16).padStart(bits / 4, '0');
