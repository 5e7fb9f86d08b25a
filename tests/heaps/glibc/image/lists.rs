//! Lists of free chunks: bins, fast bins, tcaches; and what else `malloc_state` holds.

use std::collections::BTreeMap;

use super::build::{Placed, State};
use super::memory::Memory;
use super::model::Use;
use super::version::Version;

struct Lists<'a> {
    version: Version,
    memory: &'a mut Memory,
}

pub fn write(version: Version, memory: &mut Memory, placed: &[Placed], states: &[State]) {
    let mut lists = Lists { version, memory };
    for (index, state) in states.iter().enumerate() {
        let next = states[(index + 1) % states.len()].at;
        lists.state(state, next, index > 0);
        let own: Vec<Placed> = placed.iter().filter(|p| p.arena == index).copied().collect();
        lists.bins(state.at, &own);
        lists.fast_bins(state.at, &own);
    }
    let tcaches = placed.iter().filter(|p| p.usage == Use::Tcache);
    for tcache in tcaches {
        lists.tcache(tcache, placed);
    }
}

impl Lists<'_> {
    fn state(&mut self, state: &State, next: u64, non_main: bool) {
        let (version, at, word) = (self.version, state.at, self.version.word());
        self.memory.put_u32(at + 4, if non_main { 2 } else { 0 });
        self.memory.put(at + version.top(), state.top);
        self.memory.put(at + version.next(), next);
        if version.has_attached_threads() {
            self.memory.put(at + version.next() + 2 * word, 1);
        }
        self.memory.put(at + version.system(), state.system);
        self.memory.put(at + version.system() + word, state.max);
    }

    /// A word of a list's pointer: from 2.32 on with the address of its place, shifted.
    fn link(&mut self, at: u64, next: u64) {
        let value = if self.version.safe_linking() { next ^ (at >> 12) } else { next };
        self.memory.put(at, value);
    }

    fn bins(&mut self, state: u64, own: &[Placed]) {
        let word = self.version.word();
        let mut bins: BTreeMap<u64, Vec<&Placed>> = (1..=127).map(|bin| (bin, Vec::new())).collect();
        for chunk in own {
            let bin = match chunk.usage {
                Use::Binned => self.version.bin(chunk.size),
                Use::Unsorted => 1,
                _ => continue,
            };
            bins.get_mut(&bin).unwrap().push(chunk);
        }
        let mut map = [0_u32; 4];
        for (bin, mut chunks) in bins {
            if bin > 1 {
                chunks.sort_by_key(|chunk| std::cmp::Reverse(chunk.size));
            }
            if bin > 1 && !chunks.is_empty() {
                map[bin as usize / 32] |= 1 << (bin % 32);
            }
            let head = state + self.version.bins() + (bin - 1) * 2 * word - 2 * word;
            let ring: Vec<u64> = std::iter::once(head).chain(chunks.iter().map(|chunk| chunk.at)).collect();
            for (index, at) in ring.iter().enumerate() {
                self.memory.put(at + 2 * word, ring[(index + 1) % ring.len()]);
                self.memory.put(at + 3 * word, ring[(index + ring.len() - 1) % ring.len()]);
            }
        }
        for (index, bits) in map.into_iter().enumerate() {
            self.memory.put_u32(state + self.version.bins() + 254 * word + 4 * index as u64, bits);
        }
    }

    fn fast_bins(&mut self, state: u64, own: &[Placed]) {
        let Some((offset, _)) = self.version.fast_bins() else { return };
        let word = self.version.word();
        let mut heads: BTreeMap<u64, u64> = BTreeMap::new();
        for chunk in own.iter().filter(|chunk| chunk.usage == Use::Fast) {
            let next = heads.insert(chunk.size / (2 * word) - 2, chunk.at).unwrap_or(0);
            self.link(chunk.at + 2 * word, next);
        }
        for (bin, at) in heads {
            self.memory.put(state + offset + bin * word, at);
        }
    }

    fn tcache(&mut self, own: &Placed, placed: &[Placed]) {
        let layout = self.version.tcache().unwrap();
        let (word, at) = (self.version.word(), own.at + 2 * self.version.word());
        let mut lists: BTreeMap<u64, Vec<&Placed>> = (0..layout.bins).map(|bin| (bin, Vec::new())).collect();
        for chunk in placed.iter().filter(|chunk| chunk.usage == Use::Cached(own.arena)) {
            lists.get_mut(&self.version.tcache_bin(chunk.size).unwrap()).unwrap().push(chunk);
        }
        for (bin, mut chunks) in lists {
            chunks.sort_by_key(|chunk| chunk.size);
            let length = chunks.len() as u64;
            let count = if layout.counts_down { layout.most - length } else { length };
            self.memory.put_bytes(at + bin * layout.count, &count.to_le_bytes()[..layout.count as usize]);
            let users: Vec<u64> = chunks.iter().map(|chunk| chunk.at + 2 * word).chain([0]).collect();
            self.memory.put(at + layout.bins * layout.count + bin * word, users[0]);
            for pair in users.windows(2) {
                self.link(pair[0], pair[1]);
                if layout.key {
                    self.memory.put(pair[0] + word, at);
                }
            }
        }
    }
}
