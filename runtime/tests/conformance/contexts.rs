//! Fields of contexts and sockets, and packets.

use std::os::fd::AsRawFd;

use bpfl_compiler::bpf::{
    insn::{Insn, Operand},
    opcode::{AluOp, JmpOp, Size, Width},
};
use bpfl_stdlib::catalog::{
    attach,
    context::{self, Field, Kind, SOCK_COMMON, Struct},
    facts::{self, Access, Hook, Packet},
    helper, map,
    program::ProgramType,
    set::Widths,
};

use crate::{
    kernel::{Trial, make_map},
    tally::Tally,
};

fn size(width: u32) -> Size {
    match width {
        1 => Size::B,
        2 => Size::H,
        4 => Size::W,
        _ => Size::D,
    }
}

fn load(dst: u8, field: &Field) -> Insn {
    Insn::load(size(field.width), dst, 1, field.offset as i16)
}

fn leave(hook: Hook) -> [Insn; 2] {
    [Insn::mov_imm(0, hook.verdict()), Insn::exit()]
}

/// Puts what the access starts from into register 1, or leaves when it is null.
fn approach(access: &Access, code: &mut Vec<Insn>) {
    let Some(pointer) = access.through else { return };
    code.push(load(1, pointer));
    code.push(Insn::jump(Width::W64, JmpOp::Ne, 1, Operand::Imm(0), 2));
    code.extend(leave(access.hook));
}

fn attempt(access: &Access, write: bool) -> Result<(), String> {
    let mut code = Vec::with_capacity(8);
    approach(access, &mut code);
    let (size, offset) = (size(access.width), access.offset as i16);
    if write {
        code.extend([Insn::mov_imm(2, 0), Insn::store(size, 1, offset, 2)]);
    } else {
        code.push(Insn::load(size, 2, 1, offset));
    }
    code.extend(leave(access.hook));
    Trial::new(access.hook, &code).load()
}

/// Whether a socket pointer must be tested before use.
fn compare_null(tally: &mut Tally, hook: Hook, pointer: &Field, nullable: bool) {
    let family = SOCK_COMMON.field("family").map_or(0, |field| field.offset);
    let verdict = Trial::new(hook, &reach(hook, &[load(1, pointer)], (family, 4), false)).load();
    tally.cell(!nullable, &verdict, || format!("{hook:?}: {} used without a test", pointer.name));
}

/// Every socket pointer of every context.
pub fn compare_nulls(tally: &mut Tally) {
    for hook in facts::hooks() {
        for field in context::fields(hook.ty) {
            let rights = field.rights(hook.ty, hook.attach);
            let Kind::Sock { nullable, .. } = field.kind else { continue };
            if rights.reads() && tally.has(rights.since) {
                compare_null(tally, hook, field, nullable);
            }
        }
    }
}

/// Every access of the catalogue, read and write.
pub fn compare(tally: &mut Tally) {
    for access in facts::accesses() {
        let since = access.rights.since.max(access.hook.ty.row().since);
        if !tally.has(since.max(access.hook.attach.map_or(since, |attach| attach.since))) {
            continue;
        }
        for (write, expected) in [(false, access.read), (true, access.write)] {
            let verdict = attempt(&access, write);
            tally.cell(expected, &verdict, || describe(&access, write));
        }
    }
}

fn describe(access: &Access, write: bool) -> String {
    format!(
        "{} {} {}: {} {} bytes at {}->{}+{}",
        access.hook.ty.row().c_name,
        access.hook.attach_name(),
        if write { "write" } else { "read" },
        access.via(),
        access.width,
        access.via(),
        access.field.name,
        access.offset - access.field.offset,
    )
}

/// Where the sweep over a context's bytes ends.
const SWEEP: u32 = 256;

/// Every aligned access to the first bytes of every context, padding and gaps too.
pub fn sweep(tally: &mut Tally) {
    for hook in facts::hooks() {
        let Some(context) = context::of(hook.ty) else { continue };
        if !tally.has(hook.attach.map_or(hook.ty.row().since, |attach| attach.since)) {
            continue;
        }
        for width in Widths::ALL.iter() {
            for offset in (0..SWEEP).step_by(width as usize) {
                let (read, write) = context.access(hook.ty, hook.attach, offset, width);
                for (write, expected) in [(false, read), (true, write)] {
                    let verdict = Trial::new(hook, &reach(hook, &[], (offset, width), write)).load();
                    tally.cell(expected, &verdict, || {
                        format!("{hook:?}: {width} bytes at offset {offset} (write: {write})")
                    });
                }
            }
        }
    }
}

/// Reads or writes bytes behind the pointer that `before` leaves in register 1.
fn reach(hook: Hook, before: &[Insn], (offset, width): (u32, u32), write: bool) -> Vec<Insn> {
    let (size, offset) = (size(width), offset as i16);
    let mut code = before.to_vec();
    match write {
        true => code.extend([Insn::mov_imm(2, 0), Insn::store(size, 1, offset, 2)]),
        false => code.push(Insn::load(size, 2, 1, offset)),
    }
    code.extend(leave(hook));
    code
}

/// The structs that helpers and fields other than `sk` lead to.
pub fn compare_structs(tally: &mut Tally) {
    let getsockopt = Hook { ty: ProgramType::CgroupSockopt, attach: Some(&attach::CGROUP_GETSOCKOPT) };
    let tcp_sock = helper::find("tcp_sock").map_or(0, |row| row.id as i32);
    let mut tcp = vec![Insn::load(Size::D, 1, 1, 0), Insn::call_helper(tcp_sock), Insn::mov(1, 0)];
    tcp.push(Insn::jump(Width::W64, JmpOp::Ne, 1, Operand::Imm(0), 2));
    tcp.extend(leave(getsockopt));
    compare_struct(tally, &context::TCP_SOCK, getsockopt, &tcp);
    let dissector = Hook { ty: ProgramType::FlowDissector, attach: Some(&attach::FLOW_DISSECTOR) };
    compare_struct(tally, &context::FLOW_KEYS, dissector, &[Insn::load(Size::D, 1, 1, 144)]);
    compare_xdp_socket(tally);
}

/// What a lookup in an xskmap leads to.
fn compare_xdp_socket(tally: &mut Tally) {
    let xdp = Hook { ty: ProgramType::Xdp, attach: Some(&attach::XDP) };
    let lookup = helper::find("map_lookup_elem").map_or(0, |row| row.id as i32);
    let Some(Ok(map)) = map::find("xskmap").map(|kind| make_map(kind.number, 4, 4, 1, 0)) else {
        return tally.cell(true, &Err("no map".into()), || "xskmap".into());
    };
    let mut found = Insn::load_map(1, map.as_raw_fd()).to_vec();
    found.extend([Insn::store_imm(Size::W, 10, -4, 0), Insn::mov(2, 10)]);
    found.extend([Insn::alu64(AluOp::Add, 2, Operand::Imm(-4)), Insn::call_helper(lookup), Insn::mov(1, 0)]);
    found.push(Insn::jump(Width::W64, JmpOp::Ne, 1, Operand::Imm(0), 2));
    found.extend(leave(xdp));
    compare_struct(tally, &context::XDP_SOCK, xdp, &found);
}

fn compare_struct(tally: &mut Tally, of: &'static Struct, hook: Hook, before: &[Insn]) {
    for field in of.named() {
        let rights = field.rights(hook.ty, hook.attach);
        if !tally.has(rights.since) {
            continue;
        }
        // Half a read of these 8 bytes makes the kernel complain of itself.
        let whole = matches!(field.name, "bytes_received" | "bytes_acked");
        for (offset, width) in field.accesses().filter(|(_, width)| !whole || *width != 4) {
            for (write, shape) in [(false, rights.read), (true, rights.write)] {
                let verdict = Trial::new(hook, &reach(hook, before, (offset, width), write)).load();
                tally.cell(field.allows(shape, offset, width), &verdict, || {
                    format!("{}.{}: {width} bytes at {offset} (write: {write})", of.name, field.name)
                });
            }
        }
    }
}

/// `r5` is read or written 0 bytes into a packet that has at least 8.
fn attempt_packet(packet: &Packet, write: bool) -> Result<(), String> {
    let mut code = vec![load(2, packet.begin), load(3, packet.end), Insn::mov(4, 2)];
    code.push(Insn::alu64(AluOp::Add, 4, Operand::Imm(8)));
    code.push(Insn::jump(Width::W64, JmpOp::Le, 4, Operand::Reg(3), 2));
    code.extend(leave(packet.hook));
    if write {
        code.extend([Insn::mov_imm(5, 0), Insn::store(size(packet.width), 2, 0, 5)]);
    } else {
        code.push(Insn::load(size(packet.width), 5, 2, 0));
    }
    code.extend(leave(packet.hook));
    Trial::new(packet.hook, &code).load()
}

/// Every packet pointer, at every width, read and write.
pub fn compare_packets(tally: &mut Tally) {
    for packet in facts::packets() {
        let since = packet.begin.rights(packet.hook.ty, packet.hook.attach).since;
        if !tally.has(since.max(packet.hook.attach.map_or(since, |attach| attach.since))) {
            continue;
        }
        for (write, expected) in [(false, packet.read), (true, packet.write)] {
            let verdict = attempt_packet(&packet, write);
            tally.cell(expected, &verdict, || format!("{packet:?} (write: {write})"));
        }
    }
}
