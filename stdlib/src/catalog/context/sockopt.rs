//! `struct bpf_sockopt`: a getsockopt or setsockopt call (`cg_sockopt_is_valid_access`,
//! kernel/bpf/cgroup.c).

use super::{
    Kind, SOCK, Struct,
    rule::{W4, W8, field, pointer, read, read_write},
};
use crate::catalog::{
    attach::{CGROUP_GETSOCKOPT, CGROUP_SETSOCKOPT},
    set::AttachSet,
};

const GET: AttachSet = AttachSet::of(&[&CGROUP_GETSOCKOPT]);
const SET: AttachSet = AttachSet::of(&[&CGROUP_SETSOCKOPT]);

pub(super) static SOCKOPT: Struct = Struct {
    name: "bpf_sockopt",
    fields: &[
        pointer("sk", 0, Kind::Sock { of: &SOCK, nullable: false }, &[read(W8)]),
        pointer("optval", 8, Kind::OptVal, &[read(W8)]),
        pointer("optval_end", 16, Kind::OptValEnd, &[read(W8)]),
        field("level", 24, &[read_write(W4, W4).at(SET), read(W4)]).signed(),
        field("optname", 28, &[read_write(W4, W4).at(SET), read(W4)]).signed(),
        field("optlen", 32, &[read_write(W4, W4)]).signed(),
        field("retval", 36, &[read_write(W4, W4).at(GET)]).signed(),
    ],
    raw: None,
};
