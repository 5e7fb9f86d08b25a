/* A process with a heap of known shape, of which malloc is asked for sizes afterwards, each in a child of its own.
 *
 *   asked plain|blocked|limited
 *
 * Says on its output what it has, then reads sizes from its input: one line for each, with who served it. Nothing here
 * allocates behind the tool's back: output goes through a buffer on the stack. */
#define _GNU_SOURCE
#include <malloc.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static pthread_barrier_t ready;

static void say(const char *text) {
    if (write(1, text, strlen(text)) < 0) _exit(9);
}

static void *worker(void *unused) {
    char line[100];
    void *kept = malloc(3000);
    (void)unused;
    snprintf(line, sizeof line, "thread %ld %p\n", (long)syscall(SYS_gettid), kept);
    say(line);
    pthread_barrier_wait(&ready);
    pause();
    return kept;
}

/* Holes of less than 96 KiB, each behind a chunk that stays. */
static void holes(void) {
    static void *gone[64];
    mallopt(M_MMAP_MAX, 0);
    for (int i = 0; i < 64; i++) {
        gone[i] = malloc(2000 + (size_t)i * 5000);
        if (!malloc(100)) _exit(8);
    }
    /* Little is left at the end, so that what is larger than all holes and has no mapping of its own makes it grow. */
    size_t top = mallinfo2().keepcost;
    if (top > 32768 && !malloc(top - 16384)) _exit(8);
    mallopt(M_MMAP_MAX, 65536);
    for (int i = 0; i < 19; i++)
        if (i % 3) free(gone[i]);
}

static void block_brk(void) {
    char line[100];
    long page = sysconf(_SC_PAGESIZE);
    char *at = (char *)sbrk(0) + 5 * page;
    void *blocker = mmap(at, page, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
    if (blocker != at) _exit(7);
    snprintf(line, sizeof line, "blocker %p\n", blocker);
    say(line);
}

static void limit(void) {
    char text[4096];
    FILE *status = fopen("/proc/self/statm", "r");
    unsigned long pages = 0;
    if (!status || !fgets(text, sizeof text, status)) _exit(6);
    pages = strtoul(text, NULL, 10);
    fclose(status);
    struct rlimit most = {pages * 4096 + 600 * 1024, RLIM_INFINITY};
    if (setrlimit(RLIMIT_AS, &most)) _exit(5);
}

static const char *serve(size_t size) {
    struct mallinfo2 before = mallinfo2();
    char *brk = sbrk(0);
    void *volatile got = malloc(size);
    struct mallinfo2 after = mallinfo2();
    if (!got) return "nothing";
    if (after.hblks != before.hblks) return "mmap";
    if (after.arena == before.arena) return "inside";
    return (char *)sbrk(0) != brk ? "brk" : "main-piece";
}

int main(int argc, char **argv) {
    static char input[64];
    pthread_t thread;
    setvbuf(stdin, input, _IOFBF, sizeof input);
    pthread_barrier_init(&ready, NULL, 3);
    for (int i = 0; i < 2; i++)
        if (pthread_create(&thread, NULL, worker, NULL)) return 4;
    pthread_barrier_wait(&ready);
    holes();
    if (argc > 1 && !strcmp(argv[1], "blocked")) block_brk();
    if (argc > 1 && !strcmp(argv[1], "limited")) limit();
    say("ready\n");
    char text[32];
    while (fgets(text, sizeof text, stdin)) {
        pid_t child = fork();
        if (child == 0) {
            char line[100];
            snprintf(line, sizeof line, "%s\n", serve(strtoul(text, NULL, 10)));
            say(line);
            _exit(0);
        }
        waitpid(child, NULL, 0);
    }
    return 0;
}
