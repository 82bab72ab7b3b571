//! Loading instructions, and asking what is attached.

use std::{
    ffi::CStr,
    io,
    os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd},
};

use super::{Command, address, address_mut, bpf, name, own};

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
    attach_to: u32,
    relocation_count: u32,
    descriptors: u64,
    relocations: u64,
    relocation_size: u32,
    log_true_size: u32,
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

/// Which source a program is from, and what of the kernel's types it depends on.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Described<'a> {
    /// The types of its object.
    pub(crate) btf: BorrowedFd<'a>,
    /// Records of its functions.
    pub(crate) functions: Records<'a>,
    /// Records of its lines.
    pub(crate) lines: Records<'a>,
    /// Records of what the kernel is to put in (since Linux 5.17).
    pub(crate) relocations: Records<'a>,
}

/// Records of one kind.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Records<'a> {
    /// Their words, one record after another.
    pub(crate) words: &'a [u32],
    /// The bytes of one of them.
    pub(crate) size: u32,
}

impl Records<'_> {
    /// Address, count and size; all 0 where there are none, because older kernels do not know all kinds.
    fn fields(&self) -> (u64, u32, u32) {
        let count = (size_of_val(self.words) as u32).checked_div(self.size).unwrap_or(0);
        if count == 0 { (0, 0, 0) } else { (address(self.words), count, self.size) }
    }
}

/// Fills in the fields for `of`.
fn describe(attr: &mut LoadAttr, of: &Described<'_>) {
    attr.btf = of.btf.as_raw_fd() as u32;
    (attr.functions, attr.function_count, attr.function_size) = of.functions.fields();
    (attr.lines, attr.line_count, attr.line_size) = of.lines.fields();
    (attr.relocations, attr.relocation_count, attr.relocation_size) = of.relocations.fields();
}

/// What is loaded.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Program<'a> {
    /// A number of `enum bpf_prog_type`.
    pub(crate) program_type: u32,
    /// A number of `enum bpf_attach_type`.
    pub(crate) attach_type: u32,
    /// Flags of `BPF_PROG_LOAD`.
    pub(crate) flags: u32,
    /// The id in the kernel's BTF of what it is for, 0 for types that need none.
    pub(crate) attach_btf_id: u32,
    /// The program of which it replaces a function, whose id is in that program's BTF; 0 for all others.
    pub(crate) attach_to: u32,
    /// Its name, of which the kernel keeps 15 bytes.
    pub(crate) name: &'a str,
    /// Its licence.
    pub(crate) license: &'a CStr,
    /// Its instructions, 8 bytes each.
    pub(crate) instructions: &'a [u64],
    /// Which source it is from, if that is known.
    pub(crate) described: Option<Described<'a>>,
}

/// What the verifier writes about a program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub(crate) enum LogLevel {
    /// Each instruction that it looks at, and why it refuses (`BPF_LOG_LEVEL1`).
    Instructions = 1,
    /// How much it had to look at (`BPF_LOG_STATS`).
    Statistics = 4,
}

/// Loads a program.
pub(crate) fn load_program(of: &Program<'_>) -> io::Result<OwnedFd> {
    load(of, &mut LoadAttr::default())
}

/// As [`load_program`]; the verifier writes its log to `log`, and keeps the end of it where there is not
/// room for all.
pub(crate) fn load_logged(of: &Program<'_>, level: LogLevel, log: &mut [u8]) -> io::Result<OwnedFd> {
    let (log_level, log_size) = (level as u32, log.len() as u32);
    load(of, &mut LoadAttr { log_level, log_size, log: address_mut(log), ..LoadAttr::default() })
}

/// `attr` has the place for the log.
fn load(of: &Program<'_>, attr: &mut LoadAttr) -> io::Result<OwnedFd> {
    attr.program_type = of.program_type;
    attr.attach_type = of.attach_type;
    attr.flags = of.flags;
    attr.attach_btf_id = of.attach_btf_id;
    attr.attach_to = of.attach_to;
    attr.instruction_count = of.instructions.len() as u32;
    attr.instructions = address(of.instructions);
    attr.license = address(of.license.to_bytes_with_nul());
    attr.name = name(of.name);
    if let Some(described) = &of.described {
        describe(attr, described);
    }
    // SAFETY: the kernel reads `instruction_count` instructions, a licence that ends in NUL and the
    // records, as many as are there, and writes at most `log_size` bytes to the log; all of them
    // outlive the call.
    let fd = unsafe { bpf(Command::ProgramLoad, attr) }?;
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
