//! CO-RE relocations, for kernels that leave them to the loader: those before Linux 5.17.
//!
//! A linked program and the types of object and kernel go in; the program's instructions hold what is
//! so in the running kernel when they come out. What the kernel does not have and is not only asked
//! about becomes a call that the verifier refuses where it can be reached, with a number that it shows.
//! The rules are those of libbpf's relo_core.c, which newer kernels apply themselves.
//!
//! [`place`] finds a member of one type in another, [`answer`] asks about it, [`patch`] writes it down.

mod answer;
mod patch;
mod place;

use super::{LoadError, link::Linked, other};
use crate::{
    btf::{Btf, TypeId},
    insn::Insn,
};
use answer::Question;
use place::Candidates;

/// A relocation, as `.BTF.ext` has it.
struct Relocation<'r> {
    slot: usize,
    ty: TypeId,
    path: Vec<usize>,
    question: Question,
    btf: &'r Btf,
}

/// Applies all relocations of `program`, whose types are `own`, for the types of `kernel`.
pub(super) fn apply(program: &mut Linked, own: &Btf, kernel: &Btf) -> Result<(), LoadError> {
    let candidates = Candidates::new(kernel);
    let records = std::mem::take(&mut program.records.relocations);
    for record in records.chunks_exact(RECORD_WORDS) {
        let relocation =
            Relocation::read(record, own).ok_or_else(|| other("a CO-RE relocation is damaged"))?;
        let answer = answer::ask(&relocation, &candidates).map_err(other)?;
        patch::apply(&mut program.insns, relocation.slot, &answer).map_err(other)?;
    }
    Ok(())
}

/// Place, type, path and kind (`struct bpf_core_relo`).
const RECORD_WORDS: usize = 4;

impl<'r> Relocation<'r> {
    fn read(record: &[u32], btf: &'r Btf) -> Option<Self> {
        let [place, ty, path, kind] = *record else { return None };
        let path = btf.string(path).split(':').map(|index| index.parse().ok()).collect::<Option<_>>()?;
        let question = Question::numbered(kind)?;
        Some(Self { slot: place as usize / Insn::BYTES, ty, path, question, btf })
    }
}
