//! Some seconds of a run as bytes: columns of small numbers, compressed.
//!
//! Format, after one byte for the version and one for the [`Precision`]: a zstd frame with numbers in LEB128. First the
//! number of rows, then a column after the other: endpoint, second (the first one, then differences), requests without a
//! response time, failures, number of buckets; then for all rows in a row the buckets (differences within a row, the
//! first against that of the row before), then their counts. Values that resemble each other stand side by side, which
//! is what makes them small.

use std::collections::BTreeMap;

use crate::error::StoreError;
use crate::precision::Precision;

const VERSION: u8 = 1;

/// Bytes that a row may take before it is kept less finely: an hour of a hundred names is 360,000 rows, in 20 MB.
const BYTES_PER_ROW: usize = 48;

/// Seconds whose times may be put together when even the coarsest precision takes more than that.
const TOGETHER: [i64; 2] = [2, 4];

/// Rows of a chunk at most: of more names or seconds, several chunks are made.
pub(crate) const MOST_ROWS: usize = 50_000;

/// More than a chunk of ours unpacks to; what claims to be larger is damaged.
const LARGEST: usize = 256 << 20;

/// More rows than a chunk of any version has: a damaged number must not fill the memory.
const LARGEST_COUNT: usize = 2_000_000;

/// zstd's level: 3 is its default; beyond 6 nothing is gained on such numbers.
const LEVEL: i32 = 6;

/// What one endpoint saw in one second.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Row {
    /// Number of the endpoint in its run.
    pub(crate) endpoint: u32,
    /// Seconds since the epoch.
    pub(crate) second: i64,
    pub(crate) requests: u64,
    pub(crate) failures: u64,
    /// (bucket of a running test, count), from the least.
    pub(crate) counts: Vec<(u16, u32)>,
}

/// Rows as bytes, as finely as there is room. Where there is none, times of up to `most_together` seconds count as those
/// of the first one; requests and failures stay with their second.
pub(crate) fn encode(rows: &mut [Row], most_together: i64) -> Result<Vec<u8>, StoreError> {
    rows.sort_unstable_by_key(|row| (row.endpoint, row.second));
    let mut encoded = Vec::new();
    let has_room = |encoded: &[u8]| encoded.len() <= BYTES_PER_ROW * rows.len();
    for precision in Precision::ALL {
        encoded = encode_with(rows, precision)?;
        if has_room(&encoded) {
            return Ok(encoded);
        }
    }
    for seconds in TOGETHER.into_iter().filter(|&seconds| seconds <= most_together) {
        encoded = encode_with(&together(rows, seconds), Precision::Coarse)?;
        if has_room(&encoded) {
            break;
        }
    }
    Ok(encoded)
}

/// Sorted rows, with the times of so many neighbouring seconds in the first of them.
fn together(rows: &[Row], seconds: i64) -> Vec<Row> {
    let is_alike = |left: &Row, right: &Row| {
        left.endpoint == right.endpoint && left.second.div_euclid(seconds) == right.second.div_euclid(seconds)
    };
    let mut merged = Vec::with_capacity(rows.len());
    for group in rows.chunk_by(is_alike) {
        let mut counts = BTreeMap::<u16, u32>::new();
        for &(bucket, count) in group.iter().flat_map(|row| &row.counts) {
            let sum = counts.entry(bucket).or_default();
            *sum = sum.saturating_add(count);
        }
        let mut counts: Vec<(u16, u32)> = counts.into_iter().collect();
        merged.extend(group.iter().map(|row| Row {
            counts: std::mem::take(&mut counts),
            ..*row
        }));
    }
    merged
}

fn encode_with(rows: &[Row], precision: Precision) -> Result<Vec<u8>, StoreError> {
    let table = precision.table_to_kept();
    let coarse: Vec<Vec<(u16, u64)>> = rows.iter().map(|row| coarsened(&row.counts, table)).collect();
    let mut plain = Vec::with_capacity(rows.len() * 32);
    let mut column =
        |numbers: &mut dyn Iterator<Item = u64>| numbers.for_each(|number| put(&mut plain, number));
    column(&mut std::iter::once(rows.len() as u64));
    column(&mut differences(rows.iter().map(|row| i64::from(row.endpoint))));
    column(&mut differences(rows.iter().map(|row| row.second)));
    column(&mut rows.iter().map(|row| {
        let timed: u64 = row.counts.iter().map(|&(_, count)| u64::from(count)).sum();
        zigzag((row.requests as i64).wrapping_sub(timed as i64))
    }));
    column(&mut rows.iter().map(|row| row.failures));
    column(&mut coarse.iter().map(|counts| counts.len() as u64));
    let mut first_before = 0;
    for counts in &coarse {
        let mut before = first_before;
        for (position, &(bucket, _)) in counts.iter().enumerate() {
            let difference = i64::from(bucket) - before;
            column(&mut std::iter::once(match position {
                0 => zigzag(difference),
                _ => difference as u64,
            }));
            before = i64::from(bucket);
        }
        first_before = counts
            .first()
            .map_or(first_before, |&(bucket, _)| i64::from(bucket));
    }
    column(&mut coarse.iter().flatten().map(|&(_, count)| count));
    let packed = pack(&plain).map_err(|error| StoreError::Pack(error.to_string()))?;
    Ok([&[VERSION, precision.code()], packed.as_slice()].concat())
}

fn coarsened(counts: &[(u16, u32)], table: &[u16]) -> Vec<(u16, u64)> {
    let mut coarse: Vec<(u16, u64)> = Vec::with_capacity(counts.len());
    for &(bucket, count) in counts {
        let bucket = table.get(usize::from(bucket)).copied().unwrap_or(u16::MAX);
        match coarse.last_mut() {
            Some(last) if last.0 == bucket => last.1 += u64::from(count),
            _ => coarse.push((bucket, u64::from(count))),
        }
    }
    coarse
}

/// Calls `visit` with every row. The row is used again for the next one.
pub(crate) fn decode(bytes: &[u8], mut visit: impl FnMut(&Row)) -> Result<(), StoreError> {
    let damaged = || StoreError::DamagedChunk;
    let [version, precision, packed @ ..] = bytes else {
        return Err(damaged());
    };
    if *version != VERSION {
        return Err(StoreError::NewerChunk(*version));
    }
    let table = Precision::from_code(*precision)
        .ok_or_else(damaged)?
        .table_to_running();
    let plain = unpack(packed).ok_or_else(damaged)?;
    let mut reader = Reader(&plain);
    let count = usize::try_from(reader.number().ok_or_else(damaged)?).map_err(|_| damaged())?;
    if count > plain.len().min(LARGEST_COUNT) {
        return Err(damaged());
    }
    let mut column = || {
        (0..count)
            .map(|_| reader.number())
            .collect::<Option<Vec<u64>>>()
            .ok_or_else(damaged)
    };
    let (endpoints, seconds, untimed, failures, lengths) =
        (column()?, column()?, column()?, column()?, column()?);
    let buckets = buckets(&mut reader, &lengths).ok_or_else(damaged)?;
    let mut buckets = buckets.into_iter();
    let (mut row, mut endpoint, mut second) = (Row::default(), 0_i64, 0_i64);
    for position in 0..count {
        endpoint = endpoint.wrapping_add(unzigzag(endpoints[position]));
        second = second.wrapping_add(unzigzag(seconds[position]));
        row.counts.clear();
        for bucket in buckets.by_ref().take(lengths[position] as usize) {
            let count = u32::try_from(reader.number().ok_or_else(damaged)?).unwrap_or(u32::MAX);
            let bucket = *table.get(usize::from(bucket)).ok_or_else(damaged)?;
            row.counts.push((bucket, count));
        }
        let timed: u64 = row.counts.iter().map(|&(_, count)| u64::from(count)).sum();
        row.endpoint = u32::try_from(endpoint).map_err(|_| damaged())?;
        row.second = second;
        row.requests = (timed as i64).wrapping_add(unzigzag(untimed[position])).max(0) as u64;
        row.failures = failures[position];
        visit(&row);
    }
    Ok(())
}

fn buckets(reader: &mut Reader<'_>, lengths: &[u64]) -> Option<Vec<u16>> {
    let mut buckets = Vec::new();
    let mut first_before = 0_i64;
    for &length in lengths {
        let mut before = first_before;
        for position in 0..length {
            let number = reader.number()?;
            let difference = if position == 0 {
                unzigzag(number)
            } else {
                i64::try_from(number).ok()?
            };
            before = before.checked_add(difference)?;
            if position == 0 {
                first_before = before;
            }
            buckets.push(u16::try_from(before).ok()?);
        }
    }
    Some(buckets)
}

/// With a checksum, so that damage is not taken for numbers.
fn pack(plain: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut compressor = zstd::bulk::Compressor::new(LEVEL)?;
    compressor.include_checksum(true)?;
    compressor.compress(plain)
}

/// Bytes of a frame, unless it claims to be larger than any of ours.
fn unpack(packed: &[u8]) -> Option<Vec<u8>> {
    let size = zstd::bulk::Decompressor::upper_bound(packed)?;
    if size > LARGEST {
        return None;
    }
    zstd::bulk::decompress(packed, size).ok()
}

fn differences(numbers: impl Iterator<Item = i64>) -> impl Iterator<Item = u64> {
    numbers.scan(0_i64, |before, number| {
        let difference = number.wrapping_sub(*before);
        *before = number;
        Some(zigzag(difference))
    })
}

fn zigzag(number: i64) -> u64 {
    ((number << 1) ^ (number >> 63)) as u64
}

fn unzigzag(number: u64) -> i64 {
    ((number >> 1) as i64) ^ -((number & 1) as i64)
}

fn put(bytes: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        bytes.push(number as u8 | 0x80);
        number >>= 7;
    }
    bytes.push(number as u8);
}

/// Reads LEB128.
struct Reader<'a>(&'a [u8]);

impl Reader<'_> {
    fn number(&mut self) -> Option<u64> {
        let mut number = 0_u64;
        for shift in (0..64).step_by(7) {
            let (&byte, rest) = self.0.split_first()?;
            self.0 = rest;
            number |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Some(number);
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(endpoint: u32, second: i64, requests: u64, counts: &[(u16, u32)]) -> Row {
        Row {
            endpoint,
            second,
            requests,
            failures: requests / 2,
            counts: counts.to_vec(),
        }
    }

    fn decoded(bytes: &[u8]) -> Result<Vec<Row>, StoreError> {
        let mut rows = Vec::new();
        decode(bytes, |row| rows.push(row.clone()))?;
        Ok(rows)
    }

    #[test]
    fn rows_come_back_sorted() {
        // Buckets under 256 are single microseconds at any precision.
        let mut rows = [
            row(2, 1_000, 3, &[(5, 1), (200, 2)]),
            row(0, 1_001, 4, &[(7, 4)]),
            row(0, 1_000, 2, &[]),
            row(1, -5, 10, &[(1, u32::MAX)]),
        ];
        let bytes = encode(&mut rows, 1).unwrap();
        assert_eq!(decoded(&bytes).unwrap(), rows);
    }

    #[test]
    fn times_of_busy_seconds_stand_together_where_that_is_allowed() {
        // Every second has a count of its own in each of 1,500 buckets: noise that no compression makes small.
        let noise = |second: i64, bucket: u16| {
            (second as u32 * 1_500 + u32::from(bucket)).wrapping_mul(2_654_435_761) >> 16
        };
        let of_second = |second| {
            let counts: Vec<(u16, u32)> = (2_000..3_500)
                .map(|bucket| (bucket, 1 + noise(second, bucket)))
                .collect();
            row(0, second, 1_000_000, &counts)
        };
        let mut rows: Vec<Row> = (0..8).map(of_second).collect();
        let all = decoded(&encode(&mut rows, 1).unwrap()).unwrap();
        let fewer = decoded(&encode(&mut rows, 2).unwrap()).unwrap();
        let timed = |rows: &[Row]| -> Vec<u64> {
            let sum = |row: &Row| row.counts.iter().map(|&(_, count)| u64::from(count)).sum();
            rows.iter().map(sum).collect()
        };
        let one_by_one = timed(&rows);
        let in_pairs = one_by_one.chunks(2).flat_map(|pair| [pair[0] + pair[1], 0]);
        assert_eq!(timed(&all), one_by_one);
        assert_eq!(timed(&fewer), in_pairs.collect::<Vec<u64>>());
        let rows_of = |rows: &[Row]| -> Vec<(i64, u64, u64)> {
            rows.iter()
                .map(|row| (row.second, row.requests, row.failures))
                .collect()
        };
        assert_eq!(rows_of(&all), rows_of(&rows));
        assert_eq!(rows_of(&fewer), rows_of(&rows));
    }

    #[test]
    fn what_is_cut_off_or_changed_is_an_error_or_other_numbers_but_never_a_panic() {
        let mut rows: Vec<Row> = (0..50)
            .map(|n| row(n % 5, i64::from(n / 5), 9, &[(100, 4), (3_000, 5)]))
            .collect();
        let bytes = encode(&mut rows, 1).unwrap();
        for end in 0..bytes.len() {
            assert!(decoded(&bytes[..end]).is_err(), "cut off at {end}");
        }
        for position in 0..bytes.len() {
            for bit in 0..8 {
                let mut changed = bytes.clone();
                changed[position] ^= 1 << bit;
                let _ = decoded(&changed);
            }
        }
    }
}
