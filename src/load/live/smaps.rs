//! /proc/PID/smaps: how much of each mapping is in memory, was used lately, is swapped out.

use super::process::{Process, read_bytes};
use crate::load::facts::Facts;
use crate::load::proc_fs;
use crate::model::{MappingUse, MemoryUse};

/// States the use of each mapping and of all. Where smaps may not be read, nothing is known of it.
pub(super) fn read(process: &Process, facts: &mut Facts) {
    let Ok(bytes) = read_bytes(&process.space_path("smaps")) else {
        let message = "/proc/PID/smaps may not be read; what is in memory, and what is swapped out, is not known";
        facts.diagnostics.info("no-smaps", message, None);
        return;
    };
    facts.memory_use = parse(&String::from_utf8_lossy(&bytes));
    facts.memory_used = (!facts.memory_use.is_empty()).then(|| sum(&facts.memory_use));
}

fn sum(list: &[MappingUse]) -> MemoryUse {
    list.iter().fold(MemoryUse::default(), |all, one| all.plus(one.amount))
}

fn parse(text: &str) -> Vec<MappingUse> {
    let mut list: Vec<MappingUse> = Vec::new();
    for line in text.lines() {
        match (proc_fs::parse_line(line), list.last_mut()) {
            (Some(mapping), _) => list.push(MappingUse { range: mapping.range, amount: MemoryUse::default() }),
            (None, Some(last)) => take(&mut last.amount, line),
            (None, None) => {}
        }
    }
    list
}

/// `Rss:                 100 kB`.
fn take(amount: &mut MemoryUse, line: &str) {
    let Some((name, rest)) = line.split_once(':') else { return };
    let kib = rest.split_whitespace().next().and_then(|number| number.parse::<u64>().ok());
    let Some(bytes) = kib.and_then(|kib| kib.checked_mul(1024)) else { return };
    match name {
        "Rss" => amount.resident = bytes,
        "Referenced" => amount.referenced = bytes,
        "Swap" => amount.swapped = bytes,
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_a_mapping_with_its_attributes() {
        let text = "7f00000000-7f00004000 rw-p 00000000 00:00 0 \nSize: 16 kB\nRss:   12 kB\nReferenced:  8 kB\n\
                    Swap:  4 kB\nSwapPss: 4 kB\nVmFlags: rd wr\n7f00004000-7f00005000 r--p 00000000 00:00 0 [x: y]\nRss: 4 kB\n";
        let list = parse(text);
        let all: Vec<MemoryUse> = list.iter().map(|one| one.amount).collect();
        assert_eq!(all[0], MemoryUse { resident: 12 << 10, referenced: 8 << 10, swapped: 4 << 10 });
        assert_eq!(all[1], MemoryUse { resident: 4 << 10, referenced: 0, swapped: 0 });
        assert_eq!(sum(&list).resident, 16 << 10);
    }
}
