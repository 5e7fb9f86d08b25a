/* winheap: fills heaps by a history that is the same on every machine, writes down what is in them, and has itself dumped.
 *
 *   winheap PREFIX [blocks=N] [dump=outside|self]
 *
 * outside  wdump.exe (../windows/wdump.c) is started before anything is written down and dumps while this process waits on
 *          an event: nothing in any heap moves between the truth and the dump.
 * self     the process dumps itself, as crash handlers in Wine do. dbghelp then makes heaps of its own, one for each module,
 *          and the process heap moves on while the dump is written.
 *
 * Writes PREFIX.heaps.csv   one row for each heap of GetProcessHeaps: what HeapWalk says of it
 *        PREFIX.ledger.csv  one row for each block that the program has: heap, address, size that was asked for
 *        PREFIX.full.dmp    all committed memory, and MemoryInfoList
 *
 * All files are opened before the truth is taken, and rows are built in static memory.
 */
#define WIN32_LEAN_AND_MEAN
#define _WIN32_WINNT 0x0601
#include <windows.h>
#include <dbghelp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    KIB = 1024,
    MIB = 1024 * 1024,
    HEAPS = 7,
    MAX_BLOCKS = 60000,
    MAX_HEAPS = 256,
    MAX_REGIONS = 20000,
    ROW = 160,
};

static struct {
    HANDLE heap;
    char *at;
    SIZE_T size;
} block[MAX_BLOCKS];

static HANDLE heap[HEAPS];
static uint32_t seed = 4711;

static uint32_t random_below(uint32_t limit)
{
    seed = seed * 1664525u + 1013904223u;
    return (seed >> 8) % limit;
}

/* ---- the history ------------------------------------------------------------------------------------------------- */

static void make_heaps(void)
{
    ULONG lfh = 2;
    heap[0] = GetProcessHeap();
    heap[1] = HeapCreate(0, 0, 0);
    heap[2] = HeapCreate(HEAP_NO_SERIALIZE, MIB, 16 * MIB); /* cannot grow: no large blocks, no low-fragmentation part */
    heap[3] = HeapCreate(0, 0, 0);
    heap[4] = HeapCreate(0, 0, 0);
    heap[5] = HeapCreate(0, 256 * KIB, 0); /* stays empty */
    heap[6] = HeapCreate(0, 0, 0);         /* everything in it is freed again */
    HeapSetInformation(heap[3], HeapCompatibilityInformation, &lfh, sizeof lfh);
}

/* Sizes differ from heap to heap: 3 has few sizes in great number, so that groups of equal blocks are made for them (30,000
 * bytes 31 times are a large block in a 32-bit process), 4 has blocks that get a mapping of their own. */
static SIZE_T size_for(unsigned h, unsigned i)
{
    switch (h) {
    case 3:
        return i % 10 == 5 ? 30000 : i % 10 == 9 ? 700 : 24 + 40 * (i % 3);
    case 4:
        return i % 40 == 7 ? (SIZE_T)(600 + random_below(900)) * KIB : random_below(40000);
    default:
        return i % 60 == 0 ? 20000 + random_below(200000) : i % 7 == 0 ? random_below(9000) : random_below(500);
    }
}

static void allocate(unsigned i)
{
    static const unsigned order[] = {1, 3, 2, 3, 0, 3, 6, 1, 4, 3};
    unsigned h = order[i % (sizeof order / sizeof *order)];
    /* The large ones are few. */
    unsigned turn = h == 4 ? i / 10 : i;
    block[i].heap = heap[h];
    block[i].size = size_for(h, turn);
    block[i].at = HeapAlloc(heap[h], 0, block[i].size);
    if (!block[i].at)
        return;
    memset(block[i].at, (int)(i & 0x7f), block[i].size < 64 ? block[i].size : 64);
}

static void release(unsigned i)
{
    if (block[i].at)
        HeapFree(block[i].heap, 0, block[i].at);
    block[i].at = NULL;
}

static void resize(unsigned i)
{
    SIZE_T size = block[i].size / 2 + random_below(300);
    char *at = block[i].at ? HeapReAlloc(block[i].heap, 0, block[i].at, size) : NULL;
    if (at) {
        block[i].at = at;
        block[i].size = size;
    }
}

static void live_a_life(unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        allocate(i);
        if (i > 100 && random_below(100) < 35)
            release(random_below(i));
        if (i > 100 && random_below(100) < 6)
            resize(random_below(i));
    }
    for (unsigned i = count / 3; i < count / 2; i++) /* a part of the program ends */
        if (random_below(100) < 90)
            release(i);
    for (unsigned i = 0; i < count; i++)
        if (block[i].heap == heap[6])
            release(i);
}

/* ---- the truth --------------------------------------------------------------------------------------------------- */

static char text[MAX_BLOCKS * 64];

static HANDLE create(const char *prefix, const char *what)
{
    char path[MAX_PATH];
    snprintf(path, sizeof path, "%s.%s", prefix, what);
    return CreateFileA(path, GENERIC_READ | GENERIC_WRITE, 0, NULL, CREATE_ALWAYS, 0, NULL);
}

static void put(HANDLE file, size_t length)
{
    DWORD written;
    WriteFile(file, text, (DWORD)length, &written, NULL);
    CloseHandle(file);
}

struct sums {
    unsigned long long busy, busy_bytes, free, free_bytes, regions, committed, uncommitted;
};

static struct sums walk(HANDLE which)
{
    struct sums sums = {0};
    PROCESS_HEAP_ENTRY entry = {0};
    while (HeapWalk(which, &entry)) {
        if (entry.wFlags & PROCESS_HEAP_ENTRY_BUSY) {
            sums.busy++;
            sums.busy_bytes += entry.cbData;
        } else if (entry.wFlags & PROCESS_HEAP_REGION) {
            sums.regions++;
            sums.committed += entry.Region.dwCommittedSize;
            sums.uncommitted += entry.Region.dwUnCommittedSize;
        } else if (!(entry.wFlags & PROCESS_HEAP_UNCOMMITTED_RANGE)) {
            sums.free++;
            sums.free_bytes += entry.cbData;
        }
    }
    return sums;
}

static void write_heaps(HANDLE file)
{
    static HANDLE all[MAX_HEAPS];
    DWORD count = GetProcessHeaps(MAX_HEAPS, all);
    size_t used = (size_t)sprintf(
        text, "handle,own,process,busy,busy_bytes,free,free_bytes,regions,committed,uncommitted\n");
    for (DWORD i = 0; i < count; i++) {
        struct sums s = walk(all[i]);
        int own = 0;
        for (unsigned h = 1; h < HEAPS; h++)
            own |= all[i] == heap[h];
        used += (size_t)sprintf(text + used, "0x%p,%d,%d,%llu,%llu,%llu,%llu,%llu,%llu,%llu\n", all[i], own,
                                all[i] == heap[0], s.busy, s.busy_bytes, s.free, s.free_bytes, s.regions, s.committed,
                                s.uncommitted);
    }
    put(file, used);
}

static void write_ledger(HANDLE file, unsigned count)
{
    size_t used = (size_t)sprintf(text, "heap,address,size\n");
    for (unsigned i = 0; i < count; i++)
        if (block[i].at)
            used += (size_t)sprintf(text + used, "0x%p,0x%p,%llu\n", block[i].heap, (void *)block[i].at,
                                    (unsigned long long)block[i].size);
    put(file, used);
}

/* ---- the dump ---------------------------------------------------------------------------------------------------- */

/* Created suspended, so that starting it changes nothing after the truth was taken. */
static PROCESS_INFORMATION start_dumper(const char *prefix)
{
    char command[512];
    STARTUPINFOA startup = {.cb = sizeof startup};
    PROCESS_INFORMATION dumper = {0};
    snprintf(command, sizeof command, "wdump.exe %lu %lu 0 %s full", GetCurrentProcessId(), GetCurrentThreadId(), prefix);
    if (!CreateProcessA(NULL, command, NULL, NULL, FALSE, CREATE_SUSPENDED, NULL, NULL, &startup, &dumper))
        fprintf(stderr, "winheap: cannot start wdump.exe, error %lu\n", GetLastError());
    return dumper;
}

static DWORD let_dump(PROCESS_INFORMATION dumper)
{
    DWORD code = 1;
    ResumeThread(dumper.hThread);
    WaitForSingleObject(dumper.hProcess, INFINITE);
    GetExitCodeProcess(dumper.hProcess, &code);
    return code;
}

static struct {
    MINIDUMP_MEMORY_INFO_LIST head;
    MINIDUMP_MEMORY_INFO entry[MAX_REGIONS];
} map;

/* Wine writes no MemoryInfoList. What dbghelp maps while it writes the dump is not in this one. */
static MINIDUMP_USER_STREAM map_stream(void)
{
    MEMORY_BASIC_INFORMATION region;
    char *cursor = NULL;
    ULONG64 count = 0;
    while (count < MAX_REGIONS && VirtualQuery(cursor, &region, sizeof region) == sizeof region) {
        map.entry[count++] = (MINIDUMP_MEMORY_INFO){
            .BaseAddress = (uintptr_t)region.BaseAddress,
            .AllocationBase = (uintptr_t)region.AllocationBase,
            .AllocationProtect = region.AllocationProtect,
            .RegionSize = region.RegionSize,
            .State = region.State,
            .Protect = region.Protect,
            .Type = region.Type,
        };
        cursor = (char *)region.BaseAddress + region.RegionSize;
        if ((uintptr_t)cursor <= (uintptr_t)region.BaseAddress)
            break;
    }
    map.head = (MINIDUMP_MEMORY_INFO_LIST){sizeof map.head, sizeof map.entry[0], count};
    return (MINIDUMP_USER_STREAM){MemoryInfoListStream, (ULONG)(sizeof map.head + count * sizeof map.entry[0]), &map};
}

static DWORD dump_myself(HANDLE file)
{
    MINIDUMP_USER_STREAM stream = map_stream();
    MINIDUMP_USER_STREAM_INFORMATION streams = {1, &stream};
    BOOL written = MiniDumpWriteDump(GetCurrentProcess(), GetCurrentProcessId(), file, MiniDumpWithFullMemory, NULL,
                                     &streams, NULL);
    CloseHandle(file);
    return written ? 0 : 1;
}

int main(int argc, char **argv)
{
    const char *prefix = argc > 1 ? argv[1] : "heap";
    unsigned count = 12000;
    int self = 0;
    for (int i = 2; i < argc; i++) {
        if (!strncmp(argv[i], "blocks=", 7))
            count = (unsigned)strtoul(argv[i] + 7, NULL, 0);
        self |= !strcmp(argv[i], "dump=self");
    }
    count = count > MAX_BLOCKS ? MAX_BLOCKS : count;

    make_heaps();
    live_a_life(count);
    HANDLE heaps_file = create(prefix, "heaps.csv"), ledger_file = create(prefix, "ledger.csv");
    HANDLE dump_file = self ? create(prefix, "full.dmp") : NULL;
    PROCESS_INFORMATION dumper = {0};
    if (!self)
        dumper = start_dumper(prefix);
    write_ledger(ledger_file, count);
    write_heaps(heaps_file);
    ExitProcess(self ? dump_myself(dump_file) : let_dump(dumper));
}
