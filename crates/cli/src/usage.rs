//! How much of the machine this process uses. Reads the operating system's books; judges nothing.

use std::collections::HashMap;
use std::time::{Duration, Instant};

/// What was used between two readings.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Usage {
    /// All threads together, in percent of one core.
    pub process_percent: f64,
    /// The busiest thread, in percent of one core. Python runs on one, so this is the figure that hits a wall. Threads
    /// that are confined to the same core count as one.
    pub busiest_thread_percent: f64,
    /// Resident memory.
    pub resident_bytes: u64,
}

/// Takes readings and tells the difference.
pub struct UsageMeter {
    at: Instant,
    process: Duration,
    threads: HashMap<u64, Duration>,
}

impl UsageMeter {
    /// Takes the first reading.
    pub fn start() -> Self {
        Self {
            at: Instant::now(),
            process: process_time(),
            threads: thread_times(),
        }
    }

    /// Takes another reading, and gives what was used since the one before.
    pub fn read(&mut self) -> Usage {
        let now = Self::start();
        let elapsed = now.at.duration_since(self.at).as_secs_f64().max(1e-3);
        let percent = |used: Duration| used.as_secs_f64() / elapsed * 100.0;
        let process_percent = percent(now.process.saturating_sub(self.process));
        let used_by = |(thread, time): (&u64, &Duration)| {
            let used = time.saturating_sub(self.threads.get(thread).copied().unwrap_or_default());
            (*thread, used)
        };
        let busiest = busiest(now.threads.iter().map(used_by), katydid_cpu::only_cpu_of);
        let usage = Usage {
            process_percent,
            // Without books for each thread: no thread can have used more than a core.
            busiest_thread_percent: busiest.map_or(process_percent.min(100.0), percent),
            resident_bytes: resident_bytes(),
        };
        *self = now;
        usage
    }
}

/// The most that one thread used, or several together that are confined to the same core.
fn busiest(
    used: impl Iterator<Item = (u64, Duration)>,
    only_cpu_of: impl Fn(u64) -> Option<usize>,
) -> Option<Duration> {
    let mut confined = HashMap::<usize, Duration>::new();
    let mut most = None;
    for (thread, used) in used {
        let sum = match only_cpu_of(thread) {
            Some(cpu) => {
                let sum = confined.entry(cpu).or_default();
                *sum += used;
                *sum
            }
            None => used,
        };
        most = most.max(Some(sum));
    }
    most
}

#[cfg(unix)]
fn rusage() -> Option<libc::rusage> {
    let mut usage = std::mem::MaybeUninit::<libc::rusage>::uninit();
    // SAFETY: getrusage writes a whole rusage to the pointer when it returns 0.
    let result = unsafe { libc::getrusage(libc::RUSAGE_SELF, usage.as_mut_ptr()) };
    // SAFETY: see above.
    (result == 0).then(|| unsafe { usage.assume_init() })
}

#[cfg(unix)]
fn process_time() -> Duration {
    let of = |time: libc::timeval| Duration::new(time.tv_sec as u64, time.tv_usec as u32 * 1000);
    rusage().map_or(Duration::ZERO, |usage| of(usage.ru_utime) + of(usage.ru_stime))
}

#[cfg(not(unix))]
fn process_time() -> Duration {
    Duration::ZERO
}

/// Time used by each thread; empty where the operating system does not tell.
#[cfg(target_os = "linux")]
fn thread_times() -> HashMap<u64, Duration> {
    let Ok(tasks) = std::fs::read_dir("/proc/self/task") else {
        return HashMap::new();
    };
    let read = |task: std::fs::DirEntry| {
        let thread = task.file_name().to_str()?.parse().ok()?;
        let ticks = ticks_of(&std::fs::read_to_string(task.path().join("stat")).ok()?)?;
        Some((thread, Duration::from_secs_f64(ticks as f64 / ticks_per_second())))
    };
    tasks.filter_map(Result::ok).filter_map(read).collect()
}

#[cfg(not(target_os = "linux"))]
fn thread_times() -> HashMap<u64, Duration> {
    HashMap::new()
}

/// User and system ticks in a `stat` line. The name before them may contain anything, so it is skipped from its
/// last parenthesis on.
#[cfg(target_os = "linux")]
fn ticks_of(stat: &str) -> Option<u64> {
    let after_name = stat.rsplit_once(") ")?.1;
    let mut fields = after_name.split_ascii_whitespace().skip(11);
    let (user, system): (u64, u64) = (fields.next()?.parse().ok()?, fields.next()?.parse().ok()?);
    Some(user + system)
}

#[cfg(target_os = "linux")]
fn ticks_per_second() -> f64 {
    // SAFETY: sysconf only looks a number up.
    let ticks = unsafe { libc::sysconf(libc::_SC_CLK_TCK) };
    if ticks > 0 { ticks as f64 } else { 100.0 }
}

#[cfg(target_os = "linux")]
fn resident_bytes() -> u64 {
    let pages = std::fs::read_to_string("/proc/self/statm").ok();
    let pages: u64 = pages
        .and_then(|line| line.split(' ').nth(1)?.parse().ok())
        .unwrap_or_default();
    // SAFETY: sysconf only looks a number up.
    pages * unsafe { libc::sysconf(libc::_SC_PAGESIZE) }.unsigned_abs()
}

/// The most that was ever resident, where the present figure is not to be had without more libraries.
#[cfg(all(unix, not(target_os = "linux")))]
fn resident_bytes() -> u64 {
    let unit = if cfg!(target_vendor = "apple") { 1 } else { 1024 };
    rusage().map_or(0, |usage| usage.ru_maxrss.unsigned_abs() * unit)
}

#[cfg(not(unix))]
fn resident_bytes() -> u64 {
    0
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn a_busy_thread_is_seen() {
        let mut meter = UsageMeter::start();
        let begin = Instant::now();
        let mut sum = 0_u64;
        while begin.elapsed() < Duration::from_millis(300) {
            sum = std::hint::black_box(sum.wrapping_add(1));
        }
        let usage = meter.read();
        // Other programs may take the core away, so only the order of magnitude is certain.
        assert!(
            usage.busiest_thread_percent > 5.0 && usage.busiest_thread_percent < 150.0,
            "{usage:?}"
        );
        assert!(usage.process_percent > 5.0, "{usage:?}");
        assert!(usage.resident_bytes > 100_000, "{usage:?}");
    }

    #[test]
    fn threads_on_one_core_share_its_wall() {
        let used = || [(1, 40), (2, 50), (3, 60)].map(|(thread, used)| (thread, Duration::from_millis(used)));
        let most = |only_cpu_of: fn(u64) -> Option<usize>| busiest(used().into_iter(), only_cpu_of);
        assert_eq!(most(|_| None), Some(Duration::from_millis(60)));
        assert_eq!(
            most(|thread| (thread < 3).then_some(0)),
            Some(Duration::from_millis(90))
        );
        assert_eq!(
            most(|thread| Some(thread as usize)),
            Some(Duration::from_millis(60))
        );
    }

    #[test]
    fn a_stat_line_is_read_past_any_name() {
        let line = "77 (a ) b) R 1 1 1 0 -1 4194560 1 0 0 0 250 50 0 0 20 0 1 0 1 1 1";
        assert_eq!(ticks_of(line), Some(300));
    }
}
