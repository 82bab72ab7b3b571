//! Running a loaded program with given input (`BPF_PROG_TEST_RUN`), and reading an iterator.

use std::{
    io,
    os::fd::{AsFd, AsRawFd, OwnedFd},
};

use super::{Command, address, address_mut, bpf, own};

/// What a program is run with.
#[derive(Clone, Copy, Debug, Default)]
pub struct Input<'a> {
    /// The packet.
    pub data: &'a [u8],
    /// The context, as far as it can be given.
    pub context: &'a [u8],
    /// How often it is run, at least once.
    pub repeat: u32,
    /// Room for the packet afterwards, beyond what `data` has.
    pub room: usize,
}

/// What came of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Output {
    /// What the program returned.
    pub value: u32,
    /// The packet afterwards.
    pub data: Vec<u8>,
    /// The context afterwards.
    pub context: Vec<u8>,
    /// Nanoseconds of one run.
    pub nanoseconds: u32,
}

#[repr(C)]
#[derive(Default)]
struct RunAttr {
    program: u32,
    value: u32,
    data_in_size: u32,
    data_out_size: u32,
    data_in: u64,
    data_out: u64,
    repeat: u32,
    nanoseconds: u32,
    context_in_size: u32,
    context_out_size: u32,
    context_in: u64,
    context_out: u64,
    flags: u32,
    cpu: u32,
}

/// Which of the inputs a program's type takes: the kernel refuses others.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Takes {
    /// Whether there is output beside the value.
    pub(crate) output: bool,
    /// Whether it can be run more than once.
    pub(crate) repeat: bool,
}

/// Runs a program.
pub(crate) fn test_run(program: impl AsFd, input: &Input<'_>, takes: Takes) -> io::Result<Output> {
    let mut data = vec![0; if takes.output { input.data.len() + input.room } else { 0 }];
    let mut context = vec![0; if takes.output { input.context.len() } else { 0 }];
    // What programs that are called by hand leave there is their output.
    let mut given = input.context.to_vec();
    let mut attr = RunAttr {
        program: program.as_fd().as_raw_fd() as u32,
        data_in_size: input.data.len() as u32,
        data_in: place(input.data),
        repeat: if takes.repeat { input.repeat.max(1) } else { 0 },
        context_in_size: input.context.len() as u32,
        context_in: if given.is_empty() { 0 } else { address_mut(given.as_mut_slice()) },
        ..RunAttr::default()
    };
    if !data.is_empty() {
        (attr.data_out_size, attr.data_out) = (data.len() as u32, address_mut(data.as_mut_slice()));
    }
    if !context.is_empty() {
        (attr.context_out_size, attr.context_out) =
            (context.len() as u32, address_mut(context.as_mut_slice()));
    }
    // SAFETY: the kernel reads as many bytes of the packet and the context as are said to be there,
    // and writes at most as many, to buffers of our own; all of them outlive the call.
    unsafe { bpf(Command::ProgramTestRun, &mut attr) }?;
    data.truncate(attr.data_out_size as usize);
    context.truncate(attr.context_out_size as usize);
    let context = if takes.output { context } else { given };
    Ok(Output { value: attr.value, data, context, nanoseconds: attr.nanoseconds })
}

fn place(bytes: &[u8]) -> u64 {
    if bytes.is_empty() { 0 } else { address(bytes) }
}

#[repr(C)]
struct IteratorAttr {
    link: u32,
    flags: u32,
}

/// A descriptor that gives what the iterator behind `link` writes.
pub(crate) fn iterator(link: impl AsFd) -> io::Result<OwnedFd> {
    let mut attr = IteratorAttr { link: link.as_fd().as_raw_fd() as u32, flags: 0 };
    // SAFETY: this command's attributes hold no addresses.
    own(unsafe { bpf(Command::IteratorCreate, &mut attr) }?)
}
