//! Loading instructions past aya, and asking what is attached.

use std::{
    ffi::CStr,
    io,
    os::fd::{AsFd, AsRawFd, OwnedFd},
};

use super::{Command, address, address_mut, bpf, own};

#[repr(C)]
#[derive(Default)]
struct LoadAttr {
    program_type: u32,
    instruction_count: u32,
    instructions: u64,
    license: u64,
    log_level: u32,
    log_size: u32,
    log: u64,
    kernel_version: u32,
    flags: u32,
    name: [u8; 16],
    ifindex: u32,
    attach_type: u32,
    btf: u32,
    function_size: u32,
    functions: u64,
    function_count: u32,
    line_size: u32,
    lines: u64,
    line_count: u32,
    attach_btf_id: u32,
}

/// `struct` of `BPF_BTF_LOAD`.
#[repr(C)]
#[derive(Default)]
struct BtfAttr {
    btf: u64,
    log: u64,
    size: u32,
    log_size: u32,
    log_level: u32,
    pad: u32,
}

/// Gives types to the kernel, the bytes of a `.BTF` section.
pub(crate) fn load_btf(bytes: &[u8]) -> io::Result<OwnedFd> {
    let mut attr = BtfAttr { btf: address(bytes), size: bytes.len() as u32, ..BtfAttr::default() };
    // SAFETY: the kernel reads `size` bytes of types, which outlive the call, and writes no log.
    let fd = unsafe { bpf(Command::BtfLoad, &mut attr) }?;
    own(fd)
}

/// Which source a program is from.
pub(crate) struct Described {
    /// The types of its object.
    pub(crate) btf: OwnedFd,
    /// Records of its functions.
    pub(crate) functions: Vec<u8>,
    /// The bytes of one of them.
    pub(crate) function_size: u32,
    /// Records of its lines.
    pub(crate) lines: Vec<u8>,
    /// The bytes of one of them.
    pub(crate) line_size: u32,
}

/// Fills in the fields for `of`.
fn describe(attr: &mut LoadAttr, of: &Described) {
    let count = |bytes: &[u8], size: u32| (bytes.len() as u32).checked_div(size).unwrap_or(0);
    attr.btf = of.btf.as_raw_fd() as u32;
    (attr.function_size, attr.functions) = (of.function_size, address(of.functions.as_slice()));
    attr.function_count = count(&of.functions, of.function_size);
    (attr.line_size, attr.lines) = (of.line_size, address(of.lines.as_slice()));
    attr.line_count = count(&of.lines, of.line_size);
}

/// What is loaded.
pub(crate) struct Program<'a> {
    /// A number of `enum bpf_prog_type`.
    pub(crate) program_type: u32,
    /// A number of `enum bpf_attach_type`.
    pub(crate) attach_type: u32,
    /// Flags of `BPF_PROG_LOAD`.
    pub(crate) flags: u32,
    /// The id in the kernel's BTF of what it is for, 0 for types that need none.
    pub(crate) attach_btf_id: u32,
    /// Its name, of which the kernel keeps 15 bytes.
    pub(crate) name: &'a str,
    /// Its licence.
    pub(crate) license: &'a CStr,
    /// Its instructions, 8 bytes each.
    pub(crate) instructions: &'a [u64],
    /// Which source it is from, if that is known.
    pub(crate) described: Option<Described>,
}

/// Loads a program. The verifier writes its log to `log`, unless that is empty.
pub(crate) fn load_program(of: &Program<'_>, log: &mut [u8]) -> io::Result<OwnedFd> {
    let mut attr = LoadAttr {
        program_type: of.program_type,
        attach_type: of.attach_type,
        flags: of.flags,
        attach_btf_id: of.attach_btf_id,
        instruction_count: of.instructions.len() as u32,
        instructions: address(of.instructions),
        license: address(of.license.to_bytes_with_nul()),
        ..LoadAttr::default()
    };
    if let Some(described) = &of.described {
        describe(&mut attr, described);
    }
    if !log.is_empty() {
        (attr.log_level, attr.log_size, attr.log) = (1, log.len() as u32, address_mut(log));
    }
    for (to, from) in attr.name.iter_mut().take(15).zip(of.name.bytes()) {
        *to = from;
    }
    // SAFETY: the kernel reads `instruction_count` instructions, a licence that ends in NUL and the
    // records, as many as are there, and writes at most `log_size` bytes to `log`; all of them
    // outlive the call.
    let fd = unsafe { bpf(Command::ProgramLoad, &mut attr) }?;
    own(fd)
}

#[repr(C)]
struct QueryAttr {
    target: u32,
    attach_type: u32,
    query_flags: u32,
    attach_flags: u32,
    ids: u64,
    count: u32,
    pad: u32,
}

/// `BPF_F_QUERY_EFFECTIVE`: what runs, with what is inherited, in the order in which it runs.
const EFFECTIVE: u32 = 1;
/// As many programs as the kernel lets run for one event (`BPF_CGROUP_MAX_PROGS`), of each of the
/// hierarchies above one another that there may be.
const MOST: usize = 64 * 16;

/// The ids of the programs that are attached to what is behind `target`, a cgroup (not its
/// parents) or a map of sockets, as `attach_type`, a number of `enum bpf_attach_type`.
///
/// # Errors
/// When the kernel refuses: `EPERM` without CAP_NET_ADMIN, `EBADF` for what is no cgroup v2 and no map.
pub fn attached_programs(target: impl AsFd, attach_type: u32) -> io::Result<Vec<u32>> {
    query(target, attach_type, 0).map(|(ids, _)| ids)
}

/// The ids of the programs that run for an event in the cgroup behind `target`, in their order.
pub(crate) fn effective_programs(target: impl AsFd, attach_type: u32) -> io::Result<Vec<u32>> {
    query(target, attach_type, EFFECTIVE).map(|(ids, _)| ids)
}

/// As [`attached_programs`], with the flags of the cgroup's own.
pub(crate) fn own_programs(target: impl AsFd, attach_type: u32) -> io::Result<(Vec<u32>, u32)> {
    query(target, attach_type, 0)
}

fn query(target: impl AsFd, attach_type: u32, query_flags: u32) -> io::Result<(Vec<u32>, u32)> {
    let mut ids = vec![0u32; MOST];
    let mut attr = QueryAttr {
        target: target.as_fd().as_raw_fd() as u32,
        attach_type,
        query_flags,
        attach_flags: 0,
        ids: address_mut(ids.as_mut_slice()),
        count: ids.len() as u32,
        pad: 0,
    };
    // SAFETY: `ids` has room for `count` ids, and outlives the call.
    unsafe { bpf(Command::ProgramQuery, &mut attr) }?;
    ids.truncate(attr.count as usize);
    Ok((ids, attr.attach_flags))
}
