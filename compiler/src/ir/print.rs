//! SSA as text, which [`super::parse`] reads.

use std::fmt::Write;

use super::{Block, Edge, Function, Graph, Inst, Module, Op, Terminator, Type, Value};

/// Prints all functions of a module.
pub fn print(module: &Module) -> String {
    let mut out = String::new();
    for (id, map) in module.maps.iter() {
        let _ = writeln!(out, "{id} = {} key {} value {}", map.symbol, map.key_size, map.value_size);
    }
    for (id, global) in module.globals.iter() {
        let _ = writeln!(out, "{id} = {} size {}", global.symbol, global.size);
    }
    for function in &module.functions {
        Printer { f: function, out: &mut out }.function();
    }
    out
}

struct Printer<'a> {
    f: &'a Function,
    out: &'a mut String,
}

/// A type's name in the text form.
fn ty(ty: Type) -> String {
    match ty {
        Type::I32 => "i32".into(),
        Type::I64 => "i64".into(),
        Type::Ptr(region) => format!("ptr.{}", region.name()),
    }
}

impl Printer<'_> {
    fn function(&mut self) {
        let _ = writeln!(self.out, "\nfunction {} {{", self.f.name);
        for (slot, data) in self.f.slots.iter() {
            let _ = writeln!(self.out, "  {slot} = slot {} align {}", data.size, data.align);
        }
        for (asm, code) in self.f.asms.iter() {
            let picked = [(code.dst, " dst"), (code.src, " src")].into_iter().filter(|(picked, _)| *picked);
            let picked: String = picked.map(|(_, name)| name).collect();
            let insns = code
                .insns
                .iter()
                .map(|(i, _)| format!(" {} {} {} {} {}", i.opcode, i.dst, i.src, i.off, i.imm));
            let _ = writeln!(self.out, "  {asm} = raw{picked}{}", insns.collect::<Vec<_>>().join(","));
        }
        for block in Graph::new(self.f).order() {
            self.block(*block);
        }
        self.out.push_str("}\n");
    }

    fn block(&mut self, block: Block) {
        let params: Vec<_> = self.f.params(block).iter().map(|v| self.typed(*v)).collect();
        let _ = match params.is_empty() {
            true => writeln!(self.out, "{block}:"),
            false => writeln!(self.out, "{block}({}):", params.join(", ")),
        };
        for inst in self.f.insts(block) {
            self.inst(*inst);
        }
        let end = match self.f.end(block) {
            Terminator::Open => "open".into(),
            Terminator::Jump(edge) => format!("jump {}", self.edge(edge)),
            Terminator::Branch(cond, a, b, then, otherwise) => {
                let (then, otherwise) = (self.edge(then), self.edge(otherwise));
                format!("branch {} {a}, {b}, {then}, {otherwise}", cond.name())
            }
            Terminator::Return(value) => format!("return {value}"),
        };
        let _ = writeln!(self.out, "  {end}");
    }

    fn typed(&self, value: Value) -> String {
        format!("{value}: {}", ty(self.f.ty(value)))
    }

    fn edge(&self, edge: &Edge) -> String {
        let args: Vec<_> = edge.args.iter().map(Value::to_string).collect();
        match args.is_empty() {
            true => edge.block.to_string(),
            false => format!("{}({})", edge.block, args.join(", ")),
        }
    }

    fn inst(&mut self, inst: Inst) {
        let text = match self.f.op(inst) {
            Op::Const(value) => format!("const {value}"),
            Op::Binary(op, a, b) => format!("{} {a}, {b}", op.name()),
            Op::Compare(cond, a, b) => format!("cmp.{} {a}, {b}", cond.name()),
            Op::Zext(a) => format!("zext {a}"),
            Op::Sext(a) => format!("sext {a}"),
            Op::Trunc(a) => format!("trunc {a}"),
            Op::SextLow(bits, a) => format!("sextlow.{bits} {a}"),
            Op::Swap(bytes, a) => format!("swap.{bytes} {a}"),
            Op::Advance(a, b) => format!("advance {a}, {b}"),
            Op::Distance(a, b) => format!("distance {a}, {b}"),
            Op::SlotAddr(slot) => format!("addr {slot}"),
            Op::GlobalAddr(global) => format!("addr {global}"),
            Op::FuncAddr(func) => format!("addr {func}"),
            Op::KsymAddr(ksym) => format!("addr {ksym}"),
            Op::Apart(a) => format!("apart {a}"),
            Op::Same(a) => format!("same {a}"),
            Op::Arena(a) => format!("arena {a}"),
            Op::UseMap(map) => format!("use {map}"),
            Op::Core(core, answer) => format!("ask {core} {answer}"),
            Op::MapAddr(map) => format!("addr {map}"),
            Op::Load { bytes, ptr, offset } => format!("load.{bytes} {ptr}, {offset}"),
            Op::Store { bytes, ptr, offset, value } => format!("store.{bytes} {ptr}, {offset}, {value}"),
            Op::Atomic { op, bytes, ptr, offset, value, fetch } => {
                let kind = if *fetch { "fetch" } else { "atomic" };
                format!("{kind}.{}.{bytes} {ptr}, {offset}, {value}", op.name())
            }
            Op::CompareExchange { bytes, ptr, offset, old, new } => {
                format!("cmpxchg.{bytes} {ptr}, {offset}, {old}, {new}")
            }
            Op::Kfunc(kfunc, args) => {
                let args: Vec<_> = args.iter().map(|v| v.to_string()).collect();
                format!("kcall {kfunc}({})", args.join(", "))
            }
            Op::Asm(asm, args) => {
                let args: Vec<_> = args.iter().map(|v| v.to_string()).collect();
                format!("asm {asm}({})", args.join(", "))
            }
            Op::Call(helper, args) => {
                let args: Vec<_> = args.iter().map(|v| v.to_string()).collect();
                format!("call {helper}({})", args.join(", "))
            }
            Op::CallFunction(func, args) => {
                let args: Vec<_> = args.iter().map(|v| v.to_string()).collect();
                format!("invoke {func}({})", args.join(", "))
            }
        };
        let _ = match self.f.result(inst) {
            Some(value) => writeln!(self.out, "  {} = {text}", self.typed(value)),
            None => writeln!(self.out, "  {text}"),
        };
    }
}
