//! The programs that are loaded.

use std::{
    io,
    os::fd::{AsFd, OwnedFd},
    time::Duration,
};

use bpfl_stdlib::catalog::program::{PROGRAMS, Program as Row};
use rustix::time::{ClockId, clock_gettime};

use super::{btf, btf_bytes};
use crate::sys::{self, Buffer, Info, Numbered};

/// A program in the kernel.
#[derive(Clone, Debug)]
pub struct ProgramInfo {
    /// Its id.
    pub id: u32,
    /// Its name; whole where it has types, else what the kernel keeps of it, 15 bytes.
    pub name: String,
    /// The number of its type.
    pub number: u32,
    /// How long it has been loaded.
    pub age: Duration,
    /// How long it has run, where the kernel counts that (`kernel.bpf_stats_enabled`).
    pub run_time: Duration,
    /// How often it has run, where the kernel counts that.
    pub run_count: u64,
    /// How many instructions the verifier followed.
    pub verified: u32,
}

impl ProgramInfo {
    /// What the catalogue says of its type.
    pub fn row(&self) -> Option<&'static Row> {
        PROGRAMS.iter().find(|row| row.number == self.number)
    }

    /// Its type's name.
    pub fn type_name(&self) -> String {
        self.row().map_or_else(|| format!("type {}", self.number), |row| row.name.into())
    }
}

// Places in `struct bpf_prog_info`.
const WORDS: usize = 29;
const TYPE: usize = 0;
const ID: usize = 4;
const LOADED: usize = 40;
const NAME: usize = 64;
const BTF: usize = 128;
const FUNCTION_SIZE: usize = 132;
const FUNCTIONS: usize = 136;
const FUNCTION_COUNT: usize = 144;
const RUN_TIME: usize = 192;
const RUN_COUNT: usize = 200;
const VERIFIED: usize = 216;

/// All programs, in the order of their ids.
///
/// # Errors
/// When the kernel refuses: `EPERM` without CAP_SYS_ADMIN.
pub fn programs() -> io::Result<Vec<ProgramInfo>> {
    let now = since_boot();
    let mut all = Vec::new();
    for id in sys::ids(Numbered::Program)? {
        if let Some(fd) = sys::by_id(Numbered::Program, id)? {
            all.push(describe(&fd, now)?);
        }
    }
    Ok(all)
}

/// The bytes of a loaded program's types; `None` where it has none.
pub(crate) fn types_of(program: &OwnedFd) -> io::Result<Option<Vec<u8>>> {
    btf_bytes(Info::<WORDS>::of(program)?.u32(BTF))
}

fn since_boot() -> Duration {
    let now = clock_gettime(ClockId::Boottime);
    Duration::new(now.tv_sec.unsigned_abs(), now.tv_nsec.unsigned_abs() as u32)
}

fn describe(fd: &OwnedFd, now: Duration) -> io::Result<ProgramInfo> {
    let info = Info::<WORDS>::of(fd)?;
    // What cannot be read of the types leaves the short name.
    let whole = whole_name(fd, &info).ok().flatten();
    Ok(ProgramInfo {
        id: info.u32(ID),
        name: whole.unwrap_or_else(|| info.name(NAME)),
        number: info.u32(TYPE),
        age: now.saturating_sub(Duration::from_nanos(info.u64(LOADED))),
        run_time: Duration::from_nanos(info.u64(RUN_TIME)),
        run_count: info.u64(RUN_COUNT),
        verified: info.u32(VERIFIED),
    })
}

/// The name of its first function.
fn whole_name(fd: impl AsFd, info: &Info<WORDS>) -> io::Result<Option<String>> {
    // The kernel's own name is whole unless it is as long as it can be.
    if info.name(NAME).len() < 15 || info.u32(FUNCTION_COUNT) == 0 {
        return Ok(None);
    }
    let unit = info.u32(FUNCTION_SIZE) as usize;
    let table = Buffer { address: FUNCTIONS, length: FUNCTION_COUNT, unit, unit_at: Some(FUNCTION_SIZE) };
    let (_, records) = Info::<WORDS>::ask(fd, table, 1)?;
    // `struct bpf_func_info`: offset, type.
    let Some(ty) = records.get(4..8).and_then(|ty| ty.try_into().ok()).map(u32::from_ne_bytes) else {
        return Ok(None);
    };
    let types = btf(info.u32(BTF))?;
    Ok(types
        .and_then(|types| types.get(ty).ok().map(|ty| ty.name.to_string()))
        .filter(|name| !name.is_empty()))
}
