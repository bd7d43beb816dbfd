//! Reports that the master has not confirmed yet. Only a Katydid master confirms; to any other, reports have no number.

use std::collections::VecDeque;

use std::time::Duration;

use tokio::time::Instant;

/// Unconfirmed for this long, a report has been lost on the way.
const LOST_AFTER: Duration = Duration::from_millis(2_500);

/// As many reports wait for a master that does not confirm; what is measured meanwhile goes into the next one.
const MOST_WAITING: usize = 4;

/// The reports of one worker to one life of its master.
#[derive(Debug, Default)]
pub(super) struct Reports {
    session: Option<String>,
    last_number: u64,
    waiting: VecDeque<Waiting>,
}

#[derive(Debug)]
struct Waiting {
    number: u64,
    bytes: Vec<u8>,
    sent_at: Instant,
}

impl Reports {
    /// The master says who it is. Reports to one that is gone are of no use to another: how many there were.
    pub(super) fn begin_session(&mut self, session: Option<String>) -> usize {
        if session == self.session {
            return 0;
        }
        let dropped = self.waiting.len();
        *self = Self {
            session,
            ..Self::default()
        };
        dropped
    }

    /// Whether the master confirms reports.
    pub(super) fn is_numbered(&self) -> bool {
        self.session.is_some()
    }

    /// Whether enough reports wait.
    pub(super) fn are_stuck(&self) -> bool {
        self.waiting.len() >= MOST_WAITING
    }

    /// The life of the master that the next report is for, and its number, if it has one.
    pub(super) fn next_number(&mut self) -> Option<(String, u64)> {
        let session = self.session.clone()?;
        self.last_number += 1;
        Some((session, self.last_number))
    }

    /// A report is on its way.
    pub(super) fn sent(&mut self, number: u64, bytes: Vec<u8>, now: Instant) {
        self.waiting.push_back(Waiting {
            number,
            bytes,
            sent_at: now,
        });
    }

    /// The master has every report up to this one. Gives those to send once more.
    pub(super) fn received(&mut self, number: u64, now: Instant) -> Vec<Vec<u8>> {
        self.waiting.retain(|waiting| waiting.number > number);
        let is_lost = |waiting: &Waiting| now.duration_since(waiting.sent_at) >= LOST_AFTER;
        if !self.waiting.iter().any(is_lost) {
            return Vec::new();
        }
        self.waiting.iter_mut().for_each(|waiting| waiting.sent_at = now);
        self.unconfirmed()
    }

    /// Every report that the master may lack, in order: it takes none before the one that it lacks.
    pub(super) fn unconfirmed(&self) -> Vec<Vec<u8>> {
        self.waiting.iter().map(|waiting| waiting.bytes.clone()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with_session() -> Reports {
        let mut reports = Reports::default();
        assert_eq!(reports.begin_session(Some("first".to_owned())), 0);
        reports
    }

    fn send(reports: &mut Reports, now: Instant) -> u64 {
        let (_, number) = reports.next_number().expect("a numbered report");
        reports.sent(number, vec![number as u8], now);
        number
    }

    #[test]
    fn what_is_not_confirmed_is_sent_again_in_order() {
        let (mut reports, began) = (with_session(), Instant::now());
        for _ in 0..3 {
            send(&mut reports, began);
        }
        assert!(
            reports.received(1, began).is_empty(),
            "the others may still be on their way"
        );
        assert_eq!(reports.received(1, began + LOST_AFTER), [[2], [3]]);
        assert!(
            reports.received(1, began + LOST_AFTER).is_empty(),
            "once is enough for now"
        );
        assert!(reports.received(3, began + 2 * LOST_AFTER).is_empty());
    }

    #[test]
    fn another_life_of_the_master_begins_with_number_one() {
        let (mut reports, began) = (with_session(), Instant::now());
        send(&mut reports, began);
        send(&mut reports, began);
        assert_eq!(
            reports.begin_session(Some("first".to_owned())),
            0,
            "the same one, once more"
        );
        assert_eq!(reports.begin_session(Some("second".to_owned())), 2);
        assert_eq!(send(&mut reports, began), 1);
    }

    #[test]
    fn a_master_that_does_not_confirm_gets_no_numbers() {
        let mut reports = Reports::default();
        reports.begin_session(None);
        assert_eq!(reports.next_number(), None);
        assert!(!reports.are_stuck());
    }
}
