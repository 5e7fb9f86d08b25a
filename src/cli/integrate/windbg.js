// From here on WinDbg is called. What these functions do cannot be tested without it, so they do little.

let fragscopeChosen = 'fragscope';

function fragscopeExecute(command) {
  return Array.from(host.namespace.Debugger.Utility.Control.ExecuteCommand(command), String);
}

function fragscopeDump() {
  try {
    return host.currentSession.Attributes.Target.Details.DumpFileName;
  } catch (error) {
    return undefined;
  }
}

function fragscopeTemporary(name) {
  const folder = host.namespace.Debugger.Utility.FileSystem.TempDirectory;
  return `${folder}\\fragscope-${Date.now()}-${Math.floor(Math.random() * 1e9)}-${name}`;
}

function fragscopeWrite(path, lines) {
  const files = host.namespace.Debugger.Utility.FileSystem;
  const file = files.CreateFile(path, 'CreateNew');
  try {
    const writer = files.CreateTextWriter(file, 'Utf8');
    lines.forEach((line) => writer.WriteLine(line));
  } finally {
    file.Close();
  }
}

function fragscopeRead(path) {
  const files = host.namespace.Debugger.Utility.FileSystem;
  if (!files.FileExists(path)) {
    return [];
  }
  const file = files.OpenFile(path);
  try {
    return Array.from(files.CreateTextReader(file, 'Utf8').ReadLineContents(), String);
  } finally {
    file.Close();
  }
}

function fragscopeRemove(path) {
  const files = host.namespace.Debugger.Utility.FileSystem;
  if (files.FileExists(path)) {
    files.DeleteFile(path);
  }
}

// What WinDbg prints of a live process.
function fragscopeOutputs() {
  const asked = (command) => ({ command, output: fragscopeExecute(command) });
  const outputs = fragscopeQuestions.map(asked);
  const numbers = fragscopeThreadNumbers(outputs[outputs.length - 1].output);
  if (numbers.length === 0) {
    throw new Error('there is no process: fragscope asks about user-mode processes and their dumps');
  }
  return outputs.concat(numbers.map(fragscopeRegistersOf).map(asked));
}

// Runs the program. Returns the lines that it wrote, and those that it said beside them.
function fragscopeAnswer({ command, words }) {
  const dump = fragscopeDump();
  const [input, output] = [fragscopeTemporary('input.txt'), fragscopeTemporary('output.txt')];
  try {
    const reads = fragscopeReads(dump);
    if (!reads) {
      fragscopeWrite(input, fragscopeTranscript(fragscopeOutputs()));
    }
    const line = fragscopeShellLine(fragscopeChosen, fragscopeArguments(command, reads ? dump : input, words, output));
    const said = fragscopeSaid(fragscopeExecute(line));
    return { printed: fragscopeRead(output), said };
  } finally {
    fragscopeRemove(input);
    fragscopeRemove(output);
  }
}

// `!fragscope "map --around largest-gap"`, `dx @$fragscope("report")`.
function fragscope(first, second, third, fourth) {
  try {
    const { printed, said } = fragscopeAnswer(fragscopeAsked([first, second, third, fourth]));
    printed.concat(said).forEach((line) => host.diagnostics.debugLog(line, '\n'));
  } catch (error) {
    host.diagnostics.debugLog(`fragscope: ${error.message}`, '\n');
  }
}

// `!fragscope_program "C:\\tools\\fragscope.exe"`: which program is run; without it, the one on the PATH.
function fragscopeProgram(path) {
  fragscopeChosen = path === undefined ? 'fragscope' : String(path);
  return fragscopeChosen;
}

// `dx @$curprocess.Fragscope.verdict`: the report's JSON as an object.
class FragscopeProcess {
  get Fragscope() {
    const { printed, said } = fragscopeAnswer({ command: 'report', words: ['--format', 'json'] });
    if (printed.length === 0) {
      throw new Error(said.join(' ') || 'the program printed nothing');
    }
    return JSON.parse(printed.join('\n'));
  }
}

function initializeScript() {
  return [
    new host.apiVersionSupport(1, 3),
    new host.functionAlias(fragscope, 'fragscope'),
    new host.functionAlias(fragscopeProgram, 'fragscope_program'),
    new host.namedModelParent(FragscopeProcess, 'Debugger.Models.Process'),
  ];
}
