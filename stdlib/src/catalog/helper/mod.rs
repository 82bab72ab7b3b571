//! Helpers: the functions of `___BPF_FUNC_MAPPER` in include/uapi/linux/bpf.h, a row each, in a
//! file for each family.
//!
//! Arguments are typed as the kernel's `struct bpf_func_proto` of the helper types them, read from
//! Linux 6.18, not as the C prototype does, which says less; numbers and names of arguments are
//! the prototype's.

mod arg;
mod base;
pub mod callback;
mod documented;
mod offer;
mod skb;
mod sock;
mod sockmap;
mod storage;
mod task;
mod trace;
mod xdp;

pub use arg::{Arg, Ret};
pub use documented::left_out;
pub use offer::Offer;

use std::{collections::HashMap, sync::LazyLock};

use super::{
    attach::AttachType,
    program::{PROGRAMS, ProgramType},
    set::ProgramSet,
    version::Version,
};

/// A helper.
#[derive(PartialEq, Eq, Debug)]
pub struct Helper {
    /// The number that `call` takes.
    pub id: u32,
    /// Its name without `bpf_`.
    pub name: &'static str,
    /// What it wants.
    pub args: &'static [Arg],
    /// What some program types must give it instead.
    pub variants: &'static [Variant],
    /// What its arguments are called in C.
    pub params: &'static [&'static str],
    /// What it gives.
    pub ret: Ret,
    /// Who is offered it.
    pub offered: &'static [Offer],
    /// To whom only under a licence that is compatible with the GPL.
    pub gpl: &'static [Offer],
    /// Whether it sleeps, so that only sleepable programs may call it.
    pub sleeps: bool,
    /// Whether the loader needs `CAP_PERFMON` for it.
    pub perfmon: bool,
    /// Whether packet pointers are invalid after it (`bpf_helper_changes_pkt_data`,
    /// net/core/filter.c).
    pub moves_packet: bool,
    /// Whether it goes on in another program, for good if there is one (`bpf_tail_call_proto`, kernel/bpf/core.c).
    pub goes_on: bool,
    /// Whether its result must be released (`is_acquire_function`, kernel/bpf/verifier.c).
    pub acquires: bool,
    /// Whether its memory arguments may point into a packet.
    pub packet_args: bool,
    /// The kernel option that it needs, where distributions differ.
    pub config: Option<&'static str>,
    /// The first kernel that has it. Which programs are offered it grew since then.
    pub since: Version,
}

/// Other arguments for some program types.
#[derive(PartialEq, Eq, Debug)]
pub struct Variant {
    /// The types.
    pub programs: ProgramSet,
    /// What they must give.
    pub args: &'static [Arg],
}

const fn row(
    id: u32,
    name: &'static str,
    args: &'static [Arg],
    params: &'static [&'static str],
    ret: Ret,
    offered: &'static [Offer],
    since: Version,
) -> Helper {
    Helper {
        id,
        name,
        args,
        variants: &[],
        params,
        ret,
        offered,
        gpl: &[],
        sleeps: false,
        perfmon: false,
        moves_packet: false,
        goes_on: false,
        acquires: false,
        packet_args: false,
        config: None,
        since,
    }
}

static FAMILIES: [&[Helper]; 8] =
    [base::ROWS, storage::ROWS, task::ROWS, trace::ROWS, skb::ROWS, xdp::ROWS, sockmap::ROWS, sock::ROWS];

static ALL: LazyLock<Vec<&'static Helper>> = LazyLock::new(|| {
    let mut all: Vec<_> = FAMILIES.iter().copied().flatten().collect();
    all.sort_by_key(|row| row.id);
    all
});

static BY_NAME: LazyLock<HashMap<&'static str, &'static Helper>> =
    LazyLock::new(|| ALL.iter().map(|row| (row.name, *row)).collect());

/// All helpers, in the order of their numbers.
pub fn all() -> &'static [&'static Helper] {
    &ALL
}

/// The helper whose name is `name`; `_` and `-` are alike, and so are upper and lower case.
pub fn find(name: &str) -> Option<&'static Helper> {
    let exact = BY_NAME.get(name).copied();
    exact.or_else(|| BY_NAME.get(name.to_ascii_lowercase().replace('-', "_").as_str()).copied())
}

/// The number of the helper called exactly `name`, for who wants a single one: no table of all is made.
pub fn number(name: &str) -> Option<u32> {
    FAMILIES.iter().copied().flatten().find(|row| row.name == name).map(|row| row.id)
}

/// The helper with the number `id`.
pub fn by_id(id: u32) -> Option<&'static Helper> {
    let index = ALL.binary_search_by_key(&id, |row| row.id).ok()?;
    ALL.get(index).copied()
}

impl Helper {
    /// What it wants from programs of type `ty`.
    pub fn args_for(&self, ty: ProgramType) -> &'static [Arg] {
        let variant = self.variants.iter().find(|variant| variant.programs.contains(ty));
        variant.map_or(self.args, |variant| variant.args)
    }

    /// Whether programs of type `ty` for `attach` are offered it, given a kernel that is built
    /// with what it needs.
    pub fn offered_to(&self, ty: ProgramType, attach: Option<&'static AttachType>) -> bool {
        self.offered.iter().any(|offer| offer.covers(ty, attach))
    }

    /// The first kernel in which programs of type `ty` for `attach` are offered it, `None` when none
    /// does.
    pub fn offered_since(&self, ty: ProgramType, attach: Option<&'static AttachType>) -> Option<Version> {
        let offers = self.offered.iter().filter(|offer| offer.covers(ty, attach));
        let type_since = attach.map_or(ty.row().since, |attach| attach.since);
        offers.map(|offer| offer.since.max(self.since).max(type_since)).min()
    }

    /// The program types that are offered it, each with the hooks in which it is, or `None` when
    /// it is in all of them.
    pub fn places(&self) -> Vec<(ProgramType, Option<Vec<Option<&'static AttachType>>>)> {
        let place = |ty: ProgramType| {
            let hooks: Vec<_> = ty.hooks().filter(|attach| self.offered_to(ty, *attach)).collect();
            let all = hooks.len() == ty.hooks().count();
            let some = !hooks.is_empty() || self.offered_to(ty, None) && ty.hooks().count() == 0;
            some.then_some((ty, (!all).then_some(hooks)))
        };
        PROGRAMS.iter().filter_map(|row| place(row.ty)).collect()
    }

    /// Whether programs of type `ty` for `attach` may call it only under a licence that is
    /// compatible with the GPL.
    pub fn gpl_only_for(&self, ty: ProgramType, attach: Option<&'static AttachType>) -> bool {
        self.gpl.iter().any(|offer| offer.covers(ty, attach))
    }
}
