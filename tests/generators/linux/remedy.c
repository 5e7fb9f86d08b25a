/* remedy: a 32-bit process whose address space is split by one thing, fails a malloc, and aborts. With the remedy that a
 * report of its core gives first, the same process gets its memory.
 *
 * Build:  gcc -m32 -std=gnu11 -O1 -pthread -no-pie -o remedy remedy.c
 *         gcc -m32 -std=gnu11 -O1 -shared -fPIC -DPLUGIN -o plugin.so remedy.c
 * Use:    remedy SCENARIO [stack=BYTES] [plugin=PATH]        (remedies.sh runs it, before and after)
 *
 *   stacks   48 workers with pthread's default stacks, side by side as mmap puts them.      stack=: smaller ones
 *   arenas   24 clients, served one after the other; each maps a buffer and allocates a little from an arena of its own,
 *            as on a machine with many cores. The buffers go, the arenas stay where they are.
 *                                                           MALLOC_ARENA_MAX in the environment: fewer arenas
 *   library  a plugin is loaded while buffers are mapped; the buffers on both sides of it go.   plugin=: not loaded
 *
 * In all of them static tables fill most of the space: they belong to the executable, so no advice can move them, and
 * MADV_DONTDUMP keeps them out of the core. Nothing else is placed by hand. The malloc is made by the main thread; where
 * a failing one would create an arena (glibc tries another one), the number of arenas is limited before.
 *
 * It leaves what `fragment` leaves (see there): PREFIX.maps, PREFIX.threads.csv, PREFIX.info, here always `truth`. If malloc
 * failed, the maps are those of the core that follows. If not, they are what was there just before the call, the memory
 * is written to, .info has its address, and the process ends with 0.
 */
#ifdef PLUGIN

/* A plugin as large as a browser engine, so that there is no room for it between ld.so and the stack: doing without it brings
 * more than having it elsewhere. Constant, so that a map shows all of it as the file's; bss would look like anybody's. */
const char plugin_tables[144 << 20] = "tables";

#else

#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <malloc.h>
#include <pthread.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { PAGE = 4096, MIB = 1 << 20, MAX_THREADS = 64 };

/* 3 GiB behind the program's 0x08048000; about 760 MiB are left below the libraries. */
static char low_tables[1536u * MIB] __attribute__((aligned(PAGE)));
static char high_tables[1536u * MIB] __attribute__((aligned(PAGE)));

static struct {
    const char *scenario, *plugin;
    size_t stack, request;
} opt = { .plugin = "./plugin.so" };

static void die(const char *what)
{
    dprintf(2, "remedy: %s: %s\n", what, strerror(errno));
    exit(2);
}

static char *map_buffer(size_t size)
{
    char *start = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (start == MAP_FAILED)
        die("mmap");
    start[0] = start[size - 1] = 1;
    return start;
}

/* ---- threads ---------------------------------------------------------------------------------------------------- */

static struct thread {
    pthread_t handle;
    int number;
    pid_t tid;
    char name[16];
    char *buffer, *session;
} threads[MAX_THREADS];
static int thread_count;
static int parked;  /* how many threads have come to rest; atomic */
static int turn;    /* whose turn it is; atomic */
static int never;

static void rest(void)
{
    __atomic_add_fetch(&parked, 1, __ATOMIC_RELEASE);
    for (;;)
        syscall(SYS_futex, &never, FUTEX_WAIT, 0, NULL, NULL, 0);
}

/* What a worker needs at its deepest: more than it uses while it waits, so that the advised size must leave room. */
static __attribute__((noinline)) void work(void)
{
    volatile char room[40 << 10];
    for (size_t i = 0; i < sizeof room; i += PAGE)
        room[i] = 1;
}

static void *worker_main(void *argument)
{
    struct thread *thread = argument;
    thread->tid = (pid_t)syscall(SYS_gettid);
    prctl(PR_SET_NAME, thread->name);
    work();
    rest();
    return NULL;
}

/* A request at a time: its buffer comes before what it allocates, as when input is read and then understood. */
static void *client_main(void *argument)
{
    struct thread *thread = argument;
    thread->tid = (pid_t)syscall(SYS_gettid);
    prctl(PR_SET_NAME, thread->name);
    while (__atomic_load_n(&turn, __ATOMIC_ACQUIRE) != thread->number)
        sched_yield();
    thread->buffer = map_buffer(24 * MIB);
    thread->session = malloc(20 << 10);
    memset(thread->session, 's', 20 << 10);
    rest();
    return NULL;
}

static void start_threads(int count, const char *name, void *(*run)(void *), size_t stack)
{
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    if (stack && (errno = pthread_attr_setstacksize(&attributes, stack)))
        die("pthread_attr_setstacksize");
    for (thread_count = 0; thread_count < count; thread_count++) {
        struct thread *thread = &threads[thread_count];
        thread->number = thread_count + 1;
        snprintf(thread->name, sizeof thread->name, "%s-%d", name, thread->number);
        if ((errno = pthread_create(&thread->handle, &attributes, run, thread)))
            die("pthread_create");
    }
}

static void wait_for(int count)
{
    while (__atomic_load_n(&parked, __ATOMIC_ACQUIRE) < count)
        sched_yield();
}

/* ---- scenarios -------------------------------------------------------------------------------------------------- */

static void limit_arenas(int most)
{
    if (!getenv("MALLOC_ARENA_MAX"))
        mallopt(M_ARENA_MAX, most);
}

static void stacks(void)
{
    enum { WORKERS = 48 };
    limit_arenas(1);
    start_threads(WORKERS, "worker", worker_main, opt.stack);
    wait_for(WORKERS);
    opt.request = 480u * MIB;
}

static void arenas(void)
{
    enum { CLIENTS = 24 };
    limit_arenas(CLIENTS + 1);
    start_threads(CLIENTS, "client", client_main, opt.stack ? opt.stack : 128 << 10);
    for (int served = 1; served <= CLIENTS; served++) {
        __atomic_store_n(&turn, served, __ATOMIC_RELEASE);
        wait_for(served);
    }
    for (int i = 0; i < CLIENTS; i++)
        munmap(threads[i].buffer, 24 * MIB);
    opt.request = 400u * MIB;
}

static void library(void)
{
    enum { ABOVE = 280 * MIB, BELOW = 240 * MIB };
    limit_arenas(1);
    char *above = map_buffer(ABOVE);
    if (*opt.plugin && !dlopen(opt.plugin, RTLD_NOW)) {
        dprintf(2, "remedy: %s\n", dlerror());
        exit(2);
    }
    char *below = map_buffer(BELOW);
    munmap(above, ABOVE);
    munmap(below, BELOW);
    opt.request = 480u * MIB;
}

/* ---- the truth -------------------------------------------------------------------------------------------------- */

static char maps[256 << 10];
static size_t maps_size;

static void read_maps(void)
{
    int from = open("/proc/self/maps", O_RDONLY);
    maps_size = 0;
    for (ssize_t got; (got = read(from, maps + maps_size, sizeof maps - maps_size)) > 0;)
        maps_size += (size_t)got;
    close(from);
}

static int create_truth(const char *path)
{
    int file = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644);
    if (file < 0)
        die(path);
    return file;
}

static void write_maps(void)
{
    int to = create_truth("truth.maps");
    if (write(to, maps, maps_size) != (ssize_t)maps_size)
        die("truth.maps");
    close(to);
}

/* See fragment.c: /proc/self/task/TID/syscall of a thread that waits is "number arguments... sp pc". */
static uintptr_t parked_sp(pid_t tid)
{
    char text[256], *last, *sp;
    for (int attempt = 0; attempt < 10000; attempt++, sched_yield()) {
        snprintf(text, sizeof text, "/proc/self/task/%d/syscall", (int)tid);
        int file = open(text, O_RDONLY);
        ssize_t got = read(file, text, sizeof text - 1);
        close(file);
        text[got > 0 ? got : 0] = 0;
        if ((last = strrchr(text, ' '))) {
            *last = 0;
            if ((sp = strrchr(text, ' ')))
                return (uintptr_t)strtoull(sp + 1, NULL, 16);
        }
    }
    return 0;
}

static void write_thread(int file, const struct thread *thread, uintptr_t sp, const char *kind, const char *source)
{
    pthread_attr_t attributes;
    void *start = NULL;
    size_t size = 0, guard = 0;
    if ((errno = pthread_getattr_np(thread->handle, &attributes)))
        die("pthread_getattr_np");
    pthread_attr_getstack(&attributes, &start, &size);
    pthread_attr_getguardsize(&attributes, &guard);
    pthread_attr_destroy(&attributes);
    dprintf(file, "%d,%s,0x%zx,0x%zx,0x%zx,%zu,%s,%s\n", (int)thread->tid, thread->name, (size_t)sp, (size_t)start,
            (size_t)start + size, guard, kind, source);
}

/* Allocates, so it comes before the request and before the maps. */
static void write_threads(void)
{
    int file = create_truth("truth.threads.csv");
    struct thread main_thread = { .handle = pthread_self(), .tid = getpid(), .name = "remedy" };
    dprintf(file, "tid,name,sp,stack_start,stack_end,guard,kind,sp_source\n");
    write_thread(file, &main_thread, (uintptr_t)&file, "main", "local");
    for (int i = 0; i < thread_count; i++)
        write_thread(file, &threads[i], parked_sp(threads[i].tid), opt.stack ? "small" : "default", "kernel");
    close(file);
}

static void write_info(const char *memory, int error)
{
    int file = create_truth("truth.info");
    const char *arena_max = getenv("MALLOC_ARENA_MAX");
    dprintf(file, "request=%zu\nerrno=%d\naddress=0x%08zx\n", opt.request, error, (size_t)memory);
    dprintf(file, "pid=%d\nword_bits=%d\nthreads=%d\n", (int)getpid(), (int)sizeof(void *) * 8, thread_count + 1);
    dprintf(file, "scenario=%s\noption.stack=%zu\noption.plugin=%s\n", opt.scenario, opt.stack, opt.plugin);
    dprintf(file, "environment.MALLOC_ARENA_MAX=%s\n", arena_max ? arena_max : "");
    close(file);
}

/* The main stack grows on demand; it must not do so between the maps and the core. */
static __attribute__((noinline)) void grow_main_stack(void)
{
    volatile char room[96 << 10];
    for (size_t i = 0; i < sizeof room; i += PAGE / 2)
        room[i] = 0;
}

/* Returns whether malloc gave the memory. */
static int make_request(void)
{
    errno = 0;
    char *memory = malloc(opt.request);
    int error = memory ? 0 : errno;
    write_info(memory, error);
    if (!memory)
        read_maps();
    write_maps();
    if (memory)
        memory[0] = memory[opt.request - 1] = 1;
    return memory != NULL;
}

/* The scenario, or NULL if an argument is wrong. */
static void (*parse(int count, char **arguments))(void)
{
    static const struct { const char *name; void (*run)(void); } scenarios[] = {
        { "stacks", stacks }, { "arenas", arenas }, { "library", library },
    };
    for (int i = 2; i < count; i++) {
        if (!strncmp(arguments[i], "stack=", 6))
            opt.stack = strtoul(arguments[i] + 6, NULL, 0);
        else if (!strncmp(arguments[i], "plugin=", 7))
            opt.plugin = arguments[i] + 7;
        else
            return NULL;
    }
    opt.scenario = count > 1 ? arguments[1] : "";
    for (size_t i = 0; i < sizeof scenarios / sizeof *scenarios; i++)
        if (!strcmp(opt.scenario, scenarios[i].name))
            return scenarios[i].run;
    return NULL;
}

int main(int count, char **arguments)
{
    void (*run)(void) = parse(count, arguments);
    if (!run) {
        dprintf(2, "remedy stacks|arenas|library [stack=BYTES] [plugin=PATH]\n");
        return 2;
    }
    syscall(SYS_close_range, 3, ~0u, 0); /* what the caller's shell left open */
    madvise(low_tables, sizeof low_tables, MADV_DONTDUMP);
    madvise(high_tables, sizeof high_tables, MADV_DONTDUMP);
    run();
    write_threads();
    grow_main_stack();
    read_maps();
    if (!make_request())
        abort();
    return 0;
}
#endif
