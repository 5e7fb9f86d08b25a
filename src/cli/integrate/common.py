import glob
import os
import shutil
import subprocess


class FragscopeError(Exception):
    """Why there is no answer, as one sentence for the user."""


# The program's own commands, from its own description of them: name, what it does, how its arguments are called, and
# for each option the values that it takes, if they are known.
FRAGSCOPE_COMMANDS = @COMMANDS@

FRAGSCOPE_EDITS = @EDITS@


def fragscope_program(configured, how):
    """The path of the program: as configured, else $FRAGSCOPE, else on the PATH. `how` says how to configure it."""
    for named, by in ((configured, how), (os.environ.get("FRAGSCOPE"), "the environment variable FRAGSCOPE")):
        if named:
            found = shutil.which(os.path.expanduser(named))
            if found is None:
                raise FragscopeError("%s is no program that can be run; %s names it" % (named, by))
            return found
    found = shutil.which("fragscope")
    if found is None:
        raise FragscopeError(
            "the program fragscope is not on the PATH; name it with %s or the environment variable FRAGSCOPE" % how
        )
    return found


def fragscope_run(program, words, transcript=None):
    """Runs the program, with a transcript as its stdin. Returns what it printed on stdout and on stderr."""
    # "surrogateescape" gives bytes that are no text back as they came.
    given = None if transcript is None else transcript.encode("utf-8", "surrogateescape")
    pipe = subprocess.PIPE
    try:
        child = subprocess.Popen(
            [program] + words, stdin=subprocess.DEVNULL if given is None else pipe, stdout=pipe, stderr=pipe
        )
    except OSError as error:
        raise FragscopeError("%s does not start: %s" % (program, error.strerror))
    except ValueError as error:
        raise FragscopeError("%s does not start: %s" % (program, error))
    try:
        printed, said = child.communicate(given)
    except KeyboardInterrupt:
        child.kill()
        child.wait()
        raise
    printed, said = printed.decode("utf-8", "replace"), said.decode("utf-8", "replace")
    if child.returncode < 0:
        raise FragscopeError("%s was ended by signal %d" % (program, -child.returncode))
    # 1 is an answer: a gate that was asked for did not hold.
    if child.returncode not in (0, 1):
        said = said.strip()
        for prefix in ("fragscope: ", "error: "):
            said = said[len(prefix) :] if said.startswith(prefix) else said
        raise FragscopeError(said or "%s ended with exit code %d" % (program, child.returncode))
    return printed, said


def fragscope_words(command, dump, words, defaults):
    """The program's arguments. A default, as ["--color", "never"], gives way to what was typed."""
    chosen = []
    for default in defaults:
        if not any(word == default[0] or word.startswith(default[0] + "=") for word in words):
            chosen += default
    return [command] + chosen + [dump] + words


def fragscope_is_text(words):
    """Whether the output is text for people on the screen."""
    joined = " ".join(words).replace("=", " ") + " "
    return "--format " not in joined or "--format text " in joined


def fragscope_name(name):
    """A thread's name or a path in one line: names are the process's own words."""
    return "".join(c if c.isprintable() and c != '"' else "?" for c in name or "")


def fragscope_hint(missing):
    """What to say of threads whose stack pointers are not known; empty if there are none."""
    if not missing:
        return ""
    few = ", ".join(str(number) for number in missing[:8]) + (", ..." if len(missing) > 8 else "")
    threads = "thread" if len(missing) == 1 else "threads"
    return "fragscope: no stack pointer of %s %s: running, or it cannot be read; stop the process to have all\n" % (
        threads,
        few,
    )


def fragscope_completions(command, text):
    """What the last word of `text` can become, as whole words."""
    words = text.split()
    last = "" if not text or text[-1].isspace() else words.pop()
    options = FRAGSCOPE_COMMANDS[command][2]
    before = words[-1] if words else ""
    if before in ("-o", "--output"):
        files = sorted(glob.glob(glob.escape(last) + "*"))
        return [file + "/" if os.path.isdir(file) else file for file in files]
    known = options.get(before)
    if known:
        return [value for value in known if value.startswith(last)]
    if "=" in last and last.split("=")[0] in options:
        option, value = last.split("=", 1)
        return [option + "=" + v for v in options[option] or [] if v.startswith(value)]
    candidates = sorted(options) if last.startswith("-") else []
    if command == "what-if" and not last.startswith("-"):
        candidates = FRAGSCOPE_EDITS
    return [c for c in candidates if c.startswith(last)]
