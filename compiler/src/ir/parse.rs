//! Reads the text that [`super::print`] writes. For tests: an IR program is easier to write than
//! a source program that happens to become it. Values and blocks are numbered anew.

use std::collections::HashMap;

use bpfl_stdlib::catalog::map::Rights;

use super::{
    Args, Asm, AsmId, Atomic, Binary, Block, Cond, Edge, Func, Function, GlobalInfo, MapInfo, Module, Op,
    Region, SlotData, Terminator, Type, Value,
};
use crate::{
    arena::Entity,
    bpf::raw::Raw,
    hir::{CoreId, GlobalId, KfuncId, KsymId, MapId},
    ir::Slot,
    source::Span,
};

/// Why a text is not SSA.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("line {line}: {message}")]
pub struct ParseError {
    /// The line, from 1.
    pub line: usize,
    /// What is wrong.
    pub message: String,
}

/// Reads a module.
pub fn parse(text: &str) -> Result<Module, ParseError> {
    let mut module = Module::default();
    let mut lines = text.lines().enumerate().map(|(i, line)| (i + 1, line.trim()));
    while let Some((line, text)) = lines.next() {
        let words = words(text);
        match words[..] {
            [] => {}
            [_, "=", symbol, "key", key, "value", value] => {
                let number = |text: &str| text.parse().map_err(|_| error(line, "this is not a size"));
                let (key_size, value_size) = (number(key)?, number(value)?);
                module.maps.push(MapInfo {
                    symbol: symbol.into(),
                    key_size,
                    value_size,
                    flags: 0,
                    rights: Rights::ALL,
                    span: Span::default(),
                    sealed: Vec::new(),
                });
            }
            [_, "=", symbol, "size", size] => {
                let size = size.parse().map_err(|_| error(line, "this is not a size"))?;
                module.globals.push(GlobalInfo { symbol: symbol.into(), size, align: 8, read_only: false });
            }
            ["function", name, "{"] => {
                let body: Vec<_> = lines.by_ref().take_while(|(_, line)| *line != "}").collect();
                module.functions.push(Reader::read(name, &body)?);
            }
            _ => return Err(error(line, "a map or a function is wanted here")),
        }
    }
    Ok(module)
}

fn error(line: usize, message: impl Into<String>) -> ParseError {
    ParseError { line, message: message.into() }
}

/// A line's words; parentheses, commas and colons only separate.
fn words(line: &str) -> Vec<&str> {
    line.split([' ', ',', '(', ')', ':']).filter(|word| !word.is_empty()).collect()
}

struct Reader {
    f: Function,
    values: HashMap<String, Value>,
    blocks: HashMap<String, Block>,
    line: usize,
}

type Result<T, E = ParseError> = std::result::Result<T, E>;

impl Reader {
    fn read(name: &str, lines: &[(usize, &str)]) -> Result<Function> {
        let mut reader =
            Self { f: Function::new(name), values: HashMap::new(), blocks: HashMap::new(), line: 0 };
        for (_, line) in lines.iter().filter(|(_, line)| line.ends_with(':')) {
            let block = reader.f.add_block();
            reader.blocks.insert(words(line)[0].into(), block);
        }
        let mut current = None;
        for (number, line) in lines {
            reader.line = *number;
            if line.ends_with(':') {
                current = Some(reader.label(&words(line))?);
            } else {
                reader.statement(current, line)?;
            }
        }
        if reader.f.block_count() == 0 {
            return Err(reader.wrong("a function needs a block"));
        }
        Ok(reader.f)
    }

    fn wrong(&self, message: impl Into<String>) -> ParseError {
        error(self.line, message)
    }

    fn label(&mut self, words: &[&str]) -> Result<Block> {
        let block = self.block(words[0])?;
        for param in words[1..].chunks(2) {
            let [name, ty] = param else { return Err(self.wrong("a parameter needs a type")) };
            let ty = self.ty(ty)?;
            let value = self.f.add_param(block, ty);
            self.values.insert((*name).into(), value);
        }
        Ok(block)
    }

    fn statement(&mut self, block: Option<Block>, line: &str) -> Result<()> {
        let (target, rest) = match line.split_once(" = ") {
            Some((target, rest)) => (Some(words(target)), words(rest)),
            None => (None, words(line)),
        };
        if let (Some([slot]), ["slot", size, "align", align]) = (target.as_deref(), &rest[..]) {
            let data =
                SlotData { size: self.number(size)?, align: self.number(align)?, span: Span::default() };
            let made = self.f.slots.push(data);
            return match made.to_string() == *slot {
                true => Ok(()),
                false => Err(self.wrong("slots are numbered from s0")),
            };
        }
        if let (Some([_]), ["raw", picked @ ..]) = (target.as_deref(), &rest[..]) {
            return self.raw(picked);
        }
        let Some(block) = block else { return Err(self.wrong("an instruction needs a block")) };
        if target.is_none() && self.terminator(block, &rest, line)? {
            return Ok(());
        }
        let op = self.op(&rest)?;
        match target.as_deref() {
            Some([name, ty]) => {
                let ty = self.ty(ty)?;
                if let Some(value) = self.f.append(block, op, Some(ty), Span::default()) {
                    self.values.insert((*name).into(), value);
                }
            }
            Some(_) => return Err(self.wrong("a result needs a type")),
            None => {
                self.f.append(block, op, None, Span::default());
            }
        }
        Ok(())
    }

    /// `raw [dst] [src] opcode dst src off imm, …`
    fn raw(&mut self, words: &[&str]) -> Result<()> {
        let start = words.iter().take_while(|word| matches!(**word, "dst" | "src")).count();
        let (picked, fields) = words.split_at(start);
        let mut insns = Vec::new();
        for insn in fields.chunks(5) {
            let [opcode, dst, src, off, imm] = insn else {
                return Err(self.wrong("an instruction has five fields"));
            };
            let (opcode, dst, src) = (self.number(opcode)?, self.number(dst)?, self.number(src)?);
            let raw = Raw { opcode, dst, src, off: self.number(off)?, imm: self.number(imm)? };
            insns.push((raw, Span::default()));
        }
        self.f.asms.push(Asm { insns, dst: picked.contains(&"dst"), src: picked.contains(&"src") });
        Ok(())
    }

    fn terminator(&mut self, block: Block, words: &[&str], line: &str) -> Result<bool> {
        let end = match words {
            ["jump", ..] => Terminator::Jump(self.edges(line, "jump")?.remove(0)),
            ["branch", cond, a, b, ..] => {
                let cond = Cond::named(cond).ok_or_else(|| self.wrong("no such comparison"))?;
                let (a, b) = (self.value(a)?, self.value(b)?);
                let mut edges = self.edges(line, "branch")?;
                if edges.len() < 4 {
                    return Err(self.wrong("a branch goes to two blocks"));
                }
                let otherwise = edges.remove(3);
                Terminator::Branch(cond, a, b, edges.remove(2), otherwise)
            }
            ["return", value] => Terminator::Return(self.value(value)?),
            _ => return Ok(false),
        };
        self.f.set_end(block, end, Span::default());
        Ok(true)
    }

    /// The comma-separated operands after `head`; those that are no block become the entry.
    fn edges(&self, line: &str, head: &str) -> Result<Vec<Edge>> {
        let mut edges = Vec::new();
        let mut rest = line.trim_start_matches(head);
        if head == "branch" {
            rest = rest.trim_start().split_once(' ').map_or("", |(_, rest)| rest);
            edges.push(Edge::to(self.f.entry()));
            edges.push(Edge::to(self.f.entry()));
            for _ in 0..2 {
                rest = rest.split_once(',').map_or("", |(_, rest)| rest);
            }
        }
        let mut rest = rest.trim();
        while !rest.is_empty() {
            let name_end = rest.find(['(', ',']).unwrap_or(rest.len());
            let block = self.block(rest[..name_end].trim())?;
            let mut args = Vec::new();
            let mut end = name_end;
            if rest[name_end..].starts_with('(') {
                end = rest.find(')').ok_or_else(|| self.wrong("a parenthesis is missing"))?;
                args =
                    words(&rest[name_end..end]).into_iter().map(|w| self.value(w)).collect::<Result<_>>()?;
                end += 1;
            }
            edges.push(Edge { block, args });
            rest = rest[end..].trim_start_matches(',').trim();
        }
        if edges.is_empty() { Err(self.wrong("a block is wanted here")) } else { Ok(edges) }
    }

    fn op(&self, words: &[&str]) -> Result<Op> {
        let unknown = || self.wrong(format!("no such instruction: {}", words.join(" ")));
        let (head, operands) = words.split_first().ok_or_else(unknown)?;
        let parts: Vec<_> = head.split('.').collect();
        let values = |range: &[&str]| range.iter().map(|w| self.value(w)).collect::<Result<Vec<_>>>();
        Ok(match (&parts[..], operands) {
            (["const"], [value]) => Op::Const(self.number(value)?),
            (["cmp", cond], [a, b]) => {
                Op::Compare(Cond::named(cond).ok_or_else(unknown)?, self.value(a)?, self.value(b)?)
            }
            (["zext"], [a]) => Op::Zext(self.value(a)?),
            (["sext"], [a]) => Op::Sext(self.value(a)?),
            (["trunc"], [a]) => Op::Trunc(self.value(a)?),
            (["sextlow", bits], [a]) => Op::SextLow(self.number(bits)?, self.value(a)?),
            (["swap", bytes], [a]) => Op::Swap(self.number(bytes)?, self.value(a)?),
            (["ask"], [core, answer]) => match core.strip_prefix("core").map(str::parse) {
                Some(Ok(index)) => Op::Core(CoreId::new(index), self.number(answer)?),
                _ => return Err(unknown()),
            },
            (["advance"], [a, b]) => Op::Advance(self.value(a)?, self.value(b)?),
            (["distance"], [a, b]) => Op::Distance(self.value(a)?, self.value(b)?),
            (["addr"], [what]) => self.address(what)?,
            (["apart"], [a]) => Op::Apart(self.value(a)?),
            (["same"], [a]) => Op::Same(self.value(a)?),
            (["arena"], [a]) => Op::Arena(self.value(a)?),
            (["use"], [what]) => match self.address(what)? {
                Op::MapAddr(map) => Op::UseMap(map),
                _ => return Err(unknown()),
            },
            (["load", bytes], [ptr, offset]) => {
                Op::Load { bytes: self.number(bytes)?, ptr: self.value(ptr)?, offset: self.number(offset)? }
            }
            (["store", bytes], [ptr, offset, value]) => Op::Store {
                bytes: self.number(bytes)?,
                ptr: self.value(ptr)?,
                offset: self.number(offset)?,
                value: self.value(value)?,
            },
            ([kind @ ("atomic" | "fetch"), op, bytes], [ptr, offset, value]) => Op::Atomic {
                op: Atomic::named(op).ok_or_else(unknown)?,
                bytes: self.number(bytes)?,
                ptr: self.value(ptr)?,
                offset: self.number(offset)?,
                value: self.value(value)?,
                fetch: *kind == "fetch",
            },
            (["cmpxchg", bytes], [ptr, offset, old, new]) => Op::CompareExchange {
                bytes: self.number(bytes)?,
                ptr: self.value(ptr)?,
                offset: self.number(offset)?,
                old: self.value(old)?,
                new: self.value(new)?,
            },
            (["call"], [helper, args @ ..]) => Op::Call(self.number(helper)?, Args::new(&values(args)?)),
            (["invoke"], [func, args @ ..]) => match func.strip_prefix("fn").map(str::parse) {
                Some(Ok(index)) => Op::CallFunction(Func::new(index), Args::new(&values(args)?)),
                _ => return Err(unknown()),
            },
            (["asm"], [asm, args @ ..]) => match asm.strip_prefix("asm").map(str::parse) {
                Some(Ok(index)) if index < self.f.asms.len() => {
                    Op::Asm(AsmId::new(index), Args::new(&values(args)?))
                }
                _ => return Err(unknown()),
            },
            (["kcall"], [kfunc, args @ ..]) => match kfunc.strip_prefix("kfunc").map(str::parse) {
                Some(Ok(index)) => Op::Kfunc(KfuncId::new(index), Args::new(&values(args)?)),
                _ => return Err(unknown()),
            },
            ([name], [a, b]) => {
                Op::Binary(Binary::named(name).ok_or_else(unknown)?, self.value(a)?, self.value(b)?)
            }
            _ => return Err(unknown()),
        })
    }

    fn address(&self, what: &str) -> Result<Op> {
        let index = |text: &str| text.parse::<usize>().ok();
        if let Some(global) = what.strip_prefix("global").and_then(index) {
            return Ok(Op::GlobalAddr(GlobalId::new(global)));
        }
        if let Some(ksym) = what.strip_prefix("ksym").and_then(index) {
            return Ok(Op::KsymAddr(KsymId::new(ksym)));
        }
        if let Some(func) = what.strip_prefix("fn").and_then(index) {
            return Ok(Op::FuncAddr(Func::new(func)));
        }
        match (what.strip_prefix("map").and_then(index), what.strip_prefix('s').and_then(index)) {
            (Some(map), _) => Ok(Op::MapAddr(MapId::new(map))),
            (_, Some(slot)) if slot < self.f.slots.len() => Ok(Op::SlotAddr(Slot::new(slot))),
            _ => Err(self.wrong(format!("{what} is neither a slot nor a map"))),
        }
    }

    fn number<T: std::str::FromStr>(&self, text: &str) -> Result<T> {
        text.parse().map_err(|_| self.wrong(format!("{text} is not a number here")))
    }

    fn value(&self, name: &str) -> Result<Value> {
        self.values.get(name).copied().ok_or_else(|| self.wrong(format!("there is no value {name}")))
    }

    fn block(&self, name: &str) -> Result<Block> {
        self.blocks.get(name).copied().ok_or_else(|| self.wrong(format!("there is no block {name}")))
    }

    fn ty(&self, name: &str) -> Result<Type> {
        match name {
            "i32" => Ok(Type::I32),
            "i64" => Ok(Type::I64),
            _ => name
                .strip_prefix("ptr.")
                .and_then(Region::named)
                .map(Type::Ptr)
                .ok_or_else(|| self.wrong(format!("there is no type {name}"))),
        }
    }
}
