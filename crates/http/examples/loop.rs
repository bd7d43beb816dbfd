//! A closed loop over N keep-alive connections on one thread, to measure and profile the request path:
//! `cargo run --release --example loop -- CONNECTIONS SECONDS URL`.

use std::cell::Cell;
use std::error::Error;
use std::rc::Rc;
use std::time::{Duration, Instant};

use katydid_http::{BodyMode, Client, HeaderBlock, Pool, Request, Timeouts, Url};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [connections, seconds, url] = arguments.as_slice() else {
        return Err("usage: loop CONNECTIONS SECONDS URL".into());
    };
    let (connections, seconds): (usize, u64) = (connections.parse()?, seconds.parse()?);
    let url = Url::parse(url)?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let local = tokio::task::LocalSet::new();
    let counts = Rc::new(Counts::default());
    let started = Instant::now();
    let end = started + Duration::from_secs(seconds);
    let before = cpu_time();
    local.block_on(&runtime, async {
        let client = Client::default();
        let users: Vec<_> = (0..connections)
            .map(|_| tokio::task::spawn_local(user(client.clone(), url.clone(), Rc::clone(&counts), end)))
            .collect();
        for user in users {
            user.await?;
        }
        Ok::<(), tokio::task::JoinError>(())
    })?;
    let (elapsed, cpu) = (started.elapsed(), cpu_time() - before);
    let requests = counts.requests.get();
    println!("{:.0} requests/s", requests as f64 / elapsed.as_secs_f64());
    println!(
        "{:.2} us of CPU per request",
        cpu.as_secs_f64() * 1e6 / requests as f64
    );
    println!(
        "{requests} requests, {} failures, {} body bytes",
        counts.failures.get(),
        counts.bytes.get()
    );
    Ok(())
}

#[derive(Default)]
struct Counts {
    requests: Cell<u64>,
    failures: Cell<u64>,
    bytes: Cell<u64>,
}

async fn user(client: Client, url: Url, counts: Rc<Counts>, end: Instant) {
    let pool = Pool::default();
    let pairs = [("User-Agent", "katydid"), ("Accept", "*/*")];
    let headers = HeaderBlock::from_pairs(pairs).unwrap_or_default();
    let minute = Some(Duration::from_secs(60));
    loop {
        let started = Instant::now();
        if started >= end {
            return;
        }
        let request = Request {
            headers: headers.clone(),
            timeouts: Timeouts {
                connect: minute,
                read: minute,
            },
            mode: BodyMode::Collect,
            ..Request::get(url.clone())
        };
        counts.requests.set(counts.requests.get() + 1);
        match client.send(&pool, request, started).await {
            Ok(response) => counts.bytes.set(counts.bytes.get() + response.wire_body_length),
            Err(failure) => {
                counts.failures.set(counts.failures.get() + 1);
                eprintln!("{failure}");
            }
        }
    }
}

fn cpu_time() -> Duration {
    let mut usage = std::mem::MaybeUninit::<libc::rusage>::zeroed();
    // Sound: the pointer is to a whole rusage, and all zeroes is one.
    let usage = unsafe {
        libc::getrusage(libc::RUSAGE_SELF, usage.as_mut_ptr());
        usage.assume_init()
    };
    let time = |value: libc::timeval| {
        Duration::from_secs(value.tv_sec as u64) + Duration::from_micros(value.tv_usec as u64)
    };
    time(usage.ru_utime) + time(usage.ru_stime)
}
