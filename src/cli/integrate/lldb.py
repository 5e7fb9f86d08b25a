import re
import shlex
import sys

import lldb

FRAGSCOPE_HOW = "`fragscope program PATH`"

# What `fragscope program PATH` chose.
fragscope_chosen = None


def fragscope_is_core_file(path):
    """Whether a file is an ELF core or a minidump."""
    try:
        with open(path, "rb") as file:
            head = file.read(18)
    except OSError:
        return False
    if head[:4] == b"MDMP":
        return True
    order = "big" if head[5:6] == b"\2" else "little"
    return head[:4] == b"\x7fELF" and int.from_bytes(head[16:18], order) == 4


def fragscope_cores_in_use():
    """Cores that this lldb has mapped or open. lldb itself tells which one only since version 17."""
    found = set()
    try:
        with open("/proc/self/maps", errors="surrogateescape") as maps:
            found.update(line.split(None, 5)[5].rstrip("\n") for line in maps if line.count(" /"))
        for number in os.listdir("/proc/self/fd"):
            try:
                found.add(os.readlink("/proc/self/fd/" + number))
            except OSError:
                pass
    except OSError:
        pass
    return sorted(path for path in found if path.startswith("/") and fragscope_is_core_file(path))


def fragscope_core_path(process):
    """The core that is open, or None of a live process."""
    if process.GetPluginName() not in ("elf-core", "minidump", "mach-o-core"):
        return None
    if hasattr(process, "GetCoreFile"):
        file = process.GetCoreFile()
        if file.IsValid() and file.GetFilename():
            return os.path.join(file.GetDirectory() or "", file.GetFilename())
    cores = fragscope_cores_in_use()
    if len(cores) == 1:
        return cores[0]
    raise FragscopeError(
        "this lldb does not tell the path of the core that is open; add it: fragscope report --core PATH"
    )


def fragscope_regions(process):
    """The mapped regions as lldb knows them: start, end, rights, name."""
    found = []
    regions = process.GetMemoryRegions()
    for index in range(regions.GetSize()):
        region = lldb.SBMemoryRegionInfo()
        if regions.GetMemoryRegionAtIndex(index, region) and region.IsMapped():
            has = (("r", region.IsReadable()), ("w", region.IsWritable()), ("x", region.IsExecutable()))
            rights = "".join(letter if given else "-" for letter, given in has)
            found.append((region.GetRegionBase(), region.GetRegionEnd(), rights, fragscope_name(region.GetName())))
    return found


def fragscope_kernels_map(process, regions):
    """/proc/PID/maps of a process on this machine, or None.

    A process elsewhere may have the number of one here: so its threads must be those of the process here, and every
    region that lldb knows must be in the file."""
    folder = "/proc/%d/" % process.GetProcessID()
    try:
        with open(folder + "maps", errors="surrogateescape") as file:
            text = file.read()
        threads = {int(number) for number in os.listdir(folder + "task")}
    except OSError:
        return None
    known = {process.GetThreadAtIndex(index).GetThreadID() for index in range(process.GetNumThreads())}
    rows = re.findall(r"^([0-9a-f]+)-([0-9a-f]+) (...)", text, re.MULTILINE)
    there = {(int(start, 16), int(end, 16), rights) for start, end, rights in rows}
    return text if known == threads and all(region[:3] in there for region in regions) else None


def fragscope_mappings(process):
    """The map. lldb (seen with 14) takes mappings without permissions for holes and does not know which are shared, so
    its own list is a part of the map, and the program says so."""
    regions = fragscope_regions(process)
    kernels = fragscope_kernels_map(process, regions)
    if kernels is not None:
        return kernels
    if not regions:
        raise FragscopeError(
            "this target does not tell its memory regions: pass a core of the process, or /proc/PID/maps from the "
            "machine that it runs on, to the program itself"
        )
    return "".join("[%#018x-%#018x) %s %s\n" % region for region in regions)


def fragscope_register(target):
    """How the stack pointer is called there, which tells how wide addresses are."""
    cpu = target.GetTriple().split("-")[0]
    return {"x86_64": "rsp", "i386": "esp", "i486": "esp", "i586": "esp", "i686": "esp"}.get(cpu, "sp")


def fragscope_threads(process, register):
    """All threads in the words of `thread list` and `register read`, and the numbers of those without a stack pointer."""
    parts, missing = [], []
    stopped = process.GetState() == lldb.eStateStopped
    for index in range(process.GetNumThreads()):
        thread = process.GetThreadAtIndex(index)
        name = fragscope_name(thread.GetName()).replace("'", "?")
        named = ", name = '%s'" % name if name else ""
        # The star says whose registers follow.
        parts.append("* thread #%d: tid = %d%s\n" % (thread.GetIndexID(), thread.GetThreadID(), named))
        # Frame 0 is not what the user has selected, and asking for it selects nothing.
        frame = thread.GetFrameAtIndex(0) if stopped else lldb.SBFrame()
        sp = frame.GetSP() if frame.IsValid() else lldb.LLDB_INVALID_ADDRESS
        if sp == lldb.LLDB_INVALID_ADDRESS:
            missing.append(thread.GetIndexID())
        else:
            parts.append("     %s = %#x\n" % (register, sp))
    return "".join(parts), missing


def fragscope_transcript(target, process):
    """What lldb knows of the process, and the threads whose stack pointers are not known."""
    if process.GetState() not in (lldb.eStateStopped, lldb.eStateRunning, lldb.eStateSuspended):
        raise FragscopeError("there is no process and no core: start or attach to one, or `target create --core PATH`")
    mappings = fragscope_mappings(process)
    threads, missing = fragscope_threads(process, fragscope_register(target))
    heads = "Process %d stopped\nArchitecture set to: %s.\n" % (process.GetProcessID(), target.GetTriple())
    return "\n".join((heads, threads, mappings)), missing


def fragscope_take_core(words):
    """Takes `--core PATH` out of the words, which is the debugger's option, not the program's."""
    if "--core" not in words:
        return None
    at = words.index("--core")
    path = os.path.expanduser(words[at + 1]) if at + 1 < len(words) else ""
    if not os.path.exists(path):
        raise FragscopeError("--core names the core that is open, and `%s` is no file" % path)
    del words[at : at + 2]
    return path


def fragscope_answer(debugger, command, words, color):
    """What the program answers about the core or the process that is being debugged."""
    program = fragscope_program(fragscope_chosen, FRAGSCOPE_HOW)
    defaults = [["--color", "always" if color else "never"]]
    target = debugger.GetSelectedTarget()
    process = target.GetProcess()
    core = fragscope_take_core(words)
    if core is None and process.IsValid():
        core = fragscope_core_path(process)
    if core is not None:
        return fragscope_run(program, fragscope_words(command, core, words, defaults))
    transcript, missing = fragscope_transcript(target, process)
    printed, said = fragscope_run(program, fragscope_words(command, "-", words, defaults), transcript)
    return printed, said + fragscope_hint(missing)


def fragscope_address(debugger, word):
    """An address as it is, or the value of $REGISTER, NAME or &NAME in the selected frame."""
    if re.fullmatch(r"(0[xX])?[0-9a-fA-F`_]+", word) or not re.fullmatch(r"&?\$?[A-Za-z_]\w*", word):
        return word
    frame = debugger.GetSelectedTarget().GetProcess().GetSelectedThread().GetSelectedFrame()
    # Registers and variables are looked up: expressions would be compiled, and might run in the process.
    if word.startswith("$"):
        value = frame.FindRegister(word[1:])
    else:
        value = frame.FindVariable(word.lstrip("&"))
        value = value.AddressOf() if word.startswith("&") and value.IsValid() else value
    error = lldb.SBError()
    number = value.GetValueAsUnsigned(error) if value.IsValid() else None
    if number is None or error.Fail():
        raise FragscopeError("%s has no value that is an address in the selected frame" % word)
    return "%#x" % number


class FragscopeCommand:
    """One command of the program, about the core or the process that is being debugged."""

    name = None

    def __init__(self, debugger, _dictionary):
        self.debugger = debugger

    def __call__(self, debugger, arguments, _context, result):
        try:
            printed, said = self.answer(debugger, shlex.split(arguments))
        except (FragscopeError, ValueError) as error:
            result.SetError(str(error))
            return
        result.AppendMessage(printed.rstrip("\n"))
        if said.strip():
            result.AppendWarning(said.strip())

    def answer(self, debugger, words):
        """Returns what is printed, and what is said beside it."""
        if self.name == "at" and words:
            words[0] = fragscope_address(debugger, words[0])
        color = debugger.GetUseColor() and os.isatty(1)
        return fragscope_answer(debugger, self.name, words, color)

    def get_short_help(self):
        return FRAGSCOPE_COMMANDS[self.name][0] + "."

    def get_long_help(self):
        about, usage, options = FRAGSCOPE_COMMANDS[self.name]
        more = "\n\nADDR may be a register or a name as well: $sp, &buffer, pointer." if self.name == "at" else ""
        return "%s.\n\nUsage: fragscope %s %s\n\nOptions: %s, and --core PATH where lldb does not tell it%s" % (
            about,
            self.name,
            usage,
            " ".join(sorted(options)),
            more,
        )


class FragscopeProgramCommand(FragscopeCommand):
    """`fragscope program [PATH]`: which program is run."""

    name = "program"

    def answer(self, _debugger, words):
        global fragscope_chosen
        if words:
            fragscope_chosen = words[0]
        return "fragscope commands run %s" % fragscope_program(fragscope_chosen, FRAGSCOPE_HOW), ""

    def get_short_help(self):
        return "Show or choose the program that the fragscope commands run."

    def get_long_help(self):
        return self.get_short_help() + "\n\nUsage: fragscope program [PATH]"


class FragscopeAll(FragscopeCommand):
    """All of them in one, for versions of lldb without containers of commands (before 14)."""

    name = "all"

    def answer(self, debugger, words):
        known = fragscope_classes()
        if not words or words[0] not in known:
            raise FragscopeError("write fragscope and one of %s" % ", ".join(known))
        return known[words[0]](debugger, None).answer(debugger, words[1:])

    def get_short_help(self):
        return "Say what of the address space is free, who splits it, and whether it was to blame."

    def get_long_help(self):
        lines = ["  %s -- %s" % (name, c(None, None).get_short_help()) for name, c in fragscope_classes().items()]
        return "%s\n\n%s" % (self.get_short_help(), "\n".join(lines))


def fragscope_class_name(command):
    return "Fragscope_" + command.replace("-", "_")


def fragscope_classes():
    """For each command its class."""
    found = {name: globals()[fragscope_class_name(name)] for name in FRAGSCOPE_COMMANDS}
    found["program"] = FragscopeProgramCommand
    return found


for fragscope_each in FRAGSCOPE_COMMANDS:
    globals()[fragscope_class_name(fragscope_each)] = type(
        fragscope_class_name(fragscope_each), (FragscopeCommand,), {"name": fragscope_each}
    )


def __lldb_init_module(debugger, _dictionary):
    interpreter = debugger.GetCommandInterpreter()

    def run(command):
        result = lldb.SBCommandReturnObject()
        interpreter.HandleCommand(command, result)
        return result.Succeeded()

    about = FragscopeAll(None, None).get_short_help().replace('"', "'")
    # Importing it once more replaces what is there.
    run("command container delete fragscope")
    if not run('command container add -h "%s" fragscope' % about):
        run("command script add -c %s.FragscopeAll fragscope" % __name__)
        return
    for name, command in fragscope_classes().items():
        run("command script add -c %s.%s fragscope %s" % (__name__, command.__name__, name))
