//! What the comparisons in benches/ run: `bench ring OBJECT`, `bench dump OBJECT BPFL` print nanoseconds, of an
//! event and of each dump; `bench sessions|firsts OBJECT CGROUP LIBBPF` compare with what that program does.

use std::{
    env,
    error::Error,
    fmt::Write as _,
    io::{BufRead, BufReader, Write as _},
    path::Path,
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
        ["sessions", object, cgroup, libbpf] => sessions(object, cgroup, libbpf),
        ["once", object, cgroup] => {
            println!("{}", one(object, cgroup)?);
            Ok(())
        }
        ["firsts", object, cgroup, libbpf] => firsts(object, cgroup, libbpf),
        ["dump", object, bpfl] => dump(object, bpfl),
        _ => {
            Err("bench ring OBJECT | sessions|firsts OBJECT CGROUP LIBBPF | once OBJECT CGROUP | dump OBJECT BPFL"
                .into())
        }
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
        count += ring.consume(|bytes| sum = sum.wrapping_add(number(bytes)));
        took += start.elapsed();
    }
    assert_eq!((count, sum), (1_000_000, 1_000_000 * 1_000_001 / 2));
    println!("{}", took.as_nanos() as f64 / count as f64);
    Ok(())
}

/// Sessions of a turn, few enough that both have the same of what else the machine does.
const TURN: u32 = 10;
const TURNS: usize = 201;

/// Open, load, attach, and be gone: by us, by libbpf, and by no loader at all, in turns of a few. Of each
/// turn there is a ratio; their median is told, and the quarters below and above which they are few.
fn sessions(object: &str, cgroup: &str, libbpf: &str) -> Outcome {
    let mut child = Command::new(libbpf)
        .args(["sessions", object, cgroup])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()?;
    let mut ask = child.stdin.take().ok_or("no input")?;
    let mut lines = BufReader::new(child.stdout.take().ok_or("no output")?).lines();
    let mut other = |kind: &str| -> Result<f64, Box<dyn Error>> {
        writeln!(ask, "{kind} {TURN}")?;
        Ok(lines.next().ok_or("libbpf failed")??.parse()?)
    };
    let mut all: [Vec<f64>; 4] = Default::default();
    for turn in 0..TURNS + 1 {
        let mut took = [0.0; 3];
        // Whoever comes after somebody has his closing in the background, so each comes after each.
        for at in 0..3 {
            let who = if turn % 2 == 0 { at } else { 2 - at };
            took[who] = match who {
                0 => (0..TURN).map(|_| one(object, cgroup)).sum::<Result<f64, _>>()? / f64::from(TURN),
                1 => other("libbpf")?,
                _ => other("bare")?,
            };
            settle();
        }
        // The first asks the kernel what it can, once for the process.
        if turn > 0 {
            all.iter_mut().zip(took).for_each(|(all, took)| all.push(took));
            all[3].push(took[0] / took[1]);
        }
    }
    drop(ask);
    child.wait()?;
    let [ours, theirs, mut bare, ratios] = all;
    told(ours, theirs, ratios);
    bare.sort_unstable_by(f64::total_cmp);
    println!(", of which the kernel's own are {:.0} us", bare[TURNS / 2] / 1e3);
    Ok(())
}

/// The nanoseconds of one session, from the file on until nothing is left.
fn one(object: &str, cgroup: &str) -> Result<f64, Box<dyn Error>> {
    let start = Instant::now();
    let mut session = Session::open_file(object)?;
    session.attach("count_egress", &Target::cgroup(cgroup))?;
    drop(session);
    Ok(start.elapsed().as_nanos() as f64)
}

/// The same of processes that have one session only, as when somebody types a command: one of ours and one
/// of libbpf's, in turns.
fn firsts(object: &str, cgroup: &str, libbpf: &str) -> Outcome {
    let own = env::current_exe()?;
    let once = |program: &Path| -> Result<f64, Box<dyn Error>> {
        let output = Command::new(program).args(["once", object, cgroup]).output()?;
        settle();
        Ok(String::from_utf8(output.stdout)?.trim().parse()?)
    };
    let (mut ours, mut theirs, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
    for turn in 0..TURNS {
        let (a, b) = if turn % 2 == 0 {
            let a = once(&own)?;
            (a, once(Path::new(libbpf))?)
        } else {
            let b = once(Path::new(libbpf))?;
            (once(&own)?, b)
        };
        ours.push(a);
        theirs.push(b);
        ratios.push(a / b);
    }
    told(ours, theirs, ratios);
    println!();
    Ok(())
}

/// Prints the median of the ratios, the quarters around it, and the medians of both times.
fn told(ours: Vec<f64>, theirs: Vec<f64>, ratios: Vec<f64>) {
    let quarter = |mut all: Vec<f64>, of: usize| {
        all.sort_unstable_by(f64::total_cmp);
        all[all.len() * of / 4]
    };
    let [low, ratio, high] = [1, 2, 3].map(|of| quarter(ratios.clone(), of));
    let (ours, theirs) = (quarter(ours, 2) / 1e3, quarter(theirs, 2) / 1e3);
    print!(
        "{ratio:.2} of libbpf's time ({low:.2} to {high:.2} in half of the turns): {ours:.0} us and {theirs:.0} us"
    );
}

/// What was closed is freed by the kernel a little later, which is not to be in the next one's time.
fn settle() {
    std::thread::sleep(Duration::from_millis(3));
}

const ENTRIES: i128 = 100_000;

/// All entries of a map as text: by the library, by the command `bpfl`, by bpftool.
fn dump(object: &str, bpfl: &str) -> Outcome {
    let mut session = Session::open_file(object)?;
    let map = session.map("numbers")?;
    for key in 0..ENTRIES {
        map.update(&Value::Int(key), &Value::Int(key * 7), 0)?;
    }
    let mut times = [const { Vec::new() }; 3];
    for _ in 0..7 {
        let start = Instant::now();
        let mut text = String::new();
        // Text in memory takes whatever is written to it.
        map.each(|key, value| {
            let _ = writeln!(text, "{key} = {value}");
        })?;
        times[0].push(start.elapsed().as_nanos());
        assert_eq!(text.lines().count() as i128, ENTRIES);
        times[1].push(command(bpfl, &["map", "dump", "numbers"])?);
        times[2].push(command("bpftool", &["map", "dump", "name", "numbers"])?);
    }
    let median = |mut all: Vec<u128>| {
        all.sort_unstable();
        all[all.len() / 2]
    };
    let [library, command, bpftool] = times.map(median);
    println!("{library} {command} {bpftool}");
    Ok(())
}

/// How long a command takes that nobody reads, in nanoseconds.
fn command(name: &str, args: &[&str]) -> Result<u128, Box<dyn Error>> {
    let start = Instant::now();
    let status = Command::new(name).args(args).stdout(Stdio::null()).status()?;
    assert!(status.success(), "{name}: {status}");
    Ok(start.elapsed().as_nanos())
}
