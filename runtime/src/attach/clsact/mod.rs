//! Programs of tc as filters of the queueing discipline `clsact`: where the kernel has no links for them, before
//! Linux 6.6, and where a filter is asked for.
//!
//! A program and an interface go in, a [`Filter`] comes out; dropping it removes the filter, and the discipline
//! with the last filter, where it was made for ours. Always holds: the filter's name tells that it is ours and
//! whether the discipline is, because it outlives a process that is killed (`tc filter show`, `bpfl ps`).

mod discipline;
mod known;

use std::{
    fs, io,
    num::NonZeroU16,
    os::fd::{AsRawFd, BorrowedFd},
    path::{Path, PathBuf},
};

use bpfl_stdlib::catalog::attach::TCX_INGRESS;
pub(crate) use discipline::Discipline;
use known::Used;
pub(crate) use known::{EGRESS, INGRESS, Known, filters};

use super::Direction;
use crate::{netlink, pin};

/// Why there is no filter, or no link.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Refusal {
    /// The kernel is too old for links.
    #[error("tcx is there since Linux {} only, and this is an older one; leave it to bpfl, or say clsact", TCX_INGRESS.since)]
    NoLinks,
    /// A discipline of this kind has the place of clsact.
    #[error("the queueing discipline `{0}` is where clsact would be")]
    InTheWay(String),
    /// The kernel does not know clsact.
    #[error("this kernel has no clsact; it is in the module sch_ingress (CONFIG_NET_SCH_INGRESS)")]
    NoDiscipline,
    /// The kernel does not know such filters.
    #[error(
        "this kernel has no filters that are programs; they are in the module cls_bpf (CONFIG_NET_CLS_BPF)"
    )]
    NoFilters,
    /// The priority is that of filters of this kind.
    #[error(
        "other filters, of kind `{kind}`, have priority {priority}; name another: `tc filter show` shows what there is"
    )]
    Taken {
        /// The priority.
        priority: u16,
        /// What has it.
        kind: String,
    },
    /// There is no priority left.
    #[error("every priority has filters; name one with `:priority`, which it then shares")]
    Full,
    /// Anything else.
    #[error(transparent)]
    Kernel(#[from] io::Error),
}

/// A program that is attached as a filter until this is dropped.
#[derive(Debug)]
pub(crate) struct Filter {
    discipline: Discipline,
    known: Known,
    /// While there is something of this name, the filter stays.
    kept: Option<PathBuf>,
}

impl Filter {
    /// Attaches `program`, which is called `name`, to the interface of this number, with the priority that is wanted.
    pub(crate) fn new(
        program: BorrowedFd<'_>,
        name: &str,
        (interface, direction): (u32, Direction),
        wanted: Option<NonZeroU16>,
    ) -> Result<Self, Refusal> {
        let discipline = Discipline::of(interface)?;
        let turn = discipline.turn();
        let made = discipline.make(direction)?;
        let used = known::used(&discipline.netlink, interface, known::parent(direction));
        let priority = used.map_err(Refusal::from).and_then(|used| find_priority(&used, wanted));
        let added = priority.and_then(|priority| {
            let of = known::new((interface, direction), priority, program.as_raw_fd(), (name, made));
            add(&discipline, &of)
        });
        if added.is_err() && made {
            // The first reason counts.
            let _ = discipline.remove_empty();
        }
        drop(turn);
        Ok(Self { discipline, known: added?, kept: None })
    }

    /// Makes `program` the one that is attached, at once.
    pub(crate) fn update(&mut self, program: BorrowedFd<'_>) -> io::Result<()> {
        let of = self.known.with_program(program.as_raw_fd());
        let told = self.discipline.netlink.change(known::NEW, netlink::REPLACE, &of)?;
        if let Some(known) = told.as_deref().and_then(Known::read) {
            self.known = known;
        }
        self.pin_again(program)
    }

    /// Whoever detaches by the pin finds the filter by its program.
    fn pin_again(&self, program: BorrowedFd<'_>) -> io::Result<()> {
        let Some(pin) = self.kept.as_ref().filter(|pin| pin.exists()) else { return Ok(()) };
        fs::remove_file(pin)?;
        pin::pin(program, pin).map_err(io::Error::other)
    }

    /// Lets it stay when this is dropped, if there is still something of this name then.
    pub(crate) fn keep(&mut self, pin: &Path) {
        self.kept = Some(pin.into());
    }

    /// Lets it go when this is dropped, whatever its program is pinned as.
    pub(crate) fn keep_no_more(&mut self) {
        self.kept = None;
    }
}

impl Drop for Filter {
    fn drop(&mut self) {
        if self.kept.as_ref().is_some_and(|pin| pin.exists()) {
            return;
        }
        // Whoever has removed it already, perhaps with the interface, has done what this is for.
        let _ = self.discipline.remove(&self.known);
    }
}

/// The priority that is wanted, if it can be had. Else one that nobody has, behind all of ours: so programs run in
/// the order in which they were attached, as links do. In one priority the newest would be the first.
fn find_priority(used: &[Used], wanted: Option<NonZeroU16>) -> Result<u16, Refusal> {
    let by = |priority: u16| used.iter().find(|used| used.priority == priority);
    if let Some(priority) = wanted.map(NonZeroU16::get) {
        return match by(priority).and_then(|used| used.other.clone()) {
            None => Ok(priority),
            Some(kind) => Err(Refusal::Taken { priority, kind }),
        };
    }
    let last = used.iter().filter(|used| used.ours).map(|used| used.priority).max().unwrap_or(0);
    let mut behind = (last..u16::MAX).map(|priority| priority + 1).chain(1..=last);
    behind.find(|priority| by(*priority).is_none()).ok_or(Refusal::Full)
}

fn add(discipline: &Discipline, of: &netlink::Message) -> Result<Known, Refusal> {
    match discipline.netlink.change(known::NEW, netlink::NEW, of) {
        Ok(told) => {
            let silent = || io::Error::other("the kernel does not tell of the filter").into();
            told.as_deref().and_then(Known::read).ok_or_else(silent)
        }
        Err(error) if error.raw_os_error() == Some(libc::ENOENT) => Err(Refusal::NoFilters),
        Err(error) => Err(error.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn given(used: &[(u16, Option<&str>, bool)], wanted: u16) -> Result<u16, String> {
        let of = |(priority, other, ours): &(u16, Option<&str>, bool)| Used {
            priority: *priority,
            other: other.map(str::to_string),
            ours: *ours,
        };
        let used: Vec<_> = used.iter().map(of).collect();
        find_priority(&used, NonZeroU16::new(wanted)).map_err(|refusal| refusal.to_string())
    }

    #[test]
    fn programs_get_priorities_behind_those_of_ours() {
        assert_eq!(given(&[], 0), Ok(1));
        assert_eq!(given(&[(1, None, false), (49152, Some("u32"), false)], 0), Ok(2));
        assert_eq!(given(&[(1, None, true), (3, None, true), (4, Some("u32"), false)], 0), Ok(5));
        assert_eq!(given(&[(u16::MAX, None, true), (1, None, true)], 0), Ok(2));
        let full: Vec<_> = (1..=u16::MAX).map(|priority| (priority, None, priority == 9)).collect();
        assert!(given(&full, 0).unwrap_err().starts_with("every priority has filters; "));
        assert_eq!(given(&full, 9), Ok(9));
    }
}
