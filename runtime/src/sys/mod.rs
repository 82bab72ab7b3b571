//! The bpf system call, a function for each command that is used.
//!
//! What it shares with a process as memory, rings and arenas, is here too.
//!
//! Always holds: this folder and the child's way into its cgroup are the only unsafe code of the
//! crate, and every wrapper here is safe to call with any arguments. Layouts are those of
//! `union bpf_attr` in include/uapi/linux/bpf.h; the kernel takes shorter forms of it.

mod arena;
mod attach;
mod map;
mod object;
mod perf;
mod pin;
mod program;
mod ring;
mod run;
mod socket;

pub(crate) use arena::ArenaMemory;
pub(crate) use attach::{
    Attached, Multi, detach, detach_link, link, link_function, link_iterator, link_multi, link_netfilter,
    open_raw_tracepoint, update_link,
};
pub(crate) use map::{NewMap, RawMap, create_map, freeze_map};
pub(crate) use object::{Buffer, Info, Numbered, by_id, ids, open_pin, text};
pub(crate) use perf::{Event, enable_event, interface, open_event};
pub(crate) use pin::pin;
pub use program::attached_programs;
pub(crate) use program::{
    Described, LogLevel, Program, Records, effective_programs, load_btf, load_logged, load_program,
    own_programs,
};
pub(crate) use ring::{RingReader, RingWriter};
pub use run::{Input, Output};
pub(crate) use run::{Takes, iterator, test_run};
pub use socket::{set_socket_option, socket_option};

use bpfl_stdlib::catalog::constant;

use std::{
    io,
    mem::size_of,
    os::fd::{FromRawFd, OwnedFd},
};

/// Commands, as numbered in `enum bpf_cmd`.
#[derive(Clone, Copy)]
#[repr(u32)]
enum Command {
    MapCreate = 0,
    MapLookup = 1,
    MapUpdate = 2,
    MapDelete = 3,
    MapNextKey = 4,
    ProgramLoad = 5,
    ObjectPin = 6,
    ObjectGet = 7,
    ProgramAttach = 8,
    ProgramDetach = 9,
    ProgramTestRun = 10,
    ProgramNextId = 11,
    MapNextId = 12,
    ProgramById = 13,
    MapById = 14,
    InfoByFd = 15,
    ProgramQuery = 16,
    RawTracepointOpen = 17,
    BtfLoad = 18,
    BtfById = 19,
    MapTake = 21,
    MapFreeze = 22,
    BtfNextId = 23,
    MapLookupBatch = 24,
    LinkCreate = 28,
    LinkUpdate = 29,
    LinkById = 30,
    LinkNextId = 31,
    IteratorCreate = 33,
    LinkDetach = 34,
}

/// Calls bpf(2).
///
/// # Safety
/// `attr` must be laid out as the command wants it, without padding, and the addresses in it must
/// be good for what the command reads and writes there.
unsafe fn bpf<T>(command: Command, attr: &mut T) -> io::Result<i64> {
    let attr: *mut T = attr;
    // SAFETY: the kernel reads and writes at most `size_of::<T>()` bytes at `attr`, which is one
    // whole `T`; what it does through addresses within is the caller's promise.
    let result = unsafe { libc::syscall(libc::SYS_bpf, command as u32, attr, size_of::<T>()) };
    if result < 0 { Err(io::Error::last_os_error()) } else { Ok(result) }
}

fn address<T: ?Sized>(of: &T) -> u64 {
    std::ptr::from_ref(of).cast::<u8>() as u64
}

fn address_mut<T: ?Sized>(of: &mut T) -> u64 {
    std::ptr::from_mut(of).cast::<u8>() as u64
}

/// The flag of the kernel's that is called so (`BPF_F_…`).
pub(crate) fn flag(name: &str) -> u32 {
    constant::value(name).and_then(|value| u32::try_from(value).ok()).unwrap_or(0)
}

/// A name as the kernel takes it: 15 bytes of it, and NUL.
fn name(of: &str) -> [u8; 16] {
    let mut name = [0; 16];
    name.iter_mut().take(15).zip(of.bytes()).for_each(|(to, from)| *to = from);
    name
}

fn own(fd: i64) -> io::Result<OwnedFd> {
    let fd = i32::try_from(fd).map_err(io::Error::other)?;
    // SAFETY: the kernel has just made this descriptor for us, and nobody else knows of it.
    Ok(unsafe { OwnedFd::from_raw_fd(fd) })
}
