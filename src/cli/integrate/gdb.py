import re
import shlex
import sys
import tempfile

import gdb

FRAGSCOPE_HOW = "`set fragscope program PATH`"


def fragscope_core_path():
    """The core that is open, or None of a live process or where there is nothing."""
    inferior = gdb.selected_inferior()
    corefile = getattr(inferior, "corefile", None)
    if corefile is not None and getattr(corefile, "filename", None):
        return corefile.filename
    connection = getattr(inferior, "connection", None)
    if connection is not None and connection.type != "core":
        return None
    files = fragscope_output("info files")
    # The marks around the name changed over time; the file's type stands behind them.
    found = re.search(r"^Local core dump file:\n\t.(.*?).,\s+file type ", files, re.DOTALL | re.MULTILINE)
    if found:
        return found.group(1)
    if connection is not None:
        raise FragscopeError("a core is open, but this gdb does not tell its path; run `shell fragscope report CORE`")
    return None


def fragscope_output(command):
    """What a command of gdb's prints, or nothing where the target cannot tell."""
    try:
        return gdb.execute(command, to_string=True)
    except gdb.error:
        return ""
    except UnicodeDecodeError:
        return fragscope_output_of_bytes(command)


def fragscope_output_of_bytes(command):
    """The same where the name of a file is no UTF-8, which gdb (13.1) does not hand to Python: by a file of one's own."""
    with tempfile.NamedTemporaryFile(prefix="fragscope-") as file:
        gdb.execute("pipe %s | cat > %s" % (command, shlex.quote(file.name)), to_string=True)
        return file.read().decode("utf-8", "surrogateescape")


def fragscope_mappings():
    """The map, as gdb prints it; else what gdb knows of files, which is a part of it."""
    mappings = fragscope_output("info proc mappings")
    if "0x" in mappings:
        # The kernel writes a name's line breaks as \012 into the map, but not into this.
        exe = re.search(r"^exe = '(.*)'", fragscope_output("info proc exe"), re.MULTILINE | re.DOTALL)
        named = "exe = '%s'\n" % fragscope_name(exe.group(1)) if exe else ""
        return "process %d\n%s%s" % (gdb.selected_inferior().pid, named, mappings)
    raise FragscopeError(
        "this target does not tell its mappings (`info proc mappings` fails): pass a core of the process, or "
        "/proc/PID/maps from the machine that it runs on, to the program itself"
    )


def fragscope_stack_pointer():
    """$sp of the newest frame of the selected thread, or None. What `print $sp` prints."""
    try:
        value = gdb.newest_frame().read_register("sp")
        return int(value) & ((1 << (8 * value.type.sizeof)) - 1)
    except (gdb.error, ValueError, OverflowError):
        return None


def fragscope_handle(thread):
    """The address of the thread's struct pthread, where libthread_db told gdb."""
    try:
        handle = thread.handle()
    except (gdb.error, AttributeError):
        return None
    return int.from_bytes(bytes(handle), sys.byteorder) if len(handle) in (4, 8) else None


def fragscope_thread(thread):
    """One thread in the words of `thread apply all print $sp`, and whether its stack pointer is known."""
    lwp = thread.ptid[1] or thread.ptid[2] or thread.ptid[0]
    handle = fragscope_handle(thread)
    target = "LWP %d" % lwp if handle is None else "Thread %#x (LWP %d)" % (handle, lwp)
    try:
        name = fragscope_name(thread.name)
    except UnicodeDecodeError:
        name = ""
    header = "Thread %d (%s%s):\n" % (thread.global_num, target, ' "%s"' % name if name else "")
    sp = None
    if not thread.is_running():
        thread.switch()
        sp = fragscope_stack_pointer()
    return header + ("" if sp is None else "$1 = (void *) %#x\n\n" % sp), sp is not None


def fragscope_threads():
    """All threads, and the numbers of those without a stack pointer. What the user had selected is selected again."""
    selected = gdb.selected_thread()
    try:
        frame = gdb.selected_frame()
    except gdb.error:
        frame = None
    parts, missing = [], []
    try:
        for thread in gdb.selected_inferior().threads():
            if thread.is_valid() and not thread.is_exited():
                part, known = fragscope_thread(thread)
                parts.append(part)
                missing += [] if known else [thread.global_num]
    finally:
        if selected is not None and selected.is_valid():
            selected.switch()
        if frame is not None and frame.is_valid():
            frame.select()
    return "".join(parts), missing


def fragscope_transcript():
    """What gdb knows of the process, as its commands print it, and the threads whose stack pointers are not known."""
    inferior = gdb.selected_inferior()
    if inferior.pid == 0:
        raise FragscopeError("there is no process and no core: start or attach to one, or open a core with `core-file`")
    mappings = fragscope_mappings()
    threads, missing = fragscope_threads()
    return "\n".join((mappings, threads, fragscope_output("info sharedlibrary"))), missing


def fragscope_answer(command, words, for_terminal):
    """What the program answers about the core or the process that is being debugged."""
    program = fragscope_program(gdb.parameter("fragscope program"), FRAGSCOPE_HOW)
    defaults = [["--color", "always" if for_terminal else "never"]]
    width = gdb.parameter("width")
    if command == "map" and for_terminal and width and fragscope_is_text(words):
        defaults.append(["--width", str(min(max(width, 40), 1000))])
    core = fragscope_core_path()
    if core is not None:
        if not os.path.exists(core):
            raise FragscopeError("the core %s is not there any more" % core)
        return fragscope_run(program, fragscope_words(command, core, words, defaults))
    transcript, missing = fragscope_transcript()
    printed, said = fragscope_run(program, fragscope_words(command, "-", words, defaults), transcript)
    return printed, said + fragscope_hint(missing)


def fragscope_for_terminal(from_tty):
    """Whether what is written is seen on a terminal by someone who has styles on."""
    return bool(from_tty and gdb.parameter("style enabled") and os.isatty(1))


def fragscope_address(word):
    """An address as it is, or the value of $REGISTER, NAME or &NAME in the selected frame."""
    if re.fullmatch(r"(0[xX])?[0-9a-fA-F`_]+", word) or not re.fullmatch(r"&?\$?[A-Za-z_]\w*", word):
        return word
    # A name alone calls no function of the process; but should a language of gdb's think otherwise, it may not.
    may_call = gdb.parameter("may-call-functions")
    gdb.execute("set may-call-functions off", to_string=True)
    try:
        return "%#x" % (int(gdb.parse_and_eval(word)) & ((1 << 64) - 1))
    except (gdb.error, ValueError, TypeError) as error:
        raise FragscopeError("%s has no value that is an address: %s" % (word, error))
    finally:
        gdb.execute("set may-call-functions %s" % ("on" if may_call else "off"), to_string=True)


class FragscopePrefix(gdb.Command):
    """Say what of the address space is free, who splits it, and whether it was to blame.

    The program is that of `set fragscope program PATH`, of the environment variable
    FRAGSCOPE, or fragscope on the PATH."""

    def __init__(self):
        super().__init__("fragscope", gdb.COMMAND_STATUS, prefix=True)


class FragscopeCommand(gdb.Command):
    """One command of the program, about the core or the process that is being debugged."""

    def __init__(self, command):
        self.command = command
        super().__init__("fragscope " + command, gdb.COMMAND_STATUS)

    def invoke(self, arguments, from_tty):
        self.dont_repeat()
        words = gdb.string_to_argv(arguments)
        try:
            if self.command == "at" and words:
                words[0] = fragscope_address(words[0])
            printed, said = fragscope_answer(self.command, words, fragscope_for_terminal(from_tty))
        except FragscopeError as error:
            raise gdb.GdbError(str(error))
        except KeyboardInterrupt:
            raise gdb.GdbError("interrupted")
        gdb.write(printed)
        gdb.write(said, gdb.STDERR)

    def complete(self, text, word):
        found = fragscope_completions(self.command, text)
        if word is None:
            # gdb asks first where words end, and has no word yet.
            return []
        # gdb takes a part of what a person takes for a word: behind the last dash, say.
        last = "" if not text or text[-1].isspace() else text.split()[-1]
        return [candidate[len(last) - len(word) :] for candidate in found]


class FragscopeSet(gdb.Command):
    """Settings of fragscope."""

    def __init__(self, verb):
        super().__init__(verb + " fragscope", gdb.COMMAND_SUPPORT, prefix=True)


class FragscopeProgram(gdb.Parameter):
    """The program that the fragscope commands run."""

    set_doc = "Set the program that the fragscope commands run."
    show_doc = "Show the program that the fragscope commands run."

    def __init__(self):
        super().__init__("fragscope program", gdb.COMMAND_SUPPORT, gdb.PARAM_OPTIONAL_FILENAME)

    def get_set_string(self):
        return ""

    def get_show_string(self, value):
        try:
            return "fragscope commands run %s." % fragscope_program(value, FRAGSCOPE_HOW)
        except FragscopeError as error:
            return "fragscope commands run nothing: %s." % error


def fragscope_install():
    FragscopePrefix()
    for verb in ("set", "show"):
        FragscopeSet(verb)
    FragscopeProgram()
    for name, (about, usage, options) in FRAGSCOPE_COMMANDS.items():
        doc = "%s.\n\nUsage: fragscope %s %s\n\nOptions: %s" % (about, name, usage, " ".join(sorted(options)))
        if name == "at":
            doc += "\n\nADDR may be a register or a name as well: $sp, &buffer, pointer."
        type("Fragscope_" + name, (FragscopeCommand,), {"__doc__": doc})(name)


fragscope_install()
