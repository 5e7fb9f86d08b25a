/* foreign: a few parked threads and mappings, then abort: for cores of other CPUs under qemu-user (see foreign.sh).
 *
 * Writes PREFIX.threads.csv (tid,name,sp,stack_start,stack_end,guard,kind,sp_source as fragment.c does; sp is always the address of a
 * local, and the core's SP is up to some KiB below it) and PREFIX.maps, as qemu shows it to the guest. qemu merges mappings
 * and adds its own: registers and byte order are the point of these cores, not the layout. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { THREADS = 6, PAGE = 4096, STACK = 128 << 10 };

static struct { int tid; size_t sp, start, end, guard; } threads[THREADS + 1];
static int ready;

static void record(int number)
{
    pthread_attr_t attributes;
    void *start = NULL;
    size_t size = 0;
    /* Not for the main thread: musl probes its stack with mremap until that no longer says ENOMEM, which qemu always says. */
    if (number > 0 && pthread_getattr_np(pthread_self(), &attributes) == 0) {
        pthread_attr_getstack(&attributes, &start, &size);
        pthread_attr_getguardsize(&attributes, &threads[number].guard);
    }
    threads[number].tid = (int)syscall(SYS_gettid);
    threads[number].start = (size_t)start;
    threads[number].end = (size_t)start + size;
    threads[number].sp = (size_t)__builtin_frame_address(0);
}

static void *thread_main(void *argument)
{
    record((int)(size_t)argument);
    __atomic_add_fetch(&ready, 1, __ATOMIC_RELEASE);
    for (;;)
        pause();
}

static void start_threads(void)
{
    pthread_attr_t attributes;
    pthread_t handle;
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, STACK);
    for (size_t i = 1; i <= THREADS; i++)
        if (pthread_create(&handle, &attributes, thread_main, (void *)i))
            _exit(2);
    while (__atomic_load_n(&ready, __ATOMIC_ACQUIRE) < THREADS)
        usleep(1000);
}

static void map_blocks(void)
{
    static const int protections[] = { PROT_READ | PROT_WRITE, PROT_NONE, PROT_READ };
    for (int i = 0; i < 24; i++) {
        char *start = mmap(NULL, (size_t)(1 + i) * 16 * PAGE, protections[i % 3], MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (start == MAP_FAILED)
            continue;
        if (i % 3 == 0)
            *start = 'x';
        if (i % 4 == 3)
            munmap(start, (size_t)(1 + i) * 16 * PAGE);
    }
}

static void write_threads(int file)
{
    dprintf(file, "tid,name,sp,stack_start,stack_end,guard,kind,sp_source\n");
    for (int i = 0; i <= THREADS; i++)
        dprintf(file, "%d,foreign,0x%zx,0x%zx,0x%zx,%zu,%s,local\n", threads[i].tid, threads[i].sp, threads[i].start, threads[i].end,
                threads[i].guard, i ? "small" : "main");
}

static void copy_maps(int to)
{
    static char buffer[1 << 16];
    int from = open("/proc/self/maps", O_RDONLY);
    for (ssize_t got; (got = read(from, buffer, sizeof buffer)) > 0;)
        if (write(to, buffer, (size_t)got) != got)
            _exit(2);
}

int main(void)
{
    map_blocks();
    start_threads();
    record(0);
    write_threads(open("truth.threads.csv", O_WRONLY | O_CREAT | O_TRUNC, 0644));
    copy_maps(open("truth.maps", O_WRONLY | O_CREAT | O_TRUNC, 0644));
    abort();
}
