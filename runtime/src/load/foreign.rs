//! Loading the programs of sections that aya does not know: relocated by aya-obj, and given to the
//! kernel as the catalogue's row for the section says.

use std::{
    collections::{HashMap, HashSet},
    ffi::CString,
    io,
    os::fd::{AsFd, AsRawFd, OwnedFd},
};

use aya::Ebpf;
use aya_obj::{Object, generated::bpf_insn};
use bpfl_stdlib::catalog::section::Section;

use super::LoadError;
use crate::{
    map,
    spec::ProgramSpec,
    sys::{self, Program},
};

/// Room for the verifier's log.
const LOG_BYTES: usize = 1 << 20;

/// Loads the program, of the object whose image is `image` and whose maps `ebpf` has made. `Err`
/// holds the kernel's refusal and its log.
pub(super) fn load(
    image: &[u8],
    ebpf: &Ebpf,
    spec: &ProgramSpec,
    row: &Section,
) -> Result<Result<OwnedFd, (io::Error, String)>, LoadError> {
    let (instructions, license) = relocated(image, ebpf, spec)?;
    let program = Program {
        program_type: row.ty.row().number,
        attach_type: row.attach_type.map_or(0, |at| at.number),
        name: &spec.name,
        license: &license,
        instructions: &instructions,
    };
    // As libbpf does it: the log costs time, and is of interest only when there is a refusal.
    if let Ok(fd) = sys::load_program(&program, &mut []) {
        return Ok(Ok(fd));
    }
    let mut log = vec![0; LOG_BYTES];
    let loaded = sys::load_program(&program, &mut log);
    Ok(loaded.map_err(|error| {
        let end = log.iter().position(|byte| *byte == 0).unwrap_or(log.len());
        (error, String::from_utf8_lossy(&log[..end]).into_owned())
    }))
}

/// The program's instructions with the descriptors of the maps in them, and its licence.
fn relocated(image: &[u8], ebpf: &Ebpf, spec: &ProgramSpec) -> Result<(Vec<u64>, CString), LoadError> {
    let other = |error: Box<dyn std::error::Error + Send + Sync>| LoadError::Other(error);
    let mut object = Object::parse(image).map_err(|error| other(error.into()))?;
    let sections: HashSet<_> = object.functions.keys().map(|(section, _)| *section).collect();
    let maps: HashMap<_, _> = std::mem::take(&mut object.maps);
    let made = maps.iter().filter_map(|(name, of)| {
        let fd = map::data(ebpf.map(name)?).fd();
        Some((name.as_str(), fd.as_fd().as_raw_fd(), of))
    });
    object.relocate_maps(made, &sections).map_err(|error| other(error.into()))?;
    object.relocate_calls(&sections).map_err(|error| other(error.into()))?;
    let missing = || other(format!("the loader does not see program `{}`", spec.name).into());
    let program = object.programs.get(&spec.name).ok_or_else(missing)?;
    let function = object.functions.get(&program.function_key()).ok_or_else(missing)?;
    Ok((function.instructions.iter().map(encoded).collect(), program.license.clone()))
}

/// An instruction as the kernel reads it (`struct bpf_insn`).
fn encoded(of: &bpf_insn) -> u64 {
    let registers = of.dst_reg() | of.src_reg() << 4;
    let [o0, o1] = of.off.to_ne_bytes();
    let [i0, i1, i2, i3] = of.imm.to_ne_bytes();
    u64::from_ne_bytes([of.code, registers, o0, o1, i0, i1, i2, i3])
}
