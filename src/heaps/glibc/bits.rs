//! A growing set of small numbers, and how many of them are below one.

/// Numbers from 0 on, one bit each.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(super) struct Bits {
    words: Vec<u64>,
    /// Members below each word; filled by [`count`](Self::count).
    below: Vec<u32>,
}

impl Bits {
    /// Adds a number.
    pub(super) fn set(&mut self, number: usize) {
        let word = number / 64;
        if word >= self.words.len() {
            self.words.resize(word + 1, 0);
        }
        if let Some(word) = self.words.get_mut(word) {
            *word |= 1 << (number % 64);
        }
    }

    /// Whether a number is in it.
    pub(super) fn has(&self, number: usize) -> bool {
        self.words.get(number / 64).is_some_and(|word| word >> (number % 64) & 1 == 1)
    }

    /// Prepares [`rank`](Self::rank).
    pub(super) fn count(&mut self) {
        let mut sum = 0;
        self.below = Vec::with_capacity(self.words.len());
        for word in &self.words {
            self.below.push(sum);
            sum += word.count_ones();
        }
    }

    /// How many members are smaller than a member, or `None` if it is none.
    pub(super) fn rank(&self, number: usize) -> Option<usize> {
        let word = *self.words.get(number / 64)?;
        let bit = 1_u64 << (number % 64);
        let below = *self.below.get(number / 64)?;
        (word & bit != 0).then(|| below as usize + (word & (bit - 1)).count_ones() as usize)
    }

    /// The largest member below a number.
    pub(super) fn last_below(&self, number: usize) -> Option<usize> {
        let mut index = (number / 64).min(self.words.len());
        let part = self.words.get(index).map_or(0, |word| word & ((1_u64 << (number % 64)) - 1));
        let mut word = part;
        loop {
            if let Some(top) = word.checked_ilog2() {
                return Some(index * 64 + top as usize);
            }
            index = index.checked_sub(1)?;
            word = *self.words.get(index)?;
        }
    }

    /// All members, ascending.
    pub(super) fn iter(&self) -> impl Iterator<Item = usize> + '_ {
        self.words.iter().enumerate().flat_map(|(index, word)| {
            let mut left = *word;
            std::iter::from_fn(move || {
                let bit = left.checked_ilog2().map(|_| left.trailing_zeros() as usize)?;
                left &= left - 1;
                Some(index * 64 + bit)
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_are_counted_and_found() {
        let numbers = [0, 1, 63, 64, 200, 201, 1000];
        let mut bits = Bits::default();
        for number in numbers {
            bits.set(number);
        }
        bits.count();
        assert_eq!(bits.iter().collect::<Vec<_>>(), numbers);
        for (rank, number) in numbers.into_iter().enumerate() {
            assert!(bits.has(number));
            assert_eq!(bits.rank(number), Some(rank));
            assert_eq!(bits.last_below(number + 1), Some(number));
            assert_eq!(bits.last_below(number), rank.checked_sub(1).map(|before| numbers[before]));
        }
        assert_eq!((bits.rank(2), bits.rank(5000), bits.has(5000)), (None, None, false));
        assert_eq!(bits.last_below(1_000_000), Some(1000));
    }
}
