//! What `sys._debugmallocstats()` prints, read back; of several interpreters one after the other.

use std::collections::BTreeMap;

use fragscope::heaps::Heap;

/// Sums of all that is in a text.
#[derive(Default, Debug, PartialEq, Eq)]
pub struct Stats {
    /// Pools, blocks in use, and free blocks by size of block.
    pub classes: BTreeMap<u64, [u64; 3]>,
    pub interpreters: u64,
    pub ever: u64,
    pub peak: u64,
    pub arenas: u64,
    pub arena_bytes: u64,
    pub allocated: u64,
    pub available: u64,
    pub unused_pools: u64,
    pub unused_bytes: u64,
    pub headers: u64,
    pub quantization: u64,
    pub alignment: u64,
}

impl Stats {
    pub fn parse(text: &str) -> Stats {
        let mut stats = Stats::default();
        for line in text.lines() {
            stats.line(line);
        }
        stats
    }

    fn line(&mut self, line: &str) {
        let numbers: Vec<u64> = line.split_whitespace().map_while(|word| word.parse().ok()).collect();
        if let ([_, size, pools, used, free], true) = (numbers.as_slice(), line.starts_with(' ')) {
            let row = self.classes.entry(*size).or_default();
            [row[0], row[1], row[2]] = [row[0] + pools, row[1] + used, row[2] + free];
        }
        let Some((name, value)) = line.split_once('=') else { return };
        let Ok(value) = value.trim().replace(',', "").parse::<u64>() else { return };
        let first = numbers.first().copied().unwrap_or(0);
        match name.trim() {
            "# arenas allocated total" => self.ever += value,
            "# arenas highwater mark" => self.peak += value,
            "# arenas allocated current" => {
                (self.arenas, self.interpreters) = (self.arenas + value, self.interpreters + 1)
            }
            "# bytes in allocated blocks" => self.allocated += value,
            "# bytes in available blocks" => self.available += value,
            "# bytes lost to pool headers" => self.headers += value,
            "# bytes lost to quantization" => self.quantization += value,
            "# bytes lost to arena alignment" => self.alignment += value,
            name if name.ends_with("bytes/arena") => self.arena_bytes += value,
            name if name.contains(" unused pools * ") => {
                (self.unused_pools, self.unused_bytes) = (self.unused_pools + first, self.unused_bytes + value);
            }
            _ => {}
        }
    }
}

/// The same figures from the walk. What obmalloc counts itself is not found in every build.
pub fn figures(heap: &Heap, truth: &Stats) -> Stats {
    let totals = heap.python.unwrap();
    Stats {
        classes: heap.size_classes.iter().map(|c| (c.size, [c.pools, c.used, c.free])).collect(),
        interpreters: totals.interpreters,
        ever: totals.ever.unwrap_or(truth.ever),
        peak: totals.peak.unwrap_or(truth.peak),
        arenas: totals.arenas.count,
        arena_bytes: totals.arenas.bytes,
        allocated: totals.allocated,
        available: totals.available,
        unused_pools: totals.unused_pools.count,
        unused_bytes: totals.unused_pools.bytes,
        headers: totals.pool_headers,
        quantization: totals.quantization,
        alignment: totals.arena_alignment,
    }
}
