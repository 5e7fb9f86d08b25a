// What is typed into the search: words that a row's texts must contain, and comparisons such as `largest<64M`.

const COMPARISON = /^([a-z0-9_.]+)(<=|>=|!=|==|=|<|>)(.+)$/i;
const NUMBER = /^(\d+(?:\.\d+)?)\s*([kmgtp]?)(?:i?b)?%?$/i;
const COMPARE = {
  '<': (a, b) => a < b,
  '<=': (a, b) => a <= b,
  '>': (a, b) => a > b,
  '>=': (a, b) => a >= b,
  '=': (a, b) => a === b,
  '==': (a, b) => a === b,
  '!=': (a, b) => a !== b,
};

/** A number as one types it: `64M`, `1.5g`, `88.1`, `200`; null for anything else. */
function typedNumber(text) {
  const found = NUMBER.exec(text);
  return found ? Number(found[1]) * 1024 ** ' kmgtp'.indexOf(found[2].toLowerCase() || ' ') : null;
}

/** Tests a row for a comparison; null if the term is none. What is not known matches nothing. */
function comparison(data, term) {
  const [, name, operator, text] = COMPARISON.exec(term) ?? [];
  const compared = Object.hasOwn(data.named, name ?? '') ? data.named[name] : undefined;
  if (compared === undefined) return null;
  const holds = COMPARE[operator];
  if (compared.words) {
    const wanted = text.toLowerCase();
    const words = lowerWords(compared).map((word) => holds(word, wanted));
    return (row) => compared.at[row] >= 0 && words[compared.at[row]];
  }
  const number = typedNumber(text);
  return number === null ? null : (row) => !Number.isNaN(compared.at[row]) && holds(compared.at[row], number);
}

/** Tests a row for a text in any of its words. */
function containing(data, text) {
  const found = data.columns
    .filter((one) => one.words)
    .map((one) => ({ at: one.at, has: Uint8Array.from(lowerWords(one), (word) => word.includes(text)) }))
    .filter(({ has }) => has.includes(1));
  return (row) => found.some(({ at, has }) => at[row] >= 0 && has[at[row]] === 1);
}

/** One test per term; blanks part terms, but not inside of quotes. */
function termTests(data, text) {
  const terms = (text.match(/(?:"[^"]*"?|[^\s"])+/g) ?? []).map((term) => term.replaceAll('"', ''));
  return terms
    .filter((term) => term !== '')
    .map((term) => comparison(data, term) ?? containing(data, term.toLowerCase()));
}
