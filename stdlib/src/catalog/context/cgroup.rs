//! `struct bpf_cgroup_dev_ctx` and `struct bpf_sysctl` (`cgroup_dev_is_valid_access` and
//! `sysctl_is_valid_access`, kernel/bpf/cgroup.c).

use super::{
    Struct,
    rule::{N4, W4, field, read, read_write},
};

/// Access to a device file.
pub(super) static DEVICE: Struct = Struct {
    name: "bpf_cgroup_dev_ctx",
    fields: &[
        field("access_type", 0, &[read(N4)]),
        field("major", 4, &[read(W4)]),
        field("minor", 8, &[read(W4)]),
    ],
    raw: None,
};

/// Access to a file below /proc/sys.
pub(super) static SYSCTL: Struct = Struct {
    name: "bpf_sysctl",
    fields: &[field("write", 0, &[read(N4)]), field("file_pos", 4, &[read_write(N4, W4)])],
    raw: None,
};
