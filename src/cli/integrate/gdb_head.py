# fragscope in gdb: `source` this file, or put `source /path/to/it` into ~/.gdbinit. Then `help fragscope`.
#
# Printed by `fragscope integrate gdb`. Works with gdb 12 and newer. A core is handed over to the program by its path; of
# a process gdb's own data are: its list of mappings, its threads' stack pointers and names, its shared libraries. Nothing
# runs in the process, and nothing in it is changed.
#
# A gdb without Python runs this file as its own script: the next line completes nothing, the lines in the string are
# commands, and `if 0` skips the rest. Python sees a string.
complete = r"""
echo This gdb has no Python, which the commands of fragscope are written in.\n
echo A core needs none of them:     shell fragscope report CORE\n
echo A process, also a remote one:  pipe fragscope-transcript | fragscope report -\n
define fragscope-transcript
info proc mappings
info threads
thread apply all print $sp
info sharedlibrary
end
document fragscope-transcript
Print what the fragscope program wants to know of a process: pipe fragscope-transcript | fragscope report -
end
if 0
"""
del complete
