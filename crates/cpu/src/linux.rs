//! Linux's books and calls.

use std::io;
use std::mem::MaybeUninit;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use crate::decide::{Load, Placement};

/// A thread of this process, as seen from another one.
#[derive(Debug, Clone, Copy)]
pub struct Thread {
    id: libc::pid_t,
    clock: libc::clockid_t,
}

impl Thread {
    /// The calling thread; none when the system does not tell.
    pub fn current() -> Option<Self> {
        let mut clock = MaybeUninit::uninit();
        // SAFETY: writes a clock to the pointer when it returns 0.
        let failed = unsafe { libc::pthread_getcpuclockid(libc::pthread_self(), clock.as_mut_ptr()) } != 0;
        if failed {
            return None;
        }
        // SAFETY: see above; gettid has no conditions.
        let (clock, id) = unsafe { (clock.assume_init(), libc::gettid()) };
        Some(Self { id, clock })
    }

    /// How long it has run on any CPU; nothing once it has ended.
    fn cpu_time(self) -> Option<Duration> {
        let mut time = MaybeUninit::<libc::timespec>::uninit();
        // SAFETY: writes a time to the pointer when it returns 0.
        if unsafe { libc::clock_gettime(self.clock, time.as_mut_ptr()) } != 0 {
            return None;
        }
        // SAFETY: see above.
        let time = unsafe { time.assume_init() };
        Some(Duration::new(
            time.tv_sec.try_into().ok()?,
            time.tv_nsec.try_into().ok()?,
        ))
    }

    /// The CPU that it runs on, or ran on last.
    fn last_cpu(self) -> Option<usize> {
        let stat = std::fs::read_to_string(format!("/proc/self/task/{}/stat", self.id)).ok()?;
        // The name may contain anything, so it is skipped from its last parenthesis on: proc(5), field 39.
        stat.rsplit_once(") ")?.1.split(' ').nth(36)?.parse().ok()
    }

    fn allowed(self) -> io::Result<libc::cpu_set_t> {
        allowed(self.id)
    }

    fn allow(self, set: &libc::cpu_set_t) -> io::Result<()> {
        // SAFETY: reads the set, which has the given size.
        let failed = unsafe { libc::sched_setaffinity(self.id, size_of::<libc::cpu_set_t>(), set) } != 0;
        if failed {
            Err(io::Error::last_os_error())
        } else {
            Ok(())
        }
    }
}

/// The CPU that a thread is confined to, by its number in `/proc/self/task`; none when it may run on several.
pub fn only_cpu_of(thread: u64) -> Option<usize> {
    let set = allowed(libc::pid_t::try_from(thread).ok()?).ok()?;
    let mut cpus = (0..libc::CPU_SETSIZE as usize).filter(|&cpu| holds(&set, cpu));
    cpus.next().filter(|_| cpus.next().is_none())
}

fn allowed(thread: libc::pid_t) -> io::Result<libc::cpu_set_t> {
    let mut set = MaybeUninit::<libc::cpu_set_t>::zeroed();
    // SAFETY: writes at most the given size to the pointer.
    let failed =
        unsafe { libc::sched_getaffinity(thread, size_of::<libc::cpu_set_t>(), set.as_mut_ptr()) } != 0;
    if failed {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: zeroed, so initialised whatever was written.
    Ok(unsafe { set.assume_init() })
}

/// Two threads, and where they run. Call `look` once in each window.
#[derive(Debug)]
pub struct Pair {
    threads: [Thread; 2],
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    at: Instant,
    own: Duration,
    /// What was idle of the CPUs that may be used; asked for only when there is something to decide.
    idle: Option<Duration>,
    placement: Placement,
    /// Where each was allowed to run before they came together.
    before: Option<[libc::cpu_set_t; 2]>,
    apart_until: Option<Instant>,
}

impl Pair {
    /// Takes the first reading.
    pub fn new(first: Thread, second: Thread) -> Self {
        let threads = [first, second];
        Self {
            threads,
            state: Mutex::new(State {
                at: Instant::now(),
                own: time_of(threads).unwrap_or_default(),
                idle: None,
                placement: Placement::Apart,
                before: None,
                apart_until: None,
            }),
        }
    }

    /// Looks at what was used since the last look, and moves the threads if that asks for it. False once there is
    /// nothing to do for ever: a thread has ended, or the system refuses.
    pub fn look(&self) -> bool {
        let mut state = self.lock();
        let now = Instant::now();
        let Some(own) = time_of(self.threads) else {
            return false;
        };
        let window = now.duration_since(state.at).as_secs_f64().max(1e-3);
        let used = own.saturating_sub(state.own).as_secs_f64() / window;
        let is_held = state.apart_until.is_some_and(|until| now < until);
        // Most runs are far from using a CPU: nothing more is asked then.
        let has_room = state.placement == Placement::Apart && (used < 0.8 || is_held);
        let allowed = state
            .before
            .map_or_else(|| self.threads[1].allowed(), |before| Ok(before[1]));
        let idle = if has_room {
            None
        } else {
            allowed.ok().and_then(|allowed| idle_time(&allowed))
        };
        let unused = match (state.idle, idle) {
            (Some(before), Some(after)) => Some(after.saturating_sub(before).as_secs_f64() / window),
            _ => None,
        };
        (state.at, state.own, state.idle) = (now, own, idle);
        let Some(unused) = unused else { return true };
        let load = Load {
            own: used,
            available: (used + unused).min(quota()),
        };
        let next = state.placement.after(load);
        let moved = match (state.placement, next) {
            (Placement::Apart, Placement::Together) => self.bring_together(&mut state),
            (Placement::Together, Placement::Apart) => self.part(&mut state),
            _ => return true,
        };
        state.idle = None;
        moved.is_ok()
    }

    /// Lets the threads run wherever they might before, for this long at least. What a thread starts (threads,
    /// processes) inherits where it may run: called before that, on either thread.
    pub fn part_for(&self, time: Duration) {
        let mut state = self.lock();
        state.apart_until = Some(Instant::now() + time);
        // What cannot be undone now is tried again by nobody: the thread has ended.
        let _ = self.part(&mut state);
    }

    fn bring_together(&self, state: &mut State) -> io::Result<()> {
        let before = [self.threads[0].allowed()?, self.threads[1].allowed()?];
        // Somebody else has decided already.
        let Some(cpu) = self.threads[1]
            .last_cpu()
            .filter(|&cpu| before.iter().all(|set| holds(set, cpu)))
        else {
            return Ok(());
        };
        let mut one = before[0];
        // SAFETY: the set is a whole set, and the CPU is below its size, because it is in it.
        unsafe {
            libc::CPU_ZERO(&mut one);
            libc::CPU_SET(cpu, &mut one);
        }
        state.before = Some(before);
        state.placement = Placement::Together;
        for thread in self.threads {
            if let Err(error) = thread.allow(&one) {
                let _ = self.part(state);
                return Err(error);
            }
        }
        Ok(())
    }

    fn part(&self, state: &mut State) -> io::Result<()> {
        state.placement = Placement::Apart;
        let Some(before) = state.before.take() else {
            return Ok(());
        };
        let both = [
            self.threads[0].allow(&before[0]),
            self.threads[1].allow(&before[1]),
        ];
        both.into_iter().collect()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        self.state
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

fn time_of(threads: [Thread; 2]) -> Option<Duration> {
    Some(threads[0].cpu_time()? + threads[1].cpu_time()?)
}

/// CPUs that a container's share is worth, beside those that it may run on.
fn quota() -> f64 {
    std::thread::available_parallelism().map_or(f64::INFINITY, |count| count.get() as f64)
}

fn holds(set: &libc::cpu_set_t, cpu: usize) -> bool {
    // SAFETY: reads a whole set, inside its size.
    cpu < libc::CPU_SETSIZE as usize && unsafe { libc::CPU_ISSET(cpu, set) }
}

/// How long these CPUs have had nothing to do, all together.
fn idle_time(cpus: &libc::cpu_set_t) -> Option<Duration> {
    // SAFETY: sysconf only looks a number up.
    let ticks_per_second = unsafe { libc::sysconf(libc::_SC_CLK_TCK) };
    let ticks = idle_ticks(&std::fs::read_to_string("/proc/stat").ok()?, |cpu| {
        holds(cpus, cpu)
    })?;
    Some(Duration::from_secs_f64(
        ticks as f64 / ticks_per_second.max(1) as f64,
    ))
}

/// The idle and iowait columns of the lines `cpuN user nice system idle iowait ...`: proc(5). None without a line.
fn idle_ticks(stat: &str, counts: impl Fn(usize) -> bool) -> Option<u64> {
    let per_cpu = stat.lines().filter_map(|line| {
        // The line without a number is the sum of all.
        let mut words = line
            .strip_prefix("cpu")
            .filter(|rest| !rest.starts_with(' '))?
            .split_ascii_whitespace();
        words.next()?.parse().ok().filter(|&cpu| counts(cpu))?;
        let mut ticks = words.skip(3).map(|word| word.parse::<u64>().ok());
        Some(ticks.next()?? + ticks.next()??)
    });
    per_cpu.reduce(|sum, ticks| sum + ticks)
}

#[cfg(test)]
mod tests {
    use super::*;

    const STAT: &str = "cpu  455451 6907 220917 1695055 3141 0 107970 448 0 0\n\
        cpu0 151286 1381 104696 931992 498 0 53926 233 0 0\n\
        cpu1 304164 5526 116221 763063 2642 0 54043 215 0 0\n\
        intr 1 2 3\nctxt 4\n";

    #[test]
    fn idle_ticks_are_those_of_the_cpus_that_count() {
        assert_eq!(idle_ticks(STAT, |_| true), Some(931_992 + 498 + 763_063 + 2642));
        assert_eq!(idle_ticks(STAT, |cpu| cpu == 1), Some(763_063 + 2642));
        assert_eq!(idle_ticks(STAT, |_| false), None);
        assert_eq!(idle_ticks("nonsense\ncpu0\n", |_| true), None);
    }

    #[test]
    fn a_thread_finds_itself() {
        let thread = Thread::current().unwrap();
        let allowed = thread.allowed().unwrap();
        assert!(holds(&allowed, thread.last_cpu().unwrap()));
        assert!(idle_time(&allowed).is_some());
        assert!(thread.cpu_time().is_some());
    }

    #[test]
    fn threads_come_together_and_part_again() {
        let (ready, when_ready) = std::sync::mpsc::channel();
        let (done, when_done) = std::sync::mpsc::channel::<()>();
        let other = std::thread::spawn(move || {
            ready.send(Thread::current().unwrap()).unwrap();
            let _ = when_done.recv();
        });
        let threads = [Thread::current().unwrap(), when_ready.recv().unwrap()];
        let count = |thread: Thread| {
            let set = thread.allowed().unwrap();
            (0..libc::CPU_SETSIZE as usize)
                .filter(|&cpu| holds(&set, cpu))
                .count()
        };
        let before = threads.map(count);
        let pair = Pair::new(threads[0], threads[1]);
        pair.bring_together(&mut pair.lock()).unwrap();
        assert_eq!(threads.map(count), [1, 1]);
        let [first, second] = threads.map(|thread| thread.allowed().unwrap());
        // SAFETY: both are whole sets.
        assert!(unsafe { libc::CPU_EQUAL(&first, &second) });
        pair.part_for(Duration::from_secs(1));
        assert_eq!(threads.map(count), before);
        drop(done);
        other.join().unwrap();
        assert!(!pair.look(), "one of the threads has ended");
    }
}
