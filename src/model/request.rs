//! The allocation that failed, or that one asks about.

/// Where the size of a request came from.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
pub enum RequestSource {
    /// `--need`.
    User,
    /// Parameter 0 of Windows exception 0xE0000008 (out of memory, as Chromium and Firefox raise it).
    ExceptionParameter,
    /// The annotation `OOMAllocationSize`, in the dump or in an `.extra` file beside it.
    Annotation,
}

impl RequestSource {
    /// The words used in reports.
    pub fn name(self) -> &'static str {
        match self {
            RequestSource::User => "--need",
            RequestSource::ExceptionParameter => "exception 0xe0000008",
            RequestSource::Annotation => "OOMAllocationSize",
        }
    }
}

/// A request for contiguous address space.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
pub struct Request {
    /// Bytes asked for, as the program asked, at least 1.
    pub size: u64,
    /// Alignment asked for in bytes, or `None` for the platform's granularity.
    pub align: Option<u64>,
    /// Who said so.
    pub source: RequestSource,
}
