//! Attaching a loaded program: as a link where the kernel has one, and by hand where it has none.

use std::{
    ffi::{CStr, CString},
    io,
    os::fd::{AsFd, AsRawFd, OwnedFd},
};

use super::{Command, address, bpf, own};

#[repr(C)]
struct LinkAttr {
    program: u32,
    target: u32,
    attach_type: u32,
    flags: u32,
}

/// Attaches `program` to `target` until the link that is returned is closed. `target` is the number
/// of a descriptor or of an interface, or 0 where the program itself says what it is for, and `flags`
/// are those of `BPF_LINK_CREATE`.
pub(crate) fn link(program: impl AsFd, target: u32, attach_type: u32, flags: u32) -> io::Result<OwnedFd> {
    let program = program.as_fd().as_raw_fd() as u32;
    let mut attr = LinkAttr { program, target, attach_type, flags };
    // SAFETY: this command's attributes hold no addresses.
    let fd = unsafe { bpf(Command::LinkCreate, &mut attr) }?;
    own(fd)
}

/// A link's attributes, and those of its kind.
#[repr(C)]
struct WithMore<T> {
    link: LinkAttr,
    more: T,
}

/// Attaches `program` to a hook of netfilter, given as `pf`, `hooknum`, `priority` and `flags`.
pub(crate) fn link_netfilter(program: impl AsFd, attach_type: u32, hook: [u32; 4]) -> io::Result<OwnedFd> {
    let program = program.as_fd().as_raw_fd() as u32;
    let link = LinkAttr { program, target: 0, attach_type, flags: 0 };
    // SAFETY: neither part holds addresses.
    own(unsafe { bpf(Command::LinkCreate, &mut WithMore { link, more: hook }) }?)
}

/// Attaches `program` in the place of a function: of the program `target` the one with the number `function`.
pub(crate) fn link_function(program: impl AsFd, target: u32, function: u32) -> io::Result<OwnedFd> {
    let program = program.as_fd().as_raw_fd() as u32;
    let link = LinkAttr { program, target, attach_type: 0, flags: 0 };
    // SAFETY: neither part holds addresses.
    own(unsafe { bpf(Command::LinkCreate, &mut WithMore { link, more: [function, 0] }) }?)
}

/// Many functions.
pub(crate) enum Multi<'a> {
    /// The kernel's, by name.
    Kernel(&'a [CString]),
    /// Those of a file, by their offsets in it.
    User(&'a CStr, &'a [u64]),
}

#[repr(C)]
struct KernelFunctions {
    flags: u32,
    count: u32,
    names: u64,
    addresses: u64,
    cookies: u64,
}

#[repr(C)]
struct UserFunctions {
    path: u64,
    offsets: u64,
    semaphores: u64,
    cookies: u64,
    count: u32,
    flags: u32,
    pid: u32,
    pad: u32,
}

/// Attaches `program` to many functions, or to their returns.
pub(crate) fn link_multi(
    program: impl AsFd,
    attach_type: u32,
    functions: &Multi<'_>,
    at_return: bool,
) -> io::Result<OwnedFd> {
    let program = program.as_fd().as_raw_fd() as u32;
    let link = LinkAttr { program, target: 0, attach_type, flags: 0 };
    let flags = u32::from(at_return);
    match functions {
        Multi::Kernel(names) => {
            let names: Vec<u64> = names.iter().map(|name| address(name.to_bytes_with_nul())).collect();
            let (count, names) = (names.len() as u32, address(names.as_slice()));
            let more = KernelFunctions { flags, count, names, addresses: 0, cookies: 0 };
            // SAFETY: the kernel reads `count` addresses of names, each of which ends in NUL; all outlive
            // the call.
            own(unsafe { bpf(Command::LinkCreate, &mut WithMore { link, more }) }?)
        }
        Multi::User(path, offsets) => {
            let (path, count) = (address(path.to_bytes_with_nul()), offsets.len() as u32);
            let offsets = address(*offsets);
            let (semaphores, cookies, pid, pad) = (0, 0, 0, 0);
            let more = UserFunctions { path, offsets, semaphores, cookies, count, flags, pid, pad };
            // SAFETY: the kernel reads a path that ends in NUL and `count` offsets, which outlive the call.
            own(unsafe { bpf(Command::LinkCreate, &mut WithMore { link, more }) }?)
        }
    }
}

#[repr(C)]
struct IteratorTarget {
    info: u64,
    length: u32,
    pad: u32,
}

/// Attaches an iterator to what it is to go over, a `union bpf_iter_link_info`, or to all there is.
pub(crate) fn link_iterator(
    program: impl AsFd,
    attach_type: u32,
    over: Option<&[u32; 4]>,
) -> io::Result<OwnedFd> {
    let program = program.as_fd().as_raw_fd() as u32;
    let link = LinkAttr { program, target: 0, attach_type, flags: 0 };
    let (info, length) = over.map_or((0, 0), |over| (address(over), size_of::<[u32; 4]>() as u32));
    let more = IteratorTarget { info, length, pad: 0 };
    // SAFETY: the kernel reads `length` bytes at `info`, which outlive the call.
    own(unsafe { bpf(Command::LinkCreate, &mut WithMore { link, more }) }?)
}

#[repr(C)]
struct RawTracepointAttr {
    name: u64,
    program: u32,
    pad: u32,
}

/// Attaches `program` to the raw tracepoint called `name` until what is returned is closed. Programs
/// that were loaded for a BTF id take no name.
pub(crate) fn open_raw_tracepoint(program: impl AsFd, name: Option<&CStr>) -> io::Result<OwnedFd> {
    let name = name.map_or(0, |name| address(name.to_bytes_with_nul()));
    let mut attr = RawTracepointAttr { name, program: program.as_fd().as_raw_fd() as u32, pad: 0 };
    // SAFETY: the kernel reads a name that ends in NUL and outlives the call, if there is one.
    let fd = unsafe { bpf(Command::RawTracepointOpen, &mut attr) }?;
    own(fd)
}

#[repr(C)]
struct UpdateAttr {
    link: u32,
    program: u32,
    flags: u32,
    old_program: u32,
}

/// Makes `program` the one that `link` attaches: each event is for it or for the one before it.
pub(crate) fn update_link(link: impl AsFd, program: impl AsFd) -> io::Result<()> {
    let (link, program) = (link.as_fd().as_raw_fd() as u32, program.as_fd().as_raw_fd() as u32);
    let mut attr = UpdateAttr { link, program, flags: 0, old_program: 0 };
    // SAFETY: this command's attributes hold no addresses.
    unsafe { bpf(Command::LinkUpdate, &mut attr) }.map(drop)
}

#[repr(C)]
struct AttachAttr {
    target: u32,
    program: u32,
    attach_type: u32,
    flags: u32,
    replaced: u32,
}

/// `BPF_F_ALLOW_MULTI`: others may be attached beside it, so that which one is replaced must be said.
const MULTI: u32 = 1 << 1;
/// `BPF_F_REPLACE`
const REPLACE: u32 = 1 << 2;

/// A program that stays attached until this is dropped.
#[derive(Debug)]
pub(crate) struct Attached {
    program: OwnedFd,
    target: OwnedFd,
    attach_type: u32,
    flags: u32,
}

impl Attached {
    /// Attaches `program` to the cgroup or map behind `target`. `flags` are those of
    /// `BPF_PROG_ATTACH`.
    pub(crate) fn new(
        program: impl AsFd,
        target: impl AsFd,
        attach_type: u32,
        flags: u32,
    ) -> io::Result<Self> {
        let program = program.as_fd().try_clone_to_owned()?;
        let target = target.as_fd().try_clone_to_owned()?;
        command(Command::ProgramAttach, &program, &target, attach_type, flags)?;
        Ok(Self { program, target, attach_type, flags })
    }

    /// Attaches `program` in the place of the one before it.
    pub(crate) fn update(&mut self, program: impl AsFd) -> io::Result<()> {
        let program = program.as_fd().try_clone_to_owned()?;
        let several = self.flags & MULTI != 0;
        let mut attr = AttachAttr {
            target: self.target.as_raw_fd() as u32,
            program: program.as_raw_fd() as u32,
            attach_type: self.attach_type,
            // One that stands alone gives way to whatever is attached after it.
            flags: self.flags | if several { REPLACE } else { 0 },
            replaced: if several { self.program.as_raw_fd() as u32 } else { 0 },
        };
        // SAFETY: this command's attributes hold no addresses.
        unsafe { bpf(Command::ProgramAttach, &mut attr) }?;
        self.program = program;
        Ok(())
    }
}

fn command(
    command: Command,
    program: &OwnedFd,
    target: &OwnedFd,
    attach_type: u32,
    flags: u32,
) -> io::Result<()> {
    let mut attr = AttachAttr {
        target: target.as_raw_fd() as u32,
        program: program.as_raw_fd() as u32,
        attach_type,
        flags,
        replaced: 0,
    };
    // SAFETY: the attributes of both commands hold no addresses.
    unsafe { bpf(command, &mut attr) }.map(drop)
}

/// Detaches a program from a cgroup or map that it was attached to without a link.
pub(crate) fn detach(program: &OwnedFd, target: &OwnedFd, attach_type: u32) -> io::Result<()> {
    command(Command::ProgramDetach, program, target, attach_type, 0)
}

#[repr(C)]
struct DetachAttr {
    link: u32,
}

/// Detaches what a link attaches, whoever holds it; not all kinds of links can be.
pub(crate) fn detach_link(link: &OwnedFd) -> io::Result<()> {
    let mut attr = DetachAttr { link: link.as_raw_fd() as u32 };
    // SAFETY: this command's attributes hold no addresses.
    unsafe { bpf(Command::LinkDetach, &mut attr) }.map(drop)
}

impl Drop for Attached {
    fn drop(&mut self) {
        // Whoever has detached it already has done what this is for.
        let _ = command(Command::ProgramDetach, &self.program, &self.target, self.attach_type, 0);
    }
}

#[cfg(test)]
mod tests {
    use bpfl_stdlib::catalog::{attach::CGROUP_INET_EGRESS, mode::MULTI};

    use super::*;
    use crate::{
        cgroup::{ChildCgroup, Hierarchy},
        host,
        sys::{Program, attached_programs, load_program},
    };

    /// `BPF_PROG_TYPE_CGROUP_SKB`, and `r0 = 1; exit`.
    const CGROUP_SKB: u32 = 8;
    const PASS: [u64; 2] = [0x0000_0001_0000_00b7, 0x95];

    #[test]
    fn what_is_attached_by_hand_is_detached_by_hand() {
        if !host::report().ready {
            return println!("skipped: this user cannot attach programs here");
        }
        let at = &CGROUP_INET_EGRESS;
        let own = Hierarchy::find().and_then(|hierarchy| hierarchy.own()).unwrap();
        let cgroup = ChildCgroup::create(&own).unwrap();
        let program = Program {
            program_type: CGROUP_SKB,
            attach_type: at.number,
            name: "by_hand",
            license: c"GPL",
            instructions: &PASS,
            described: None,
            flags: 0,
            attach_btf_id: 0,
            attach_to: 0,
        };
        let programs = [0; 2].map(|_| load_program(&program).unwrap());
        let [one, two] =
            programs.map(|program| Attached::new(program, &cgroup, at.number, MULTI.flags).unwrap());
        let count = || attached_programs(&cgroup, at.number).unwrap().len();
        assert_eq!(count(), 2);
        drop(one);
        assert_eq!(count(), 1);
        drop(two);
        assert_eq!(count(), 0);
    }
}
