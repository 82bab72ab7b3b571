//! HIR as text: each expression with its type, for `--emit=hir`.

use std::fmt::Write;

use super::{ExprId, ExprKind, Module, VarId};
use crate::names::Names;

/// Prints a module's maps and programs.
pub fn print(names: &Names, module: &Module) -> String {
    let mut printer = Printer { names, m: module, out: String::new() };
    for map in module.maps.values() {
        let (key, value) = (module.types.display(map.key), module.types.display(map.value));
        let (symbol, kind, entries) = (&map.symbol, map.kind.name, map.max_entries);
        let _ = writeln!(printer.out, "map {symbol}: {kind} of {entries}, {key} -> {value}");
    }
    for program in module.programs.values() {
        let (symbol, section) = (&program.symbol, &program.section_name);
        let _ = write!(printer.out, "\nprogram {symbol} in {section}, licence {}", program.license);
        printer.expr(program.body, 1);
        printer.out.push('\n');
    }
    for function in module.functions.values() {
        let params = function.params.iter();
        let params: Vec<_> = params
            .map(|var| format!("{}: {}", printer.var(*var), module.types.display(module.vars[*var].ty)))
            .collect();
        let _ = write!(printer.out, "\nfunction {}({})", function.symbol, params.join(", "));
        printer.expr(function.body, 1);
        printer.out.push('\n');
    }
    printer.out
}

struct Printer<'a> {
    names: &'a Names,
    m: &'a Module,
    out: String,
}

impl Printer<'_> {
    fn expr(&mut self, id: ExprId, depth: usize) {
        let expr = &self.m.exprs[id];
        let (head, operands) = self.parts(&expr.kind);
        let _ = write!(self.out, "\n{:indent$}{head}", "", indent = depth * 2);
        let _ = write!(self.out, " : {}", self.m.types.display(expr.ty));
        for (label, operand) in operands {
            if let Some(label) = label {
                let _ = write!(self.out, "\n{:indent$}{label} =", "", indent = (depth + 1) * 2);
            }
            let deeper = depth + if label_is_some(&self.out) { 2 } else { 1 };
            stacker::maybe_grow(64 * 1024, 1024 * 1024, || self.expr(operand, deeper));
        }
    }

    fn var(&self, var: VarId) -> String {
        match self.m.vars[var].name {
            Some(name) => format!("{}.{var}", self.names.text(name)),
            None => var.to_string(),
        }
    }

    /// What an expression is called, and its operands, those that bind with the variable's name.
    fn parts(&self, kind: &ExprKind) -> (String, Vec<(Option<String>, ExprId)>) {
        use ExprKind as K;
        let plain = |ids: &[ExprId]| ids.iter().map(|id| (None, *id)).collect::<Vec<_>>();
        match kind {
            K::Error => ("error".into(), vec![]),
            K::Int(value) => (value.to_string(), vec![]),
            K::Var(var) => (self.var(*var), vec![]),
            K::AddressOf(var) => (format!("address-of {}", self.var(*var)), vec![]),
            K::Seq(exprs) => ("progn".into(), plain(exprs)),
            K::Let(bindings, body) => {
                let mut parts: Vec<_> =
                    bindings.iter().map(|(var, init)| (Some(self.var(*var)), *init)).collect();
                parts.push((None, *body));
                ("let".into(), parts)
            }
            K::Assign(var, value) => (format!("assign {}", self.var(*var)), plain(&[*value])),
            K::If(a, b, c) => ("if".into(), plain(&[*a, *b, *c])),
            K::And(tests) => ("and".into(), plain(tests)),
            K::Or(tests) => ("or".into(), plain(tests)),
            K::Not(a) => ("not".into(), plain(&[*a])),
            K::Binary(op, a, b) => (format!("{op:?}").to_lowercase(), plain(&[*a, *b])),
            K::Swap(bytes, a) => (format!("swap {bytes}"), plain(&[*a])),
            K::Compare(op, a, b) => (format!("compare {op:?}").to_lowercase(), plain(&[*a, *b])),
            K::Convert(a) => ("convert".into(), plain(&[*a])),
            K::Dotimes { var, bound, body, .. } => {
                (format!("dotimes {}", self.var(*var)), plain(&[*bound, *body]))
            }
            K::Unrolled(rounds) => ("unrolled".into(), plain(rounds)),
            K::Break => ("break".into(), vec![]),
            K::Continue => ("continue".into(), vec![]),
            K::Block(label, body) => (format!("block {label}"), plain(&[*body])),
            K::Leave(label, value) => (format!("leave {label}"), plain(&[*value])),
            K::Return(a) => ("return".into(), plain(&[*a])),
            K::Ctx => ("ctx".into(), vec![]),
            K::Load(ptr, offset) => (format!("load at {offset}"), plain(&[*ptr])),
            K::Store(ptr, offset, value) => (format!("store at {offset}"), plain(&[*ptr, *value])),
            K::Advance(ptr, by) => ("advance".into(), plain(&[*ptr, *by])),
            K::Distance(a, b) => ("distance".into(), plain(&[*a, *b])),
            K::Atomic { op, ptr, offset, value, .. } => {
                (format!("atomic {op:?} at {offset}").to_lowercase(), plain(&[*ptr, *value]))
            }
            K::CompareExchange { ptr, offset, old, new } => {
                (format!("compare-exchange at {offset}"), plain(&[*ptr, *old, *new]))
            }
            K::Ksym(ksym) => (format!("ksym {}", self.m.ksyms[*ksym].symbol), vec![]),
            K::Global(global) => (format!("global {}", self.m.globals[*global].symbol), vec![]),
            K::Make(id, fields) => {
                let fields = fields.iter().map(|(offset, value)| (Some(format!("+{offset}")), *value));
                (format!("make {}", self.m.types.structs[*id].name), fields.collect())
            }
            K::Copy(ptr) => ("copy".into(), plain(&[*ptr])),
            K::Fill { ptr, byte, bytes, .. } => (format!("fill {bytes}"), plain(&[*ptr, *byte])),
            K::CopyBytes { to, from, bytes } => (format!("copy-bytes {bytes}"), plain(&[to.0, from.0])),
            K::CompareBytes { a, b, bytes } => (format!("compare-bytes {bytes}"), plain(&[a.0, b.0])),
            K::CompareText { a, text } => {
                (format!("compare-text {:?}", String::from_utf8_lossy(text)), plain(&[a.0]))
            }
            K::Core(core) => (format!("core {}", self.m.cores[*core].answer), vec![]),
            K::ProbeRead(address) => ("probe-read".into(), plain(&[*address])),
            K::Map(map) => (format!("map {}", self.m.maps[map.map].symbol), vec![]),
            K::FunctionAddress(id) => (format!("address {}", self.m.functions[*id].symbol), vec![]),
            K::Slot(value) => ("slot".into(), plain(&[*value])),
            K::Kfunc(kfunc, args) => (format!("call {}", self.m.kfuncs[*kfunc].symbol), plain(args)),
            K::Asm(code, args) => (format!("asm {}", code.insns.len()), plain(args)),
            K::Call(helper, args) => (format!("call {}", helper.name), plain(args)),
            K::CallFunction(id, args) => (format!("call {}", self.m.functions[*id].symbol), plain(args)),
            K::Callback { helper, args, function } => {
                (format!("call {} with {}", helper.name, self.m.functions[*function].symbol), plain(args))
            }
            K::MapRead(map, key) => (format!("getmap {}", self.m.maps[map.map].symbol), plain(&[*key])),
            K::MapWrite(map, key, value) => {
                (format!("setmap {}", self.m.maps[map.map].symbol), plain(&[*key, *value]))
            }
            K::MapAdd { map, key, delta, .. } => {
                (format!("incmap {}", self.m.maps[map.map].symbol), plain(&[*key, *delta]))
            }
        }
    }
}

/// Whether the last thing written was a binding's name.
fn label_is_some(out: &str) -> bool {
    out.ends_with('=')
}
