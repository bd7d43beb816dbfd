//! The distribution of response times: microseconds, three significant digits, small in memory.
//!
//! Uses the buckets of HdrHistogram but not its flat array: that costs 94 KB for one request name, and a run
//! has thousands. Few distinct values are a sorted list, many are pages of narrow counters. The exact least
//! and greatest value and the sum are kept beside it, in [`Entry`](crate::Entry).

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::bucket;
use crate::page::{PAGE_SLOTS, Page};
use crate::sample::microseconds;

/// Distinct buckets up to which a list is kept. At that length it is about as large as the pages of a usual spread.
const FEW: usize = 512;
/// A list this long becomes pages already, if they are no more than [`NARROW_PAGES`]. All names of a run get there
/// about together, so the move has to come early, while lists are small: what 512 buckets leave behind in the
/// allocator, two thousand times over, was a tenth of the process.
const FEW_IF_NARROW: usize = 64;
const NARROW_PAGES: usize = 64;
/// Room that is made in a list at once. Doubling would do so for all names of a run in the same minute.
const ROOM: usize = 16;

/// A distribution of response times. See the module for its precision and size.
#[derive(Clone, Debug)]
pub struct Histogram {
    count: u64,
    counts: Counts,
}

#[derive(Clone, Debug)]
enum Counts {
    /// Sorted by bucket. What counts more than 16 bits hold becomes pages.
    Few(Vec<(u16, u16)>),
    /// Sorted by number.
    Pages(Vec<Page>),
}

/// The same numbers as they travel in a [`StatsDelta`](crate::StatsDelta): (bucket, count), sorted by bucket.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SparseCounts(Vec<(u16, u32)>);

impl Default for Histogram {
    fn default() -> Self {
        Self {
            count: 0,
            counts: Counts::Few(Vec::new()),
        }
    }
}

impl Histogram {
    /// Counts one response time.
    pub fn record(&mut self, response_time: Duration) {
        self.add(bucket::index_of(microseconds(response_time)), 1);
    }

    /// How many response times were counted.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// Whether none was.
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// The response time at a fraction of the sorted samples: the one at position ⌊n·q⌋ counting from zero,
    /// and the last for q = 1. This is Locust's rule, so the median of two is the greater one.
    pub fn quantile(&self, fraction: f64) -> Option<Duration> {
        let rank = self.rank(fraction)?;
        Some(Duration::from_micros(bucket::middle(self.bucket_at(rank)?)))
    }

    /// Position in the sorted samples of a fraction; `None` while there are no samples.
    pub(crate) fn rank(&self, fraction: f64) -> Option<u64> {
        let last = self.count.checked_sub(1)?;
        Some(((self.count as f64 * fraction) as u64).min(last))
    }

    fn bucket_at(&self, rank: u64) -> Option<u16> {
        let mut before = 0;
        match &self.counts {
            Counts::Few(list) => list.iter().find_map(|&(index, count)| {
                before += u64::from(count);
                (before > rank).then_some(index)
            }),
            Counts::Pages(pages) => {
                let page = pages.iter().find(|page| {
                    before += page.total;
                    before > rank
                })?;
                before -= page.total;
                let slot = (0..PAGE_SLOTS).find(|&slot| {
                    before += page.get(slot);
                    before > rank
                })?;
                Some(page.number * PAGE_SLOTS as u16 + slot as u16)
            }
        }
    }

    /// Adds everything another histogram counted.
    pub fn merge(&mut self, other: &Self) {
        other.for_each(|index, count| self.add(index, count));
    }

    pub(crate) fn merge_sparse(&mut self, other: &SparseCounts) {
        for &(index, count) in &other.0 {
            // What came over a network may name a bucket that does not exist.
            self.add(index.min(bucket::LAST_INDEX), u64::from(count));
        }
    }

    /// Every value that was counted, as (value, count), from the least.
    pub fn iter(&self) -> impl Iterator<Item = (Duration, u64)> + use<> {
        let mut counted = Vec::new();
        self.for_each(|index, count| counted.push((Duration::from_micros(bucket::middle(index)), count)));
        counted.into_iter()
    }

    /// The distribution in Locust's keys: milliseconds with two significant digits.
    pub fn locust_buckets(&self) -> BTreeMap<u64, u64> {
        let mut buckets = BTreeMap::new();
        self.for_each(|index, count| *buckets.entry(bucket::locust_bucket_of(index)).or_insert(0) += count);
        buckets
    }

    /// Bytes in memory, heap included.
    pub fn size_in_bytes(&self) -> usize {
        let heap = match &self.counts {
            Counts::Few(list) => list.capacity() * size_of::<(u16, u16)>(),
            Counts::Pages(pages) => {
                pages.capacity() * size_of::<Page>() + pages.iter().map(Page::heap_bytes).sum::<usize>()
            }
        };
        size_of::<Self>() + heap
    }

    fn for_each(&self, mut visit: impl FnMut(u16, u64)) {
        match &self.counts {
            Counts::Few(list) => list
                .iter()
                .for_each(|&(index, count)| visit(index, u64::from(count))),
            Counts::Pages(pages) => {
                for page in pages {
                    for slot in 0..PAGE_SLOTS {
                        let count = page.get(slot);
                        if count > 0 {
                            visit(page.number * PAGE_SLOTS as u16 + slot as u16, count);
                        }
                    }
                }
            }
        }
    }

    fn add(&mut self, index: u16, count: u64) {
        self.count += count;
        match &mut self.counts {
            Counts::Pages(pages) => add_to_pages(pages, index, count),
            Counts::Few(list) => {
                if !add_to_list(list, index, count) {
                    self.spread();
                    self.count -= count;
                    self.add(index, count);
                }
            }
        }
    }

    /// Turns the list into pages.
    fn spread(&mut self) {
        let mut pages = Vec::new();
        self.for_each(|index, count| add_to_pages(&mut pages, index, count));
        self.counts = Counts::Pages(pages);
    }
}

/// False when the list has no room: it is long enough, or the count is too large for it.
fn add_to_list(list: &mut Vec<(u16, u16)>, index: u16, count: u64) -> bool {
    let Ok(count) = u16::try_from(count) else {
        return false;
    };
    match list.binary_search_by_key(&index, |&(index, _)| index) {
        Ok(position) => match list[position].1.checked_add(count) {
            Some(sum) => {
                list[position].1 = sum;
                true
            }
            None => false,
        },
        Err(_) if list.len() == FEW => false,
        Err(_) if list.len() == FEW_IF_NARROW && pages_of(list) <= NARROW_PAGES => false,
        Err(position) => {
            if list.len() == list.capacity() {
                list.reserve_exact(if list.is_empty() { 1 } else { ROOM });
            }
            list.insert(position, (index, count));
            true
        }
    }
}

/// How many pages a list would become, those between near neighbours included.
fn pages_of(list: &[(u16, u16)]) -> usize {
    let numbers = list.iter().map(|&(index, _)| index / PAGE_SLOTS as u16);
    let steps = numbers
        .clone()
        .skip(1)
        .zip(numbers)
        .map(|(number, before)| number - before);
    1 + steps
        .map(|step| if step <= GAP { usize::from(step) } else { 1 })
        .sum::<usize>()
}

fn add_to_pages(pages: &mut Vec<Page>, index: u16, count: u64) {
    let number = index / PAGE_SLOTS as u16;
    let slot = usize::from(index) % PAGE_SLOTS;
    let position = match pages.binary_search_by_key(&number, |page| page.number) {
        Ok(position) => position,
        Err(position) => insert_page(pages, position, number),
    };
    pages[position].add(slot, count);
}

/// Pages between two neighbours that are made with the second of them. Response times fill such a gap sooner or later;
/// done at once, a name takes about the same memory after two minutes as after an hour.
const GAP: u16 = 8;

/// Makes a page at this position, and those between it and a near neighbour; returns where it is then.
fn insert_page(pages: &mut Vec<Page>, position: usize, number: u16) -> usize {
    let before = position.checked_sub(1).map(|position| pages[position].number);
    let after = pages.get(position).map(|page| page.number);
    let first = before
        .filter(|before| number - before <= GAP)
        .map_or(number, |before| before + 1);
    let last = after
        .filter(|after| after - number <= GAP)
        .map_or(number, |after| after - 1);
    // Exactly: doubling would reserve for twice the spread that a name has.
    pages.reserve_exact(usize::from(last - first) + 1);
    pages.splice(position..position, (first..=last).map(Page::new));
    position + usize::from(number - first)
}

impl SparseCounts {
    /// Counts equal buckets together. Leaves `indices` sorted.
    pub(crate) fn from_indices(indices: &mut [u16]) -> Self {
        indices.sort_unstable();
        let mut counts: Vec<(u16, u32)> = Vec::new();
        for equal in indices.chunk_by(|left, right| left == right) {
            counts.push((equal[0], u32::try_from(equal.len()).unwrap_or(u32::MAX)));
        }
        Self(counts)
    }

    /// How many response times are counted.
    pub fn count(&self) -> u64 {
        self.0.iter().map(|&(_, count)| u64::from(count)).sum()
    }
}
