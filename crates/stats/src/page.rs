//! A page: 64 neighbouring buckets with counters just wide enough for what they hold.
//!
//! Most buckets of most requests never count past 255, so most pages cost 64 bytes instead of 512.

/// Buckets in one page.
pub(crate) const PAGE_SLOTS: usize = 64;

/// Counters of [`PAGE_SLOTS`] neighbouring buckets.
#[derive(Clone, Debug)]
pub(crate) struct Page {
    /// Which page: bucket index divided by [`PAGE_SLOTS`].
    pub(crate) number: u16,
    /// Sum of all counters, so that a walk can step over the page.
    pub(crate) total: u64,
    slots: Slots,
}

#[derive(Clone, Debug)]
enum Slots {
    Tiny(Box<[u8; PAGE_SLOTS]>),
    Small(Box<[u16; PAGE_SLOTS]>),
    Medium(Box<[u32; PAGE_SLOTS]>),
    Large(Box<[u64; PAGE_SLOTS]>),
}

impl Page {
    pub(crate) fn new(number: u16) -> Self {
        Self {
            number,
            total: 0,
            slots: Slots::Tiny(Box::new([0; PAGE_SLOTS])),
        }
    }

    /// The bucket that is counted in a slot.
    pub(crate) fn bucket(&self, slot: usize) -> u16 {
        self.number * PAGE_SLOTS as u16 + slot as u16
    }

    pub(crate) fn get(&self, slot: usize) -> u64 {
        match &self.slots {
            Slots::Tiny(counts) => u64::from(counts[slot]),
            Slots::Small(counts) => u64::from(counts[slot]),
            Slots::Medium(counts) => u64::from(counts[slot]),
            Slots::Large(counts) => counts[slot],
        }
    }

    pub(crate) fn add(&mut self, slot: usize, count: u64) {
        self.total += count;
        let sum = self.get(slot) + count;
        loop {
            match &mut self.slots {
                Slots::Tiny(counts) if sum <= u64::from(u8::MAX) => return counts[slot] = sum as u8,
                Slots::Small(counts) if sum <= u64::from(u16::MAX) => return counts[slot] = sum as u16,
                Slots::Medium(counts) if sum <= u64::from(u32::MAX) => return counts[slot] = sum as u32,
                Slots::Large(counts) => return counts[slot] = sum,
                too_narrow => too_narrow.widen(),
            }
        }
    }

    /// Bytes on the heap.
    pub(crate) fn heap_bytes(&self) -> usize {
        match &self.slots {
            Slots::Tiny(_) => PAGE_SLOTS,
            Slots::Small(_) => PAGE_SLOTS * 2,
            Slots::Medium(_) => PAGE_SLOTS * 4,
            Slots::Large(_) => PAGE_SLOTS * 8,
        }
    }
}

impl Slots {
    fn widen(&mut self) {
        *self = match self {
            Self::Tiny(counts) => Self::Small(Box::new(counts.map(u16::from))),
            Self::Small(counts) => Self::Medium(Box::new(counts.map(u32::from))),
            Self::Medium(counts) => Self::Large(Box::new(counts.map(u64::from))),
            Self::Large(_) => return,
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counters_grow_without_losing_anything() {
        let mut page = Page::new(3);
        page.add(7, 1);
        for (slot, count) in [
            (0, 255),
            (1, 256),
            (2, 65_535),
            (3, 65_536),
            (4, u64::from(u32::MAX) + 1),
        ] {
            page.add(slot, count);
            assert_eq!(page.get(slot), count);
        }
        page.add(0, 1);
        assert_eq!(page.get(0), 256);
        assert_eq!(page.get(7), 1);
        assert_eq!(
            page.total,
            (0..PAGE_SLOTS).map(|slot| page.get(slot)).sum::<u64>()
        );
    }
}
