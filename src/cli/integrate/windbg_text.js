// fragscope in WinDbg: `.scriptload C:\path\to\this\file.js`, then `!fragscope` or `!fragscope "map --around largest-gap"`.
//
// Printed by `fragscope integrate windbg`. A dump that is open is handed over to the program by its path; of a live
// process the output of `!address`, `lm`, `~` and of `r` for each thread is, as a transcript. Nothing is written into the
// process, and the current thread stays as it is.
//
// This half knows nothing of WinDbg: text in, text out. It is tested under Node; the other half only calls it. WinDbg's
// JavaScript is that of 2015, without `matchAll`, `flatMap` and the like.

'use strict';

// The program's own commands, from its own description of them: what each does, and how its arguments are called.
const fragscopeCommands = @COMMANDS@;

// What is asked of a live process before its threads are known.
const fragscopeQuestions = ['!address', 'lm', '~'];

// The words of `map --around 'thread 17'`; single quotes hold together, as double ones end the string in WinDbg.
function fragscopeSplit(text) {
  const word = /'([^']*)'|([^\s']+)/g;
  const words = [];
  for (let found = word.exec(text); found; found = word.exec(text)) {
    words.push(found[1] === undefined ? found[2] : found[1]);
  }
  return words;
}

// The command and what is behind it, of all that stood behind `!fragscope`. Options alone are those of a report.
function fragscopeAsked(parts) {
  const given = parts.filter((part) => part !== undefined && part !== null);
  const words = fragscopeSplit(given.join(' '));
  const command = words.length === 0 || words[0].startsWith('-') ? 'report' : words.shift();
  if (Object.keys(fragscopeCommands).indexOf(command) < 0) {
    throw new Error(`${command} is none of the commands ${Object.keys(fragscopeCommands).join(', ')}`);
  }
  return { command, words };
}

// WinDbg's numbers of the threads that `~` lists.
function fragscopeThreadNumbers(lines) {
  const numbers = [];
  for (const line of lines) {
    const found = /^[\s.#]*(\d+)\s+Id:\s*[0-9a-f]+\.[0-9a-f]+\s/i.exec(line);
    if (found) {
      numbers.push(Number(found[1]));
    }
  }
  return numbers;
}

// The command that shows the registers of a thread and leaves the current thread as it is.
function fragscopeRegistersOf(number) {
  return `~${number}e r`;
}

// Commands and their output as they would stand in a log of the session, so that the program knows what was asked.
function fragscopeTranscript(outputs) {
  const lines = [];
  for (const { command, output } of outputs) {
    lines.push(`0:000> ${command}`);
    for (const line of output) {
      // What a line holds is the process's: it cannot begin another.
      lines.push(String(line).replace(/[\r\n]+/g, ' '));
    }
  }
  return lines;
}

// Whether a file that WinDbg has open is one that the program reads: a dump, not a trace or a package with one.
function fragscopeReads(path) {
  return typeof path === 'string' && path !== '' && !/\.(run|idx|ttd|cab|zip)$/i.test(path);
}

// The program's arguments. The report goes into a file, as `.shell` takes UTF-8 for another encoding.
function fragscopeArguments(command, input, words, output) {
  const named = words.some((word) => /^(-o|--output(=|$))/.test(word));
  const chosen = words.some((word) => /^--color(=|$)/.test(word)) ? [] : ['--color', 'never'];
  return [command, ...chosen, ...(named ? [] : ['-o', output]), input, ...words];
}

// One word for the command line that `.shell` hands on. Of what cmd.exe and WinDbg would read as more than text, nothing
// passes.
function fragscopeQuoted(word) {
  if (/["%`\u0000-\u001f]/.test(word)) {
    throw new Error(`${JSON.stringify(word)} cannot be handed over: it has quotes, a percent sign or control characters`);
  }
  if (word !== '' && /^[\w.:\\/=+@,*?~-]+$/.test(word)) {
    return word;
  }
  // Backslashes before a quote would be taken for its escape.
  return `"${word.replace(/\\+$/, '$&$&')}"`;
}

// The line for WinDbg. `-i-`: the program gets no input, and WinDbg asks for none.
function fragscopeShellLine(program, words) {
  return ['.shell -i-', ...[program, ...words].map(fragscopeQuoted)].join(' ');
}

// What the program said, without WinDbg's own words about it.
function fragscopeSaid(lines) {
  const own = /^(\.shell: .*|<\.shell .*|)$/;
  return lines.map((line) => String(line).replace(/\s+$/, '').replace(/^fragscope: /, '')).filter((line) => !own.test(line));
}
