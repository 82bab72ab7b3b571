//! Attaching to a network interface: by a link, or by a filter of `clsact` where there is none for programs of tc.
//!
//! A loaded program and the interface's number go in, what keeps it attached comes out. Always holds: where
//! the kernel has links and nobody asks for a filter, it is a link.

use std::{
    io,
    num::NonZeroU16,
    os::fd::{BorrowedFd, OwnedFd},
};

use bpfl_stdlib::catalog::attach::{AttachType, TCX_EGRESS, TCX_INGRESS, XDP};

use super::{
    Direction, Held, Target, Via,
    clsact::{Filter, Refusal},
};
use crate::{host, sys};

/// `XDP_FLAGS_SKB_MODE`: after the driver, for which any interface will do.
const AFTER_DRIVER: u32 = 1 << 1;

/// Attaches `program`, which is called `name`, as `at` to the interface of this number, which is `target`'s.
pub(super) fn attach(
    at: &'static AttachType,
    name: &str,
    program: BorrowedFd<'_>,
    (index, target): (u32, &Target),
) -> Result<Held, Refusal> {
    let link = || link(at, program, index);
    let Some(direction) = of_tc(at) else { return Ok(held(link()?)) };
    let filter = |priority| Filter::new(program, name, (index, direction), priority);
    let has_links = host::kernel() >= at.since;
    Ok(match choose(target.via(), has_links, link, filter)? {
        Chosen::Link(link) => held(link),
        Chosen::Filter(filter) => Held::Filter { filter },
    })
}

fn held(link: OwnedFd) -> Held {
    Held::Links { links: vec![link] }
}

/// The direction of programs of tc.
fn of_tc(at: &AttachType) -> Option<Direction> {
    match at {
        at if *at == TCX_INGRESS => Some(Direction::Ingress),
        at if *at == TCX_EGRESS => Some(Direction::Egress),
        _ => None,
    }
}

/// XDP runs in the driver where that has room for it.
fn link(at: &AttachType, program: BorrowedFd<'_>, index: u32) -> io::Result<OwnedFd> {
    match sys::link(program, index, at.number, 0) {
        Err(error) if at == &XDP && error.raw_os_error() != Some(libc::EBUSY) => {
            sys::link(program, index, at.number, AFTER_DRIVER).map_err(|_| error)
        }
        link => link,
    }
}

/// How a program of tc is attached.
#[derive(PartialEq, Debug)]
enum Chosen<L, F> {
    Link(L),
    Filter(F),
}

/// Attaches by what is asked for. `EINVAL` is what kernels say that do not know such links, but also ones that know
/// them, of other things: then the kernel's version tells which of two refusals says more.
fn choose<L, F>(
    via: Via,
    has_links: bool,
    link: impl FnOnce() -> io::Result<L>,
    filter: impl FnOnce(Option<NonZeroU16>) -> Result<F, Refusal>,
) -> Result<Chosen<L, F>, Refusal> {
    if let Via::Clsact { priority } = via {
        return filter(priority).map(Chosen::Filter);
    }
    match (link(), via) {
        (Ok(link), _) => Ok(Chosen::Link(link)),
        (Err(error), _) if error.raw_os_error() != Some(libc::EINVAL) => Err(error.into()),
        (Err(_), Via::Tcx) if !has_links => Err(Refusal::NoLinks),
        (Err(error), Via::Tcx) => Err(error.into()),
        (Err(error), _) => match filter(None) {
            Err(_) if has_links => Err(error.into()),
            result => result.map(Chosen::Filter),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(via: Via, has_links: bool, link: Option<i32>, filter: Option<i32>) -> Result<String, String> {
        let link = || link.map_or(Ok("link"), |error| Err(io::Error::from_raw_os_error(error)));
        let as_filter = |priority: Option<NonZeroU16>| match filter {
            None => Ok(format!("filter {}", priority.map_or(0, NonZeroU16::get))),
            Some(error) => Err(io::Error::from_raw_os_error(error).into()),
        };
        match choose(via, has_links, link, as_filter) {
            Ok(Chosen::Link(link)) => Ok(link.into()),
            Ok(Chosen::Filter(filter)) => Ok(filter),
            Err(Refusal::Kernel(error)) => Err(error.raw_os_error().unwrap_or(0).to_string()),
            Err(other) => Err(other.to_string()),
        }
    }

    #[test]
    fn a_link_is_taken_where_there_is_one() {
        for via in [Via::Any, Via::Tcx] {
            assert_eq!(chosen(via, true, None, None), Ok("link".into()));
            assert_eq!(chosen(via, true, Some(libc::EPERM), None), Err(libc::EPERM.to_string()));
        }
        let priority = NonZeroU16::new(7);
        assert_eq!(chosen(Via::Clsact { priority }, true, None, None), Ok("filter 7".into()));
    }

    #[test]
    fn a_kernel_without_links_gets_a_filter() {
        for has_links in [false, true] {
            assert_eq!(chosen(Via::Any, has_links, Some(libc::EINVAL), None), Ok("filter 0".into()));
        }
        let said = chosen(Via::Tcx, false, Some(libc::EINVAL), None).unwrap_err();
        assert_eq!(
            said,
            "tcx is there since Linux 6.6 only, and this is an older one; leave it to bpfl, or say clsact"
        );
        assert_eq!(chosen(Via::Tcx, true, Some(libc::EINVAL), None), Err(libc::EINVAL.to_string()));
    }

    #[test]
    fn of_two_refusals_the_one_that_matters_is_told() {
        let both = |has_links| chosen(Via::Any, has_links, Some(libc::EINVAL), Some(libc::ENOTSUP));
        assert_eq!(both(true), Err(libc::EINVAL.to_string()));
        assert_eq!(both(false), Err(libc::ENOTSUP.to_string()));
    }
}
