//! Moments as other tools write them, `2026-03-01T12:30:05.25Z`. Knows no time zones but offsets.

use katydid_stats::Timestamp;

/// Reads an ISO 8601 date and time; without an offset it is UTC.
pub(super) fn moment(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    let (date, time) = text.split_once(['T', ' '])?;
    let [year, month, day] = numbers(date, '-')?;
    let (clock, offset_seconds) = split_offset(time)?;
    let (clock, fraction) = clock.split_once('.').unwrap_or((clock, "0"));
    let [hour, minute, second] = numbers(clock, ':')?;
    let is_date = (1970..=9999).contains(&year) && (1..=12).contains(&month) && (1..=31).contains(&day);
    if !is_date || hour > 23 || minute > 59 || second > 60 || !fraction.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let fraction: f64 = format!("0.{fraction}").parse().ok()?;
    let seconds =
        days_since_epoch(year, month, day) * 86_400 + hour * 3_600 + minute * 60 + second - offset_seconds;
    Some(Timestamp(seconds as f64 + fraction))
}

/// Three numbers of few digits.
fn numbers(text: &str, separator: char) -> Option<[i64; 3]> {
    let mut parts = text.split(separator).map(|part| {
        let is_number = (1..=4).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit());
        is_number.then(|| part.parse().ok()).flatten()
    });
    let read = [parts.next()??, parts.next()??, parts.next()??];
    parts.next().is_none().then_some(read)
}

/// The clock, and by how many seconds it is ahead of UTC.
fn split_offset(time: &str) -> Option<(&str, i64)> {
    if let Some(clock) = time.strip_suffix(['Z', 'z']) {
        return Some((clock, 0));
    }
    let Some(at) = time.find(['+', '-']) else {
        return Some((time, 0));
    };
    let (clock, offset) = time.split_at(at);
    let sign = if offset.starts_with('-') { -1 } else { 1 };
    let [hours, minutes, _] = numbers(&format!("{}:0", &offset[1..]), ':')?;
    Some((clock, sign * (hours * 3_600 + minutes * 60)))
}

/// Days from 1970-01-01 in the Gregorian calendar, counted in eras of 400 years that begin on 1 March.
fn days_since_epoch(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year / 400;
    let year_of_era = year % 400;
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_timestamps_print() {
        for seconds in [
            0.0,
            951_782_399.0,
            951_868_800.0,
            1_767_225_599.0,
            4_107_542_400.0,
        ] {
            assert_eq!(moment(&Timestamp(seconds).utc()), Some(Timestamp(seconds)));
        }
    }

    #[test]
    fn reads_fractions_and_offsets() {
        let at = Timestamp(951_782_399.5);
        for text in [
            "2000-02-28T23:59:59.5Z",
            "2000-02-28T23:59:59.500000+00:00",
            "2000-02-29T01:29:59.5+01:30",
            "2000-02-28 21:59:59.5-02:00",
            "2000-02-28T23:59:59.5",
        ] {
            assert_eq!(moment(text), Some(at), "{text}");
        }
    }

    #[test]
    fn refuses_what_is_no_moment() {
        for text in [
            "",
            "T",
            "yesterday",
            "2000-02-28",
            "2000-13-01T00:00:00Z",
            "2000-01-01T25:00:00Z",
            "99999999-01-01T00:00:00Z",
            "2000-01-01T00:00:00.xZ",
            "2000-01-01T00:00:00+",
            "é-é-éTé",
            "2000-01-01T00:00:00+é",
        ] {
            assert_eq!(moment(text), None, "{text}");
        }
    }
}
