//! What tracefs tells: the numbers of tracepoints, what functions can be traced, and the trace itself.
//!
//! Where tracefs is not mounted, an instance of it is opened for the look-up alone; it is mounted
//! nowhere and goes with its descriptor.

use std::{fs::File, io, io::Read, os::fd::OwnedFd, path::Path};

use rustix::{
    fs::{Mode, OFlags, openat},
    mount::{FsMountFlags, FsOpenFlags, MountAttrFlags, fsconfig_create, fsmount, fsopen},
};

/// Where it is mounted, in new kernels and in old ones.
const MOUNTS: [&str; 2] = ["/sys/kernel/tracing", "/sys/kernel/debug/tracing"];

/// The number of the tracepoint `category/event`.
pub(crate) fn id(event: &str) -> io::Result<u64> {
    let text = read(&format!("events/{}/id", event.replacen(':', "/", 1)))?;
    text.trim().parse().map_err(io::Error::other)
}

/// The functions of the kernel that can be traced, of those that are `wanted`.
pub(crate) fn functions(wanted: impl Fn(&str) -> bool) -> io::Result<Vec<String>> {
    let text = read("available_filter_functions")?;
    let names = text.lines().filter_map(|line| line.split_whitespace().next());
    let mut names: Vec<_> = names.filter(|name| wanted(name)).map(String::from).collect();
    names.sort_unstable();
    names.dedup();
    Ok(names)
}

/// The trace, to be read as it comes: reading takes what is read, and does not wait.
pub(crate) fn pipe() -> io::Result<File> {
    open("trace_pipe", OFlags::NONBLOCK)
}

fn read(path: &str) -> io::Result<String> {
    let mut text = String::new();
    open(path, OFlags::empty())?.read_to_string(&mut text)?;
    Ok(text)
}

/// A file of tracefs.
fn open(path: &str, flags: OFlags) -> io::Result<File> {
    let flags = OFlags::RDONLY | OFlags::CLOEXEC | flags;
    let mount = MOUNTS.iter().map(Path::new).find(|mount| mount.join("events").exists());
    let opened = match mount {
        Some(mount) => rustix::fs::open(mount.join(path), flags, Mode::empty()),
        None => openat(own()?, path, flags, Mode::empty()),
    };
    Ok(File::from(opened?))
}

/// An instance of our own.
fn own() -> io::Result<OwnedFd> {
    let open = || {
        let fs = fsopen("tracefs", FsOpenFlags::FSOPEN_CLOEXEC)?;
        fsconfig_create(&fs)?;
        fsmount(&fs, FsMountFlags::FSMOUNT_CLOEXEC, MountAttrFlags::empty())
    };
    open().map_err(|error| {
        let how = "tracefs is not mounted; as root, `mount -t tracefs tracefs /sys/kernel/tracing`";
        io::Error::other(format!("{how} ({})", io::Error::from(error)))
    })
}
