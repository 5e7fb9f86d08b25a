//! The scripts of `fragscope integrate` in real debuggers, on real processes and cores.
//!
//! The truth is what the kernel says of the waiting process before a debugger comes: /proc/PID/maps, and the stack
//! pointers in /proc/PID/task/TID/syscall. A check that this machine cannot make says so and passes.

mod figures;
mod gdb;
mod lldb;
mod process;
mod server;
mod windbg;
