//! The records of ring buffers, and what programs print, shown as they come.
//!
//! A session comes in; each record and each printed line goes out as a line, once. Always holds: a turn
//! takes no more than [`TURN`] records of each ring buffer, so that signals and maps have their turn too.

use std::{
    os::fd::{AsFd, BorrowedFd, OwnedFd},
    time::SystemTime,
};

use bpfl_runtime::{
    btf::shape::Shape,
    map::Ring,
    session::Session,
    spec::MapSpec,
    trace::{Line, Trace},
};
use rustix::event::epoll;
use serde_json::json;

use crate::{cli::Run, data, failure::Failure, output};

/// As many records of a ring buffer are taken at a time.
const TURN: usize = 4096;

/// What a session's programs have to tell.
pub(super) struct Events {
    rings: Vec<Ring>,
    trace: Option<Trace>,
    /// Ready when one of them is.
    ready: OwnedFd,
    json: bool,
}

impl Events {
    /// Opens the ring buffers; `None` where there are none, and no `trace`. Of the ring buffers `known`, the source
    /// tells the struct.
    pub(super) fn open(
        args: &Run,
        session: &mut Session,
        trace: Option<Trace>,
        known: &[(String, String)],
    ) -> Result<Option<Self>, Failure> {
        let rings = rings(args, session, known)?;
        if rings.is_empty() && trace.is_none() {
            return Ok(None);
        }
        let ready = ready(rings.iter().map(AsFd::as_fd).chain(trace.iter().map(AsFd::as_fd)));
        let ready = ready.map_err(|error| Failure::new(format!("events cannot be awaited ({error})")))?;
        Ok(Some(Self { rings, trace, ready, json: args.json }))
    }

    /// What there is to tell, a line each.
    pub(super) fn lines(&mut self) -> Vec<String> {
        let (mut lines, json) = (Vec::new(), self.json);
        for ring in &mut self.rings {
            lines.extend(std::iter::from_fn(|| record(ring, json)).take(TURN));
        }
        // A trace that cannot be read any more has nothing more to tell.
        let trace = self.trace.as_mut().and_then(|trace| trace.lines().ok()).unwrap_or_default();
        lines.extend(trace.iter().map(|line| printed(line, json)));
        lines
    }
}

impl AsFd for Events {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.ready.as_fd()
    }
}

/// The readers of all ring buffers of a session.
fn rings(args: &Run, session: &mut Session, known: &[(String, String)]) -> Result<Vec<Ring>, Failure> {
    let maps = session.spec().maps.iter().filter(|map| map.kind.name == "ringbuf");
    let maps: Vec<_> = maps.map(|map| (map.name.clone(), own_type(map))).collect();
    for (map, _) in &args.records {
        if !maps.iter().any(|(own, _)| bpfl_runtime::name::same(own, map)) {
            let names: Vec<_> = maps.iter().map(|(name, _)| name.as_str()).collect();
            let suggestion = bpfl_runtime::name::suggestion(map, &names);
            return Err(Failure::new(format!("there is no ring buffer `{map}` here; {suggestion}")));
        }
    }
    let mut rings = Vec::with_capacity(maps.len());
    for (map, own) in maps {
        let of = |(name, _): &&(String, String)| bpfl_runtime::name::same(name, &map);
        let told = args.records.iter().find(of).or_else(|| known.iter().find(of));
        let record = told.map(|(_, record)| record.clone()).or(own);
        rings.push(session.ring(&map, record.as_deref())?);
    }
    Ok(rings)
}

/// The kernel's trace, if programs of the session print to it, or a note why it is not shown. To be opened
/// before they are attached: what is printed before does not come.
pub(super) fn trace(session: &Session) -> Option<Trace> {
    if !session.spec().prints {
        return None;
    }
    Trace::open()
        .inspect_err(|error| output::note(&format!("what programs print is not shown: {error}")))
        .ok()
}

/// What is ready when one of `sources` is.
fn ready<'a>(sources: impl Iterator<Item = BorrowedFd<'a>>) -> rustix::io::Result<OwnedFd> {
    let ready = epoll::create(epoll::CreateFlags::CLOEXEC)?;
    for source in sources {
        epoll::add(&ready, source, epoll::EventData::new_u64(0), epoll::EventFlags::IN)?;
    }
    Ok(ready)
}

/// The next record of a ring buffer, as it is shown.
fn record(ring: &mut Ring, json: bool) -> Option<String> {
    let record = ring.next_value()?;
    Some(match json {
        true => json!({ "time": now(), "map": ring.name(), "record": data::Json(&record) }).to_string(),
        false => format!("{}: {record}", ring.name()),
    })
}

/// What a program printed, as it is shown.
fn printed(line: &Line, json: bool) -> String {
    match json {
        true => json!({ "time": now(), "printk": line.text, "task": line.task, "pid": line.pid }).to_string(),
        false => output::printk(line),
    }
}

/// The struct that a definition with `__type(value, struct …)` says its records are.
fn own_type(map: &MapSpec) -> Option<String> {
    match &*map.value {
        Shape::Struct { name, .. } if !name.is_empty() => Some(name.clone()),
        _ => None,
    }
}

/// Seconds since 1970.
pub(super) fn now() -> f64 {
    SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_secs_f64()
}
