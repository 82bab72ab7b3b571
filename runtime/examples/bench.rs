//! What the comparisons in benches/ run: `bench ring OBJECT`, `bench load OBJECT CGROUP N`,
//! `bench dump OBJECT`. Prints nanoseconds, of an event, of a session, and of both dumps.

use std::{
    env,
    error::Error,
    fmt::Write,
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use bpfl_runtime::{attach::Target, run::Run, session::Session, value::Value};

type Outcome = Result<(), Box<dyn Error>>;

fn main() -> Outcome {
    let args: Vec<String> = env::args().skip(1).collect();
    let words: Vec<&str> = args.iter().map(String::as_str).collect();
    match words[..] {
        ["ring", object] => ring(object),
        ["load", object, cgroup, count] => load(object, cgroup, count.parse()?),
        ["dump", object] => dump(object),
        _ => Err("bench ring OBJECT | load OBJECT CGROUP N | dump OBJECT".into()),
    }
}

/// A million events, ten thousand at a time; only what consumes them is measured.
fn ring(object: &str) -> Outcome {
    let mut session = Session::open_file(object)?;
    let mut ring = session.ring("events", None)?;
    let run = Run { data: vec![0; 64], repeat: 10_000, ..Run::default() };
    let (mut count, mut sum, mut took) = (0u64, 0u64, Duration::ZERO);
    for _ in 0..100 {
        session.run("produce", &run)?;
        let start = Instant::now();
        let number = |bytes: &[u8]| bytes.first_chunk().map_or(0, |bytes| u64::from_ne_bytes(*bytes));
        while let Some(number) = ring.next(number) {
            sum = sum.wrapping_add(number);
            count += 1;
        }
        took += start.elapsed();
    }
    assert_eq!((count, sum), (1_000_000, 1_000_000 * 1_000_001 / 2));
    println!("{}", took.as_nanos() as f64 / count as f64);
    Ok(())
}

/// Open, load, attach, and be gone.
fn load(object: &str, cgroup: &str, count: u32) -> Outcome {
    let start = Instant::now();
    for _ in 0..count {
        let mut session = Session::open_file(object)?;
        session.attach("count_egress", &Target::cgroup(cgroup))?;
    }
    println!("{}", start.elapsed().as_nanos() / u128::from(count));
    Ok(())
}

const ENTRIES: i128 = 100_000;

/// All entries of a map as text: by us, and by bpftool.
fn dump(object: &str) -> Outcome {
    let mut session = Session::open_file(object)?;
    let map = session.map("numbers")?;
    for key in 0..ENTRIES {
        map.update(&Value::Int(key), &Value::Int(key * 7), 0)?;
    }
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for _ in 0..7 {
        let start = Instant::now();
        let mut text = String::new();
        // Neither sorts. Text in memory takes whatever is written to it.
        map.each(|key, value| {
            let _ = writeln!(text, "{key} = {value}");
        })?;
        ours.push(start.elapsed().as_nanos());
        assert_eq!(text.lines().count() as i128, ENTRIES);
        let start = Instant::now();
        let mut bpftool = Command::new("bpftool");
        bpftool.args(["map", "dump", "name", "numbers"]).stdout(Stdio::null());
        assert!(bpftool.status()?.success());
        theirs.push(start.elapsed().as_nanos());
    }
    let median = |all: &mut Vec<u128>| {
        all.sort_unstable();
        all[all.len() / 2]
    };
    println!("{} {}", median(&mut ours), median(&mut theirs));
    Ok(())
}
