//! Writing an answer into an instruction.

use super::answer::{Access, Answer};
use crate::insn::{CALL, Insn, LOAD_64};

/// The class of an instruction, and the width of what it reads or writes (include/uapi/linux/bpf.h).
const CLASS: u8 = 0x07;
const WIDTH: u8 = 0x18;
const LDX: u8 = 0x01;
const ST: u8 = 0x02;
const STX: u8 = 0x03;
const ALU: u8 = 0x04;
const ALU64: u8 = 0x07;
/// The bits of each width, in bytes.
const WIDTHS: [(u32, u8); 4] = [(4, 0x00), (2, 0x08), (1, 0x10), (8, 0x18)];

/// What a call has as its number that stands for what the kernel does not have. libbpf uses the same, so
/// that tools know it in a log.
const POISON: i32 = 0x0bad_2310;

/// Why an instruction cannot hold an answer.
#[derive(Debug, thiserror::Error)]
#[error("a CO-RE relocation is of an instruction that has no room for the answer")]
pub(super) struct Unpatchable;

pub(super) fn apply(insns: &mut [Insn], slot: usize, answer: &Answer) -> Result<(), Unpatchable> {
    let insn = insns.get(slot).copied().ok_or(Unpatchable)?;
    let slots = if insn.code == LOAD_64 { 2 } else { 1 };
    let own = insns.get_mut(slot..slot + slots).ok_or(Unpatchable)?;
    match patched(own, answer) {
        Some(()) => {}
        None => own.fill(Insn { code: CALL, imm: POISON, ..Insn::default() }),
    }
    Ok(())
}

/// `None` where the answer does not fit.
fn patched(insns: &mut [Insn], answer: &Answer) -> Option<()> {
    let Answer::Is(number, access) = *answer else { return None };
    let (first, second) = insns.split_first_mut()?;
    match first.code & CLASS {
        _ if first.code == LOAD_64 => {
            first.imm = number as u32 as i32;
            second.first_mut()?.imm = (number >> 32) as u32 as i32;
        }
        ALU | ALU64 => first.imm = i32::try_from(number).ok()?,
        LDX | ST | STX => {
            first.offset = i16::try_from(number).ok()?;
            adjust(first, access)?;
        }
        _ => return None,
    }
    Some(())
}

/// Makes an access as wide as the member is in the kernel.
fn adjust(insn: &mut Insn, access: Option<Access>) -> Option<()> {
    let Some(Access { kernel, own, adjustable }) = access.filter(|access| access.kernel != access.own) else {
        return Some(());
    };
    let bits = |bytes: u32| WIDTHS.iter().find(|(width, _)| *width == bytes).map(|(_, bits)| *bits);
    // An access to a part of the member, or to a struct, is the program's own business.
    if bits(own) != Some(insn.code & WIDTH) {
        return Some(());
    }
    let wanted = bits(kernel).filter(|_| adjustable)?;
    insn.code = insn.code & !WIDTH | wanted;
    Some(())
}
