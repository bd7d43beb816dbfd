//! A run over time in a bounded number of slots: when there are too many, neighbours are put together.
//!
//! Keeps what it is given, and reckons nothing.

use std::collections::VecDeque;

/// Nothing is kept for later than this after the beginning: a worker's clock may be wrong.
const LONGEST_SECONDS: i64 = 30 * 86_400;

/// What one slot holds.
pub trait Slot: Default {
    /// Adds the slot that comes after this one.
    fn absorb(&mut self, later: &Self);
}

/// Slots of equal length in order of time, the empty ones left out of memory as far as possible.
#[derive(Clone, Debug)]
pub struct Slots<T> {
    /// Second before which nothing is kept: what is older counts there.
    origin: i64,
    step: u32,
    /// Number of the first slot: its begin divided by the step.
    first: i64,
    slots: VecDeque<Option<Stamped<T>>>,
    most: usize,
}

#[derive(Clone, Debug)]
struct Stamped<T> {
    revision: u64,
    slot: T,
}

impl<T: Slot> Slots<T> {
    /// No slots yet, and never more than `most` (at least 2).
    pub(crate) fn new(origin: i64, most: usize) -> Self {
        Self {
            origin,
            step: 1,
            first: origin,
            slots: VecDeque::new(),
            most: most.max(2),
        }
    }

    /// Length of a slot in seconds, a power of two.
    pub fn step(&self) -> u32 {
        self.step
    }

    /// When the first slot begins.
    pub fn start(&self) -> i64 {
        self.first * i64::from(self.step)
    }

    /// Every slot from the first to the last; `None` where nothing happened.
    pub fn iter(&self) -> impl Iterator<Item = Option<&T>> {
        self.slots
            .iter()
            .map(|slot| slot.as_ref().map(|stamped| &stamped.slot))
    }

    /// Slots that changed after a revision, with the second they begin at.
    pub fn changed_since(&self, revision: u64) -> impl Iterator<Item = (i64, &T)> {
        let step = i64::from(self.step);
        self.slots
            .iter()
            .zip(self.first..)
            .filter_map(move |(slot, number)| {
                let stamped = slot.as_ref().filter(|stamped| stamped.revision > revision)?;
                Some((number * step, &stamped.slot))
            })
    }

    /// The slot of a second, which is about to change.
    pub(crate) fn at(&mut self, second: i64, revision: u64) -> &mut T {
        let second = second.clamp(self.origin, self.origin + LONGEST_SECONDS);
        self.make_room(second);
        let number = self.number_of(second);
        if self.slots.is_empty() {
            self.first = number;
        }
        while number < self.first {
            self.slots.push_front(None);
            self.first -= 1;
        }
        let position = (number - self.first) as usize;
        if position >= self.slots.len() {
            self.slots.resize_with(position + 1, || None);
        }
        let stamped = self.slots[position].get_or_insert_with(|| Stamped {
            revision,
            slot: T::default(),
        });
        stamped.revision = revision;
        &mut stamped.slot
    }

    /// From now on never more than `most` slots.
    pub fn limit(&mut self, most: usize) {
        self.most = most.max(2);
        while self.slots.len() > self.most {
            self.halve();
        }
    }

    pub(crate) fn clear(&mut self, origin: i64) {
        *self = Self::new(origin, self.most);
    }

    fn number_of(&self, second: i64) -> i64 {
        second.div_euclid(i64::from(self.step))
    }

    fn make_room(&mut self, second: i64) {
        loop {
            let number = self.number_of(second);
            let last = self.first + self.slots.len() as i64 - 1;
            let (first, last) = match self.slots.is_empty() {
                true => (number, number),
                false => (self.first.min(number), last.max(number)),
            };
            if last - first < self.most as i64 {
                return;
            }
            self.halve();
        }
    }

    fn halve(&mut self) {
        self.step *= 2;
        let numbers = self.first..;
        self.first = self.first.div_euclid(2);
        let mut halved: VecDeque<Option<Stamped<T>>> = VecDeque::with_capacity(self.slots.len() / 2 + 1);
        for (stamped, number) in self.slots.drain(..).zip(numbers) {
            let position = (number.div_euclid(2) - self.first) as usize;
            if position >= halved.len() {
                halved.push_back(stamped);
                continue;
            }
            match (&mut halved[position], stamped) {
                (Some(earlier), Some(later)) => {
                    earlier.slot.absorb(&later.slot);
                    earlier.revision = earlier.revision.max(later.revision);
                }
                (empty @ None, later) => *empty = later,
                (Some(_), None) => {}
            }
        }
        self.slots = halved;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Default, PartialEq, Clone)]
    struct Count(u64);

    impl Slot for Count {
        fn absorb(&mut self, later: &Self) {
            self.0 += later.0;
        }
    }

    fn told(slots: &Slots<Count>) -> Vec<(i64, u64)> {
        let step = i64::from(slots.step());
        let numbered = slots.iter().zip(0..);
        numbered
            .filter_map(|(slot, number)| slot.map(|slot| (slots.start() + number * step, slot.0)))
            .collect()
    }

    #[test]
    fn seconds_are_put_together_when_there_are_too_many() {
        let mut slots = Slots::<Count>::new(100, 4);
        for second in 100..104 {
            slots.at(second, 1).0 += 1;
        }
        assert_eq!(
            (slots.step(), told(&slots)),
            (1, vec![(100, 1), (101, 1), (102, 1), (103, 1)])
        );
        slots.at(104, 2).0 += 1;
        assert_eq!(
            (slots.step(), told(&slots)),
            (2, vec![(100, 2), (102, 2), (104, 1)])
        );
    }

    #[test]
    fn a_step_ends_where_its_multiples_do() {
        let mut slots = Slots::<Count>::new(103, 2);
        for second in 103..107 {
            slots.at(second, 1).0 += 1;
        }
        // 103 belongs to the slot that began at 100.
        assert_eq!((slots.step(), told(&slots)), (4, vec![(100, 1), (104, 3)]));
    }

    #[test]
    fn reports_come_late_and_even_from_before_the_beginning() {
        let mut slots = Slots::<Count>::new(100, 10);
        slots.at(105, 1).0 += 1;
        slots.at(102, 2).0 += 1;
        slots.at(7, 3).0 += 1;
        assert_eq!(told(&slots), [(100, 1), (102, 1), (105, 1)]);
    }

    #[test]
    fn a_clock_that_is_far_off_fills_no_memory() {
        let mut slots = Slots::<Count>::new(0, 8);
        slots.at(0, 1).0 += 1;
        slots.at(i64::MAX, 1).0 += 1;
        slots.at(i64::MIN, 1).0 += 1;
        assert!(slots.iter().count() <= 8);
        assert_eq!(told(&slots).iter().map(|(_, count)| count).sum::<u64>(), 3);
    }

    #[test]
    fn what_changed_is_known_also_after_slots_were_put_together() {
        let mut slots = Slots::<Count>::new(0, 2);
        slots.at(0, 1).0 += 1;
        slots.at(1, 2).0 += 1;
        assert_eq!(slots.changed_since(1).collect::<Vec<_>>(), [(1, &Count(1))]);
        slots.at(2, 3).0 += 1;
        assert_eq!(slots.changed_since(2).collect::<Vec<_>>(), [(2, &Count(1))]);
        assert_eq!(
            slots.changed_since(1).collect::<Vec<_>>(),
            [(0, &Count(2)), (2, &Count(1))]
        );
        assert_eq!(slots.changed_since(3).count(), 0);
    }

    #[test]
    fn a_smaller_limit_takes_effect_at_once() {
        let mut slots = Slots::<Count>::new(0, 100);
        for second in 0..100 {
            slots.at(second, 1).0 += 1;
        }
        slots.limit(10);
        assert!(slots.iter().count() <= 10);
        assert_eq!(told(&slots).iter().map(|(_, count)| count).sum::<u64>(), 100);
    }
}
