//! The check that tries: a program of two instructions, loaded and attached to a child cgroup of
//! its own, both gone again when the check returns.

use std::{
    io,
    os::fd::{AsFd, AsRawFd, OwnedFd},
};

use bpfl_stdlib::catalog::{attach::CGROUP_INET_EGRESS, mode::MULTI};

use super::{Check, capability};
use crate::{
    cgroup::{ChildCgroup, Hierarchy},
    sys::{Program, link, load_program},
};

/// `BPF_PROG_TYPE_CGROUP_SKB` of include/uapi/linux/bpf.h.
const CGROUP_SKB: u32 = 8;
/// `r0 = 1; exit`: let the packet pass.
const PASS: [u64; 2] = [insn(0xb7, 1), insn(0x95, 0)];

const fn insn(opcode: u8, immediate: i32) -> u64 {
    let i = immediate.to_ne_bytes();
    u64::from_ne_bytes([opcode, 0, 0, 0, i[0], i[1], i[2], i[3]])
}

const NAME: &str = "a cgroup program";

/// Loads and attaches a cgroup_skb program, if this user can.
pub(super) fn check() -> Check {
    super::memlock::raise();
    match attempt() {
        Ok(()) => Check::ok(NAME, "loaded and attached, in a cgroup of its own"),
        Err((step, mend)) => Check::missing(NAME, step, mend),
    }
}

type Failure = (String, String);

/// Whether the kernel loads a cgroup_skb program for this user.
pub(super) fn may_load() -> bool {
    super::memlock::raise();
    load().is_ok()
}

fn load() -> io::Result<OwnedFd> {
    load_program(&Program {
        program_type: CGROUP_SKB,
        attach_type: CGROUP_INET_EGRESS.number,
        name: "bpfl_doctor",
        license: c"GPL",
        instructions: &PASS,
        described: None,
        flags: 0,
        attach_btf_id: 0,
        attach_to: 0,
    })
}

fn attempt() -> Result<(), Failure> {
    let program = load().map_err(|error| refused("cannot be loaded", &error, capability::LOAD_CGROUP))?;
    let parent = Hierarchy::find().and_then(|hierarchy| hierarchy.own()).map_err(no_cgroup)?;
    let cgroup = ChildCgroup::create(&parent).map_err(no_cgroup)?;
    let link =
        link(&program, cgroup.as_fd().as_raw_fd() as u32, CGROUP_INET_EGRESS.number, MULTI.link_flags())
            .map_err(|error| refused("cannot be attached", &error, capability::ATTACH_CGROUP))?;
    drop(link);
    Ok(())
}

fn refused(step: &str, error: &io::Error, needed: &[&'static capability::Capability]) -> Failure {
    let mend = match error.raw_os_error() {
        Some(libc::EPERM | libc::EACCES) => capability::advice(needed),
        Some(libc::ENOSYS) => "boot a kernel built with CONFIG_BPF_SYSCALL=y".into(),
        Some(libc::EINVAL) => "boot a kernel built with CONFIG_CGROUP_BPF=y".into(),
        _ => "see the other rows".into(),
    };
    (format!("{step} ({error})"), mend)
}

fn no_cgroup(error: crate::cgroup::CgroupError) -> Failure {
    let message = error.to_string();
    match message.split_once("; ") {
        Some((found, mend)) => (found.into(), mend.into()),
        None => (message, "see the other rows".into()),
    }
}
