/*
 * One program, run twice with one thing different: what `fragscope diff` has to find.
 *
 *   drift [workers=N] [library=PATH] [leak=N]
 *
 * It maps a pair of buffers and the rest of a small program, starts N worker threads named worker-1, worker-2 and so on,
 * which allocate a little, leaks so many shared mappings of 1 MiB, and loads the library in the middle of the largest
 * gap, as a plugin that is loaded late may come to lie there. Then it writes "ready" and waits for its input to end.
 * What is different between two runs is only what the caller asked for.
 *
 * With -DPLUGIN it is the library: 16 MiB of tables.
 */
#ifdef PLUGIN
static char tables[16 << 20];
char *plugin_tables(void) { return tables; }
#else
#define _GNU_SOURCE
#include <dlfcn.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define MIB ((size_t)1 << 20)

static void die(const char *what)
{
    perror(what);
    exit(1);
}

static sem_t has_allocated;

static void *worker(void *argument)
{
    (void)argument;
    char *volatile piece = malloc(1000); /* makes an arena */
    free(piece);
    sem_post(&has_allocated);
    for (;;)
        pause();
    return NULL;
}

static void start_workers(unsigned count)
{
    for (unsigned i = 1; i <= count; i++) {
        pthread_t thread;
        char name[16];
        if (pthread_create(&thread, NULL, worker, NULL))
            die("pthread_create");
        snprintf(name, sizeof name, "worker-%u", i);
        pthread_setname_np(thread, name);
        sem_wait(&has_allocated); /* one after the other, so that only what was asked for differs */
    }
}

/* Shared, so that each is a mapping of its own; touched in one page. */
static void leak(unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        char *piece = mmap(NULL, MIB, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
        if (piece == MAP_FAILED)
            die("mmap");
        piece[0] = 1;
    }
}

static void *reserve(size_t size)
{
    void *range = mmap(NULL, size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    return range == MAP_FAILED ? NULL : range;
}

/* The largest piece that mmap gives in one, which is the largest gap but for less than a page. */
static size_t largest_gap(void)
{
    size_t low = 4096, high = (size_t)1 << (sizeof(size_t) * 8 - (sizeof(size_t) == 8 ? 17 : 1));
    while (high - low > 4096) {
        size_t middle = low + (high - low) / 2 / 4096 * 4096;
        void *range = reserve(middle);
        if (!range) {
            high = middle;
            continue;
        }
        munmap(range, middle);
        low = middle;
    }
    return low;
}

/* Holds the upper half of the largest gap while the library is loaded, which so comes to lie in its middle. */
static void load(const char *path)
{
    size_t half = largest_gap() / 2 / 4096 * 4096;
    void *held = reserve(half);
    if (!held)
        die("mmap");
    if (!dlopen(path, RTLD_NOW)) {
        fprintf(stderr, "%s\n", dlerror());
        exit(1);
    }
    munmap(held, half);
}

static const char *value(const char *argument, const char *name)
{
    size_t length = strlen(name);
    return strncmp(argument, name, length) == 0 && argument[length] == '=' ? argument + length + 1 : NULL;
}

int main(int count, char **arguments)
{
    unsigned workers = 4, leaked = 3;
    const char *library = NULL, *text;
    for (int i = 1; i < count; i++) {
        if ((text = value(arguments[i], "workers")))
            workers = (unsigned)strtoul(text, NULL, 0);
        else if ((text = value(arguments[i], "leak")))
            leaked = (unsigned)strtoul(text, NULL, 0);
        else if ((text = value(arguments[i], "library")))
            library = text;
        else
            return 2;
    }
    if (mmap(NULL, 40 * MIB, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED)
        die("mmap");
    sem_init(&has_allocated, 0, 0);
    start_workers(workers);
    leak(leaked);
    if (library)
        load(library);
    printf("ready\n");
    fflush(stdout);
    while (getchar() != EOF)
        ;
    return 0;
}
#endif
