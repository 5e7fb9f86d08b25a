// As much of WinDbg as the extension calls, for Node. Standard input is JSON: the extension's path, what each command
// prints, the dump that is open, and JavaScript to evaluate in the extension. Standard output is JSON: what that gave or
// threw, what was logged, and the files that were left behind.

'use strict';

const { spawnSync } = require('child_process');
const fs = require('fs');
const vm = require('vm');

const asked = JSON.parse(fs.readFileSync(0, 'utf8'));
const logged = [];
const commands = [];

// The words of a line, as Windows programs take them apart: quotes hold together.
function words(line) {
  return Array.from(line.matchAll(/"([^"]*)"|(\S+)/g), (found) => (found[1] === undefined ? found[2] : found[1]));
}

function shell(line) {
  const [program, ...rest] = words(line);
  const done = spawnSync(program, rest, { encoding: 'utf8' });
  const said = done.error ? `'${program}' is not recognized` : done.stdout + done.stderr;
  return said.split('\n').concat(['.shell: Process exited']);
}

function execute(command) {
  commands.push(command);
  const prefix = '.shell -i- ';
  return command.startsWith(prefix) ? shell(command.slice(prefix.length)) : asked.outputs[command] || [];
}

const files = {
  TempDirectory: asked.folder,
  CreateFile: (path, mode) => ({ path, fd: fs.openSync(path, mode === 'CreateNew' ? 'wx' : 'w'), Close() { fs.closeSync(this.fd); } }),
  OpenFile: (path) => ({ path, fd: fs.openSync(path, 'r'), Close() { fs.closeSync(this.fd); } }),
  CreateTextWriter: (file) => ({ WriteLine: (line) => fs.writeSync(file.fd, `${line}\r\n`) }),
  CreateTextReader: (file) => ({ ReadLineContents: () => fs.readFileSync(file.fd, 'utf8').replace(/\n$/, '').split('\n') }),
  FileExists: (path) => fs.existsSync(path),
  DeleteFile: (path) => fs.unlinkSync(path),
};

const target = asked.dump ? { Details: { DumpFileName: asked.dump } } : {};
const host = {
  namespace: { Debugger: { Utility: { Control: { ExecuteCommand: execute }, FileSystem: files } } },
  currentSession: { Attributes: { Target: target } },
  diagnostics: { debugLog: (...parts) => logged.push(parts.join('')) },
  apiVersionSupport: class {},
  functionAlias: class { constructor(f, name) { Object.assign(this, { f, name }); } },
  namedModelParent: class { constructor(model, name) { Object.assign(this, { model, name }); } },
};

const context = vm.createContext({ host });
vm.runInContext(fs.readFileSync(asked.script, 'utf8'), context, { filename: asked.script });
const answer = {};
try {
  answer.value = vm.runInContext(asked.evaluate, context);
} catch (error) {
  answer.thrown = error.message;
}
process.stdout.write(JSON.stringify({ ...answer, logged: logged.join(''), commands, left: fs.readdirSync(asked.folder) }));
