/* fragment: fragments its own address space as a long-running server would, fails a malloc, and aborts.
 *
 * Build:  gcc -std=gnu11 -O1 -pthread [-m32 | -m64] -o fragment fragment.c -ldl
 * Use:    fragment [option=value ...]        (sizes take K, M, G, T; `fragment help` lists the options)
 *
 * What it leaves beside the core is the truth to compare a report with, written after the allocation failed (a failing
 * big malloc may create an arena), the maps last, without allocating, so that nothing moves between them and the core:
 *
 *   PREFIX.maps         /proc/self/maps, byte for byte
 *   PREFIX.threads.csv  tid,name,sp,stack_start,stack_end,guard,kind,sp_source of every live thread.
 *                       stack_start, stack_end, guard are pthread_getattr_np's (usable stack, without the guard).
 *                       sp_source `kernel`: sp is exact, from /proc/self/task/TID/syscall of the parked thread (it waits in a
 *                       futex until the process dies). `local`: the address of a local of the thread that is about to
 *                       abort; the core's SP is some KiB below.
 *   PREFIX.info         key=value: request, errno, pid, word size, options
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/futex.h>
#include <pthread.h>
#include <sched.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <ucontext.h>
#include <unistd.h>

/* ---- options ---------------------------------------------------------------------------------------------------- */

static struct {
    long long workers, small, guardless, pool, fibers, exited, stack;
    long long arenas, libs, files, blocks, block, touch, guard_pages;
    long long request, carve, filefill, maps, hold, seed;
} opt = { .arenas = 1, .libs = 1, .files = 1, .filefill = 3, .touch = 2, .request = 192 << 20, .seed = 1 };

enum { PREFIX_SIZE = 1024 };
static char prefix[PREFIX_SIZE] = "truth";

#define OPTION(name, help) { #name, &opt.name, help }
static const struct option_row { const char *name; long long *value; const char *help; } option_table[] = {
    OPTION(workers, "threads worker-N with the default stack size"),
    OPTION(small, "threads io-N with small stacks (64K and 256K in turn, or stack=)"),
    OPTION(guardless, "threads poll-N with a 512K stack and no guard"),
    OPTION(pool, "threads pool-N with user-supplied stacks inside one big mapping"),
    OPTION(fibers, "threads fiber-N that park on a makecontext stack: their SP lies in no pthread stack"),
    OPTION(exited, "threads temp-N that have exited before the crash: glibc keeps up to 40M of their stacks"),
    OPTION(stack, "stack size of the io-N threads; 0: 64K and 256K in turn"),
    OPTION(arenas, "1: threads malloc and free, which creates glibc arenas"),
    OPTION(libs, "1: dlopen a list of libraries and dlclose every third"),
    OPTION(files, "1: memfd, shared, private and deleted file mappings"),
    OPTION(blocks, "mmaps of mixed sizes and protections, a third of them freed in patterns"),
    OPTION(block, "size of each of them; 0: mixed, 4K to 4M"),
    OPTION(touch, "pages touched in each readable block"),
    OPTION(guard_pages, "1: blocks are all read-write but for their first page, which is PROT_NONE, and none is freed"),
    OPTION(request, "size of the malloc that fails"),
    OPTION(carve, "1: as long as `request` bytes can be mapped, map them and keep only a part"),
    OPTION(filefill, "of four kept parts, how many are file windows, which cost no core bytes"),
    OPTION(maps, "map until the process has this many mappings; -1: until vm.max_map_count stops it"),
    OPTION(hold, "1: after the truth is written wait for end-of-file on stdin, so that gcore can run, then abort"),
    OPTION(seed, "of the random numbers"),
};
enum { OPTION_COUNT = sizeof option_table / sizeof *option_table };

static void die(const char *what)
{
    dprintf(2, "fragment: %s: %s\n", what, strerror(errno));
    exit(2);
}

static void usage(void)
{
    dprintf(2, "  %-12s path prefix of the truth files\n", "prefix");
    for (int i = 0; i < OPTION_COUNT; i++)
        dprintf(2, "  %-12s %s (%lld)\n", option_table[i].name, option_table[i].help, *option_table[i].value);
    exit(2);
}

static long long parse_size(const char *text)
{
    char *end;
    long long value = strtoll(text, &end, 0);
    const char *units = "KMGT", *unit = *end ? strchr(units, *end) : NULL;
    return unit ? value << 10 * (unit - units + 1) : value;
}

static void parse_option(char *argument)
{
    char *equals = strchr(argument, '=');
    if (!equals)
        usage();
    *equals = 0;
    if (!strcmp(argument, "prefix")) {
        snprintf(prefix, sizeof prefix, "%s", equals + 1);
        return;
    }
    for (int i = 0; i < OPTION_COUNT; i++)
        if (!strcmp(argument, option_table[i].name)) {
            *option_table[i].value = parse_size(equals + 1);
            return;
        }
    usage();
}

/* ---- small helpers ---------------------------------------------------------------------------------------------- */

enum { PAGE = 4096, MAX_THREADS = 4096, MAX_BLOCKS = 65536 };

static uint32_t random_state;

static uint32_t random_below(uint32_t limit)
{
    random_state = random_state * 1664525u + 1013904223u;
    return (uint32_t)(((uint64_t)random_state * limit) >> 32);
}

static size_t pages(size_t bytes)
{
    return (bytes + PAGE - 1) & ~(size_t)(PAGE - 1);
}

/* The bytes repeat, so that a sample compresses well. */
static void touch_pages(char *start, size_t size, long long count)
{
    size_t available = size / PAGE;
    for (long long i = 0; i < count && available; i++)
        memset(start + (size_t)random_below((uint32_t)available) * PAGE, 'A' + (int)(i % 26), 64);
}

static void *map_private(size_t size, int protection)
{
    return mmap(NULL, size, protection, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
}

/* ---- files ------------------------------------------------------------------------------------------------------ */

enum { CACHE_SIZE = 64 << 20, SMALL_FILE = 1 << 20 };

static int cache_file = -1;

static int create_file(const char *name, size_t size)
{
    int file = open(name, O_RDWR | O_CREAT | O_TRUNC, 0644);
    if (file < 0 || ftruncate(file, (off_t)size))
        die(name);
    return file;
}

static void map_file(int file, size_t size, int protection, int flags)
{
    char *address = mmap(NULL, size, protection, flags, file, 0);
    if (address != MAP_FAILED && (protection & PROT_WRITE))
        touch_pages(address, size, 2);
}

static void map_deleted_file(void)
{
    int file = create_file("spool.tmp", SMALL_FILE);
    map_file(file, SMALL_FILE, PROT_READ | PROT_WRITE, MAP_SHARED);
    map_file(file, SMALL_FILE / 2, PROT_READ | PROT_WRITE, MAP_PRIVATE);
    unlink("spool.tmp");
    close(file);
}

static void map_memfd(void)
{
    int file = (int)syscall(SYS_memfd_create, "frames", 0);
    if (file < 0 || ftruncate(file, SMALL_FILE))
        die("memfd");
    map_file(file, SMALL_FILE, PROT_READ | PROT_WRITE, MAP_SHARED);
    close(file);
}

static void map_files(void)
{
    cache_file = create_file("cache.bin", CACHE_SIZE);
    if (!opt.files)
        return;
    map_file(cache_file, 3 * SMALL_FILE, PROT_READ | PROT_WRITE, MAP_SHARED);
    map_file(cache_file, 2 * SMALL_FILE, PROT_READ, MAP_PRIVATE);
    map_deleted_file();
    map_memfd();
    map_file(-1, SMALL_FILE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS);
}

/* ---- libraries -------------------------------------------------------------------------------------------------- */

/* All of them come with Debian 12's libc6 and gcc, for i386 (gcc-multilib) and x86-64; one that is missing is skipped. */
static const char *const library_names[] = {
    "libm.so.6", "libresolv.so.2", "librt.so.1", "libgcc_s.so.1", "libatomic.so.1", "libBrokenLocale.so.1", "libutil.so.1",
    "libgomp.so.1", "libanl.so.1", "libnss_compat.so.2", "libitm.so.1", "libthread_db.so.1", "libnsl.so.1", "libstdc++.so.6",
};
enum { LIBRARY_COUNT = sizeof library_names / sizeof *library_names };

static void load_libraries(void)
{
    void *handles[LIBRARY_COUNT];
    for (int i = 0; i < LIBRARY_COUNT; i++) {
        handles[i] = dlopen(library_names[i], RTLD_NOW);
        map_private((size_t)(1 + random_below(16)) * PAGE, PROT_READ); /* keeps neighbours apart, as other mmaps would */
    }
    for (int i = 2; i < LIBRARY_COUNT; i += 3)
        if (handles[i])
            dlclose(handles[i]);
}

/* ---- threads ---------------------------------------------------------------------------------------------------- */

enum kind { WORKER, SMALL, GUARDLESS, POOL, FIBER, EXITED, KIND_COUNT };
static const char *const kind_names[] = { "default", "small", "guardless", "user", "fiber", "exited", "main" };
static const char *const thread_names[] = { "worker", "io", "poll", "pool", "fiber", "temp" };
enum { MAIN_KIND = KIND_COUNT, POOL_STACK = 256 << 10, GUARDLESS_STACK = 512 << 10, FIBER_STACK = 128 << 10 };

struct thread {
    pthread_t handle;
    enum kind kind;
    int number;
    pid_t tid;
    char name[16];
    uintptr_t stack_start, stack_end;
    size_t guard;
};

static struct thread threads[MAX_THREADS];
static int thread_count;
static int parked_count;        /* how many have come to their gate; atomic */
static int stay_gate;           /* never opens */
static int leave_gate;          /* opens for the temp-N threads */
static char *pool_stacks;

static void wait_at(int *gate)
{
    while (!__atomic_load_n(gate, __ATOMIC_ACQUIRE))
        syscall(SYS_futex, gate, FUTEX_WAIT, 0, NULL, NULL, 0);
}

static void record_stack(struct thread *thread)
{
    pthread_attr_t attributes;
    void *start = NULL;
    size_t size = 0;
    if (pthread_getattr_np(pthread_self(), &attributes))
        return;
    pthread_attr_getstack(&attributes, &start, &size);
    pthread_attr_getguardsize(&attributes, &thread->guard);
    pthread_attr_destroy(&attributes);
    thread->stack_start = (uintptr_t)start;
    thread->stack_end = (uintptr_t)start + size;
}

/* The first malloc of a thread makes an arena; freeing in a pattern leaves holes and a top that cannot be trimmed. */
static void scatter_heap(int number)
{
    void *chunks[48];
    for (int i = 0; i < 48; i++)
        if ((chunks[i] = malloc((size_t)(64 << (i % 9)) + (size_t)number % 32)))
            memset(chunks[i], 'a' + i % 26, 32);
    for (int i = 0; i < 48; i++)
        if (i % 3)
            free(chunks[i]);
}

static void fiber_main(void)
{
    __atomic_add_fetch(&parked_count, 1, __ATOMIC_RELEASE);
    wait_at(&stay_gate);
}

static void park_on_fiber(void)
{
    ucontext_t here, fiber;
    getcontext(&fiber);
    fiber.uc_stack.ss_sp = map_private(FIBER_STACK, PROT_READ | PROT_WRITE);
    fiber.uc_stack.ss_size = FIBER_STACK;
    fiber.uc_link = &here;
    makecontext(&fiber, fiber_main, 0);
    swapcontext(&here, &fiber);
}

static void *thread_main(void *argument)
{
    struct thread *thread = argument;
    thread->tid = (pid_t)syscall(SYS_gettid);
    prctl(PR_SET_NAME, thread->name);
    record_stack(thread);
    if (opt.arenas)
        scatter_heap(thread->number);
    if (thread->kind == FIBER) {
        park_on_fiber();
    } else {
        __atomic_add_fetch(&parked_count, 1, __ATOMIC_RELEASE);
        wait_at(thread->kind == EXITED ? &leave_gate : &stay_gate);
    }
    return NULL;
}

static size_t small_stack(int number)
{
    if (opt.stack)
        return (size_t)opt.stack;
    return number % 2 ? 64 << 10 : 256 << 10;
}

static void set_stack(pthread_attr_t *attributes, const struct thread *thread)
{
    if (thread->kind == SMALL)
        pthread_attr_setstacksize(attributes, small_stack(thread->number));
    if (thread->kind == GUARDLESS) {
        pthread_attr_setstacksize(attributes, GUARDLESS_STACK);
        pthread_attr_setguardsize(attributes, 0);
    }
    if (thread->kind == POOL)
        pthread_attr_setstack(attributes, pool_stacks + (size_t)(thread->number - 1) * POOL_STACK, POOL_STACK);
}

static void start_thread(enum kind kind, int number)
{
    pthread_attr_t attributes;
    struct thread *thread = &threads[thread_count];
    thread->kind = kind;
    thread->number = number;
    snprintf(thread->name, sizeof thread->name, "%s-%d", thread_names[kind], number);
    pthread_attr_init(&attributes);
    set_stack(&attributes, thread);
    errno = pthread_create(&thread->handle, &attributes, thread_main, thread);
    if (errno)
        die("pthread_create");
    pthread_attr_destroy(&attributes);
    thread_count++;
    while (__atomic_load_n(&parked_count, __ATOMIC_ACQUIRE) < thread_count)
        sched_yield();
}

/* One of each kind in turn, with some other mapping between, as a server that grows would have them. */
static void start_threads(void)
{
    const long long wanted[KIND_COUNT] = { opt.workers, opt.small, opt.guardless, opt.pool, opt.fibers, opt.exited };
    int most = 0;
    for (int kind = 0; kind < KIND_COUNT; kind++)
        if (wanted[kind] > most)
            most = (int)wanted[kind];
    if (opt.pool)
        pool_stacks = map_private((size_t)opt.pool * POOL_STACK, PROT_READ | PROT_WRITE);
    for (int number = 1; number <= most; number++)
        for (int kind = 0; kind < KIND_COUNT; kind++)
            if (number <= wanted[kind] && thread_count < MAX_THREADS) {
                start_thread((enum kind)kind, number);
                if (random_below(3) == 0)
                    map_private((size_t)(1 + random_below(64)) * PAGE, PROT_READ | PROT_WRITE);
            }
}

/* Their stacks stay in glibc's cache. They must live until now: a cached stack would serve the next thread. */
static void end_temporary_threads(void)
{
    int kept = 0;
    __atomic_store_n(&leave_gate, 1, __ATOMIC_RELEASE);
    syscall(SYS_futex, &leave_gate, FUTEX_WAKE, INT_MAX, NULL, NULL, 0);
    for (int i = 0; i < thread_count; i++) {
        if (threads[i].kind == EXITED)
            pthread_join(threads[i].handle, NULL);
        else
            threads[kept++] = threads[i];
    }
    thread_count = kept;
}

/* ---- anonymous memory ------------------------------------------------------------------------------------------- */

static struct { char *start; size_t size; } blocks[MAX_BLOCKS];

static size_t block_size(void)
{
    if (opt.block)
        return pages((size_t)opt.block);
    return (size_t)(1 + random_below(1u << random_below(11))) * PAGE;
}

static int block_protection(int number)
{
    static const int protections[] = { PROT_READ | PROT_WRITE, PROT_NONE, PROT_READ | PROT_WRITE | PROT_EXEC, PROT_READ };
    return opt.guard_pages ? PROT_READ | PROT_WRITE : protections[number % 4];
}

static void map_block(int number)
{
    int protection = block_protection(number);
    size_t size = block_size();
    char *start = map_private(size, protection);
    if (start == MAP_FAILED)
        return;
    if (protection & PROT_WRITE)
        touch_pages(start, size, opt.touch);
    if (number % 97 == 8)
        madvise(start, size, MADV_DONTDUMP); /* few: a gcore loses these, and the rest must stay comparable */
    if (opt.guard_pages)
        mprotect(start, PAGE, PROT_NONE); /* a page of its own would go into some hole higher up */
    blocks[number].start = start;
    blocks[number].size = size;
}

static int is_freed(int number)
{
    return number % 5 == 1 || number % 16 == 6 || number / 8 % 6 == 4; /* singles, and runs of eight */
}

static void map_blocks(void)
{
    for (int i = 0; i < opt.blocks && i < MAX_BLOCKS; i++)
        map_block(i);
    for (int i = 0; i < opt.blocks && i < MAX_BLOCKS && !opt.guard_pages; i++)
        if (blocks[i].start && is_freed(i))
            munmap(blocks[i].start, blocks[i].size);
}

static int is_file_window(int number)
{
    return number % 4 < opt.filefill;
}

/* What stands in the middle of what would have been enough room: a file window, a reservation, or plain memory. */
static void occupy(char *start, size_t size, int number)
{
    int anonymous = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED;
    if (is_file_window(number)) {
        mmap(start, size, PROT_READ, MAP_SHARED | MAP_FIXED, cache_file, 0);
    } else if (number % 8 == 3) {
        mmap(start, size, PROT_NONE, anonymous, -1, 0);
    } else {
        mmap(start, size, PROT_READ | PROT_WRITE, anonymous, -1, 0);
        touch_pages(start, size, opt.touch);
    }
}

static size_t kept_size(size_t window, int number)
{
    size_t kept = window / 16 + random_below((uint32_t)(window / 4));
    if (!is_file_window(number))
        return pages(kept / 4); /* costs core bytes */
    return pages(kept < CACHE_SIZE ? kept : CACHE_SIZE);
}

/* Ends when no gap that mmap can reach holds the request: much is free, and none of it is large enough. */
static void carve(void)
{
    size_t window = pages((size_t)opt.request);
    char *start;
    for (int i = 0; (start = map_private(window, PROT_NONE)) != MAP_FAILED && i < 4096; i++) {
        size_t kept = kept_size(window, i);
        size_t below = pages(random_below((uint32_t)(window - kept - PAGE)) + 1);
        munmap(start, below);
        munmap(start + below + kept, window - below - kept);
        occupy(start + below, kept, i);
    }
}

/* ---- many mappings ---------------------------------------------------------------------------------------------- */

static char buffer[64 << 10];

static long count_mappings(void)
{
    int file = open("/proc/self/maps", O_RDONLY);
    long lines = 0;
    for (ssize_t got; (got = read(file, buffer, sizeof buffer)) > 0;)
        for (ssize_t i = 0; i < got; i++)
            lines += buffer[i] == '\n';
    close(file);
    return lines;
}

/* Neighbours differ in protection, so the kernel cannot merge them. Every fifth leaves a one-page hole above it (in the
 * usual top-down layout), which no later piece fits into, because each takes two pages or more. */
static int map_piece(long number)
{
    size_t hole = number % 5 == 0 ? PAGE : 0, size = (size_t)(2 + random_below(3)) * PAGE;
    char *start = map_private(size + hole, number % 2 ? PROT_READ | PROT_WRITE : PROT_NONE);
    if (start == MAP_FAILED)
        return 0;
    if (hole)
        munmap(start + size, hole);
    return 1;
}

static void map_many(void)
{
    long number = 0;
    while (opt.maps < 0 && map_piece(number++)) {
    }
    for (long missing, before = 0; opt.maps > 0 && (missing = (long)opt.maps - count_mappings()) > 0 && missing != before; before = missing)
        for (long i = 0; i < missing; i++)
            map_piece(number++);
}

/* ---- the truth -------------------------------------------------------------------------------------------------- */

static int create_truth(const char *suffix)
{
    char path[PREFIX_SIZE + 16];
    snprintf(path, sizeof path, "%s.%s", prefix, suffix);
    int file = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644);
    if (file < 0)
        die(path);
    return file;
}

static void write_maps(void)
{
    int to = create_truth("maps"), from = open("/proc/self/maps", O_RDONLY);
    for (ssize_t got; (got = read(from, buffer, sizeof buffer)) > 0;)
        if (write(to, buffer, (size_t)got) != got)
            die("maps");
    close(from);
    close(to);
}

/* /proc/self/task/TID/syscall is "number arguments... sp pc" for a thread that waits, "running" for one that does not yet. */
static uintptr_t parked_sp(pid_t tid)
{
    char text[256], *last, *sp;
    for (int attempt = 0; attempt < 10000; attempt++) {
        snprintf(text, sizeof text, "/proc/self/task/%d/syscall", (int)tid);
        int file = open(text, O_RDONLY);
        ssize_t got = read(file, text, sizeof text - 1);
        close(file);
        text[got > 0 ? got : 0] = 0;
        if (got > 0 && (last = strrchr(text, ' '))) {
            *last = 0;
            if ((sp = strrchr(text, ' ')))
                return (uintptr_t)strtoull(sp + 1, NULL, 16);
        }
        sched_yield();
    }
    return 0;
}

static void write_thread(int file, const struct thread *thread, uintptr_t sp, const char *kind, const char *source)
{
    dprintf(file, "%d,%s,0x%zx,0x%zx,0x%zx,%zu,%s,%s\n", (int)thread->tid, thread->name, (size_t)sp, (size_t)thread->stack_start,
            (size_t)thread->stack_end, thread->guard, kind, source);
}

static void write_threads(const struct thread *main_thread)
{
    int file = create_truth("threads.csv");
    dprintf(file, "tid,name,sp,stack_start,stack_end,guard,kind,sp_source\n");
    write_thread(file, main_thread, (uintptr_t)&file, kind_names[MAIN_KIND], "local");
    for (int i = 0; i < thread_count; i++)
        write_thread(file, &threads[i], parked_sp(threads[i].tid), kind_names[threads[i].kind], "kernel");
    close(file);
}

static void write_info(int error)
{
    int file = create_truth("info");
    dprintf(file, "request=%lld\nerrno=%d\npid=%d\nword_bits=%d\nthreads=%d\n", opt.request, error, (int)getpid(), (int)sizeof(void *) * 8,
            thread_count + 1);
    for (int i = 0; i < OPTION_COUNT; i++)
        dprintf(file, "option.%s=%lld\n", option_table[i].name, *option_table[i].value);
    close(file);
}

/* The main stack grows on demand; it must not do so between the truth and the core. */
static __attribute__((noinline)) void grow_main_stack(void)
{
    volatile char room[96 << 10];
    for (size_t i = 0; i < sizeof room; i += PAGE / 2)
        room[i] = 0;
}

static void write_truth(int error)
{
    struct thread main_thread = { .tid = getpid(), .name = "fragment" };
    record_stack(&main_thread); /* allocates; so it comes before the maps are read */
    grow_main_stack();
    write_threads(&main_thread);
    write_info(error);
    write_maps();
}

static void wait_for_end_of_input(void)
{
    char byte;
    while (read(0, &byte, 1) > 0 || errno == EINTR)
        errno = 0;
}

int main(int count, char **arguments)
{
    for (int i = 1; i < count; i++)
        parse_option(arguments[i]);
    random_state = (uint32_t)opt.seed;
    syscall(SYS_close_range, 3, ~0u, 0); /* what the caller's shell left open is in minidumps, by name */
    map_files();
    if (opt.libs)
        load_libraries();
    if (opt.arenas)
        scatter_heap(0);
    start_threads();
    map_blocks();
    end_temporary_threads();
    if (opt.carve)
        carve();
    map_many();

    errno = 0;
    void *memory = malloc((size_t)opt.request);
    int error = memory ? 0 : errno;
    write_truth(error);
    if (opt.hold)
        wait_for_end_of_input();
    abort();
}
