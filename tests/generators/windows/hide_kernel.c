/* LD_PRELOAD for Wine: uname() with a neutral release, because Wine writes it into every minidump. x86-64 only. */
#include <sys/utsname.h>

static long uname_syscall(struct utsname *name)
{
    long result;
    __asm__ volatile("syscall" : "=a"(result) : "a"(63), "D"(name) : "rcx", "r11", "memory");
    return result;
}

int uname(struct utsname *name)
{
    static const char release[] = "6.0";
    if (uname_syscall(name) < 0)
        return -1;
    for (unsigned i = 0; i < sizeof name->release; i++)
        name->release[i] = i < sizeof release ? release[i] : 0;
    return 0;
}
