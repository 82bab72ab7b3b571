//! Programs of a socket: filters of what it receives, and what chooses among the sockets of a group (`SO_REUSEPORT`).
//!
//! The kernel has no links for them: an option of the socket attaches one and another one detaches it, and with the
//! socket it goes.

use std::{
    io,
    os::fd::{AsFd, AsRawFd, OwnedFd},
};

use bpfl_stdlib::catalog::program::ProgramType;

use crate::{spec::ProgramSpec, sys::set_socket_option};

/// How programs of a type are attached (include/uapi/asm-generic/socket.h).
struct Options {
    ty: ProgramType,
    attach: i32,
    detach: i32,
}

const OPTIONS: [Options; 2] = [
    Options { ty: ProgramType::SocketFilter, attach: libc::SO_ATTACH_BPF, detach: libc::SO_DETACH_BPF },
    Options {
        ty: ProgramType::SkReuseport,
        attach: libc::SO_ATTACH_REUSEPORT_EBPF,
        detach: libc::SO_DETACH_REUSEPORT_BPF,
    },
];

/// Whether programs like this one are attached to sockets.
pub(super) fn is_for(spec: &ProgramSpec) -> bool {
    options(spec).is_some()
}

fn options(spec: &ProgramSpec) -> Option<&'static Options> {
    let ty = spec.row?.ty;
    OPTIONS.iter().find(|options| options.ty == ty)
}

/// A socket with a program, which goes when this is dropped.
#[derive(Debug)]
pub(super) struct Socket {
    socket: OwnedFd,
    attach: i32,
    detach: i32,
}

impl Socket {
    /// Attaches `program`, which is described by `spec`; an earlier one goes.
    pub(super) fn attach(spec: &ProgramSpec, program: impl AsFd, socket: OwnedFd) -> io::Result<Self> {
        let Options { attach, detach, .. } = *options(spec).ok_or(io::ErrorKind::Unsupported)?;
        let mut held = Self { socket, attach, detach };
        match held.update(program) {
            Ok(()) => Ok(held),
            Err(error) => {
                // What was there before stays.
                held.detach = 0;
                Err(error)
            }
        }
    }

    /// Puts `program` in the place of the one that is attached.
    pub(super) fn update(&mut self, program: impl AsFd) -> io::Result<()> {
        let fd = program.as_fd().as_raw_fd();
        set_socket_option(&self.socket, libc::SOL_SOCKET, self.attach, &fd.to_ne_bytes())
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        if self.detach != 0 {
            let _ = set_socket_option(&self.socket, libc::SOL_SOCKET, self.detach, &0i32.to_ne_bytes());
        }
    }
}
