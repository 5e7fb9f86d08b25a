//! `/proc/PID/maps` as truth, with the figures that follow from it.

/// Lowest address that mmap gives to a process (`vm.mmap_min_addr`).
pub const FLOOR: u64 = 0x1_0000;
/// Where x86-64 keeps vsyscall: not user space.
const VSYSCALL: u64 = 0xffff_ffff_ff60_0000;
/// Where arm keeps its vectors page: the kernel's as well, above all that a process can map.
const ARM_VECTORS: (u64, u64) = (0xffff_0000, 0xffff_1000);

/// One line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// First address.
    pub start: u64,
    /// One past the last.
    pub end: u64,
    /// `rwx` with hyphens, without the fourth letter.
    pub access: String,
    /// Whether the fourth letter is `s`.
    pub shared: bool,
    /// Path or name in brackets; empty if there is none.
    pub path: String,
}

impl Row {
    /// Whether it is neither a file's nor named.
    pub fn is_anonymous(&self) -> bool {
        self.path.is_empty()
    }

    /// Whether a file is behind it.
    pub fn is_file(&self) -> bool {
        self.path.starts_with('/')
    }
}

/// The user mappings of one process, lowest first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Maps {
    /// All rows but the kernel's.
    pub rows: Vec<Row>,
}

impl Maps {
    /// Reads a maps file.
    pub fn parse(text: &str) -> Maps {
        let kernels = |row: &Row| row.start >= VSYSCALL || (row.start, row.end) == ARM_VECTORS;
        let rows = text.lines().map(parse_line).filter(|row| !kernels(row)).collect();
        Maps { rows }
    }

    /// The row that holds `address`.
    pub fn row_at(&self, address: u64) -> Option<&Row> {
        let next = self.rows.partition_point(|row| row.start <= address);
        self.rows.get(next.checked_sub(1)?).filter(|row| address < row.end)
    }

    /// The row of this name.
    pub fn named(&self, name: &str) -> Option<&Row> {
        self.rows.iter().find(|row| row.path == name)
    }

    /// Free ranges between the floor and `ceiling`.
    pub fn gaps(&self, ceiling: u64) -> Vec<(u64, u64)> {
        let mut gaps = Vec::new();
        let mut at = FLOOR.min(self.rows.first().map_or(FLOOR, |row| row.start));
        for row in self.rows.iter().filter(|row| row.start < ceiling) {
            if row.start > at {
                gaps.push((at, row.start));
            }
            at = row.end;
        }
        if at < ceiling {
            gaps.push((at, ceiling));
        }
        gaps
    }

    /// The same process without the rows that `gone` picks.
    pub fn without(&self, gone: impl Fn(&Row) -> bool) -> Maps {
        Maps { rows: self.rows.iter().filter(|row| !gone(row)).cloned().collect() }
    }
}

fn parse_line(line: &str) -> Row {
    let fields: Vec<&str> = line.split_ascii_whitespace().collect();
    let (start, end) = fields[0].split_once('-').unwrap_or_else(|| panic!("no range in {line:?}"));
    let hex = |text| u64::from_str_radix(text, 16).unwrap_or_else(|_| panic!("no address in {line:?}"));
    let path = line.splitn(6, ' ').nth(5).unwrap_or_default().trim();
    Row {
        start: hex(start),
        end: hex(end),
        access: fields[1][..3].to_owned(),
        shared: fields[1].ends_with('s'),
        path: path.to_owned(),
    }
}

/// Size of the largest range, or 0.
pub fn largest(ranges: &[(u64, u64)]) -> u64 {
    ranges.iter().map(|(start, end)| end - start).max().unwrap_or(0)
}

/// Sum of the sizes.
pub fn total(ranges: &[(u64, u64)]) -> u64 {
    ranges.iter().map(|(start, end)| end - start).sum()
}
