//! Streams about threads and the exception.

use super::bytes::Writer;
use super::minidump::{Place, Stream, stream_type, string};
use super::minidump_context::Context;

/// Memory of a thread's stack: where it is, and whether its bytes are in the file.
#[derive(Clone, Debug)]
enum Stack {
    Bytes(u64, Vec<u8>),
    Range(u64, u32),
}

/// MINIDUMP_THREAD, 48 bytes: ThreadId 0, SuspendCount 4, PriorityClass 8, Priority 12, Teb 16,
/// Stack (StartOfMemoryRange 24, DataSize 32, Rva 36), ThreadContext (DataSize 40, Rva 44).
#[derive(Clone, Debug)]
pub struct Thread {
    id: u32,
    teb: u64,
    stack: Option<Stack>,
    context: Option<Context>,
}

impl Thread {
    /// A thread without TEB, stack and context.
    pub fn new(id: u32) -> Thread {
        Thread { id, teb: 0, stack: None, context: None }
    }

    /// Sets the TEB's address.
    pub fn teb(mut self, address: u64) -> Thread {
        self.teb = address;
        self
    }

    /// Sets the stack memory, with its bytes in the file.
    pub fn stack(mut self, start: u64, bytes: &[u8]) -> Thread {
        self.stack = Some(Stack::Bytes(start, bytes.to_vec()));
        self
    }

    /// Sets the stack memory with Rva 0, as full dumps do: the bytes are in Memory64List.
    pub fn stack_range(mut self, start: u64, size: u32) -> Thread {
        self.stack = Some(Stack::Range(start, size));
        self
    }

    /// Sets the context.
    pub fn context(mut self, context: Context) -> Thread {
        self.context = Some(context);
        self
    }

    fn parts(&self, w: &mut Writer, index: usize) -> (u64, Place, Place) {
        let (start, stack) = match &self.stack {
            Some(Stack::Bytes(start, bytes)) => (*start, Place::of(w, &format!("stack[{index}]"), |w| w.bytes(bytes))),
            Some(Stack::Range(start, size)) => (*start, Place { rva: 0, size: *size }),
            None => (0, Place::default()),
        };
        (start, stack, context(w, &format!("context[{index}]"), self.context.as_ref()))
    }

    fn write(&self, w: &mut Writer, (start, stack, context): (u64, Place, Place)) {
        w.field_u32("ThreadId", self.id);
        w.zeros(12);
        w.field_u64("Teb", self.teb);
        w.field_u64("StartOfMemoryRange", start);
        stack.write(w, "Stack");
        context.write(w, "ThreadContext");
    }
}

/// Writes a context, if there is one, and tells where.
fn context(w: &mut Writer, name: &str, context: Option<&Context>) -> Place {
    context.map_or(Place::default(), |context| Place::of(w, name, |w| context.write(w)))
}

/// ThreadListStream (3): NumberOfThreads (4 bytes), then the threads.
#[derive(Clone, Debug, Default)]
pub struct ThreadList {
    threads: Vec<Thread>,
    padded: bool,
}

impl ThreadList {
    /// These threads.
    pub fn new(threads: impl IntoIterator<Item = Thread>) -> ThreadList {
        ThreadList { threads: threads.into_iter().collect(), padded: false }
    }

    /// Puts 4 unused bytes between count and threads, as breakpad's writers on some platforms do.
    pub fn padded(mut self) -> ThreadList {
        self.padded = true;
        self
    }
}

impl Stream for ThreadList {
    fn stream_type(&self) -> u32 {
        stream_type::THREAD_LIST
    }

    fn name(&self) -> String {
        "ThreadList".to_string()
    }

    fn write(&self, w: &mut Writer) -> Place {
        let parts: Vec<_> = self.threads.iter().enumerate().map(|(index, thread)| thread.parts(w, index)).collect();
        Place::body(w, |w| {
            w.field_u32("NumberOfThreads", self.threads.len() as u32);
            w.zeros(if self.padded { 4 } else { 0 });
            for (index, (thread, parts)) in self.threads.iter().zip(parts).enumerate() {
                w.structure(&format!("Threads[{index}]"), |w| thread.write(w, parts));
            }
        })
    }
}

/// ThreadInfoListStream (17): SizeOfHeader 12, SizeOfEntry 64, NumberOfEntries, then per thread MINIDUMP_THREAD_INFO:
/// ThreadId 0, DumpFlags 4, DumpError 8, ExitStatus 12, four times 16–48, StartAddress 48, Affinity 56.
#[derive(Clone, Debug)]
pub struct ThreadInfoList(
    /// Thread id, DumpFlags (2 writing thread, 4 exited, 0x20 invalid TEB), start address.
    pub Vec<(u32, u32, u64)>,
);

impl Stream for ThreadInfoList {
    fn stream_type(&self) -> u32 {
        stream_type::THREAD_INFO_LIST
    }

    fn name(&self) -> String {
        "ThreadInfoList".to_string()
    }

    fn write(&self, w: &mut Writer) -> Place {
        Place::body(w, |w| {
            w.field_u32("SizeOfHeader", 12);
            w.field_u32("SizeOfEntry", 64);
            w.field_u32("NumberOfEntries", self.0.len() as u32);
            for (index, (id, flags, start)) in self.0.iter().enumerate() {
                w.structure(&format!("Entries[{index}]"), |w| {
                    w.field_u32("ThreadId", *id);
                    w.u32(*flags);
                    w.zeros(40);
                    w.field_u64("StartAddress", *start);
                    w.u64(3);
                });
            }
        })
    }
}

/// ThreadNamesStream (24): NumberOfThreadNames (4 bytes), then ThreadId (4) and RvaOfThreadName (8, unaligned).
#[derive(Clone, Debug)]
pub struct ThreadNames(
    /// Thread id and name.
    pub Vec<(u32, String)>,
);

impl Stream for ThreadNames {
    fn stream_type(&self) -> u32 {
        stream_type::THREAD_NAMES
    }

    fn name(&self) -> String {
        "ThreadNames".to_string()
    }

    fn write(&self, w: &mut Writer) -> Place {
        let names = self.0.iter().enumerate();
        let rvas: Vec<u32> = names.map(|(index, (_, name))| string(w, &format!("name[{index}]"), name)).collect();
        Place::body(w, |w| {
            w.field_u32("NumberOfThreadNames", self.0.len() as u32);
            for (index, ((id, _), rva)) in self.0.iter().zip(rvas).enumerate() {
                w.structure(&format!("ThreadNames[{index}]"), |w| {
                    w.field_u32("ThreadId", *id);
                    w.field_u64("RvaOfThreadName", u64::from(rva));
                });
            }
        })
    }
}

/// ExceptionStream (6), 168 bytes: ThreadId 0, ExceptionCode 8, ExceptionFlags 12, ExceptionRecord 16,
/// ExceptionAddress 24, NumberParameters 32, ExceptionInformation 40 (15 × 8), ThreadContext 160.
#[derive(Clone, Debug)]
pub struct Exception {
    thread: u32,
    code: u32,
    address: u64,
    parameters: Vec<u64>,
    context: Option<Context>,
}

impl Exception {
    /// An exception (Windows) or signal (breakpad: code is its number) in this thread.
    pub fn new(thread: u32, code: u32, address: u64) -> Exception {
        Exception { thread, code, address, parameters: Vec::new(), context: None }
    }

    /// Sets the parameters, at most 15.
    pub fn parameters(mut self, parameters: &[u64]) -> Exception {
        self.parameters = parameters.to_vec();
        self
    }

    /// Sets the context.
    pub fn context(mut self, context: Context) -> Exception {
        self.context = Some(context);
        self
    }
}

impl Stream for Exception {
    fn stream_type(&self) -> u32 {
        stream_type::EXCEPTION
    }

    fn name(&self) -> String {
        "Exception".to_string()
    }

    fn write(&self, w: &mut Writer) -> Place {
        let context = context(w, "context", self.context.as_ref());
        Place::body(w, |w| {
            w.field_u32("ThreadId", self.thread);
            w.u32(0);
            w.field_u32("ExceptionCode", self.code);
            w.zeros(12);
            w.field_u64("ExceptionAddress", self.address);
            w.field_u32("NumberParameters", self.parameters.len() as u32);
            w.u32(0);
            for index in 0..15 {
                w.u64(self.parameters.get(index).copied().unwrap_or(0));
            }
            context.write(w, "ThreadContext");
        })
    }
}
