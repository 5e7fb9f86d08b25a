// The rows as they stand in the page (pack.rs), unpacked: a line about the page, then lines of columns.

/** Letters of base64 that are unpacked at a time; a multiple of four. */
const PART = 1 << 20;

/** The bytes of a text in base64, a part at a time. */
function* partsOf(text) {
  for (let at = 0; at < text.length; at += PART) {
    const letters = atob(text.slice(at, at + PART));
    const part = new Uint8Array(letters.length);
    for (let i = 0; i < letters.length; i += 1) part[i] = letters.charCodeAt(i);
    yield part;
  }
}

/** The lines of a packed text. */
async function* linesOf(text) {
  const parts = partsOf(text);
  const packed = new ReadableStream({
    pull(stream) {
      const { value, done } = parts.next();
      if (done) stream.close();
      else stream.enqueue(value);
    },
  });
  const unpacked = packed.pipeThrough(new DecompressionStream('gzip')).pipeThrough(new TextDecoderStream());
  const reader = unpacked.getReader();
  let pieces = [];
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    const [end, ...lines] = value.split('\n');
    pieces.push(end);
    for (const line of lines) {
      yield pieces.join('');
      pieces = [line];
    }
  }
}

/** An empty column: words with a number for each row, or numbers with NaN where nothing is known. */
function columnOf(head, rows) {
  if (head.kind === 'text') return { ...head, words: [], numbers: new Map(), at: new Int32Array(rows).fill(-1) };
  return { ...head, at: new Float64Array(rows).fill(NaN), large: new Map() };
}

/** The number of a word in its column. */
function numberOf(column, word) {
  let number = column.numbers.get(word);
  if (number === undefined) {
    number = column.words.push(word) - 1;
    column.numbers.set(word, number);
  }
  return number;
}

function addWords(column, from, { words, at }) {
  const numbers = words.map((word) => numberOf(column, word));
  let next = 0;
  at.forEach((code, i) => {
    if (code === 0) column.at[from + i] = numbers[next++];
    else if (code !== null) column.at[from + i] = numbers[code - 1];
  });
}

/** Numbers without the zeros that they share. A double holds them exactly, but for those that came as digits. */
function addNumbers(column, from, { shift = 0, at }) {
  const unit = 2 ** shift;
  at.forEach((value, i) => {
    if (value === null) return;
    column.at[from + i] = Number(value) * unit;
    if (typeof value === 'string') column.large.set(from + i, BigInt(value) << BigInt(shift));
  });
}

function addChunk(data, chunk) {
  chunk.columns.forEach((cells, i) => {
    const column = data.columns[i];
    if (cells !== null) (column.words ? addWords : addNumbers)(column, data.rows, cells);
  });
  if (chunk.links !== null) addWords(data.links, data.rows, chunk.links);
  data.rows += chunk.rows;
}

/** All rows. Calls `progress` with the data after each line. */
async function unpack(text, progress = () => {}) {
  let data = null;
  for await (const line of linesOf(text)) {
    const found = JSON.parse(line);
    if (data === null) {
      const { columns, rows, ...rest } = found;
      const links = columnOf({ kind: 'text', name: 'links' }, rows);
      data = { ...rest, expected: rows, rows: 0, columns: columns.map((head) => columnOf(head, rows)), links };
      data.named = Object.fromEntries(data.columns.map((column) => [column.name, column]));
    } else addChunk(data, found);
    await progress(data);
  }
  return data;
}
