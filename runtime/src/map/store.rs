//! Writing a part of a map's value and nothing beside it: what a program stores in the same value at
//! that moment stays.
//!
//! bpf(2) writes whole values only. So a small program is loaded that stores the bytes, and run once: a
//! number of up to 8 bytes is stored at once, as a program of the user's would store it.

use std::{
    io,
    os::fd::{AsRawFd, BorrowedFd},
};

use bpfl_stdlib::catalog::program::ProgramType;

use crate::{
    insn::Insn,
    sys::{self, Input, Program, Takes},
};

/// How many stores one program makes; its context then is far below the 64 KiB that there may be.
const MOST_STORES: usize = 512;

/// A store: where, and which bytes; 1, 2, 4 or 8 of them.
type Store<'a> = (usize, &'a [u8]);

/// Writes `bytes` at `offset` of the value of the array behind `map` that has one entry.
///
/// # Errors
/// When the kernel does not take the program: before Linux 5.14, and without CAP_BPF.
pub(crate) fn store(map: BorrowedFd<'_>, offset: usize, bytes: &[u8]) -> io::Result<()> {
    stores(offset, bytes).chunks(MOST_STORES).try_for_each(|stores| run(map, stores))
}

/// As [`store`], by writing the whole value: for maps that nobody else uses yet.
pub(crate) fn overwrite(map: BorrowedFd<'_>, offset: usize, bytes: &[u8]) -> io::Result<()> {
    let raw = sys::RawMap::new(map, 1)?;
    let first = 0u32.to_ne_bytes();
    let mut value = raw.lookup(&first)?.unwrap_or_default();
    let outside = || io::Error::from(io::ErrorKind::InvalidInput);
    value.get_mut(offset..offset + bytes.len()).ok_or_else(outside)?.copy_from_slice(bytes);
    raw.update(&first, &value, 0)
}

/// The widest stores that are aligned.
fn stores(offset: usize, bytes: &[u8]) -> Vec<Store<'_>> {
    let (mut all, mut at) = (Vec::new(), 0);
    while at < bytes.len() {
        let fits = |width: &usize| (offset + at).is_multiple_of(*width) && at + width <= bytes.len();
        let width = [8, 4, 2, 1].into_iter().find(fits).unwrap_or(1);
        all.push((offset + at, &bytes[at..at + width]));
        at += width;
    }
    all
}

fn run(map: BorrowedFd<'_>, stores: &[Store<'_>]) -> io::Result<()> {
    let instructions = instructions(map.as_raw_fd(), stores);
    let program = Program {
        program_type: ProgramType::Syscall.row().number,
        attach_type: 0,
        // Programs of this type are sleepable.
        flags: sys::flag("BPF_F_SLEEPABLE"),
        attach_btf_id: 0,
        attach_to: 0,
        name: "bpfl_store",
        license: c"GPL",
        instructions: &instructions,
        described: None,
    };
    let loaded = sys::load_program(&program)?;
    let mut context = Vec::with_capacity(stores.len() * 8);
    for (_, bytes) in stores {
        let mut word = [0; 8];
        // Little-endian machines read the first bytes of the word, big-endian ones the last.
        let from = if cfg!(target_endian = "big") { 8 - bytes.len() } else { 0 };
        word[from..from + bytes.len()].copy_from_slice(bytes);
        context.extend(word);
    }
    let input = Input { context: &context, ..Input::default() };
    sys::test_run(&loaded, &input, Takes { output: false, repeat: false }).map(drop)
}

const fn insn(code: u8, dst: u8, src: u8, offset: i16, imm: i32) -> Insn {
    let registers = if cfg!(target_endian = "big") { dst << 4 | src } else { dst | src << 4 };
    Insn { code, registers, offset, imm }
}

/// For each store, the word of the context into r2, the address into r1, and the store.
fn instructions(map: i32, stores: &[Store<'_>]) -> Vec<u64> {
    // r6 = r1, the context
    let mut code = vec![insn(0xbf, 6, 1, 0, 0)];
    for (index, (at, bytes)) in stores.iter().enumerate() {
        let width = match bytes.len() {
            1 => 0x73,
            2 => 0x6b,
            4 => 0x63,
            _ => 0x7b,
        };
        code.push(insn(0x79, 2, 6, (index * 8) as i16, 0));
        // `BPF_PSEUDO_MAP_VALUE`
        code.extend([insn(0x18, 1, 2, 0, map), insn(0, 0, 0, 0, *at as i32)]);
        code.push(insn(width, 1, 2, 0, 0));
    }
    code.extend([insn(0xb7, 0, 0, 0, 0), insn(0x95, 0, 0, 0, 0)]);
    code.into_iter().map(Insn::word).collect()
}

#[cfg(test)]
mod tests {
    use super::stores;

    #[test]
    fn stores_are_as_wide_as_they_can_be() {
        let widths = |offset, length| {
            let bytes = vec![0; length];
            stores(offset, &bytes).iter().map(|(at, bytes)| (*at, bytes.len())).collect::<Vec<_>>()
        };
        assert_eq!(widths(8, 8), [(8, 8)]);
        assert_eq!(widths(4, 7), [(4, 4), (8, 2), (10, 1)]);
        assert_eq!(widths(1, 8), [(1, 1), (2, 2), (4, 4), (8, 1)]);
    }
}
