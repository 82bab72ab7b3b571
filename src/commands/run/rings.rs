//! The records of ring buffers, shown as they come.
//!
//! A session comes in; each record goes out as a line, once. Always holds: a turn takes no more than
//! [`TURN`] records of each ring buffer, so that signals and maps have their turn too.

use std::{
    os::fd::{AsFd, BorrowedFd, OwnedFd},
    time::SystemTime,
};

use bpfl_runtime::{btf::shape::Shape, map::Ring, session::Session, spec::MapSpec};
use rustix::event::epoll;
use serde_json::json;

use crate::{cli::Run, data, failure::Failure};

/// As many records of a ring buffer are taken at a time.
const TURN: usize = 4096;

/// All ring buffers of a session.
pub(super) struct Rings {
    rings: Vec<Ring>,
    /// Ready when one of them is.
    ready: OwnedFd,
    json: bool,
}

impl Rings {
    /// Opens them; `None` where there are none.
    pub(super) fn open(args: &Run, session: &mut Session) -> Result<Option<Self>, Failure> {
        let maps = session.spec().maps.iter().filter(|map| map.kind.name == "ringbuf");
        let maps: Vec<_> = maps.map(|map| (map.name.clone(), own_type(map))).collect();
        for (map, _) in &args.records {
            if !maps.iter().any(|(own, _)| bpfl_runtime::name::same(own, map)) {
                let names: Vec<_> = maps.iter().map(|(name, _)| name.as_str()).collect();
                let suggestion = bpfl_runtime::name::suggestion(map, &names);
                return Err(Failure::new(format!("there is no ring buffer `{map}` here; {suggestion}")));
            }
        }
        if maps.is_empty() {
            return Ok(None);
        }
        let failed = |error| Failure::new(format!("ring buffers cannot be awaited ({error})"));
        let ready = epoll::create(epoll::CreateFlags::CLOEXEC).map_err(failed)?;
        let mut rings = Vec::new();
        for (map, own) in maps {
            let given = args.records.iter().find(|(name, _)| bpfl_runtime::name::same(name, &map));
            let record = given.map(|(_, record)| record.clone()).or(own);
            let ring = session.ring(&map, record.as_deref())?;
            epoll::add(&ready, &ring, epoll::EventData::new_u64(0), epoll::EventFlags::IN).map_err(failed)?;
            rings.push(ring);
        }
        Ok(Some(Self { rings, ready, json: args.json }))
    }

    /// The records that are there, a line each.
    pub(super) fn lines(&mut self) -> Vec<String> {
        let (mut lines, json) = (Vec::new(), self.json);
        for ring in &mut self.rings {
            for _ in 0..TURN {
                let Some(record) = ring.next_value() else { break };
                lines.push(match json {
                    true => json!({ "time": now(), "map": ring.name(), "record": data::json(&record) })
                        .to_string(),
                    false => format!("{}: {record}", ring.name()),
                });
            }
        }
        lines
    }
}

impl AsFd for Rings {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.ready.as_fd()
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
