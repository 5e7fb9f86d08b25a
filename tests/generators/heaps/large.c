/* large: processes with much memory to look through, which abort.
 *
 * Build:  gcc -std=gnu11 -O1 -o large large.c                                          (tests/bench/heap.py builds it)
 *         gcc -std=gnu11 -O1 -DNO_LIBC -static -nostdlib -ffreestanding -fno-stack-protector -o nothing large.c
 * Use:    large CHUNKS      so many allocations of about 100 bytes, of which every third is given back
 *         nothing           a gigabyte of words of which many could be pointers, and no heap at all
 */
#ifdef NO_LIBC

enum { SYS_mmap = 9, SYS_getpid = 39, SYS_kill = 62, SIGABRT = 6 };

static long call(long number, long a, long b, long c, long d, long e, long f)
{
    register long r10 __asm__("r10") = d, r8 __asm__("r8") = e, r9 __asm__("r9") = f;
    long result;
    __asm__ volatile("syscall" : "=a"(result) : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
                     : "rcx", "r11", "memory");
    return result;
}

void _start(void)
{
    const unsigned long size = 1ul << 30;
    unsigned long *words = (unsigned long *)call(SYS_mmap, 0, size, 3, 0x22, -1, 0), random = 88172645463325252ul;
    for (unsigned long i = 0; i < size / 8; i++) {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        words[i] = random & 3 ? (unsigned long)(words + random % (size / 8)) : random >> 40;
    }
    call(SYS_kill, call(SYS_getpid, 0, 0, 0, 0, 0, 0), SIGABRT, 0, 0, 0, 0);
}

#else

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int main(int argc, char **argv)
{
    size_t count = argc > 1 ? strtoull(argv[1], NULL, 0) : 10000000;
    uint64_t random = 88172645463325252ull;
    char **chunk = calloc(count, sizeof *chunk);
    if (!chunk) return 3;
    for (size_t i = 0; i < count; i++) {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        size_t size = 24 + random % 161;
        chunk[i] = malloc(size);
        if (!chunk[i]) return 3;
        memset(chunk[i], 0x61, size);
    }
    for (size_t i = 1; i < count; i += 3) free(chunk[i]);
    printf("%zu\n", count - (count + 1) / 3);
    fflush(stdout);
    abort();
}

#endif
