//! The greenlets that are parked, by ticket. Never switches to one.

use pyo3::prelude::*;

use crate::hub_queue::Ticket;
use crate::outcome::Outcome;

/// Places for parked greenlets; a place is used again with a new generation.
#[derive(Default)]
pub(crate) struct Parking {
    places: Vec<Place>,
    free: Vec<u32>,
}

#[derive(Default)]
struct Place {
    generation: u32,
    greenlet: Option<Py<PyAny>>,
    outcome: Option<Outcome>,
}

impl Parking {
    /// Takes a place for `greenlet`.
    pub(crate) fn enter(&mut self, greenlet: Py<PyAny>) -> Ticket {
        let index = self.free.pop().unwrap_or_else(|| {
            self.places.push(Place::default());
            (self.places.len() - 1) as u32
        });
        let place = &mut self.places[index as usize];
        place.greenlet = Some(greenlet);
        Ticket {
            index,
            generation: place.generation,
        }
    }

    /// Stores the answer for a ticket and tells whom to resume; nobody, when the ticket is void or already answered.
    pub(crate) fn answer(&mut self, py: Python<'_>, ticket: Ticket, outcome: Outcome) -> Option<Py<PyAny>> {
        let place = self.valid(ticket)?;
        if place.outcome.is_some() {
            return None;
        }
        place.outcome = Some(outcome);
        place.greenlet.as_ref().map(|greenlet| greenlet.clone_ref(py))
    }

    /// The answer of a resumed ticket, whose place is free from now on; none if the answer has not come.
    pub(crate) fn finish(&mut self, ticket: Ticket) -> Option<Outcome> {
        self.valid(ticket)?.outcome.as_ref()?;
        self.leave(ticket)?.1
    }

    /// Gives a place back, whatever it holds; the ticket is void from now on.
    pub(crate) fn leave(&mut self, ticket: Ticket) -> Option<(Option<Py<PyAny>>, Option<Outcome>)> {
        let place = self.valid(ticket)?;
        place.generation = place.generation.wrapping_add(1);
        let held = (place.greenlet.take(), place.outcome.take());
        self.free.push(ticket.index);
        Some(held)
    }

    fn valid(&mut self, ticket: Ticket) -> Option<&mut Place> {
        self.places
            .get_mut(ticket.index as usize)
            .filter(|place| place.generation == ticket.generation)
    }
}
