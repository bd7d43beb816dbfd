//! Tells the processor what will be looked at soon. Changes nothing but time.

/// How much of something large is worth it, in bytes.
const MOST: usize = 1024;
/// Bytes in a cache line.
const LINE: usize = 64;

/// Fetches a value's own memory, not what it points to.
pub(crate) fn all_of<T: ?Sized>(value: &T) {
    let start = std::ptr::from_ref(value).cast::<i8>();
    for offset in (0..size_of_val(value).min(MOST)).step_by(LINE) {
        line_at(start.wrapping_add(offset));
    }
}

#[cfg(target_arch = "x86_64")]
fn line_at(address: *const i8) {
    use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
    // SAFETY: reads nothing; any address will do.
    unsafe { _mm_prefetch::<_MM_HINT_T0>(address) }
}

#[cfg(not(target_arch = "x86_64"))]
fn line_at(_address: *const i8) {}
