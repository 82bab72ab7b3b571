//! Machine code as text, one line per instruction, in the style of `llvm-objdump`.
//!
//! Any slots come in; what is no known instruction goes out as `.insn` with its fields. What that
//! style leaves ambiguous is spelt out: 32-bit atomics have `w` registers, maps are `map[fd:3]`.

use super::{
    insn::Insn,
    opcode::{AluOp, AtomicOp, JmpOp, Size, Width, class, mode, op, pseudo, source},
};

/// What a call or a function load goes to, for naming it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Callee {
    /// The helper of this number.
    Helper(i32),
    /// The kernel function of this BTF id.
    Kfunc(i32),
    /// The function that starts at this slot of the disassembled code.
    Slot(i64),
}

/// One disassembled instruction.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Line {
    /// The slot of its first 8 bytes.
    pub slot: usize,
    /// Its text.
    pub text: String,
}

/// Disassembles `code`. `name` may name what is called; for `None` the number is printed.
pub fn disassemble(code: &[Insn], name: impl Fn(Callee) -> Option<String>) -> Vec<Line> {
    let mut lines = Vec::new();
    let mut slot = 0;
    while let Some(insn) = code.get(slot) {
        let second = code.get(slot + 1).filter(|_| insn.is_wide());
        lines.push(Line { slot, text: line(slot, *insn, second.copied(), &name) });
        slot += 1 + usize::from(second.is_some());
    }
    lines
}

/// The text of one instruction that needs no neighbours and no names.
pub fn text(insn: Insn) -> String {
    line(0, insn, None, &|_| None)
}

type Names<'a> = &'a dyn Fn(Callee) -> Option<String>;

fn line(slot: usize, insn: Insn, second: Option<Insn>, name: Names) -> String {
    let known = match insn.opcode & class::MASK {
        class::LD => packet(insn).or_else(|| wide(slot, insn, second?, name)),
        class::LDX => load(insn),
        class::ST => store_imm(insn),
        class::STX => store(insn).or_else(|| atomic(insn)),
        class::ALU => alu(insn, Width::W32),
        class::ALU64 => alu(insn, Width::W64),
        class::JMP => jump(insn, Width::W64).or_else(|| control(slot, insn, name)),
        _ => jump(insn, Width::W32).or_else(|| gotol(insn)),
    };
    known.unwrap_or_else(|| unknown(insn))
}

fn unknown(i: Insn) -> String {
    format!(".insn 0x{:02x}, {}, {}, {}, {}", i.opcode, i.dst, i.src, i.off, i.imm)
}

fn mode_is(insn: Insn, mode: u8) -> bool {
    insn.opcode & mode::MASK == mode
}

/// `u32 *` with the place, as `*(u32 *)(r1 - 4)`.
fn place(sign: char, insn: Insn, reg: u8) -> String {
    format!("*({sign}{} *)({})", Size::of(insn.opcode).text(), address(insn, reg))
}

fn address(insn: Insn, reg: u8) -> String {
    let op = if insn.off < 0 { '-' } else { '+' };
    format!("r{reg} {op} {}", insn.off.unsigned_abs())
}

fn packet(insn: Insn) -> Option<String> {
    let at = match insn.opcode & mode::MASK {
        mode::ABS => insn.imm.to_string(),
        mode::IND => format!("r{}", insn.src),
        _ => return None,
    };
    Some(format!("r0 = *(u{} *)skb[{at}]", Size::of(insn.opcode).text()))
}

fn wide(slot: usize, insn: Insn, second: Insn, name: Names) -> Option<String> {
    let value = match insn.src {
        0 => format!("{} ll", (second.imm as u32 as u64) << 32 | insn.imm as u32 as u64),
        pseudo::MAP_FD => format!("map[fd:{}]", insn.imm),
        pseudo::MAP_VALUE => format!("map[fd:{}]+{}", insn.imm, second.imm),
        pseudo::BTF_ID => format!("ksym[btf:{}]", insn.imm),
        pseudo::FUNC => function(slot, insn.imm, name),
        _ => return None,
    };
    Some(format!("r{} = {value}", insn.dst))
}

/// A function `distance` slots from the one after `slot`.
fn function(slot: usize, distance: i32, name: Names) -> String {
    let target = slot as i64 + 1 + i64::from(distance);
    name(Callee::Slot(target)).unwrap_or_else(|| format!("pc{distance:+}"))
}

fn load(insn: Insn) -> Option<String> {
    let sign = match insn.opcode & mode::MASK {
        mode::MEM => 'u',
        mode::MEMSX if Size::of(insn.opcode) != Size::D => 's',
        _ => return None,
    };
    Some(format!("r{} = {}", insn.dst, place(sign, insn, insn.src)))
}

fn store_imm(insn: Insn) -> Option<String> {
    mode_is(insn, mode::MEM).then(|| format!("{} = {}", place('u', insn, insn.dst), insn.imm))
}

fn store(insn: Insn) -> Option<String> {
    mode_is(insn, mode::MEM).then(|| format!("{} = r{}", place('u', insn, insn.dst), insn.src))
}

fn atomic(insn: Insn) -> Option<String> {
    let size = Size::of(insn.opcode);
    if !mode_is(insn, mode::ATOMIC) || size.bytes() < 4 {
        return None;
    }
    let operation = AtomicOp::find(insn.imm)?;
    let prefix = if size == Size::W { 'w' } else { 'r' };
    let (at, what, reg) = (address(insn, insn.dst), operation.text(), format!("{prefix}{}", insn.src));
    let bits = if size == Size::W { "32_32" } else { "_64" };
    Some(match operation {
        AtomicOp::Xchg => format!("{reg} = {what}{bits}({at}, {reg})"),
        AtomicOp::Cmpxchg => format!("{prefix}0 = {what}{bits}({at}, {prefix}0, {reg})"),
        _ if insn.imm & AtomicOp::FETCH != 0 => {
            format!("{reg} = {what}((u{} *)({at}), {reg})", size.text())
        }
        _ => format!("lock {} {what} {reg}", place('u', insn, insn.dst)),
    })
}

fn alu(insn: Insn, width: Width) -> Option<String> {
    let dst = format!("{}{}", width.prefix(), insn.dst);
    if (Insn { dst: 0, src: 0, ..insn }) == Insn::arena(0, 0) {
        return Some(format!("r{} = addr_space_cast(r{}, 0, 1)", insn.dst, insn.src));
    }
    match insn.opcode & op::MASK {
        op::NEG => Some(format!("{dst} = -{dst}")),
        op::END => endian(insn, width),
        _ => {
            let plain = AluOp::find(insn.opcode, insn.off);
            let (what, cast) = match plain {
                Some(operation) => (operation.text(), String::new()),
                None => (AluOp::Mov.text(), movsx(insn, width)?),
            };
            Some(format!("{dst} {what} {cast}{}", operand(insn, width)))
        }
    }
}

/// The cast of a sign-extending move.
fn movsx(insn: Insn, width: Width) -> Option<String> {
    let is_move = insn.opcode & (op::MASK | source::X) == AluOp::Mov.code() | source::X;
    let fits = matches!((insn.off, width), (8 | 16, _) | (32, Width::W64));
    (is_move && fits).then(|| format!("(s{})", insn.off))
}

fn endian(insn: Insn, width: Width) -> Option<String> {
    let order = match (width, insn.opcode & source::X) {
        (Width::W32, source::K) => "le",
        (Width::W32, _) => "be",
        (Width::W64, source::K) => "bswap",
        _ => return None,
    };
    let known = matches!(insn.imm, 16 | 32 | 64);
    known.then(|| format!("r{0} = {order}{1} r{0}", insn.dst, insn.imm))
}

fn operand(insn: Insn, width: Width) -> String {
    match insn.opcode & source::X {
        source::K => insn.imm.to_string(),
        _ => format!("{}{}", width.prefix(), insn.src),
    }
}

fn jump(insn: Insn, width: Width) -> Option<String> {
    let (what, prefix) = (JmpOp::find(insn.opcode)?.text(), width.prefix());
    Some(format!("if {prefix}{} {what} {} goto {:+}", insn.dst, operand(insn, width), insn.off))
}

fn gotol(insn: Insn) -> Option<String> {
    (insn.opcode == class::JMP32 | op::JA).then(|| format!("gotol {:+}", insn.imm))
}

fn control(slot: usize, insn: Insn, name: Names) -> Option<String> {
    match insn.opcode & (op::MASK | source::X) {
        op::JA => Some(format!("goto {:+}", insn.off)),
        op::EXIT => Some("exit".to_owned()),
        op::CALL => call(slot, insn, name).map(|callee| format!("call {callee}")),
        _ => None,
    }
}

fn call(slot: usize, insn: Insn, name: Names) -> Option<String> {
    let number = insn.imm;
    Some(match insn.src {
        pseudo::HELPER => name(Callee::Helper(number)).unwrap_or_else(|| number.to_string()),
        pseudo::KFUNC_CALL => name(Callee::Kfunc(number)).unwrap_or_else(|| format!("kfunc[btf:{number}]")),
        pseudo::CALL => function(slot, number, name),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::{super::insn::*, *};

    /// Lines as `llvm-objdump` prints the same bytes, and newer versions of it the v4 ones.
    #[test]
    fn every_constructor_prints_as_llvm_does() {
        use Operand::{Imm, Reg};
        let rows = [
            (Insn::alu64(AluOp::Add, 1, Imm(-3)), "r1 += -3"),
            (Insn::alu32(AluOp::Add, 1, Reg(2)), "w1 += w2"),
            (Insn::alu32(AluOp::Arsh, 1, Imm(3)), "w1 s>>= 3"),
            (Insn::mov_imm(1, 0), "r1 = 0"),
            (Insn::mov(2, FP), "r2 = r10"),
            (Insn::alu64(AluOp::SDiv, 1, Reg(2)), "r1 s/= r2"),
            (Insn::alu32(AluOp::SMod, 1, Imm(5)), "w1 s%= 5"),
            (Insn::movsx(Width::W64, Size::W, 1, 2), "r1 = (s32)r2"),
            (Insn::movsx(Width::W32, Size::B, 1, 2), "w1 = (s8)w2"),
            (Insn::neg(Width::W64, 1), "r1 = -r1"),
            (Insn::endian(ByteOrder::Big, Size::H, 1), "r1 = be16 r1"),
            (Insn::endian(ByteOrder::Little, Size::D, 1), "r1 = le64 r1"),
            (Insn::endian(ByteOrder::Swap, Size::W, 1), "r1 = bswap32 r1"),
            (Insn::load(Size::W, 1, 2, -4), "r1 = *(u32 *)(r2 - 4)"),
            (Insn::load_signed(Size::H, 1, 2, 0), "r1 = *(s16 *)(r2 + 0)"),
            (Insn::store(Size::B, 10, -1, 2), "*(u8 *)(r10 - 1) = r2"),
            (Insn::store_imm(Size::D, 10, -8, -1), "*(u64 *)(r10 - 8) = -1"),
            (Insn::atomic(AtomicOp::Add, Size::D, 0, 0, 1), "lock *(u64 *)(r0 + 0) += r1"),
            (Insn::atomic(AtomicOp::Xor, Size::W, 0, 4, 1), "lock *(u32 *)(r0 + 4) ^= w1"),
            (
                Insn::atomic(AtomicOp::FetchAdd, Size::D, 1, 8, 2),
                "r2 = atomic_fetch_add((u64 *)(r1 + 8), r2)",
            ),
            (Insn::atomic(AtomicOp::Xchg, Size::D, 1, 8, 2), "r2 = xchg_64(r1 + 8, r2)"),
            (Insn::atomic(AtomicOp::Cmpxchg, Size::D, 1, 8, 2), "r0 = cmpxchg_64(r1 + 8, r0, r2)"),
            (Insn::atomic(AtomicOp::Cmpxchg, Size::W, 1, 8, 2), "w0 = cmpxchg32_32(r1 + 8, w0, w2)"),
            (Insn::jump(Width::W64, JmpOp::Eq, 0, Imm(0), 2), "if r0 == 0 goto +2"),
            (Insn::jump(Width::W32, JmpOp::Sle, 1, Reg(2), -2), "if w1 s<= w2 goto -2"),
            (Insn::jump(Width::W64, JmpOp::Set, 1, Imm(4), 0), "if r1 & 4 goto +0"),
            (Insn::ja(-3), "goto -3"),
            (Insn::gotol(70000), "gotol +70000"),
            (Insn::call_helper(1), "call 1"),
            (Insn::call_kfunc(77, 0), "call kfunc[btf:77]"),
            (Insn::call_function(-1), "call pc-1"),
            (Insn::exit(), "exit"),
        ];
        for (insn, expected) in rows {
            assert_eq!(text(insn), expected);
        }
    }

    #[test]
    fn two_slot_loads_are_one_line_and_calls_have_names() {
        let mut code = Insn::load_imm64(1, 0x1_0000_0005).to_vec();
        code.extend(Insn::load_map(2, 7));
        code.extend(Insn::load_map_value(3, 7, 16));
        code.extend([Insn::call_helper(1), Insn::call_function(0), Insn::exit()]);
        let name = |callee| match callee {
            Callee::Helper(1) => Some("map_lookup_elem".to_owned()),
            Callee::Slot(8) => Some("sub".to_owned()),
            _ => None,
        };
        let lines: Vec<String> =
            disassemble(&code, name).into_iter().map(|l| format!("{}: {}", l.slot, l.text)).collect();
        let expected = [
            "0: r1 = 4294967301 ll",
            "2: r2 = map[fd:7]",
            "4: r3 = map[fd:7]+16",
            "6: call map_lookup_elem",
            "7: call sub",
            "8: exit",
        ];
        assert_eq!(lines, expected);
    }

    #[test]
    fn any_bytes_print() {
        for opcode in 0..=255u8 {
            for (src, off, imm) in [(0, 0, 0), (15, -1, -1), (4, i16::MIN, i32::MIN), (2, 8, 16)] {
                let insn = Insn { opcode, dst: 15, src, off, imm };
                assert!(!text(insn).is_empty());
                assert!(!disassemble(&[insn, insn], |_| None).is_empty());
            }
        }
        let cut = [Insn::load_imm64(1, 1)[0]];
        assert_eq!(disassemble(&cut, |_| None)[0].text, ".insn 0x18, 1, 0, 0, 1");
    }
}
