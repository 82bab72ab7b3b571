//! Loading programs and making maps through bpf(2), with what the verifier says.

use std::{
    io,
    os::fd::{FromRawFd, OwnedFd},
};

use aya_obj::btf::{Btf, BtfKind};
use bpfl_compiler::bpf::insn::Insn;
use bpfl_stdlib::catalog::{
    facts::Hook,
    program::{ProgramType, Sleep},
    version::Version,
};

const MAP_CREATE: i32 = 0;
const PROG_LOAD: i32 = 5;
/// `BPF_F_SLEEPABLE`
const SLEEPABLE: u32 = 1 << 4;
const LOG_SIZE: usize = 64 << 10;

/// The front of `union bpf_attr` for `BPF_PROG_LOAD`.
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
    function_info_size: u32,
    function_info: u64,
    function_info_count: u32,
    line_info_size: u32,
    line_info: u64,
    line_info_count: u32,
    attach_btf_id: u32,
}

/// The front of `union bpf_attr` for `BPF_MAP_CREATE`.
#[repr(C)]
struct MapAttr {
    kind: u32,
    key: u32,
    value: u32,
    entries: u32,
    flags: u32,
}

/// A program to be tried.
#[derive(Clone, Copy)]
pub struct Trial<'a> {
    /// Its type and attach type.
    pub hook: Hook,
    /// The BTF id of what it is attached to, 0 for types without one.
    pub target: u32,
    /// Its instructions.
    pub code: &'a [Insn],
    /// Its licence.
    pub gpl: bool,
}

impl<'a> Trial<'a> {
    /// A program under the GPL.
    pub fn new(hook: Hook, code: &'a [Insn]) -> Self {
        Self { hook, target: 0, code, gpl: true }
    }

    /// What the kernel says: nothing, or the last line of the verifier's log that says why.
    pub fn load(self) -> Result<(), String> {
        let code: Vec<[u8; 8]> = self.code.iter().map(|insn| insn.encode()).collect();
        let license = if self.gpl { c"GPL" } else { c"Proprietary" };
        let mut log = vec![0u8; LOG_SIZE];
        let row = self.hook.ty.row();
        let mut attr = LoadAttr {
            program_type: row.number,
            instruction_count: code.len() as u32,
            instructions: code.as_ptr() as u64,
            license: license.as_ptr() as u64,
            log_level: 1,
            log_size: log.len() as u32,
            log: log.as_mut_ptr() as u64,
            flags: if row.sleep == Sleep::Must { SLEEPABLE } else { 0 },
            attach_type: self.hook.attach.map_or(0, |attach| attach.number),
            attach_btf_id: self.target,
            ..LoadAttr::default()
        };
        // SAFETY: instructions, licence and log outlive the call, and the log is as long as said.
        let result = unsafe { bpf(PROG_LOAD, &mut attr) };
        result.map(drop).map_err(|error| reason(&log, &error))
    }
}

/// Makes a map.
pub fn make_map(kind: u32, key: u32, value: u32, entries: u32, flags: u32) -> Result<OwnedFd, String> {
    let mut attr = MapAttr { kind, key, value, entries, flags };
    // SAFETY: the attributes hold no addresses.
    unsafe { bpf(MAP_CREATE, &mut attr) }.map_err(|error| error.to_string())
}

/// Calls bpf(2) for a command that makes a descriptor.
///
/// # Safety
/// `attr` must be laid out as the command wants it, and addresses in it must be good for what the
/// kernel does there.
unsafe fn bpf<T>(command: i32, attr: &mut T) -> io::Result<OwnedFd> {
    let attr: *mut T = attr;
    // SAFETY: the kernel reads at most `size_of::<T>()` bytes at `attr`; the rest is the caller's
    // promise.
    let fd = unsafe { libc::syscall(libc::SYS_bpf, command, attr, size_of::<T>()) };
    match i32::try_from(fd) {
        // SAFETY: the kernel has just made this descriptor for us.
        Ok(fd) if fd >= 0 => Ok(unsafe { OwnedFd::from_raw_fd(fd) }),
        _ => Err(io::Error::last_os_error()),
    }
}

/// The line of the log that says why: the last one before the statistics.
fn reason(log: &[u8], error: &io::Error) -> String {
    let end = log.iter().position(|byte| *byte == 0).unwrap_or(log.len());
    let text = String::from_utf8_lossy(&log[..end]);
    let line = text.lines().rev().find(|line| !line.starts_with("processed ") && !line.is_empty());
    line.map_or_else(|| error.to_string(), str::to_string)
}

/// The running kernel's version, when programs of every capability class can be loaded.
pub fn probe() -> Result<Version, String> {
    let release = std::fs::read_to_string("/proc/sys/kernel/osrelease").map_err(|error| error.to_string())?;
    let version = Version::parse(&release).ok_or("the kernel's release cannot be read")?;
    let code = [Insn::mov_imm(0, 1), Insn::exit()];
    for ty in [ProgramType::CgroupSkb, ProgramType::Xdp, ProgramType::Kprobe] {
        let hook = Hook { ty, attach: None };
        let missing = |why| format!("a {} program cannot be loaded ({why})", ty.row().name);
        Trial::new(hook, &code).load().map_err(missing)?;
    }
    Ok(version)
}

/// The kernel's BTF id of a type or function.
pub fn btf_id(name: &str, kind: BtfKind) -> Option<u32> {
    Btf::from_sys_fs().ok()?.id_by_type_name_kind(name, kind).ok()
}
