/* wdump: dumps another process from outside, and writes what Windows says about it beside the dump.
 *
 *   wdump PID TID EXCEPTION_POINTERS PREFIX KIND[,KIND...]
 *
 * TID             the thread that crashed
 * EXCEPTION_...   address of its EXCEPTION_POINTERS in the process PID, decimal; 0 for none
 * KIND            normal  stacks and modules only: no map of the address space
 *                 info    normal, with MemoryInfoList (16) and ThreadInfoList (17)
 *                 full    info, with all committed memory (Memory64List)
 *
 * Writes PREFIX.KIND.dmp for each, and the truth once: PREFIX.virtualquery.csv, .threads.csv, .modules.csv.
 *
 * Wine's MiniDumpWriteDump writes no stream 16 or 17, whatever flags are asked: they are added here as user streams, in
 * the documented layout. The dump and the truth come from two separate walks, so that a check of one against the other
 * says something. The dumper must be as large-address-aware as its target: VirtualQueryEx walks up to the limit of
 * the caller, not of the process it looks at.
 */
#define WIN32_LEAN_AND_MEAN
#define _WIN32_WINNT 0x0601
#include <windows.h>
#include <dbghelp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <tlhelp32.h>

enum { MAX_REGIONS = 60000, MAX_THREADS = 4000 };

/* Offset of DeallocationStack in the TEB: the lowest address of the stack's reservation. */
static const unsigned TEB_DEALLOCATION_STACK = sizeof(void *) == 4 ? 0xE0C : 0x1478;

struct target {
    DWORD pid, crashed_tid;
    HANDLE process;
    void *exception_pointers;
    const char *prefix;
    unsigned threads;
    DWORD tid[MAX_THREADS];
    HANDLE thread[MAX_THREADS];
};

static struct target target;

static FILE *open_truth(const char *what)
{
    char path[MAX_PATH];
    snprintf(path, sizeof path, "%s.%s.csv", target.prefix, what);
    FILE *file = fopen(path, "wb"); /* no CRLF */
    if (!file)
        fprintf(stderr, "wdump: cannot write %s\n", path), exit(1);
    return file;
}

/* ---- the target ------------------------------------------------------------------------------------------------- */

static void find_threads(void)
{
    HANDLE snapshot = CreateToolhelp32Snapshot(TH32CS_SNAPTHREAD, 0);
    THREADENTRY32 entry = {.dwSize = sizeof entry};
    for (BOOL more = Thread32First(snapshot, &entry); more; more = Thread32Next(snapshot, &entry)) {
        if (entry.th32OwnerProcessID != target.pid || target.threads == MAX_THREADS)
            continue;
        target.tid[target.threads] = entry.th32ThreadID;
        target.thread[target.threads++] = OpenThread(THREAD_ALL_ACCESS, FALSE, entry.th32ThreadID);
    }
    CloseHandle(snapshot);
}

static void open_target(char **argv)
{
    target.pid = strtoul(argv[1], NULL, 10);
    target.crashed_tid = strtoul(argv[2], NULL, 10);
    target.exception_pointers = (void *)(uintptr_t)_strtoui64(argv[3], NULL, 10);
    target.prefix = argv[4];
    target.process = OpenProcess(PROCESS_ALL_ACCESS, FALSE, target.pid);
    if (!target.process)
        fprintf(stderr, "wdump: cannot open process %lu, error %lu\n", target.pid, GetLastError()), exit(1);
    find_threads();
}

static void *read_pointer(const void *address)
{
    void *value = NULL;
    ReadProcessMemory(target.process, address, &value, sizeof value, NULL);
    return value;
}

/* ---- the truth -------------------------------------------------------------------------------------------------- */

/* The region at or above *cursor; 0 at the end of the address space. */
static int next_region(uintptr_t *cursor, MEMORY_BASIC_INFORMATION *region)
{
    if (VirtualQueryEx(target.process, (void *)*cursor, region, sizeof *region) != sizeof *region)
        return 0;
    uintptr_t end = (uintptr_t)region->BaseAddress + region->RegionSize;
    if (end <= *cursor)
        return 0;
    *cursor = end;
    return 1;
}

static void write_regions(void)
{
    FILE *file = open_truth("virtualquery");
    MEMORY_BASIC_INFORMATION region;
    uintptr_t cursor = 0;
    fprintf(file, "base,size,state,protect,type,alloc_base,alloc_protect\n");
    while (next_region(&cursor, &region))
        fprintf(file, "0x%llx,0x%llx,0x%lx,0x%lx,0x%lx,0x%llx,0x%lx\n",
                (unsigned long long)(uintptr_t)region.BaseAddress, (unsigned long long)region.RegionSize, region.State,
                region.Protect, region.Type, (unsigned long long)(uintptr_t)region.AllocationBase,
                region.AllocationProtect);
    fclose(file);
}

struct basic_information {
    LONG status;
    char *teb;
    void *pid, *tid;
    ULONG_PTR affinity;
    LONG priority, base_priority;
};

static char *teb_of(HANDLE thread)
{
    typedef LONG(WINAPI * query)(HANDLE, int, void *, ULONG, ULONG *);
    query ask = (query)(void *)GetProcAddress(GetModuleHandleA("ntdll"), "NtQueryInformationThread");
    struct basic_information basic = {0};
    ask(thread, 0, &basic, sizeof basic, NULL);
    return basic.teb;
}

static void *stack_pointer_of(HANDLE thread)
{
    CONTEXT context = {.ContextFlags = CONTEXT_CONTROL};
    SuspendThread(thread);
    BOOL known = GetThreadContext(thread, &context);
    ResumeThread(thread);
#ifdef _WIN64
    return known ? (void *)context.Rsp : NULL;
#else
    return known ? (void *)context.Esp : NULL;
#endif
}

static void print_thread_name(FILE *file, HANDLE thread)
{
    typedef HRESULT(WINAPI * get_description)(HANDLE, WCHAR **);
    FARPROC found = GetProcAddress(GetModuleHandleA("kernelbase"), "GetThreadDescription");
    WCHAR *name = NULL;
    if (found && ((get_description)(void *)found)(thread, &name) >= 0 && name)
        fprintf(file, "%ls", name);
}

/* sp is the thread's own, also for the crashed one, whose exception context is a different place on the same stack. */
static void write_threads(void)
{
    FILE *file = open_truth("threads");
    fprintf(file, "tid,teb,stack_base,stack_limit,dealloc_stack,sp,name\n");
    for (unsigned i = 0; i < target.threads; i++) {
        char *teb = teb_of(target.thread[i]);
        fprintf(file, "%lu,0x%p,0x%p,0x%p,0x%p,0x%p,", target.tid[i], (void *)teb, read_pointer(teb + sizeof(void *)),
                read_pointer(teb + 2 * sizeof(void *)), read_pointer(teb + TEB_DEALLOCATION_STACK),
                stack_pointer_of(target.thread[i]));
        print_thread_name(file, target.thread[i]);
        fputc('\n', file);
    }
    fclose(file);
}

static void write_modules(void)
{
    FILE *file = open_truth("modules");
    HANDLE snapshot = CreateToolhelp32Snapshot(TH32CS_SNAPMODULE, target.pid);
    MODULEENTRY32 entry = {.dwSize = sizeof entry};
    fprintf(file, "base,size,path\n");
    for (BOOL more = Module32First(snapshot, &entry); more; more = Module32Next(snapshot, &entry))
        fprintf(file, "0x%p,%lu,%s\n", (void *)entry.modBaseAddr, entry.modBaseSize, entry.szExePath);
    CloseHandle(snapshot);
    fclose(file);
}

/* ---- the streams that Wine does not write --------------------------------------------------------------------------- */

static struct {
    MINIDUMP_MEMORY_INFO_LIST head;
    MINIDUMP_MEMORY_INFO entry[MAX_REGIONS];
} memory_info;

static struct {
    MINIDUMP_THREAD_INFO_LIST head;
    MINIDUMP_THREAD_INFO entry[MAX_THREADS];
} thread_info;

_Static_assert(sizeof(MINIDUMP_MEMORY_INFO_LIST) == 16 && sizeof(MINIDUMP_MEMORY_INFO) == 48, "stream 16");
_Static_assert(sizeof(MINIDUMP_THREAD_INFO_LIST) == 12 && sizeof(MINIDUMP_THREAD_INFO) == 64, "stream 17");

static MINIDUMP_USER_STREAM memory_info_stream(void)
{
    MEMORY_BASIC_INFORMATION region;
    uintptr_t cursor = 0;
    ULONG64 count = 0;
    while (count < MAX_REGIONS && next_region(&cursor, &region))
        memory_info.entry[count++] = (MINIDUMP_MEMORY_INFO){
            .BaseAddress = (uintptr_t)region.BaseAddress,
            .AllocationBase = (uintptr_t)region.AllocationBase,
            .AllocationProtect = region.AllocationProtect,
            .RegionSize = region.RegionSize,
            .State = region.State,
            .Protect = region.Protect,
            .Type = region.Type,
        };
    memory_info.head = (MINIDUMP_MEMORY_INFO_LIST){sizeof memory_info.head, sizeof memory_info.entry[0], count};
    return (MINIDUMP_USER_STREAM){MemoryInfoListStream, sizeof memory_info.head + count * sizeof memory_info.entry[0],
                                  &memory_info};
}

static ULONG64 ticks(FILETIME time)
{
    return (ULONG64)time.dwHighDateTime << 32 | time.dwLowDateTime;
}

static MINIDUMP_THREAD_INFO thread_info_of(unsigned i)
{
    FILETIME created, exited, kernel, user;
    MINIDUMP_THREAD_INFO info = {.ThreadId = target.tid[i], .ExitStatus = STILL_ACTIVE, .Affinity = 1};
    if (GetThreadTimes(target.thread[i], &created, &exited, &kernel, &user)) {
        info.CreateTime = ticks(created);
        info.KernelTime = ticks(kernel);
        info.UserTime = ticks(user);
    }
    return info;
}

static MINIDUMP_USER_STREAM thread_info_stream(void)
{
    for (unsigned i = 0; i < target.threads; i++)
        thread_info.entry[i] = thread_info_of(i);
    thread_info.head =
        (MINIDUMP_THREAD_INFO_LIST){sizeof thread_info.head, sizeof thread_info.entry[0], target.threads};
    return (MINIDUMP_USER_STREAM){ThreadInfoListStream,
                                  sizeof thread_info.head + target.threads * sizeof thread_info.entry[0], &thread_info};
}

/* ---- the dumps -------------------------------------------------------------------------------------------------- */

struct kind {
    const char *name;
    MINIDUMP_TYPE type;
    int with_map;
};

static const MINIDUMP_TYPE INFO = MiniDumpWithFullMemoryInfo | MiniDumpWithThreadInfo | MiniDumpWithUnloadedModules;

static int write_dump(const struct kind *kind)
{
    char path[MAX_PATH];
    snprintf(path, sizeof path, "%s.%s.dmp", target.prefix, kind->name);
    HANDLE file = CreateFileA(path, GENERIC_READ | GENERIC_WRITE, 0, NULL, CREATE_ALWAYS, 0, NULL);
    MINIDUMP_USER_STREAM stream[2] = {memory_info_stream(), thread_info_stream()};
    MINIDUMP_USER_STREAM_INFORMATION streams = {2, stream};
    MINIDUMP_EXCEPTION_INFORMATION crash = {target.crashed_tid, target.exception_pointers, TRUE};
    BOOL written = MiniDumpWriteDump(target.process, target.pid, file, kind->type,
                                     target.exception_pointers ? &crash : NULL, kind->with_map ? &streams : NULL, NULL);
    printf("%s: %lu bytes, %llu regions, %u threads%s\n", path, GetFileSize(file, NULL), memory_info.head.NumberOfEntries,
           target.threads, written ? "" : ", FAILED");
    CloseHandle(file);
    return written;
}

static int write_dump_named(const char *name)
{
    const struct kind kinds[] = {
        {"normal", MiniDumpNormal, 0}, {"info", INFO, 1}, {"full", MiniDumpWithFullMemory | INFO, 1}};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (!strcmp(kinds[i].name, name))
            return write_dump(&kinds[i]);
    fprintf(stderr, "wdump: no such kind of dump: %s\n", name);
    return 0;
}

int main(int argc, char **argv)
{
    if (argc != 6) {
        fprintf(stderr, "usage: wdump PID TID EXCEPTION_POINTERS PREFIX KIND[,KIND...]\n");
        return 2;
    }
    open_target(argv);
    write_regions();
    write_threads();
    write_modules();
    int all = 1;
    for (char *kind = strtok(argv[5], ","); kind; kind = strtok(NULL, ","))
        all &= write_dump_named(kind);
    return all ? 0 : 1;
}
