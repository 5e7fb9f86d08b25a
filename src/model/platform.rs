//! The machine and system that the process ran on.

/// Operating system of the dumped process.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
pub enum Os {
    /// Linux, other than Android.
    Linux,
    /// Android.
    Android,
    /// Windows, or Wine.
    Windows,
    /// macOS.
    MacOs,
    /// iOS.
    Ios,
    /// FreeBSD.
    FreeBsd,
    /// NetBSD.
    NetBsd,
}

impl Os {
    /// All.
    pub const ALL: [Os; 7] = [Os::Linux, Os::Android, Os::Windows, Os::MacOs, Os::Ios, Os::FreeBsd, Os::NetBsd];

    /// The lower-case word used in reports.
    pub fn name(self) -> &'static str {
        match self {
            Os::Linux => "linux",
            Os::Android => "android",
            Os::Windows => "windows",
            Os::MacOs => "macos",
            Os::Ios => "ios",
            Os::FreeBsd => "freebsd",
            Os::NetBsd => "netbsd",
        }
    }

    /// Whether the kernel is Linux: Linux itself and Android.
    pub fn is_linux(self) -> bool {
        matches!(self, Os::Linux | Os::Android)
    }
}

/// Instruction set of the dumped process (not of the machine: an i386 process on x86-64 is `X86`).
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
#[allow(missing_docs, reason = "the names say it")]
pub enum Cpu {
    X86,
    X86_64,
    Arm,
    Aarch64,
    Ppc,
    Ppc64,
    Riscv32,
    Riscv64,
    S390x,
    Mips,
    Mips64,
    LoongArch64,
    Sparc,
}

impl Cpu {
    /// All.
    pub const ALL: [Cpu; 13] = [
        Cpu::X86,
        Cpu::X86_64,
        Cpu::Arm,
        Cpu::Aarch64,
        Cpu::Ppc,
        Cpu::Ppc64,
        Cpu::Riscv32,
        Cpu::Riscv64,
        Cpu::S390x,
        Cpu::Mips,
        Cpu::Mips64,
        Cpu::LoongArch64,
        Cpu::Sparc,
    ];

    /// The lower-case word used in reports, as `uname -m` or LLVM name it.
    pub fn name(self) -> &'static str {
        match self {
            Cpu::X86 => "x86",
            Cpu::X86_64 => "x86-64",
            Cpu::Arm => "arm",
            Cpu::Aarch64 => "aarch64",
            Cpu::Ppc => "ppc",
            Cpu::Ppc64 => "ppc64",
            Cpu::Riscv32 => "riscv32",
            Cpu::Riscv64 => "riscv64",
            Cpu::S390x => "s390x",
            Cpu::Mips => "mips",
            Cpu::Mips64 => "mips64",
            Cpu::LoongArch64 => "loongarch64",
            Cpu::Sparc => "sparc",
        }
    }

    /// gdb's name of the stack pointer register, as in `thread apply all print $esp`.
    pub fn sp_register(self) -> &'static str {
        match self {
            Cpu::X86 => "$esp",
            Cpu::X86_64 => "$rsp",
            _ => "$sp",
        }
    }
}

/// Size of a pointer of the process.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
pub enum PointerWidth {
    /// 4 bytes.
    Bits32,
    /// 8 bytes.
    Bits64,
}

impl PointerWidth {
    /// In bits.
    pub fn bits(self) -> u8 {
        match self {
            PointerWidth::Bits32 => 32,
            PointerWidth::Bits64 => 64,
        }
    }

    /// In bytes.
    pub fn bytes(self) -> u8 {
        self.bits() / 8
    }

    /// Hex digits of a full address.
    pub fn hex_digits(self) -> usize {
        usize::from(self.bits() / 4)
    }
}

/// Byte order.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash, Default)]
pub enum Endian {
    /// Least significant byte first.
    #[default]
    Little,
    /// Most significant byte first.
    Big,
}

/// What the process ran on. `None` is "not known", never a default.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Platform {
    /// Operating system.
    pub os: Option<Os>,
    /// Instruction set.
    pub cpu: Option<Cpu>,
    /// Pointer size; where a dump does not say, 64 bit is assumed and a diagnostic says so.
    pub width: PointerWidth,
    /// Byte order of the process's memory.
    pub endian: Endian,
}
