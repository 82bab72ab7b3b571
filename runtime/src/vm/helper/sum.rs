//! Helpers on the checksums of the internet (include/net/checksum.h): sums of 16-bit words whose carry comes
//! in again, in the byte order of the packet.

use libc::{EFAULT, EINVAL};

use super::{Cpu, Row, Trap, failure};

pub(super) const ROWS: &[Row] =
    &[("csum_diff", difference), ("l3_csum_replace", replace_l3), ("l4_csum_replace", replace_l4)];

fn add(a: u32, b: u32) -> u32 {
    let (sum, carry) = a.overflowing_add(b);
    sum + u32::from(carry)
}

fn subtract(a: u32, b: u32) -> u32 {
    add(a, !b)
}

/// To 16 bits.
fn folded(sum: u32) -> u16 {
    let sum = (sum & 0xffff) + (sum >> 16);
    (sum + (sum >> 16)) as u16
}

fn sum(bytes: &[u8], start: u32) -> u32 {
    let (words, _) = bytes.as_chunks();
    words.iter().fold(start, |sum, word| add(sum, u32::from_le_bytes(*word)))
}

/// `(from, size, to, size, seed)`
fn difference(cpu: &mut Cpu<'_>, args: &[u64; 5]) -> Result<u64, Trap> {
    let [from, from_size, to, to_size, seed] = *args;
    if from_size % 4 != 0 || to_size % 4 != 0 {
        return Ok(failure(EINVAL));
    }
    let bytes = |at, size: u64| if size == 0 { Ok(&[][..]) } else { cpu.memory.read(at, size as usize) };
    let (old, new) = (bytes(from, from_size)?, bytes(to, to_size)?);
    let seed = seed as u32;
    let sum = match (old, new) {
        ([], []) => seed,
        ([], new) => sum(new, seed),
        (old, []) => !sum(old, !seed),
        (old, new) => subtract(sum(new, seed), sum(old, 0)),
    };
    Ok(folded(sum).into())
}

/// How many bytes of a checksum have changed; 0 where `to` is a difference.
const SIZE: u64 = 0x0f;

/// The checksum `old` when what it is of changes; `None` where the flags say of what in no way that is known.
fn replaced(old: u16, from: u64, to: u64, size: u64) -> Option<u16> {
    let (from, to) = match size {
        0 if from == 0 => (0, to as u32),
        2 => (u32::from(from as u16), u32::from(to as u16)),
        4 => (from as u32, to as u32),
        _ => return None,
    };
    Some(!folded(add(subtract(u32::from(!old), from), to)))
}

/// The place of a checksum in the packet.
fn place<'c>(cpu: &'c mut Cpu<'_>, offset: u64) -> Option<&'c mut [u8; 2]> {
    let offset = offset as u32 as usize;
    let bytes = cpu.hook.bytes(cpu.memory).get_mut(offset..)?;
    bytes.first_chunk_mut().filter(|_| offset.is_multiple_of(2))
}

/// `(context, offset, from, to, flags)`
fn replace_l3(cpu: &mut Cpu<'_>, args: &[u64; 5]) -> Result<u64, Trap> {
    let [_, offset, from, to, flags] = *args;
    if flags & !SIZE != 0 {
        return Ok(failure(EINVAL));
    }
    let Some(place) = place(cpu, offset) else { return Ok(failure(EFAULT)) };
    let Some(new) = replaced(u16::from_le_bytes(*place), from, to, flags) else {
        return Ok(failure(EINVAL));
    };
    *place = new.to_le_bytes();
    Ok(0)
}

/// `BPF_F_PSEUDO_HDR`: of no matter where a checksum is whole.
const PSEUDO_HEADER: u64 = 0x10;
/// `BPF_F_MARK_MANGLED_0`: 0 says that there is no checksum, and is left.
const ZERO_IS_NONE: u64 = 0x20;
/// `BPF_F_MARK_ENFORCE`: it is none no more.
const ENFORCE: u64 = 0x40;
/// `CSUM_MANGLED_0`: what stands for 0 then.
const OTHER_ZERO: u16 = 0xffff;

fn replace_l4(cpu: &mut Cpu<'_>, args: &[u64; 5]) -> Result<u64, Trap> {
    let [_, offset, from, to, flags] = *args;
    if flags & !(SIZE | PSEUDO_HEADER | ZERO_IS_NONE | ENFORCE) != 0 {
        return Ok(failure(EINVAL));
    }
    let Some(place) = place(cpu, offset) else { return Ok(failure(EFAULT)) };
    let (old, marked) = (u16::from_le_bytes(*place), flags & ZERO_IS_NONE != 0);
    if marked && flags & ENFORCE == 0 && old == 0 {
        return Ok(0);
    }
    let Some(new) = replaced(old, from, to, flags & SIZE) else { return Ok(failure(EINVAL)) };
    *place = if marked && new == 0 { OTHER_ZERO } else { new }.to_le_bytes();
    Ok(0)
}
