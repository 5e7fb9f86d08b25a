/* winfrag: fragments its own address space until a large malloc fails, then has itself dumped by wdump.exe.
 *
 *   winfrag PREFIX [threads=N] [blocks=N] [need=BYTES] [dumps=KIND,KIND...]
 *
 * need=0 asks for no block: nothing fails, and the rest of the address space stays as it is.
 * What a long-lived program does is done here in a few milliseconds: thread pools with several stack sizes, plugins that
 * come and go, file views, heaps under load, reservations released in patterns. Then everything that is left is cut into
 * holes by walls (stacks, views, private memory), so that plenty is free and nothing of it is large.
 * The truth (VirtualQuery and friends) is written by wdump, from outside and while this process stands still.
 */
#define WIN32_LEAN_AND_MEAN
#define _WIN32_WINNT 0x0601
#include <windows.h>
#include <malloc.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    KIB = 1024,
    MIB = 1024 * 1024,
    GRANULE = 64 * KIB,
    STACK_WALL = MIB + 8 * GRANULE, /* a default stack, and what Windows or Wine put beside each: TEBs, the 64-bit stack */
    SPARES = 2,
    MAX_WALLS = 2048,
    HEAP_BLOCKS = 4000,
    OUT_OF_MEMORY = 0xE0000008, /* what Chromium and Firefox raise; parameter 0 is the size they could not get */
    BREAKPOINT = 0x80000003,
};

struct options {
    const char *prefix, *dumps;
    unsigned threads, blocks;
    SIZE_T need;
};

static uint32_t seed = 12345;

/* The same numbers on every machine, so that two runs differ only where Windows differs. */
static uint32_t random_below(uint32_t limit)
{
    seed = seed * 1664525u + 1013904223u;
    return (seed >> 8) % limit;
}

static void *reserve(SIZE_T size)
{
    return VirtualAlloc(NULL, size, MEM_RESERVE, PAGE_READWRITE);
}

static void release(void *block)
{
    if (block)
        VirtualFree(block, 0, MEM_RELEASE);
}

/* ---- threads ---------------------------------------------------------------------------------------------------- */

static HANDLE thread_is_up;

static DWORD WINAPI sleep_forever(void *unused)
{
    volatile char touched[2 * KIB];
    (void)unused;
    touched[0] = 1;
    SetEvent(thread_is_up);
    Sleep(INFINITE);
    return touched[0];
}

/* SetThreadDescription is younger than the Windows that this is built for, so it is looked up. */
static void name_thread(HANDLE thread, const char *pool, unsigned number)
{
    typedef HRESULT(WINAPI * set_description)(HANDLE, const WCHAR *);
    FARPROC found = GetProcAddress(GetModuleHandleA("kernelbase"), "SetThreadDescription");
    WCHAR name[32];
    _snwprintf(name, 32, L"%hs-%u", pool, number);
    if (found)
        ((set_description)(void *)found)(thread, name);
}

/* stack 0 means the executable's default, 1 MiB. */
static int start_thread(SIZE_T stack, const char *pool, unsigned number)
{
    DWORD flags = stack ? STACK_SIZE_PARAM_IS_A_RESERVATION : 0;
    HANDLE thread = CreateThread(NULL, stack, sleep_forever, NULL, flags, NULL);
    if (!thread)
        return 0;
    WaitForSingleObject(thread_is_up, INFINITE);
    name_thread(thread, pool, number);
    return 1;
}

static void start_pools(unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        SIZE_T stack = i % 5 == 3 ? 64 * KIB : i % 5 == 4 ? 4 * MIB : 0;
        if (!start_thread(stack, stack ? "io" : "worker", i))
            break;
        reserve((1 + random_below(4)) * GRANULE); /* something always comes between two threads */
    }
}

/* ---- modules, views, heaps -------------------------------------------------------------------------------------- */

static void load_modules(void)
{
    static const char *const names[] = {"user32", "gdi32", "ole32",   "oleaut32", "ws2_32",   "winmm",    "shell32",
                                        "wininet", "crypt32", "version", "setupapi", "msvcp140", "riched20", "msxml3"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        HMODULE module = LoadLibraryA(names[i]);
        if (module && i % 6 == 5)
            FreeLibrary(module); /* leaves a hole, and a trace in the unloaded modules */
        VirtualAlloc(NULL, (1 + random_below(8)) * GRANULE, MEM_RESERVE | MEM_COMMIT, PAGE_READONLY);
    }
}

static HANDLE shared_section;

static void map_views(void)
{
    char path[MAX_PATH];
    GetModuleFileNameA(NULL, path, sizeof path);
    HANDLE file = CreateFileA(path, GENERIC_READ, FILE_SHARE_READ, NULL, OPEN_EXISTING, 0, NULL);
    HANDLE image = CreateFileMappingA(file, NULL, PAGE_READONLY, 0, 0, NULL);
    MapViewOfFile(image, FILE_MAP_READ, 0, 0, 0);

    shared_section = CreateFileMappingA(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0, MIB, "frag-section");
    char *view = MapViewOfFile(shared_section, FILE_MAP_WRITE, 0, 0, 0);
    if (view)
        memset(view, 0x77, 3 * 4096);
    MapViewOfFile(shared_section, FILE_MAP_READ, 0, GRANULE, 2 * GRANULE);
}

static SIZE_T heap_block_size(unsigned i)
{
    if (i % 50 == 0)
        return 30000 + random_below(400000);
    return i % 7 == 0 ? 1000 + random_below(9000) : 8 + random_below(500);
}

static void churn_heaps(void)
{
    static void *block[HEAP_BLOCKS];
    HANDLE heap[3] = {GetProcessHeap(), HeapCreate(0, 0, 0), HeapCreate(HEAP_NO_SERIALIZE, MIB, 16 * MIB)};
    for (unsigned i = 0; i < HEAP_BLOCKS; i++)
        block[i] = HeapAlloc(heap[i % 3], 0, heap_block_size(i));
    for (unsigned i = 0; i < HEAP_BLOCKS; i++)
        if (block[i] && random_below(100) < 45)
            HeapFree(heap[i % 3], 0, block[i]);
}

/* ---- VirtualAlloc, in every state that a page can be in ----------------------------------------------------------- */

static void commit_part(char *block, SIZE_T size, unsigned i)
{
    DWORD before;
    VirtualAlloc(block, size / 2, MEM_COMMIT, i % 4 == 1 ? PAGE_READWRITE : PAGE_EXECUTE_READ);
    if (i % 8 == 1 && size > 2 * GRANULE)
        VirtualFree(block + 0x4000, 0x3000, MEM_DECOMMIT); /* reserved again, in the middle of committed pages */
    if (i % 16 == 3)
        VirtualProtect(block, 0x1000, PAGE_READWRITE | PAGE_GUARD, &before);
    if (i % 32 == 5)
        VirtualProtect(block, 0x1000, PAGE_READWRITE | PAGE_WRITECOMBINE, &before);
}

static void churn_blocks(unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        SIZE_T size = i % 9 == 0 ? 4 * MIB : (1 + random_below(20)) * (SIZE_T)GRANULE;
        DWORD direction = i % 13 == 0 ? MEM_TOP_DOWN : 0;
        char *block = VirtualAlloc(NULL, size, MEM_RESERVE | direction, PAGE_READWRITE);
        if (!block)
            break;
        if (i % 2)
            commit_part(block, size, i);
        if (random_below(3) == 0)
            release(block);
    }
}

/* ---- holes and walls -------------------------------------------------------------------------------------------- */

struct wall {
    char *at;
    int becomes_a_stack;
};

static struct wall wall[MAX_WALLS];
static void *hole[MAX_WALLS], *plug[MAX_WALLS], *spare[SPARES];
static unsigned walls, plugs, spares;

/* One hole with one wall right behind it, or 0 when there is no room for both. */
static int lay_hole_and_wall(SIZE_T hole_size, unsigned i)
{
    SIZE_T wall_size = i % 3 == 0 ? (1 + random_below(40)) * (SIZE_T)GRANULE : i % 3 == 1 ? STACK_WALL : MIB;
    char *both = reserve(hole_size + wall_size);
    if (!both)
        return 0;
    release(both);
    hole[walls] = VirtualAlloc(both, hole_size, MEM_RESERVE, PAGE_READWRITE);
    struct wall *w = &wall[walls++];
    w->becomes_a_stack = i % 3 == 1;
    if (i % 3 == 2 && MapViewOfFileEx(shared_section, FILE_MAP_WRITE, 0, 0, 0, both + hole_size))
        return 1;
    w->at = VirtualAlloc(both + hole_size, wall_size, MEM_RESERVE, PAGE_READWRITE);
    if (!w->becomes_a_stack)
        VirtualAlloc(w->at, GRANULE, MEM_COMMIT, PAGE_READWRITE);
    return 1;
}

static void lay_holes_and_walls(void)
{
    for (unsigned i = 0; walls < MAX_WALLS; i++) {
        SIZE_T size = (4 + random_below(20)) * (SIZE_T)MIB;
        if (!lay_hole_and_wall(size, i) && !lay_hole_and_wall(4 * MIB, i))
            break;
    }
}

/* Wine has a reservation of 2 MiB for the TEBs of 32 threads: every 32nd thread needs that much in one piece. */
static void set_spares_aside(void)
{
    while (spares < SPARES)
        spare[spares++] = VirtualAlloc(NULL, 2 * MIB, MEM_RESERVE | MEM_TOP_DOWN, PAGE_READWRITE);
}

static int start_request_thread(unsigned i)
{
    if (start_thread(0, "request", i))
        return 1;
    if (!spares)
        return 0;
    release(spare[--spares]);
    return start_thread(0, "request", i);
}

/* CreateThread takes no address. It is led to the wall's: nothing else of 1 MiB is free while the plugs are in. */
static void turn_walls_into_stacks(void)
{
    while (plugs < MAX_WALLS && (plug[plugs] = reserve(MIB)))
        plugs++;
    for (unsigned i = 0; i < walls; i++) {
        if (!wall[i].becomes_a_stack)
            continue;
        release(wall[i].at);
        if (!start_request_thread(i))
            VirtualAlloc(wall[i].at, STACK_WALL, MEM_RESERVE, PAGE_READWRITE);
    }
    for (unsigned i = 0; i < plugs; i++)
        release(plug[i]);
}

static void wall_off_the_rest(void)
{
    set_spares_aside();
    lay_holes_and_walls();
    turn_walls_into_stacks();
    for (unsigned i = 0; i < walls; i++)
        release(hole[i]);
    while (spares)
        release(spare[--spares]);
}

/* ---- the end ---------------------------------------------------------------------------------------------------- */

static void print_figures(SIZE_T need, const void *got)
{
    MEMORYSTATUSEX status = {.dwLength = sizeof status};
    SYSTEM_INFO system;
    GlobalMemoryStatusEx(&status);
    GetSystemInfo(&system);
    printf("malloc %llu: %s\n", (unsigned long long)need, !need ? "not tried" : got ? "succeeded" : "failed");
    printf("highest address %p, total virtual %llu, available virtual %llu\n", system.lpMaximumApplicationAddress,
           status.ullTotalVirtual, status.ullAvailVirtual);
    fflush(stdout);
}

/* wdump is handed the address of the exception pointers, as a crash handler's helper process is. */
static DWORD have_myself_dumped(const struct options *options, EXCEPTION_POINTERS *pointers)
{
    char command[1024];
    STARTUPINFOA startup = {.cb = sizeof startup};
    PROCESS_INFORMATION dumper;
    DWORD code = 1;
    snprintf(command, sizeof command, "wdump.exe %lu %lu %llu %s %s", GetCurrentProcessId(), GetCurrentThreadId(),
             (unsigned long long)(uintptr_t)pointers, options->prefix, options->dumps);
    if (!CreateProcessA(NULL, command, NULL, NULL, FALSE, 0, NULL, NULL, &startup, &dumper)) {
        fprintf(stderr, "winfrag: cannot start wdump.exe, error %lu\n", GetLastError());
        return 1;
    }
    WaitForSingleObject(dumper.hProcess, INFINITE);
    GetExitCodeProcess(dumper.hProcess, &code);
    return code;
}

static DWORD raise_and_dump(const struct options *options)
{
    CONTEXT context;
    RtlCaptureContext(&context);
    EXCEPTION_RECORD record = {.ExceptionCode = options->need ? OUT_OF_MEMORY : BREAKPOINT,
                               .ExceptionFlags = EXCEPTION_NONCONTINUABLE,
                               .ExceptionAddress = (void *)(uintptr_t)raise_and_dump,
                               .NumberParameters = options->need ? 1 : 0,
                               .ExceptionInformation = {options->need}};
    EXCEPTION_POINTERS pointers = {&record, &context};
    return have_myself_dumped(options, &pointers);
}

static void read_option(struct options *options, char *text)
{
    char *value = strchr(text, '=');
    if (!value)
        return;
    *value++ = 0;
    if (!strcmp(text, "threads"))
        options->threads = strtoul(value, NULL, 0);
    else if (!strcmp(text, "blocks"))
        options->blocks = strtoul(value, NULL, 0);
    else if (!strcmp(text, "need"))
        options->need = _strtoui64(value, NULL, 0);
    else if (!strcmp(text, "dumps"))
        options->dumps = value;
}

int main(int argc, char **argv)
{
    struct options options = {.prefix = "frag", .dumps = "info,normal", .threads = 30, .blocks = 600};
    if (argc > 1)
        options.prefix = argv[1];
    for (int i = 2; i < argc; i++)
        read_option(&options, argv[i]);

    thread_is_up = CreateEventA(NULL, FALSE, FALSE, NULL);
    start_pools(options.threads);
    load_modules();
    map_views();
    churn_heaps();
    churn_blocks(options.blocks);
    if (options.need)
        wall_off_the_rest();

    void *volatile got = options.need ? malloc(options.need) : NULL;
    print_figures(options.need, got);
    DWORD code = raise_and_dump(&options);
    ExitProcess(got ? 3 : code);
}
