//! A writer of minidumps: header, directory and streams.
//!
//! Layout of all structures: Windows SDK `minidumpapiset.h` (packed to 4 bytes); extensions: breakpad
//! `google_breakpad/common/minidump_format.h`, crashpad `minidump/minidump_extensions.h`.
//!
//! ```text
//! header (32) | directory (12 per slot) | per stream: strings, contexts, memory …, then the stream itself
//! ```
//!
//! Marks: `header`, `directory[i]`, and per stream its [`Stream::name`] (the stream alone), with members below it
//! (`ThreadList.Threads[0].Stack`), and what it refers to (`ThreadList.stack[0]`, `ModuleList.name[3]`). Every count, RVA
//! and size is a field: `header.NumberOfStreams`, `directory[2].Rva`, `ThreadList.NumberOfThreads`,
//! `ThreadList.Threads[0].Stack.DataSize`. Falsify them with [`super::bytes::Image::set`]. A second stream of the same
//! name is called `ThreadList#2`.

use super::bytes::{Endian, Image, Writer};

/// Numbers of streams.
pub mod stream_type {
    /// An empty slot of the directory.
    pub const UNUSED: u32 = 0;
    /// Threads.
    pub const THREAD_LIST: u32 = 3;
    /// Modules.
    pub const MODULE_LIST: u32 = 4;
    /// Memory with 32-bit locations.
    pub const MEMORY_LIST: u32 = 5;
    /// The exception.
    pub const EXCEPTION: u32 = 6;
    /// CPU and OS.
    pub const SYSTEM_INFO: u32 = 7;
    /// Memory of full dumps.
    pub const MEMORY64_LIST: u32 = 9;
    /// A comment in bytes.
    pub const COMMENT_A: u32 = 10;
    /// A comment in UTF-16.
    pub const COMMENT_W: u32 = 11;
    /// Handles.
    pub const HANDLE_DATA: u32 = 12;
    /// Modules that were unloaded.
    pub const UNLOADED_MODULE_LIST: u32 = 14;
    /// Process id and times.
    pub const MISC_INFO: u32 = 15;
    /// VirtualQuery's walk.
    pub const MEMORY_INFO_LIST: u32 = 16;
    /// Times and start addresses of threads.
    pub const THREAD_INFO_LIST: u32 = 17;
    /// The system's memory.
    pub const SYSTEM_MEMORY_INFO: u32 = 21;
    /// The process's memory.
    pub const PROCESS_VM_COUNTERS: u32 = 22;
    /// Names of threads.
    pub const THREAD_NAMES: u32 = 24;
    /// Crashpad's annotations.
    pub const CRASHPAD_INFO: u32 = 0x4350_0001;
    /// Breakpad: which threads dumped and asked for it.
    pub const BREAKPAD_INFO: u32 = 0x4767_0001;
    /// /proc/cpuinfo.
    pub const LINUX_CPU_INFO: u32 = 0x4767_0003;
    /// /proc/PID/status.
    pub const LINUX_PROC_STATUS: u32 = 0x4767_0004;
    /// /etc/lsb-release.
    pub const LINUX_LSB_RELEASE: u32 = 0x4767_0005;
    /// /proc/PID/cmdline.
    pub const LINUX_CMD_LINE: u32 = 0x4767_0006;
    /// /proc/PID/environ.
    pub const LINUX_ENVIRON: u32 = 0x4767_0007;
    /// /proc/PID/auxv.
    pub const LINUX_AUXV: u32 = 0x4767_0008;
    /// /proc/PID/maps.
    pub const LINUX_MAPS: u32 = 0x4767_0009;
    /// /proc/PID/limits (minidump-writer).
    pub const MOZ_LINUX_LIMITS: u32 = 0x4d7a_0003;
    /// JSON of errors that minidump-writer survived.
    pub const MOZ_SOFT_ERRORS: u32 = 0x4d7a_0004;
}

/// Where something lies in the file: a MINIDUMP_LOCATION_DESCRIPTOR.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// Offset from the start of the file.
    pub rva: u32,
    /// Size in bytes.
    pub size: u32,
}

impl Place {
    /// Writes DataSize and Rva (in this order) as fields of structure `name`.
    pub fn write(self, w: &mut Writer, name: &str) {
        w.structure(name, |w| {
            w.field_u32("DataSize", self.size);
            w.field_u32("Rva", self.rva);
        });
    }

    /// Writes something that a stream refers to, marked `name`, aligned to 8 bytes, and tells where it lies.
    pub fn of(w: &mut Writer, name: &str, write: impl FnOnce(&mut Writer)) -> Place {
        w.scope(name, |w| Place::body(w, write))
    }

    /// Writes the stream itself, marked with its own name, aligned to 8 bytes, and tells where it lies.
    pub fn body(w: &mut Writer, write: impl FnOnce(&mut Writer)) -> Place {
        w.align(8);
        let start = w.position();
        w.whole(write);
        Place { rva: start as u32, size: (w.position() - start) as u32 }
    }
}

/// One stream. An implementation writes whatever the stream refers to first, and the stream last.
pub trait Stream {
    /// The number in the directory.
    fn stream_type(&self) -> u32;

    /// The name in front of all its marks.
    fn name(&self) -> String;

    /// Writes all of it, and returns where the stream itself lies.
    fn write(&self, w: &mut Writer) -> Place;
}

/// A stream of bytes: text streams, vendors' streams, damaged ones.
pub struct Raw {
    kind: u32,
    bytes: Vec<u8>,
}

impl Raw {
    /// A stream with this number and content.
    pub fn new(kind: u32, content: impl AsRef<[u8]>) -> Raw {
        Raw { kind, bytes: content.as_ref().to_vec() }
    }
}

impl Stream for Raw {
    fn stream_type(&self) -> u32 {
        self.kind
    }

    fn name(&self) -> String {
        format!("Raw({:#x})", self.kind)
    }

    fn write(&self, w: &mut Writer) -> Place {
        Place::body(w, |w| w.bytes(&self.bytes))
    }
}

/// A minidump in the making.
pub struct Minidump {
    endian: Endian,
    flags: u64,
    time: u32,
    slots: Vec<Option<Box<dyn Stream>>>,
}

impl Default for Minidump {
    fn default() -> Self {
        Minidump::new()
    }
}

impl Minidump {
    /// A little-endian dump without streams.
    pub fn new() -> Minidump {
        Minidump { endian: Endian::Little, flags: 0, time: 0x6500_0000, slots: Vec::new() }
    }

    /// Writes everything big-endian, as old breakpad on PowerPC did.
    pub fn big_endian(mut self) -> Minidump {
        self.endian = Endian::Big;
        self
    }

    /// Sets MINIDUMP_TYPE: 2 full memory, 0x800 full memory info, ….
    pub fn flags(mut self, flags: u64) -> Minidump {
        self.flags = flags;
        self
    }

    /// Sets TimeDateStamp, in seconds since 1970.
    pub fn time(mut self, seconds: u32) -> Minidump {
        self.time = seconds;
        self
    }

    /// Adds a stream.
    pub fn stream(mut self, stream: impl Stream + 'static) -> Minidump {
        self.slots.push(Some(Box::new(stream)));
        self
    }

    /// Adds a stream of bytes.
    pub fn raw(self, kind: u32, content: impl AsRef<[u8]>) -> Minidump {
        self.stream(Raw::new(kind, content))
    }

    /// Adds a directory slot of type 0, all zeros, as dbghelp leaves them.
    pub fn unused_slot(mut self) -> Minidump {
        self.slots.push(None);
        self
    }

    /// The file.
    pub fn build(&self) -> Image {
        let mut w = Writer::new(self.endian, false);
        self.header(&mut w);
        let fields: Vec<[usize; 2]> =
            self.slots.iter().enumerate().map(|(i, slot)| directory(&mut w, i, slot)).collect();
        let mut names: Vec<String> = Vec::new();
        for (slot, [size, rva]) in self.slots.iter().zip(fields) {
            let Some(stream) = slot else { continue };
            let name = unique(&mut names, stream.name());
            let place = w.scope(&name, |w| stream.write(w));
            w.set_u32(size, place.size);
            w.set_u32(rva, place.rva);
        }
        w.finish()
    }

    /// MINIDUMP_HEADER, 32 bytes: Signature "MDMP" 0, Version 0xa793 in the low half 4, NumberOfStreams 8,
    /// StreamDirectoryRva 12, CheckSum 16, TimeDateStamp 20, Flags 24.
    fn header(&self, w: &mut Writer) {
        w.structure("header", |w| {
            w.field_u32("Signature", u32::from_le_bytes(*b"MDMP"));
            w.field_u32("Version", 0xa793);
            w.field_u32("NumberOfStreams", self.slots.len() as u32);
            w.field_u32("StreamDirectoryRva", 32);
            w.field_u32("CheckSum", 0);
            w.field_u32("TimeDateStamp", self.time);
            w.field_u64("Flags", self.flags);
        });
    }
}

/// MINIDUMP_DIRECTORY, 12 bytes: StreamType 0, DataSize 4, Rva 8. Returns the offsets of the last two.
fn directory(w: &mut Writer, index: usize, slot: &Option<Box<dyn Stream>>) -> [usize; 2] {
    w.structure(&format!("directory[{index}]"), |w| {
        w.field_u32("StreamType", slot.as_ref().map_or(stream_type::UNUSED, |stream| stream.stream_type()));
        [w.field_u32("DataSize", 0), w.field_u32("Rva", 0)]
    })
}

fn unique(names: &mut Vec<String>, name: String) -> String {
    let before = names.iter().filter(|known| **known == name).count();
    names.push(name.clone());
    if before == 0 { name } else { format!("{name}#{}", before + 1) }
}

/// MINIDUMP_STRING: Length in bytes (4 bytes), UTF-16, and a NUL that Length does not count. Returns its RVA.
pub fn string(w: &mut Writer, name: &str, text: &str) -> u32 {
    let place = Place::of(w, name, |w| {
        w.field_u32("Length", 2 * text.encode_utf16().count() as u32);
        w.utf16(text);
        w.u16(0);
    });
    place.rva
}

/// MinidumpUTF8String of crashpad: Length in bytes (4 bytes), UTF-8, and a NUL that Length does not count.
pub fn utf8_string(w: &mut Writer, name: &str, text: &str) -> u32 {
    let place = Place::of(w, name, |w| {
        w.field_u32("Length", text.len() as u32);
        w.c_string(text);
    });
    place.rva
}
