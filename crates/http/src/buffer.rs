//! Read buffers that belong to nobody for long: taken when bytes are about to arrive, given back when they are
//! used up. Does no reading.
//!
//! An idle connection, and one whose server is still thinking, holds no buffer. A thread needs about as many as it
//! has responses half read, which is few, so the free list is short and per thread: no lock, warm caches.

use std::cell::RefCell;

use tokio::io::ReadBuf;

/// Room of a fresh buffer: most responses in one read, and still in the first cache level.
const BUFFER_SIZE: usize = 16 * 1024;
/// Buffers a thread keeps for the next reader.
const KEPT_PER_THREAD: usize = 32;

thread_local! {
    static FREE: RefCell<Vec<Box<[u8]>>> = const { RefCell::new(Vec::new()) };
}

/// Bytes received and not yet used. Empty buffers hold no memory.
#[derive(Debug, Default)]
pub(crate) struct Buffer {
    storage: Option<Box<[u8]>>,
    start: usize,
    end: usize,
}

impl Buffer {
    /// The bytes that wait to be used.
    pub(crate) fn unread(&self) -> &[u8] {
        self.storage
            .as_deref()
            .map_or(&[], |storage| &storage[self.start..self.end])
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.start == self.end
    }

    /// Marks the first `count` bytes as used.
    pub(crate) fn consume(&mut self, count: usize) {
        debug_assert!(count <= self.end - self.start, "consumed more than was read");
        self.start += count;
        if self.start == self.end {
            self.start = 0;
            self.end = 0;
        }
    }

    /// Lets `read` fill the free room (never none) and tells how many bytes it added.
    pub(crate) fn fill<T>(&mut self, read: impl FnOnce(&mut ReadBuf<'_>) -> T) -> (usize, T) {
        let start = self.start;
        let end = self.end;
        let storage = self.storage.get_or_insert_with(take);
        if end == storage.len() {
            if start > 0 {
                storage.copy_within(start..end, 0);
                self.end = end - start;
                self.start = 0;
            } else {
                let mut longer = vec![0; storage.len() * 2].into_boxed_slice();
                longer[..end].copy_from_slice(storage);
                give_back(std::mem::replace(storage, longer));
            }
        }
        let mut room = ReadBuf::new(&mut storage[self.end..]);
        let outcome = read(&mut room);
        let added = room.filled().len();
        self.end += added;
        (added, outcome)
    }

    /// Gives the memory back if no bytes wait in it.
    pub(crate) fn release_if_empty(&mut self) {
        if self.is_empty()
            && let Some(storage) = self.storage.take()
        {
            give_back(storage);
        }
    }
}

impl Drop for Buffer {
    fn drop(&mut self) {
        if let Some(storage) = self.storage.take() {
            give_back(storage);
        }
    }
}

fn take() -> Box<[u8]> {
    let kept = FREE.try_with(|free| free.borrow_mut().pop()).ok().flatten();
    kept.unwrap_or_else(|| vec![0; BUFFER_SIZE].into_boxed_slice())
}

fn give_back(storage: Box<[u8]>) {
    if storage.len() != BUFFER_SIZE {
        return;
    }
    // A thread that is ending has no list any more; the buffer is then simply freed.
    let _ = FREE.try_with(|free| {
        let mut free = free.borrow_mut();
        if free.len() < KEPT_PER_THREAD {
            free.push(storage);
        }
    });
}
