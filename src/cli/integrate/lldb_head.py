# fragscope in lldb: `command script import /path/to/this/file`, also in ~/.lldbinit. Then `help fragscope`.
#
# Printed by `fragscope integrate lldb`. A core is handed over to the program by its path; of a process lldb's own data
# are: its memory regions, its threads' stack pointers and names. Nothing runs in the process, and nothing in it is changed.
