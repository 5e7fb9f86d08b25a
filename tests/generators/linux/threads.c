/* A living process to look at: threads that wait, threads that run, and what it is told on stdin.
 *
 *     threads WAITING RUNNING [TRY_BYTES]
 *
 * It prints "ready", and with TRY_BYTES before that "null" or "served": whether malloc gave so many bytes.
 * Lines on stdin: "map" maps a page of its own, "longest" prints the longest time in microseconds that the first running
 * thread was away from its clock since the last such line, although it had a CPU; the end of stdin ends the process.
 *
 * Build: gcc -O1 -pthread -o threads threads.c (or -m32)
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

static _Atomic long longest_ns;
static pthread_barrier_t all_run;

static void name(const char *what, long number)
{
    char text[16];
    snprintf(text, sizeof text, "%s-%ld", what, number);
    pthread_setname_np(pthread_self(), text);
}

static void *wait_forever(void *argument)
{
    name("wait", (long)argument);
    pthread_barrier_wait(&all_run);
    for (;;)
        pause();
    return argument;
}

static long long now_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000000000LL + t.tv_nsec;
}

/* How long the calling thread has waited for a CPU although it could have run: the second number of its schedstat. */
static long long waited_ns(int schedstat)
{
    char text[128];
    long long ran = 0, waited = 0;
    ssize_t length = pread(schedstat, text, sizeof text - 1, 0);
    if (length <= 0)
        return 0;
    text[length] = 0;
    sscanf(text, "%lld %lld", &ran, &waited);
    return waited;
}

/* The first one looks at the clock all the time, and so notices when it was kept from it; less the time in which only
 * other threads had the CPUs. */
static void *run_forever(void *argument)
{
    long number = (long)argument;
    name("run", number);
    pthread_barrier_wait(&all_run);
    if (number != 0)
        for (volatile unsigned long x = 0;; x++)
            ;
    int schedstat = open("/proc/thread-self/schedstat", O_RDONLY);
    long long before = now_ns(), waited_before = waited_ns(schedstat);
    for (;;) {
        /* It may lose the CPU between any two of these: what it waited right before and after the clock counts, too. */
        long long first = waited_ns(schedstat), now = now_ns(), last = waited_ns(schedstat);
        long away = (long)((now - before) - (last - waited_before));
        if (away > atomic_load(&longest_ns))
            atomic_store(&longest_ns, away);
        before = now;
        waited_before = first;
    }
    return argument;
}

static void start(void *(*work)(void *), long count)
{
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, 256 << 10);
    for (long i = 0; i < count; i++) {
        pthread_t thread;
        if (pthread_create(&thread, &attributes, work, (void *)i)) {
            fprintf(stderr, "no thread %ld\n", i);
            exit(1);
        }
    }
}

int main(int argc, char **argv)
{
    long waiting = argc > 1 ? atol(argv[1]) : 0, running = argc > 2 ? atol(argv[2]) : 0;
    char line[64];
    setvbuf(stdout, NULL, _IOLBF, 0);
    if (argc > 3)
        puts(malloc(strtoull(argv[3], NULL, 0)) ? "served" : "null");
    pthread_barrier_init(&all_run, NULL, waiting + running + 1);
    start(wait_forever, waiting);
    start(run_forever, running);
    pthread_barrier_wait(&all_run);
    usleep(20000);
    puts("ready");
    while (fgets(line, sizeof line, stdin)) {
        if (!strncmp(line, "map", 3)) {
            /* A shared page has no neighbour that it could be merged with. */
            void *page = mmap(NULL, 4096, PROT_READ, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
            puts(page == MAP_FAILED ? "failed" : "mapped");
        } else if (!strncmp(line, "longest", 7)) {
            printf("%ld\n", atomic_exchange(&longest_ns, 0) / 1000);
        }
    }
    return 0;
}
