//! The queueing discipline `clsact` of an interface, from which filters hang.
//!
//! An interface goes in. Always holds: it is made when the first filter needs it, and removed with the last one
//! only if it was made so; sessions take turns, so that none removes it while another one adds a filter.

use std::{fs::File, io, thread::sleep, time::Duration};

use rustix::fs::{FlockOperation, flock};

use super::{
    Direction, Refusal,
    known::{self, KIND, Known, message},
};
use crate::netlink::{self, Netlink, attribute};

/// `RTM_NEWQDISC` and on: making, removing, asking.
const NEW: u16 = 36;
const DELETE: u16 = 37;
const GET: u16 = 38;
/// `TC_H_CLSACT`, where it hangs as `ingress` does, and its handle.
const CLSACT: u32 = 0xffff_fff1;
const HANDLE: u32 = 0xffff_0000;

/// How often, and how long in between, somebody is waited for whose turn it is.
const TRIES: u32 = 100;
const PATIENCE: Duration = Duration::from_millis(10);

/// The discipline of an interface, which need not be there.
#[derive(Debug)]
pub(crate) struct Discipline {
    pub(super) netlink: Netlink,
    /// The network namespace, which is locked for a turn.
    namespace: Option<File>,
    interface: u32,
}

impl Discipline {
    /// That of the interface of this number in the network namespace of this thread.
    pub(crate) fn of(interface: u32) -> io::Result<Self> {
        let namespace = File::open("/proc/thread-self/ns/net").ok();
        Ok(Self { netlink: Netlink::open()?, namespace, interface })
    }

    /// Waits for a turn, which ends when what is returned is dropped. Whoever keeps others waiting for longer than a
    /// change takes is none of us.
    pub(super) fn turn(&self) -> Turn<'_> {
        let namespace = self.namespace.as_ref();
        for _ in 0..TRIES {
            match namespace.map(|file| flock(file, FlockOperation::NonBlockingLockExclusive)) {
                Some(Err(rustix::io::Errno::WOULDBLOCK)) => sleep(PATIENCE),
                _ => break,
            }
        }
        Turn(namespace)
    }

    /// Makes it, if it is not there; whether it is ours to remove.
    pub(super) fn make(&self, direction: Direction) -> Result<bool, Refusal> {
        let of = self.message().with_text(KIND, "clsact");
        let Err(error) = self.netlink.change(NEW, netlink::NEW, &of) else { return Ok(true) };
        match (self.kind()?.as_deref(), direction) {
            // Where others of ours have made it, the last of us removes it.
            (Some("clsact"), _) => Ok(self.is_ours()?),
            (Some("ingress"), Direction::Ingress) => Ok(false),
            (Some(kind), _) => Err(Refusal::InTheWay(kind.into())),
            (None, _) if error.raw_os_error() == Some(libc::ENOENT) => Err(Refusal::NoDiscipline),
            (None, _) => Err(error.into()),
        }
    }

    fn is_ours(&self) -> io::Result<bool> {
        let filters = known::every(&self.netlink, self.interface)?;
        Ok(filters.iter().filter_map(|told| Known::read(told)).any(|filter| filter.has_discipline()))
    }

    /// What has its place, or its handle.
    fn kind(&self) -> io::Result<Option<String>> {
        let all = self.netlink.all(GET, &self.message(), NEW)?;
        let here = |told: &Vec<u8>| {
            let ([interface, handle, parent, _], behind) = known::read(told)?;
            let here = interface == self.interface && (handle == HANDLE || parent == CLSACT);
            attribute(behind, KIND).filter(|_| here).map(netlink::text)
        };
        Ok(all.iter().find_map(here))
    }

    /// Removes a filter, and the discipline where that was made for it and has no other filter.
    pub(crate) fn remove(&self, filter: &Known) -> io::Result<()> {
        let _turn = self.turn();
        filter.delete(&self.netlink)?;
        match filter.has_discipline() {
            true => self.remove_empty(),
            false => Ok(()),
        }
    }

    /// Removes it, if it has no filter.
    pub(super) fn remove_empty(&self) -> io::Result<()> {
        if !known::every(&self.netlink, self.interface)?.is_empty() {
            return Ok(());
        }
        let of = self.message().with_text(KIND, "clsact");
        self.netlink.change(DELETE, 0, &of).map(drop)
    }

    fn message(&self) -> netlink::Message {
        message([self.interface, HANDLE, CLSACT, 0])
    }
}

/// A turn, until this is dropped.
pub(super) struct Turn<'d>(Option<&'d File>);

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        if let Some(namespace) = self.0 {
            // It would end with the process.
            let _ = flock(namespace, FlockOperation::Unlock);
        }
    }
}
