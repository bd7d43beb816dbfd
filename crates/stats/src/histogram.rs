//! The distribution of response times: microseconds, three significant digits, small in memory.
//!
//! Uses the buckets of HdrHistogram but not its flat array: that costs 94 KB for one request name, and a run
//! has thousands. Where times lie close together are pages of narrow counters, where they are few a sorted list.
//! The exact least and greatest value and the sum are kept beside it, in [`Entry`](crate::Entry).

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::bucket;
use crate::page::{PAGE_SLOTS, Page};
use crate::sample::microseconds;

/// Buckets of one page that are listed; with one more they become a page. Early enough that the names of a run, which
/// all get there about together, do so while they are small; late enough that a straggler costs no page.
const FEW: usize = 4;
/// Room that is made in a list at once. Doubling would do so for all names of a run in the same minute.
const ROOM: usize = 16;

/// A distribution of response times. See the module for its precision and size.
#[derive(Clone, Debug, Default)]
pub struct Histogram {
    count: u64,
    /// Buckets of no page, sorted.
    few: Vec<(u16, u16)>,
    /// Sorted by number.
    pages: Vec<Page>,
}

/// A stretch of a distribution.
enum Part<'a> {
    Bucket(u16, u64),
    Page(&'a Page),
}

/// The same numbers as they travel in a [`StatsDelta`](crate::StatsDelta): (bucket, count), sorted by bucket.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SparseCounts(Vec<(u16, u32)>);

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
        for part in self.parts() {
            match part {
                Part::Bucket(index, count) => {
                    before += count;
                    if before > rank {
                        return Some(index);
                    }
                }
                Part::Page(page) if before + page.total <= rank => before += page.total,
                Part::Page(page) => {
                    let slot = (0..PAGE_SLOTS).find(|&slot| {
                        before += page.get(slot);
                        before > rank
                    })?;
                    return Some(page.bucket(slot));
                }
            }
        }
        None
    }

    /// The distribution from its least value.
    fn parts(&self) -> impl Iterator<Item = Part<'_>> {
        let (mut few, mut pages) = (self.few.iter().peekable(), self.pages.iter().peekable());
        std::iter::from_fn(move || {
            let comes_first =
                |&&(index, _): &&(u16, u16)| pages.peek().is_none_or(|page| number_of(index) < page.number);
            if let Some(&(index, count)) = few.next_if(comes_first) {
                return Some(Part::Bucket(index, u64::from(count)));
            }
            pages.next().map(Part::Page)
        })
    }

    /// Adds everything another histogram counted.
    pub fn merge(&mut self, other: &Self) {
        other.for_each(|index, count| self.add(index, count));
    }

    /// Adds counts as they travel.
    pub fn merge_sparse(&mut self, other: &SparseCounts) {
        for (index, count) in other.iter() {
            self.add(index, u64::from(count));
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
        let few = self.few.capacity() * size_of::<(u16, u16)>();
        let pages = self.pages.capacity() * size_of::<Page>();
        let slots = self.pages.iter().map(Page::heap_bytes).sum::<usize>();
        size_of::<Self>() + few + pages + slots
    }

    pub(crate) fn for_each(&self, mut visit: impl FnMut(u16, u64)) {
        for part in self.parts() {
            match part {
                Part::Bucket(index, count) => visit(index, count),
                Part::Page(page) => (0..PAGE_SLOTS)
                    .map(|slot| (page.bucket(slot), page.get(slot)))
                    .filter(|&(_, count)| count > 0)
                    .for_each(|(index, count)| visit(index, count)),
            }
        }
    }

    fn add(&mut self, index: u16, count: u64) {
        self.count += count;
        let number = number_of(index);
        let position = match self.pages.binary_search_by_key(&number, |page| page.number) {
            Ok(position) => position,
            Err(_) if self.add_to_few(index, count) => return,
            Err(position) => {
                let page = self.take_page(number);
                // Exactly: doubling would reserve for twice the spread that a name has.
                self.pages.reserve_exact(1);
                self.pages.insert(position, page);
                position
            }
        };
        self.pages[position].add(usize::from(index) % PAGE_SLOTS, count);
    }

    /// False when the bucket belongs into a page: there are enough for one, or the count is too large for the list.
    fn add_to_few(&mut self, index: u16, count: u64) -> bool {
        let Ok(count) = u16::try_from(count) else {
            return false;
        };
        match self.few.binary_search_by_key(&index, |&(index, _)| index) {
            Ok(position) => match self.few[position].1.checked_add(count) {
                Some(sum) => {
                    self.few[position].1 = sum;
                    true
                }
                None => false,
            },
            Err(position) => {
                let is_beside = |&&(other, _): &&(u16, u16)| number_of(other) == number_of(index);
                let before = self.few[..position].iter().rev().take_while(is_beside).count();
                let after = self.few[position..].iter().take_while(is_beside).count();
                if before + after >= FEW {
                    return false;
                }
                if self.few.len() == self.few.capacity() {
                    self.few.reserve_exact(if self.few.is_empty() { 1 } else { ROOM });
                }
                self.few.insert(position, (index, count));
                true
            }
        }
    }

    /// Takes the buckets of a page out of the list.
    fn take_page(&mut self, number: u16) -> Page {
        let start = self.few.partition_point(|&(index, _)| number_of(index) < number);
        let end = self.few.partition_point(|&(index, _)| number_of(index) <= number);
        let mut page = Page::new(number);
        for (index, count) in self.few.drain(start..end) {
            page.add(usize::from(index) % PAGE_SLOTS, u64::from(count));
        }
        page
    }
}

/// The number of the page that a bucket belongs to.
fn number_of(index: u16) -> u16 {
    index / PAGE_SLOTS as u16
}

impl SparseCounts {
    /// Counts by milliseconds, as Locust tells a distribution.
    pub fn from_milliseconds(counts: impl IntoIterator<Item = (f64, u64)>) -> Self {
        let mut by_bucket = BTreeMap::new();
        for (milliseconds, count) in counts {
            let time = Duration::try_from_secs_f64(milliseconds / 1e3).unwrap_or_default();
            *by_bucket
                .entry(bucket::index_of(microseconds(time)))
                .or_insert(0_u64) += count;
        }
        let narrow = |(index, count)| (index, u32::try_from(count).unwrap_or(u32::MAX));
        Self(by_bucket.into_iter().map(narrow).collect())
    }

    /// Counts equal buckets together. Leaves `indices` sorted.
    pub(crate) fn from_indices(indices: &mut [u16]) -> Self {
        indices.sort_unstable();
        let mut counts: Vec<(u16, u32)> = Vec::new();
        for equal in indices.chunk_by(|left, right| left == right) {
            counts.push((equal[0], u32::try_from(equal.len()).unwrap_or(u32::MAX)));
        }
        Self(counts)
    }

    /// Counts by bucket, from the least; [`bucket_middle_ms`](crate::bucket_middle_ms) tells what a bucket stands for.
    pub fn from_buckets(buckets: impl IntoIterator<Item = (u16, u32)>) -> Self {
        let mut counts: Vec<(u16, u32)> = buckets.into_iter().collect();
        counts.sort_unstable_by_key(|&(index, _)| index);
        counts.dedup_by(|later, earlier| {
            let is_same = later.0 == earlier.0;
            if is_same {
                earlier.1 = earlier.1.saturating_add(later.1);
            }
            is_same
        });
        Self(counts)
    }

    /// Adds other counts.
    pub(crate) fn merge(&mut self, other: &Self) {
        if self.0.is_empty() {
            self.0.clone_from(&other.0);
        } else {
            *self = Self::from_buckets(self.0.iter().chain(&other.0).copied());
        }
    }

    /// (bucket, count), from the least.
    pub fn iter(&self) -> impl Iterator<Item = (u16, u32)> + '_ {
        // What came over a network may name a bucket that does not exist.
        self.0
            .iter()
            .map(|&(index, count)| (index.min(bucket::LAST_INDEX), count))
    }

    /// How many response times are counted.
    pub fn count(&self) -> u64 {
        self.0.iter().map(|&(_, count)| u64::from(count)).sum()
    }
}
