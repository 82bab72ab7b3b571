//! Loading a program past aya: relocated by aya-obj, and given to the kernel as the catalogue's row
//! for its section says.
//!
//! So are loaded the programs of sections that aya does not know, and so is a refused program asked
//! about once more: one time, with a buffer for the end of the log, where aya would have the
//! verifier write all of it again and again until it fits.

use std::{
    collections::{HashMap, HashSet},
    io,
    os::fd::{AsFd, AsRawFd, OwnedFd},
};

use aya::Ebpf;
use aya_obj::{
    Function, Object,
    btf::{Btf, BtfKind},
    generated::bpf_insn,
};
use bpfl_stdlib::catalog::{attach::TargetKind, section::Section};

use super::{LoadError, tables::Place};
use crate::{
    map,
    spec::ProgramSpec,
    sys::{self, Described, Program},
};

/// Room for the end of the verifier's log.
const LOG_BYTES: usize = 1 << 20;

/// The kernel's refusal, and its log.
pub(super) struct Refusal {
    pub(super) error: io::Error,
    pub(super) log: String,
}

/// Loads the program, of the object whose image is `image` and whose maps `ebpf` has made.
pub(super) fn load(
    image: &[u8],
    ebpf: &Ebpf,
    spec: &ProgramSpec,
    row: &Section,
    place: Option<Place>,
) -> Result<Result<OwnedFd, Refusal>, LoadError> {
    let mut object = relocated(image, ebpf)?;
    let btf = types(&mut object);
    let missing = || other(format!("the loader does not see program `{}`", spec.name));
    let program = object.programs.get(&spec.name).ok_or_else(missing)?;
    let function = object.functions.get(&program.function_key()).ok_or_else(missing)?;
    let instructions: Vec<_> = function.instructions.iter().map(encoded).collect();
    let program = Program {
        program_type: row.ty.row().number,
        attach_type: place.map_or_else(|| row.attach_type.map_or(0, |at| at.number), |place| place.member),
        flags: flags(row),
        attach_btf_id: place.map_or_else(|| target(spec, row), |place| Ok(place.id))?,
        name: &spec.name,
        license: &program.license,
        instructions: &instructions,
        described: btf.map(|btf| described(btf, function)),
    };
    // The log costs time, and is of interest only when there is a refusal.
    let error = match sys::load_program(&program, &mut []) {
        Ok(fd) => return Ok(Ok(fd)),
        Err(error) => error,
    };
    let mut log = vec![0; LOG_BYTES];
    // When the log did not fit, this says so; what it was refused for, the first attempt has said.
    Ok(sys::load_program(&program, &mut log).map_err(|_| Refusal { error, log: text(&log) }))
}

/// `BPF_F_SLEEPABLE`
const SLEEPABLE: u32 = 1 << 4;
/// `BPF_F_XDP_HAS_FRAGS`
const FRAGMENTS: u32 = 1 << 5;

fn flags(row: &Section) -> u32 {
    let sleepable = if row.sleepable { SLEEPABLE } else { 0 };
    let fragments = if row.frags { FRAGMENTS } else { 0 };
    sleepable | fragments
}

/// The id of what the program is for, in the kernel's BTF.
fn target(spec: &ProgramSpec, row: &Section) -> Result<u32, LoadError> {
    let Some(prefix) = row.btf_prefix() else { return Ok(0) };
    let name = format!("{prefix}{}", row.target_of(&spec.section).unwrap_or_default());
    let kind = match row.target_kind() {
        Some(TargetKind::Tracepoint) => BtfKind::Typedef,
        _ => BtfKind::Func,
    };
    let kernel = Btf::from_sys_fs().map_err(other)?;
    kernel.id_by_type_name_kind(&name, kind).map_err(|_| LoadError::NoTarget {
        program: spec.name.clone(),
        section: spec.section.clone(),
        name,
    })
}

fn text(log: &[u8]) -> String {
    let end = log.iter().position(|byte| *byte == 0).unwrap_or(log.len());
    String::from_utf8_lossy(&log[..end]).into_owned()
}

fn other(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> LoadError {
    LoadError::Other(error.into())
}

/// The object with the descriptors of the maps in its instructions.
fn relocated(image: &[u8], ebpf: &Ebpf) -> Result<Object, LoadError> {
    let mut object = Object::parse(image).map_err(other)?;
    if object.has_btf_relocations() {
        let kernel = Btf::from_sys_fs().map_err(other)?;
        object.relocate_btf(&kernel).map_err(other)?;
    }
    let sections: HashSet<_> = object.functions.keys().map(|(section, _)| *section).collect();
    let maps: HashMap<_, _> = std::mem::take(&mut object.maps);
    let made = maps.iter().filter_map(|(name, of)| {
        let fd = map::data(ebpf.map(name)?).fd();
        Some((name.as_str(), fd.as_fd().as_raw_fd(), of))
    });
    object.relocate_maps(made, &sections).map_err(other)?;
    object.relocate_calls(&sections).map_err(other)?;
    Ok(object)
}

/// The object's types in the kernel; `None` when it has none, or the kernel takes none.
fn types(object: &mut Object) -> Option<OwnedFd> {
    let bytes = object.fixup_and_sanitize_btf(aya::features().btf()?).ok()??.to_bytes();
    sys::load_btf(&bytes).ok()
}

/// The types of the object whose image this is, in the kernel.
pub(super) fn types_of(image: &[u8]) -> Result<OwnedFd, LoadError> {
    let mut object = Object::parse(image).map_err(other)?;
    types(&mut object).ok_or_else(|| other("the kernel does not take the object's types"))
}

/// Which source a program is from, which the verifier then shows in its log.
fn described(btf: OwnedFd, function: &Function) -> Described {
    Described {
        btf,
        functions: function.func_info.func_info_bytes(),
        function_size: function.func_info_rec_size as u32,
        lines: function.line_info.line_info_bytes(),
        line_size: function.line_info_rec_size as u32,
    }
}

/// An instruction as the kernel reads it (`struct bpf_insn`).
fn encoded(of: &bpf_insn) -> u64 {
    let registers = of.dst_reg() | of.src_reg() << 4;
    let [o0, o1] = of.off.to_ne_bytes();
    let [i0, i1, i2, i3] = of.imm.to_ne_bytes();
    u64::from_ne_bytes([of.code, registers, o0, o1, i0, i1, i2, i3])
}
