//! Streams about the machine and the process as a whole.

use super::bytes::Writer;
use super::minidump::{Place, Stream, stream_type, string};
use super::minidump_context::Cpu;

/// Operating systems: `PlatformId` of SystemInfo.
pub mod platform {
    /// VER_PLATFORM_WIN32_NT (`winnt.h`).
    pub const WINDOWS_NT: u32 = 2;
    /// MD_OS_MAC_OS_X (`minidump_format.h`, as all below).
    pub const MAC_OS: u32 = 0x8101;
    /// MD_OS_IOS.
    pub const IOS: u32 = 0x8102;
    /// MD_OS_LINUX.
    pub const LINUX: u32 = 0x8201;
    /// MD_OS_ANDROID.
    pub const ANDROID: u32 = 0x8203;
}

/// SystemInfoStream (7), 56 bytes: ProcessorArchitecture 0, NumberOfProcessors 6, MajorVersion 8, MinorVersion 12,
/// BuildNumber 16, PlatformId 20, CSDVersionRva 24, SuiteMask 28, CPU_INFORMATION 32 (24 bytes).
#[derive(Clone, Debug)]
pub struct SystemInfo {
    architecture: u16,
    platform: u32,
    version: [u32; 3],
    csd: Option<String>,
}

impl SystemInfo {
    /// This CPU and platform (see [`platform`]), version 10.0.19041, no CSD version.
    pub fn new(cpu: Cpu, platform: u32) -> SystemInfo {
        SystemInfo { architecture: cpu.architecture(), platform, version: [10, 0, 19041], csd: None }
    }

    /// Replaces the architecture's number.
    pub fn architecture(mut self, number: u16) -> SystemInfo {
        self.architecture = number;
        self
    }

    /// Sets major, minor and build.
    pub fn version(mut self, version: [u32; 3]) -> SystemInfo {
        self.version = version;
        self
    }

    /// Sets the CSD version: "Service Pack 1", or uname's text on Linux.
    pub fn csd(mut self, text: &str) -> SystemInfo {
        self.csd = Some(text.to_string());
        self
    }
}

impl Stream for SystemInfo {
    fn stream_type(&self) -> u32 {
        stream_type::SYSTEM_INFO
    }

    fn name(&self) -> String {
        "SystemInfo".to_string()
    }

    fn write(&self, w: &mut Writer) -> Place {
        let csd = self.csd.as_ref().map_or(0, |text| string(w, "CSDVersion", text));
        Place::body(w, |w| {
            w.field_u16("ProcessorArchitecture", self.architecture);
            w.u16(6);
            w.u16(0x3a09);
            w.bytes(&[4, 1]);
            self.version.into_iter().for_each(|number| w.u32(number));
            w.field_u32("PlatformId", self.platform);
            w.field_u32("CSDVersionRva", csd);
            w.zeros(4 + 24);
        })
    }
}

/// MiscInfoStream (15) in one of its five lengths: 24, 44, 232, 832 or 1364 bytes. SizeOfInfo 0, Flags1 4 (1 process id,
/// 2 times), ProcessId 8, ProcessCreateTime 12; the rest is zeros.
#[derive(Clone, Copy, Debug)]
pub struct MiscInfo {
    /// 1 to 5.
    pub version: usize,
    /// Process id.
    pub pid: u32,
    /// Seconds since 1970.
    pub created: u32,
}

impl Stream for MiscInfo {
    fn stream_type(&self) -> u32 {
        stream_type::MISC_INFO
    }

    fn name(&self) -> String {
        "MiscInfo".to_string()
    }

    fn write(&self, w: &mut Writer) -> Place {
        const SIZES: [usize; 5] = [24, 44, 232, 832, 1364];
        let size = SIZES[self.version - 1];
        Place::body(w, |w| {
            w.field_u32("SizeOfInfo", size as u32);
            w.field_u32("Flags1", 3);
            w.field_u32("ProcessId", self.pid);
            w.u32(self.created);
            w.zeros(size - 16);
        })
    }
}

/// SystemMemoryInfoStream (21), MINIDUMP_SYSTEM_MEMORY_INFO_1, 492 bytes, packed to 4:
///
/// | part | offset | fields |
/// |---|---|---|
/// | Revision, Flags | 0 | 2 bytes each; flag 2: the third part is valid |
/// | BasicInfo | 4 | TimerResolution 4, PageSize 8, three counts of physical pages 12, AllocationGranularity 24, MinimumUserModeAddress 28, MaximumUserModeAddress 36, affinity 44, NumberOfProcessors 52 |
/// | FileCacheInfo | 56 | 60 bytes |
/// | BasicPerfInfo | 116 | AvailablePages, CommittedPages, CommitLimit, PeakCommitment (8 bytes each, in pages) |
/// | PerfInfo | 148 | four times 8 bytes, three counts, then at 192 the same four as 4 bytes each; 344 bytes in all |
#[derive(Clone, Copy, Debug)]
pub struct SystemMemoryInfo {
    /// Bytes in a page.
    pub page_size: u32,
    /// Allocation granularity in bytes.
    pub granularity: u32,
    /// Lowest user address.
    pub minimum_address: u64,
    /// Highest user address (inclusive).
    pub maximum_address: u64,
    /// Pages of physical memory available.
    pub available: u64,
    /// Pages of commit charge.
    pub committed: u64,
    /// Pages of commit limit.
    pub commit_limit: u64,
    /// False clears flag 2 and the 8-byte counts, as Windows before 8 does.
    pub basic_performance: bool,
}

impl Default for SystemMemoryInfo {
    /// A 64-bit Windows with plenty of commit left.
    fn default() -> Self {
        SystemMemoryInfo {
            page_size: 0x1000,
            granularity: 0x1_0000,
            minimum_address: 0x1_0000,
            maximum_address: 0x7fff_fffe_ffff,
            available: 0x10_0000,
            committed: 0x20_0000,
            commit_limit: 0x40_0000,
            basic_performance: true,
        }
    }
}

impl SystemMemoryInfo {
    fn basic(&self, w: &mut Writer) {
        w.u32(156_250);
        w.field_u32("PageSize", self.page_size);
        [0x40_0000, 1, 0x44_0000].into_iter().for_each(|pages| w.u32(pages));
        w.field_u32("AllocationGranularity", self.granularity);
        w.field_u64("MinimumUserModeAddress", self.minimum_address);
        w.field_u64("MaximumUserModeAddress", self.maximum_address);
        w.u64(0xf);
        w.u32(4);
    }

    fn basic_performance(&self, w: &mut Writer) {
        let kept = |value| if self.basic_performance { value } else { 0 };
        w.field_u64("BasicPerfInfo.AvailablePages", kept(self.available));
        w.field_u64("BasicPerfInfo.CommittedPages", kept(self.committed));
        w.field_u64("BasicPerfInfo.CommitLimit", kept(self.commit_limit));
        w.u64(kept(self.committed));
    }

    fn performance(&self, w: &mut Writer) {
        let start = w.position();
        w.zeros(4 * 8 + 3 * 4);
        w.field_u32("PerfInfo.AvailablePages", self.available as u32);
        w.field_u32("PerfInfo.CommittedPages", self.committed as u32);
        w.field_u32("PerfInfo.CommitLimit", self.commit_limit as u32);
        w.u32(self.committed as u32);
        w.pad_to(start + 344);
    }
}

impl Stream for SystemMemoryInfo {
    fn stream_type(&self) -> u32 {
        stream_type::SYSTEM_MEMORY_INFO
    }

    fn name(&self) -> String {
        "SystemMemoryInfo".to_string()
    }

    fn write(&self, w: &mut Writer) -> Place {
        Place::body(w, |w| {
            w.field_u16("Revision", 1);
            w.field_u16("Flags", if self.basic_performance { 0xf } else { 0xd });
            self.basic(w);
            w.zeros(60);
            self.basic_performance(w);
            self.performance(w);
        })
    }
}

/// ProcessVmCountersStream (22), in bytes, packed to 4. Revision 1 (80 bytes): Revision 0, PageFaultCount 4,
/// eight counters from 8 with PagefileUsage 56 and PeakPagefileUsage 64, PrivateUsage 72. Revision 2 (152 bytes) adds
/// Flags 2 (1 counters, 2 virtual size, 4 EX, 8 EX2, 16 job), PeakVirtualSize 72, VirtualSize 80, PrivateUsage 88,
/// PrivateWorkingSetSize 96, SharedCommitUsage 104, five job counters 112 with JobTotalCommitLimit 144.
#[derive(Clone, Copy, Debug)]
pub struct ProcessVmCounters {
    /// 1 or 2.
    pub revision: u16,
    /// Bytes charged to the page file.
    pub pagefile: u64,
    /// Bytes of private commit.
    pub private: u64,
    /// Bytes of address space in use (revision 2).
    pub virtual_size: u64,
    /// Commit limit of the process's job (revision 2); 0 for no job.
    pub job_commit_limit: u64,
}

impl ProcessVmCounters {
    fn second(&self, w: &mut Writer) {
        w.field_u64("PeakVirtualSize", self.virtual_size);
        w.field_u64("VirtualSize", self.virtual_size);
        w.field_u64("PrivateUsage", self.private);
        w.zeros(2 * 8 + 4 * 8);
        w.field_u64("JobTotalCommitLimit", self.job_commit_limit);
    }
}

impl Stream for ProcessVmCounters {
    fn stream_type(&self) -> u32 {
        stream_type::PROCESS_VM_COUNTERS
    }

    fn name(&self) -> String {
        "ProcessVmCounters".to_string()
    }

    fn write(&self, w: &mut Writer) -> Place {
        let job = if self.job_commit_limit == 0 { 0 } else { 16 };
        Place::body(w, |w| {
            w.field_u16("Revision", self.revision);
            w.field_u16("Flags", if self.revision == 1 { 0 } else { 0xf | job });
            w.u32(1000);
            w.zeros(6 * 8);
            w.field_u64("PagefileUsage", self.pagefile);
            w.field_u64("PeakPagefileUsage", self.pagefile);
            if self.revision == 1 {
                w.field_u64("PrivateUsage", self.private);
            } else {
                self.second(w);
            }
        })
    }
}

/// The text of /proc/PID/limits (Linux `proc_pid_limits`, `fs/proc/base.c`) with the given limits in bytes for address
/// space and stack (`None`: unlimited), for stream 0x4d7a0003.
pub fn limits(address_space: Option<u64>, stack: Option<u64>) -> String {
    let number = |limit: Option<u64>| limit.map_or("unlimited".to_string(), |bytes| bytes.to_string());
    let row = |name: &str, limit: &str, unit: &str| format!("{name:<25} {limit:<20} {limit:<20} {unit:<10}\n");
    let head = format!("{:<25} {:<20} {:<20} {:<10}\n", "Limit", "Soft Limit", "Hard Limit", "Units");
    let rows = [
        row("Max cpu time", "unlimited", "seconds"),
        row("Max stack size", &number(stack), "bytes"),
        row("Max open files", "1024", "files"),
        row("Max address space", &number(address_space), "bytes"),
    ];
    head + &rows.concat()
}

/// The bytes of /proc/PID/auxv, ended by `AT_NULL`, in words of `word` bytes (4 or 8), little-endian.
pub fn linux_auxv(word: usize, entries: &[(u64, u64)]) -> Vec<u8> {
    let words = entries.iter().chain(&[(0, 0)]).flat_map(|(key, value)| [*key, *value]);
    words.flat_map(|value| value.to_le_bytes()[..word].to_vec()).collect()
}
