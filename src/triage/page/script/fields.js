// What stands in a row, as text and as what sorting compares.

const UNKNOWN = '–';

const isKnown = (column, row) => (column.words ? column.at[row] >= 0 : !Number.isNaN(column.at[row]));

/** A whole number to its last digit. */
const exactOf = (column, row) => column.large.get(row) ?? BigInt(column.at[row]);

/** A moment as people and logs write it, in UTC. */
function momentText(milliseconds) {
  const moment = new Date(milliseconds);
  if (Number.isNaN(moment.getTime())) return String(milliseconds);
  return moment.toISOString().replace('T', ' ').slice(0, 19);
}

const TEXTS = {
  text: (column, row) => column.words[column.at[row]],
  bytes: (column, row) => bytes(exactOf(column, row)),
  count: (column, row) => count(exactOf(column, row)),
  percent: (column, row) => `${column.at[row].toFixed(1)} %`,
  time: (column, row) => momentText(column.at[row]),
  millis: (column, row) => `${column.at[row].toFixed(1)} ms`,
};

/** A field for people. */
const fieldText = (column, row) => (isKnown(column, row) ? TEXTS[column.kind](column, row) : UNKNOWN);

/** A field as groups name it: words, or a number's digits; null where nothing is known. */
function fieldKey(column, row) {
  if (!isKnown(column, row)) return null;
  return column.words ? column.words[column.at[row]] : String(column.large.get(row) ?? column.at[row]);
}

/** What a group's rows have in a column, for people; other numbers are shown as they are. */
function keyText(one, key) {
  if (key === null) return UNKNOWN;
  if (one.kind === 'bytes') return bytes(BigInt(key));
  return one.kind === 'count' ? count(BigInt(key)) : key;
}

/** The same for all columns by which rows are grouped. */
const keyTexts = (group) => group.key.map((key, i) => keyText(column(state.data.by[i]), key));

/** A column's words in lower case, made when they are first looked at. */
function lowerWords(column) {
  column.lower ??= column.words.map((word) => word.toLowerCase());
  return column.lower;
}

/** For each word its place in the alphabet. */
function ranksOf(column) {
  if (column.ranks) return column.ranks;
  const lower = lowerWords(column);
  const order = Uint32Array.from(lower, (_, i) => i);
  order.sort((a, b) => (lower[a] < lower[b] ? -1 : lower[a] > lower[b] ? 1 : 0));
  const ranks = new Float64Array(lower.length);
  let rank = -1;
  order.forEach((word, i) => {
    if (i === 0 || lower[order[i - 1]] !== lower[word]) rank += 1;
    ranks[word] = rank;
  });
  column.ranks = ranks;
  return ranks;
}
