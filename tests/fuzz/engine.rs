//! Mutations, the files they start from, and the loop that hands them to a target.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use crate::support::repository;
use crate::watch::{self, Clock, Watch};

/// Larger inputs are cut, in bytes.
const LARGEST: usize = 60_000;
/// Inputs that a target gets at least, however slow it is.
const LEAST: u64 = 3;

/// A small, fast, seeded generator (xorshift64*).
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D)
    }

    fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() % (end.max(1) as u64)).unwrap()
    }

    fn pick<'a, T: ?Sized>(&mut self, items: &[&'a T]) -> &'a T {
        items[self.below(items.len())]
    }
}

/// Pieces that grammars and readers stumble over.
const TOKENS: &[&[u8]] = &[
    b"(",
    b")",
    b"[",
    b"]",
    b"{",
    b"}",
    b"<",
    b">",
    b"\"",
    b"'",
    b"`",
    b"${",
    b"#{",
    b"<%=",
    b"%>",
    b"<<~X\n",
    b"\"\"\"",
    b"/*",
    b"*/",
    b"//",
    b"#",
    b"=>",
    b"->",
    b"::",
    b"?.",
    b"??",
    b"||",
    b"&&",
    b"\\",
    b"\0",
    b"\xff",
    b"\xc3\xa9",
    b"\xe2\x80\xae",
    b"\r\n",
    b"\t",
    b"\n",
    b":",
    b",",
    b";",
    b"=",
    b"-",
    b"|",
    b"&x",
    b"*x",
    b"<<<<<<< HEAD\n",
    b"import ",
    b"require(",
    b"process.env.",
    b"ENV[",
    b"os.environ[",
    b"env(",
    b"99999999999999999999",
    b"-1",
    b"1e999",
    b"null",
    b"true",
    b"[[package]]\n",
    b"resource \"heroku_app\" \"a\" {",
    b"web:",
    b"release: ",
    b"- ",
    b"{{",
    b"}}",
    b"<dependency>",
    b"</dependency>",
    b"==",
    b"@",
    b"...",
    b"async ",
    b"class ",
    b"def ",
    b"func ",
    b"function ",
];

/// Numbers at the edges of what length and offset fields of binary formats hold.
const EDGES: &[u64] = &[
    0,
    1,
    0x7f,
    0x80,
    0xff,
    0x7fff_ffff,
    0xffff_ffff,
    1 << 40,
    u64::MAX,
];

fn mutate(random: &mut Random, seed: &[u8], others: &[Vec<u8>]) -> Vec<u8> {
    let mut data = seed.to_vec();
    for _ in 0..=random.below(8) {
        let at = random.below(data.len() + 1);
        let end = (at + random.below(64)).min(data.len());
        match random.below(10) {
            0 if at < data.len() => data[at] ^= 1 << random.below(8),
            1 | 2 => {
                let token = random.pick(TOKENS);
                data.splice(at..at, token.iter().copied());
            }
            3 => drop(data.drain(at..end)),
            4 => {
                let part = data[at..end].to_vec();
                data.splice(at..at, part);
            }
            5 => {
                let other = &others[random.below(others.len())];
                let from = random.below(other.len() + 1);
                let to = (from + random.below(400)).min(other.len());
                data.splice(at..end, other[from..to].iter().copied());
            }
            6 => data.truncate(at),
            7 => {
                // Depth: the same piece many times.
                let token = random.pick(TOKENS).repeat(1 + random.below(300));
                data.splice(at..at, token);
            }
            8 => {
                let edge = EDGES[random.below(EDGES.len())].to_le_bytes();
                let width = 1 << random.below(4);
                let until = (at + width).min(data.len());
                data.splice(at..until, edge.into_iter().take(width));
            }
            _ => {
                let token = random.pick(TOKENS);
                data.splice(at..end, token.iter().copied());
            }
        }
    }
    data.truncate(LARGEST);
    data
}

/// All files below the fixtures whose path ends like one of these, in a fixed order.
pub(crate) fn corpus(endings: &[&str]) -> Vec<Vec<u8>> {
    let root = repository("tests/fixtures");
    let mut pending: Vec<PathBuf> = ["audit", "pairs/apps", "fuzz"]
        .map(|folder| root.join(folder))
        .into();
    let mut found = Vec::new();
    while let Some(folder) = pending.pop() {
        for entry in fs_err::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.to_str().unwrap();
            if path.is_dir() {
                pending.push(path);
            } else if endings.iter().any(|ending| name.ends_with(ending)) {
                found.push(path);
            }
        }
    }
    found.sort();
    let read = |path: &PathBuf| fs_err::read(path).unwrap();
    let mut texts: Vec<_> = found.iter().map(read).collect();
    texts.dedup();
    assert!(!texts.is_empty(), "no files end like {endings:?}");
    texts
}

/// Texts as seeds.
pub(crate) fn texts(texts: &[&str]) -> Vec<Vec<u8>> {
    texts.iter().map(|text| text.as_bytes().to_vec()).collect()
}

fn seconds() -> f64 {
    if let Ok(seconds) = std::env::var("SLUGSMITH_FUZZ_SECONDS") {
        return seconds.parse().unwrap();
    }
    if crate::support::long::is_long() {
        600.0
    } else {
        0.1
    }
}

/// Every target has its own seed, so that they need not run in any order.
fn seed(name: &str) -> u64 {
    if let Ok(seed) = std::env::var("SLUGSMITH_FUZZ_SEED") {
        return seed.parse().unwrap();
    }
    let mut hasher = DefaultHasher::new();
    name.hash(&mut hasher);
    hasher.finish() | 1
}

/// Hands mutations of the seeds to `target` until the time is over. A target fails by a
/// panic, or by an input that takes too much processor time.
pub(crate) fn run(name: &str, seeds: &[Vec<u8>], mut target: impl FnMut(&[u8])) {
    let seed = seed(name);
    let mut random = Random(seed);
    let begun = Instant::now();
    let limit = Duration::from_secs_f64(seconds());
    let process = Clock::of_process();
    let watch = Watch::new(name, seed);
    let mut count = 0_u64;
    thread::scope(|scope| {
        let watching = watch.begin();
        scope.spawn(|| watch.until_done());
        while begun.elapsed() < limit || count < LEAST {
            let start = &seeds[random.below(seeds.len())];
            let data = Arc::new(mutate(&mut random, start, seeds));
            watch.next(count, Arc::clone(&data));
            let one = Clock::of_thread();
            let result = catch_unwind(AssertUnwindSafe(|| target(&data)));
            let took = one.elapsed();
            let fine = result.is_ok() && took <= watch::HANG;
            assert!(fine, "{}", watch.failure(count, &data, took));
            count += 1;
        }
        drop(watching);
    });
    #[allow(clippy::print_stdout)] // the figure is the point of the long form
    {
        println!(
            "{name}: {count} inputs, {:.1} s of processor time{} in {:.0} s, seed {seed}, no fault",
            process.elapsed().as_secs_f64(),
            watch::shared(),
            begun.elapsed().as_secs_f64(),
        );
    }
}
