//! A machine with its bad days and a service on it: blocks of response times as a run would measure them.

use katydid_gate::{Block, BlockedEndpoint, BlockedRun, Distribution, Endpoint};

use super::chance::Chance;

/// Response times are kept to 0.2 %.
const RESOLUTION: f64 = 0.002;

/// The world changes this often (s).
const TICK: f64 = 0.1;

/// (name, median in ms, spread of the logarithm, requests per second).
pub const SERVICE: [(&str, f64, f64, f64); 10] = [
    ("/", 21.0, 0.35, 160.0),
    ("/search", 120.0, 0.6, 140.0),
    ("/product", 35.0, 0.4, 200.0),
    ("/cart", 48.0, 0.5, 120.0),
    ("/cart/add", 62.0, 0.45, 100.0),
    ("/checkout", 310.0, 0.55, 80.0),
    ("/login", 180.0, 0.3, 80.0),
    ("/orders", 90.0, 0.8, 100.0),
    ("/image", 24.0, 0.9, 160.0),
    ("/report", 620.0, 0.7, 80.0),
];

/// How bad the machine's days are.
#[derive(Clone, Copy, Debug)]
pub struct Noise {
    pub name: &'static str,
    /// Spread of the machine's slow drift (logarithm), which forgets itself in two minutes.
    pub drift: f64,
    /// Spread of each endpoint's own load (logarithm), which forgets itself in twenty seconds.
    pub load: f64,
    /// Stalls per minute: 0.5 to 3 s, one in ten up to 8 s.
    pub stalls: f64,
    /// Noisy neighbours per minute: 10 to 60 s ...
    pub neighbours: f64,
    /// ... that make everything slower by up to this share.
    pub neighbour_share: f64,
    /// Requests as a share of those of [`SERVICE`].
    pub rate: f64,
    /// Spread from run to run (logarithm), where base and head are runs of their own: common to all endpoints.
    pub run_to_run: f64,
    /// The same, each endpoint's own.
    pub own_run_to_run: f64,
}

pub const QUIET: Noise = Noise {
    name: "quiet",
    drift: 0.02,
    load: 0.01,
    stalls: 0.05,
    neighbours: 0.0,
    neighbour_share: 0.0,
    rate: 1.0,
    run_to_run: 0.005,
    own_run_to_run: 0.003,
};
pub const USUAL: Noise = Noise {
    name: "usual",
    drift: 0.05,
    load: 0.03,
    stalls: 0.3,
    neighbours: 0.2,
    neighbour_share: 0.3,
    rate: 1.0,
    run_to_run: 0.015,
    own_run_to_run: 0.007,
};
pub const NOISY: Noise = Noise {
    name: "noisy",
    drift: 0.12,
    load: 0.06,
    stalls: 1.0,
    neighbours: 0.5,
    neighbour_share: 0.6,
    rate: 1.0,
    run_to_run: 0.04,
    own_run_to_run: 0.015,
};
pub const AWFUL: Noise = Noise {
    name: "awful",
    drift: 0.25,
    load: 0.12,
    stalls: 2.0,
    neighbours: 1.0,
    neighbour_share: 1.0,
    rate: 1.0,
    run_to_run: 0.1,
    own_run_to_run: 0.04,
};

pub const USUAL_BUT_FEW: Noise = Noise {
    name: "usual, a quarter of the requests",
    rate: 0.25,
    ..USUAL
};

/// What the head does worse.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Slowdown {
    None,
    /// All times of one endpoint.
    All {
        endpoint: usize,
        times: f64,
    },
    /// Only the slowest twelfth of one endpoint.
    Tail {
        endpoint: usize,
        times: f64,
    },
}

/// A machine whose time goes on while blocks are measured on it.
pub struct World {
    noise: Noise,
    chance: Chance,
    drift: f64,
    loads: [f64; SERVICE.len()],
    stall_left: f64,
    neighbour_left: f64,
    neighbour: f64,
    run: [f64; SERVICE.len()],
}

/// Blocks of each endpoint, in the order of [`SERVICE`].
pub type Measured = Vec<Vec<Block>>;

impl World {
    pub fn new(noise: Noise, seed: u64) -> Self {
        let mut chance = Chance::new(seed);
        let drift = noise.drift * chance.normal();
        let loads = std::array::from_fn(|_| noise.load * chance.normal());
        Self {
            noise,
            chance,
            drift,
            loads,
            stall_left: 0.0,
            neighbour_left: 0.0,
            neighbour: 1.0,
            run: [0.0; 10],
        }
    }

    /// Another day, perhaps another machine of the same kind.
    pub fn begin_run(&mut self) {
        let common = self.noise.run_to_run * self.chance.normal();
        self.drift = self.noise.drift * self.chance.normal();
        self.run = std::array::from_fn(|_| common + self.noise.own_run_to_run * self.chance.normal());
    }

    /// Measures one block of every endpoint and adds it.
    pub fn measure(&mut self, seconds: f64, slowdown: Slowdown, into: &mut Measured) {
        into.resize(SERVICE.len(), Vec::new());
        let mut times: Vec<Vec<i32>> = vec![Vec::new(); SERVICE.len()];
        let mut failures = [0; SERVICE.len()];
        for _ in 0..(seconds / TICK).round() as usize {
            self.tick();
            for endpoint in 0..SERVICE.len() {
                for _ in 0..self.chance.poisson(SERVICE[endpoint].3 * self.noise.rate * TICK) {
                    let chance_of_failure = if self.stall_left > 0.0 { 0.01 } else { 0.0005 };
                    failures[endpoint] += u64::from(self.chance.share() < chance_of_failure);
                    times[endpoint].push(self.request(endpoint, slowdown));
                }
            }
        }
        for (endpoint, times) in times.into_iter().enumerate() {
            into[endpoint].push(block(seconds, failures[endpoint], times));
        }
    }

    fn tick(&mut self) {
        let noise = self.noise;
        let kept = |forgets: f64| (-TICK / forgets).exp();
        let (slow, fast) = (kept(120.0), kept(20.0));
        self.drift = slow * self.drift + noise.drift * (1.0 - slow * slow).sqrt() * self.chance.normal();
        for load in &mut self.loads {
            *load = fast * *load + noise.load * (1.0 - fast * fast).sqrt() * self.chance.normal();
        }
        self.stall_left = (self.stall_left - TICK).max(0.0);
        if self.stall_left == 0.0 && self.chance.share() < noise.stalls / 60.0 * TICK {
            let longest = if self.chance.share() < 0.1 { 8.0 } else { 3.0 };
            self.stall_left = self.chance.between(0.5, longest);
        }
        self.neighbour_left = (self.neighbour_left - TICK).max(0.0);
        if self.neighbour_left == 0.0 {
            self.neighbour = 1.0;
            if self.chance.share() < noise.neighbours / 60.0 * TICK {
                self.neighbour_left = self.chance.between(10.0, 60.0);
                self.neighbour = 1.0 + self.chance.between(0.2, 1.0) * noise.neighbour_share;
            }
        }
    }

    /// One response time, as its place among the kept values.
    fn request(&mut self, endpoint: usize, slowdown: Slowdown) -> i32 {
        let (_, median, spread, _) = SERVICE[endpoint];
        let deviation = self.chance.normal();
        let worse = match slowdown {
            Slowdown::All {
                endpoint: slow,
                times,
            } if slow == endpoint => times.ln(),
            Slowdown::Tail {
                endpoint: slow,
                times,
            } if slow == endpoint && deviation > 1.383 => times.ln(),
            _ => 0.0,
        };
        let log = median.ln()
            + spread * deviation
            + self.drift
            + self.loads[endpoint]
            + self.run[endpoint]
            + self.neighbour.ln()
            + worse;
        // What is asked for during a stall waits for its end.
        let log = if self.stall_left > 0.0 {
            let wait = (self.stall_left - TICK * self.chance.share()).max(0.0) * 1e3;
            (log.exp() + wait).ln()
        } else {
            log
        };
        (log / RESOLUTION).round() as i32
    }
}

fn block(seconds: f64, failures: u64, mut times: Vec<i32>) -> Block {
    times.sort_unstable();
    let counts: Vec<(f64, u64)> = times
        .chunk_by(|left, right| left == right)
        .map(|same| ((f64::from(same[0]) * RESOLUTION).exp(), same.len() as u64))
        .collect();
    Block {
        seconds,
        requests: times.len() as u64,
        failures,
        times: Distribution { counts },
    }
}

/// A run of what was measured, with its total.
pub fn run(measured: &Measured) -> BlockedRun {
    let blocks = measured.first().map_or(0, Vec::len);
    let total = (0..blocks)
        .map(|index| sum(measured.iter().map(|endpoint| &endpoint[index])))
        .collect();
    let of = |endpoint, blocks| BlockedEndpoint {
        endpoint,
        blocks,
        summary: None,
    };
    let mut endpoints = vec![of(Endpoint::total(), total)];
    for ((name, ..), blocks) in SERVICE.iter().zip(measured) {
        endpoints.push(of(Endpoint::new("GET", *name), blocks.clone()));
    }
    BlockedRun {
        endpoints,
        ..BlockedRun::default()
    }
}

fn sum<'a>(blocks: impl Iterator<Item = &'a Block>) -> Block {
    let mut total = Block::default();
    let mut counts: Vec<(f64, u64)> = Vec::new();
    for block in blocks {
        total.seconds = block.seconds;
        total.requests += block.requests;
        total.failures += block.failures;
        counts.extend(&block.times.counts);
    }
    counts.sort_by(|left, right| left.0.total_cmp(&right.0));
    let same = counts.chunk_by(|left, right| left.0 == right.0);
    total.times.counts = same
        .map(|same| (same[0].0, same.iter().map(|&(_, count)| count).sum()))
        .collect();
    total
}
