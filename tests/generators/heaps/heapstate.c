/* heapstate: a process whose heaps have a history, that writes down what it knows of them, and aborts.
 *
 * Build:  gcc [-m32] [-static] -std=gnu11 -O1 -pthread -o heapstate heapstate.c        (make.sh builds and runs it)
 * Use:    heapstate [KEY=VALUE...]
 *
 *   state=plain|blocked|foreign|reopened
 *                                 blocked: early on, a mapping is put right above [heap], so that brk fails from then on
 *                                 foreign: somebody else calls sbrk now and then
 *                                 reopened: a mapping above [heap] leaves room for some requests only, and goes: brk goes
 *                                 on right at its old end, and then behind somebody else's sbrk
 *   threads=N    workers besides the main thread, 0 to 12; the last of them ends and leaves its chunks behind [5]
 *   steps=N      allocations and releases of each thread [2500]
 *   slots=N      pointers that each thread holds at most, up to 4000 [1000]
 *   seed=N       of all that is random [1]
 *   mapped=0     without chunks that are large enough for mappings of their own
 *   trim=1       the core is that of a forked child; the process itself goes on, calls malloc_trim(0), and writes down which
 *                pages it had in memory before and after it: truth.resident, truth.trimmed, truth.maps-trimmed
 *
 * Threads take turns, a few steps each, so that a seed means the same history in each run, and free each other's chunks.
 * At the end each gives back some middle-sized chunks (unsorted bins), then many small ones (tcache, fast bins).
 *
 * It leaves, in the working folder: truth.ledger (pointer and malloc_usable_size of all that is live), truth.xml
 * (malloc_info), truth.info (mallinfo and the rest as KEY=VALUE), truth.maps, truth.threads. Writing them takes nothing from
 * the heap: static buffers and write(2), a FILE that was there before anything was measured; it measures twice to be sure.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <gnu/libc-version.h>
#include <malloc.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PAGE = 4096, MOST_THREADS = 13, MOST_SLOTS = 4000, TURN = 50 };

/* As in glibc 2.33 and later; older ones have mallinfo only. */
struct sizes {
    size_t arena, ordblks, smblks, hblks, hblkhd, usmblks, fsmblks, uordblks, fordblks, keepcost;
};
extern struct sizes newer_mallinfo(void) __asm__("mallinfo2") __attribute__((weak));

struct worker {
    pthread_t thread;
    int id;
    pid_t tid;
    uint64_t random;
    void *slot[MOST_SLOTS];
};

static struct {
    const char *state;
    int threads, steps, slots, mapped, trim;
    uint64_t seed;
} opt = { .state = "plain", .threads = 5, .steps = 2500, .slots = 1000, .mapped = 1, .seed = 1 };

static struct worker workers[MOST_THREADS]; /* [0] is the main thread */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t turned = PTHREAD_COND_INITIALIZER;
static long turn; /* whose, modulo the number of threads */
static FILE *xml;
static char xml_buffer[1 << 16], buffer[1 << 16];
static size_t buffered;
static int out;

static void die(const char *what)
{
    dprintf(2, "heapstate: %s: %s\n", what, strerror(errno));
    _exit(3);
}

static uint64_t draw(struct worker *w, uint64_t below)
{
    w->random ^= w->random << 13;
    w->random ^= w->random >> 7;
    w->random ^= w->random << 17;
    return w->random % below;
}

static size_t draw_size(struct worker *w)
{
    uint64_t kind = draw(w, 100);
    if (kind < 50) return 1 + draw(w, 256);
    if (kind < 75) return 200 + draw(w, 900);
    if (kind < 90) return 1100 + draw(w, 8000);
    if (kind < 98) return 9000 + draw(w, 50000);
    return 60000 + draw(w, 60000);
}

/* Contents: text, pointers to other chunks, and words that could be taken for a chunk's header. */
static void *filled(struct worker *w, void *at, size_t size)
{
    size_t *words = at;
    if (!at) return at;
    memset(at, 'a' + w->id, size);
    for (size_t i = 0; i < size / sizeof *words && i < 12; i++) {
        switch (draw(w, 4)) {
        case 0: words[i] = (size_t)workers[draw(w, opt.threads + 1)].slot[draw(w, opt.slots)]; break;
        case 1: words[i] = 16 * draw(w, 4096) + draw(w, 8); break;
        case 2: words[i] = 0; break;
        }
    }
    return at;
}

static void *allocate(struct worker *w)
{
    size_t size = draw_size(w);
    switch (draw(w, 12)) {
    case 0: return filled(w, memalign((size_t)32 << draw(w, 8), size), size);
    case 1: return filled(w, calloc(1, size), size);
    default: return filled(w, malloc(size), size);
    }
}

static void step(struct worker *w)
{
    /* Now and then somebody else's pointer: it comes into this thread's cache, or goes back to its own arena. */
    struct worker *whose = draw(w, 8) ? w : &workers[draw(w, opt.threads + 1)];
    void **slot = &whose->slot[draw(w, opt.slots)];
    if (!*slot) {
        *slot = allocate(w);
    } else if (draw(w, 10) == 0) {
        size_t size = draw_size(w);
        *slot = filled(w, realloc(*slot, size), size);
    } else {
        free(*slot);
        *slot = NULL;
    }
}

/* Slots from `first` on are for chunks with mappings of their own. Freed ones raise the threshold for later ones. */
static void map_some(struct worker *w, int first, size_t from)
{
    static const size_t alignments[] = { 0, 0, 64, 0, 8192, 0, 65536, 0 };
    if (!opt.mapped) return;
    for (int i = 0; i < 8; i++) {
        size_t size = from + draw(w, 200000), alignment = alignments[i];
        free(w->slot[first + i]);
        w->slot[first + i] = filled(w, alignment ? memalign(alignment, size) : malloc(size), size);
    }
    free(w->slot[first + 1]);
    w->slot[first + 1] = NULL;
    free(w->slot[first + 3]);
    w->slot[first + 3] = NULL;
    w->slot[first + 5] = realloc(w->slot[first + 5], from + 300000);
}

static void block_brk(void)
{
    uintptr_t end = ((uintptr_t)sbrk(0) + PAGE - 1) & -(uintptr_t)PAGE;
    void *at = mmap((void *)end, PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
    if (at == MAP_FAILED) die("block brk");
}

static void foreign_sbrk(struct worker *w)
{
    size_t size = 3000 + draw(w, 300000);
    void *at = sbrk(size);
    if (at == (void *)-1) die("sbrk");
    memset(at, 0x5a, size);
}

static void keep(struct worker *w, size_t size)
{
    for (int i = 0; i < opt.slots; i++) {
        if (w->slot[i]) continue;
        w->slot[i] = filled(w, malloc(size), size);
        return;
    }
    die("no free slot");
}

static void reopen_brk(struct worker *w)
{
    uintptr_t end = ((uintptr_t)sbrk(0) + PAGE - 1) & -(uintptr_t)PAGE;
    void *wall = mmap((void *)(end + 0x70000), PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
    if (wall == MAP_FAILED) die("wall");
    if (!mallopt(M_MMAP_THRESHOLD, 512 << 10)) die("mallopt");
    keep(w, 500000);
    keep(w, 300000);
    keep(w, 300000);
    munmap(wall, PAGE);
    /* Whole pages: with an end on no page border malloc cannot grow again (an assertion of sysmalloc). */
    if (sbrk(PAGE) == (void *)-1) die("sbrk");
    keep(w, 500000);
    if (!mallopt(M_MMAP_THRESHOLD, 128 << 10)) die("mallopt");
}

static void main_event(struct worker *w, int at)
{
    if (at == opt.steps / 5 && !strcmp(opt.state, "blocked")) block_brk();
    if (at == opt.steps / 5 && !strcmp(opt.state, "reopened")) reopen_brk(w);
    if (at % (opt.steps / 4) == opt.steps / 8 && !strcmp(opt.state, "foreign")) foreign_sbrk(w);
}

static void wait_for_turn(struct worker *w)
{
    pthread_mutex_lock(&lock);
    while (turn % (opt.threads + 1) != w->id)
        pthread_cond_wait(&turned, &lock);
    pthread_mutex_unlock(&lock);
}

static void end_turn(void)
{
    pthread_mutex_lock(&lock);
    turn++;
    pthread_cond_broadcast(&turned);
    pthread_mutex_unlock(&lock);
}

static void release(struct worker *w, size_t from, size_t to, int count)
{
    for (int i = 0; i < opt.slots && count > 0; i++) {
        size_t size = w->slot[i] ? malloc_usable_size(w->slot[i]) : 0;
        if (size < from || size >= to) continue;
        free(w->slot[i]);
        w->slot[i] = NULL;
        count--;
    }
}

/* An arena that was larger once: its end goes back to the system as these chunks are freed, from the last one on. */
static void swell(void)
{
    void *blocks[40];
    for (int i = 0; i < 40; i++) memset(blocks[i] = malloc(60000), 0x77, 60000);
    for (int i = 39; i >= 0; i--) free(blocks[i]);
}

static void live(struct worker *w)
{
    for (int at = 0; at < opt.steps; at++) {
        if (at % TURN == 0) wait_for_turn(w);
        if (w->id == 0) main_event(w, at);
        if (at == opt.steps / 10 && w->id < 2) map_some(w, 0, 140000);
        step(w);
        if (at % TURN == TURN - 1 || at == opt.steps - 1) end_turn();
    }
    wait_for_turn(w);
    if (w->id < 2) map_some(w, 10, 800000);
    if (w->id == 0 || w->id == 2) swell();
    release(w, 1200, 20000, 12);
    end_turn();
    wait_for_turn(w);
    release(w, 1, 200, 90);
    end_turn();
}

static void *run(void *argument)
{
    struct worker *w = argument;
    w->tid = syscall(SYS_gettid);
    live(w);
    if (w->id == opt.threads && opt.threads > 1) return NULL;
    for (;;) pause();
}

static void flush(void)
{
    for (size_t done = 0; done < buffered;) {
        ssize_t n = write(out, buffer + done, buffered - done);
        if (n <= 0) die("write");
        done += n;
    }
    buffered = 0;
}

static void say(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    if (buffered > sizeof buffer - 256) flush();
    buffered += vsnprintf(buffer + buffered, 256, format, arguments);
    va_end(arguments);
}

static void begin(const char *name)
{
    out = open(name, O_CREAT | O_TRUNC | O_WRONLY, 0644);
    if (out < 0) die(name);
}

static void end(void)
{
    flush();
    close(out);
}

static struct sizes measure(void)
{
    if (newer_mallinfo) return newer_mallinfo();
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
    struct mallinfo m = mallinfo();
#pragma GCC diagnostic pop
    return (struct sizes){ (unsigned)m.arena,    (unsigned)m.ordblks, (unsigned)m.smblks,  (unsigned)m.hblks,
                           (unsigned)m.hblkhd,   (unsigned)m.usmblks, (unsigned)m.fsmblks, (unsigned)m.uordblks,
                           (unsigned)m.fordblks, (unsigned)m.keepcost };
}

static void write_ledger(void)
{
    begin("truth.ledger");
    for (int w = 0; w <= opt.threads; w++)
        for (int i = 0; i < opt.slots; i++)
            if (workers[w].slot[i])
                say("%#lx %zu\n", (unsigned long)workers[w].slot[i], malloc_usable_size(workers[w].slot[i]));
    end();
}

static void write_info(const struct sizes *m)
{
    begin("truth.info");
    say("glibc=%s\nbits=%zu\nstate=%s\nthreads=%d\n", gnu_get_libc_version(), 8 * sizeof(void *), opt.state, opt.threads);
    say("arena=%zu\nordblks=%zu\nsmblks=%zu\nhblks=%zu\nhblkhd=%zu\n", m->arena, m->ordblks, m->smblks, m->hblks, m->hblkhd);
    say("usmblks=%zu\nfsmblks=%zu\nuordblks=%zu\n", m->usmblks, m->fsmblks, m->uordblks);
    say("fordblks=%zu\nkeepcost=%zu\n", m->fordblks, m->keepcost);
    end();
    begin("truth.threads");
    for (int w = 0; w <= opt.threads; w++)
        say("%d %#lx\n", (int)workers[w].tid, (unsigned long)workers[w].thread);
    end();
}

static void copy_maps(const char *name)
{
    int maps = open("/proc/self/maps", O_RDONLY);
    if (maps < 0) die("maps");
    begin(name);
    for (ssize_t n; (n = read(maps, buffer, sizeof buffer)) > 0; flush())
        buffered = n;
    close(maps);
    end();
}

static void write_truth(void)
{
    struct sizes before = measure(), after;
    write_ledger();
    write_info(&before);
    copy_maps("truth.maps");
    if (malloc_info(0, xml) || fflush(xml)) die("malloc_info");
    after = measure();
    if (memcmp(&before, &after, sizeof before)) die("writing the truth changed the heap");
}

/* Runs of pages that are in memory or swapped out, of the mappings in a file as copy_maps() makes it. */
static void write_resident(const char *maps, const char *name)
{
    static char text[1 << 18];
    int in = open(maps, O_RDONLY), pagemap = open("/proc/self/pagemap", O_RDONLY);
    ssize_t size = in < 0 ? -1 : read(in, text, sizeof text - 1);
    if (size < 0 || pagemap < 0) die("pagemap");
    close(in);
    begin(name);
    for (char *line = text; line && *line; line = strchr(line, '\n'), line += !!line) {
        unsigned long start, stop, run = 0;
        char access[8];
        if (sscanf(line, "%lx-%lx %7s", &start, &stop, access) != 3 || strcmp(access, "rw-p")) continue;
        for (unsigned long at = start; at <= stop; at += PAGE) {
            uint64_t entry = 0;
            if (at < stop && pread(pagemap, &entry, sizeof entry, at / PAGE * sizeof entry) != sizeof entry) die("pagemap");
            if (entry >> 62 && !run) run = at;
            if (!(entry >> 62) && run) {
                say("%lx-%lx\n", run, at);
                run = 0;
            }
            if (at == stop) break; /* the address space may end here */
        }
    }
    end();
    close(pagemap);
}

static void trim(void)
{
    pid_t child = fork();
    if (child < 0) die("fork");
    if (!child) abort();
    waitpid(child, NULL, 0);
    write_resident("truth.maps", "truth.resident");
    malloc_trim(0);
    copy_maps("truth.maps-trimmed");
    write_resident("truth.maps-trimmed", "truth.trimmed");
    _exit(0);
}

static void parse(int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        char *value = strchr(argv[i], '=');
        if (!value) die(argv[i]);
        *value++ = 0;
        if (!strcmp(argv[i], "state")) opt.state = value;
        else if (!strcmp(argv[i], "threads")) opt.threads = atoi(value);
        else if (!strcmp(argv[i], "steps")) opt.steps = atoi(value);
        else if (!strcmp(argv[i], "slots")) opt.slots = atoi(value);
        else if (!strcmp(argv[i], "mapped")) opt.mapped = atoi(value);
        else if (!strcmp(argv[i], "trim")) opt.trim = atoi(value);
        else if (!strcmp(argv[i], "seed")) opt.seed = strtoull(value, NULL, 0);
        else die(argv[i]);
    }
    if (opt.threads < 0 || opt.threads >= MOST_THREADS || opt.slots < 20 || opt.slots > MOST_SLOTS || opt.steps < 100)
        die("arguments");
}

int main(int argc, char **argv)
{
    parse(argc, argv);
    struct rlimit core = { RLIM_INFINITY, RLIM_INFINITY };
    setrlimit(RLIMIT_CORE, &core);
    prctl(PR_SET_DUMPABLE, 1);
    xml = fopen("truth.xml", "w");
    if (!xml || setvbuf(xml, xml_buffer, _IOFBF, sizeof xml_buffer)) die("truth.xml");
    for (int i = 0; i <= opt.threads; i++) {
        workers[i].id = i;
        workers[i].random = (opt.seed * 131 + i + 1) * 0x9e3779b97f4a7c15ull;
    }
    workers[0].thread = pthread_self();
    workers[0].tid = getpid();
    for (int i = 1; i <= opt.threads; i++)
        if (pthread_create(&workers[i].thread, NULL, run, &workers[i])) die("pthread_create");
    live(&workers[0]);
    wait_for_turn(&workers[0]); /* all have had their last turn */
    if (opt.threads > 1) pthread_join(workers[opt.threads].thread, NULL);
    write_truth();
    if (opt.trim) trim();
    abort();
}
