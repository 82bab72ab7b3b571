//! One program of an object, with the functions that it needs behind it.
//!
//! A program's name goes in; instructions that the kernel can load come out, with what `.BTF.ext` says
//! of them. Always holds: a function is there once, and every call leads to the start of one.
//! What libbpf does in `bpf_object__relocate` and `bpf_object__reloc_code` of libbpf.c.

use std::{
    collections::{HashMap, hash_map::Entry},
    os::fd::{AsRawFd, BorrowedFd},
};

use super::{
    LoadError,
    code::{Code, Function, Records, Reference},
    kernel::{Kernel, Symbol},
    other,
};
use crate::{
    btf::ext::Ext,
    insn::{CALL, Insn, Pseudo},
};

/// A program, ready to be loaded.
#[derive(Debug, Default)]
pub(super) struct Linked {
    pub(super) insns: Vec<Insn>,
    /// What is said of it, with places as the kernel counts them; empty tables where the object does
    /// not say it of every function.
    pub(super) records: Records,
}

/// What references are to.
pub(super) struct Targets<'t> {
    /// The descriptor of a map, by name.
    pub(super) map: &'t dyn Fn(&str) -> Option<BorrowedFd<'t>>,
    /// The kernel's own functions and variables.
    pub(super) kernel: &'t Kernel,
    /// Whether only the address of a symbol of the kernel's is wanted, by name.
    pub(super) untyped: &'t dyn Fn(&str) -> bool,
}

/// A call of a weak function that the kernel does not have; the verifier refuses it where it can be
/// reached, and shows this number.
const MISSING_FUNCTION: i32 = 2_002_000_000;

impl Code {
    /// The program called `name`.
    pub(super) fn link(&self, name: &str, ext: &Ext, targets: &Targets<'_>) -> Result<Linked, LoadError> {
        let is_main = |function: &Function| function.name == name;
        let main = self.functions.iter().position(is_main);
        let main = main.ok_or_else(|| other(format!("it has no code for `{name}`")))?;
        let layout = self.layout(main)?;
        let mut linked = Linked::default();
        for index in &layout.order {
            self.append(*index, &layout, targets, &mut linked)?;
        }
        self.records(&layout, ext, &mut linked);
        Ok(linked)
    }

    /// The functions that `main` needs, and where each comes to stand.
    fn layout(&self, main: usize) -> Result<Layout, LoadError> {
        let mut layout = Layout { order: vec![main], at: HashMap::from([(main, 0)]) };
        let (mut end, mut next) = (self.functions[main].insns.len(), 0);
        while let Some(index) = layout.order.get(next).copied() {
            for target in self.targets(index)? {
                if let Entry::Vacant(place) = layout.at.entry(target) {
                    place.insert(end);
                    layout.order.push(target);
                    end += self.functions[target].insns.len();
                }
            }
            next += 1;
        }
        Ok(layout)
    }

    /// The functions that a function calls, or takes the address of.
    fn targets(&self, index: usize) -> Result<Vec<usize>, LoadError> {
        let function = &self.functions[index];
        let mut found = Vec::new();
        for (_, reference) in &function.references {
            if let Reference::Function { section, slot } = reference {
                found.push(self.function(function, *section, *slot)?);
            }
        }
        for (slot, insn) in function.plain_calls() {
            found.push(self.function(function, function.section, function.called(slot, insn))?);
        }
        Ok(found)
    }

    fn function(&self, from: &Function, section: usize, slot: i64) -> Result<usize, LoadError> {
        let found = self.at(section, slot);
        found.ok_or_else(|| other(format!("`{}` calls what is no function", from.name)))
    }

    fn append(
        &self,
        index: usize,
        layout: &Layout,
        targets: &Targets<'_>,
        to: &mut Linked,
    ) -> Result<(), LoadError> {
        let (function, start) = (&self.functions[index], to.insns.len());
        to.insns.extend_from_slice(&function.insns);
        let own = &mut to.insns[start..];
        for (slot, insn) in function.plain_calls() {
            let target = self.function(function, function.section, function.called(slot, insn))?;
            own[slot].imm = layout.distance(start + slot, target);
        }
        for (slot, reference) in &function.references {
            let called = own[*slot].code == CALL;
            let (pseudo, numbers) = match reference {
                Reference::Map(name) => (Pseudo::MapOrCall, (targets.fd(name)?, 0)),
                Reference::Memory { section, offset } => {
                    (Pseudo::ValueOrKernel, (targets.fd(section)?, *offset as i32))
                }
                Reference::Function { section, slot: target } => {
                    let target = self.function(function, *section, *target)?;
                    let pseudo = if called { Pseudo::MapOrCall } else { Pseudo::Function };
                    (pseudo, (layout.distance(start + slot, target), 0))
                }
                Reference::Kernel { name, weak } => targets.kernel(name, *weak, called)?,
            };
            own[*slot].set_source(pseudo);
            own[*slot].imm = numbers.0;
            // What loads 64 bits has the upper half of them in a second instruction.
            if let Some(second) = own.get_mut(slot + 1).filter(|_| !called) {
                second.imm = numbers.1;
            }
        }
        Ok(())
    }

    /// The records of all functions, as the kernel takes them: it counts the places of functions and
    /// lines in instructions, those of relocations in bytes (kernel/bpf/verifier.c, `check_btf_info`).
    fn records(&self, layout: &Layout, ext: &Ext, to: &mut Linked) {
        let all = || layout.order.iter().map(|index| (&self.functions[*index].records, layout.at[index]));
        // It wants each function to have a type and a line where it starts.
        let whole = |of: fn(&Records) -> &Vec<u32>| all().all(|(own, _)| of(own).first() == Some(&0));
        let slots = |place: u32, start: usize| place / Insn::BYTES as u32 + start as u32;
        let bytes = |place: u32, start: usize| place + (start * Insn::BYTES) as u32;
        for (own, start) in all().filter(|_| whole(|own| &own.functions)) {
            ext.functions.append(&own.functions, &mut to.records.functions, |place| slots(place, start));
        }
        for (own, start) in all().filter(|_| whole(|own| &own.lines)) {
            ext.lines.append(&own.lines, &mut to.records.lines, |place| slots(place, start));
        }
        for (own, start) in all() {
            let to = &mut to.records.relocations;
            ext.relocations.append(&own.relocations, to, |place| bytes(place, start));
        }
    }
}

/// Which functions a program has, and the slots where they start.
struct Layout {
    order: Vec<usize>,
    at: HashMap<usize, usize>,
}

impl Layout {
    /// From behind the instruction `from` to the start of the function `target`.
    fn distance(&self, from: usize, target: usize) -> i32 {
        self.at[&target] as i32 - from as i32 - 1
    }
}

impl Function {
    /// The calls within a section, for which there are no relocations.
    pub(crate) fn plain_calls(&self) -> impl Iterator<Item = (usize, Insn)> {
        let referred = |slot: usize| self.references.binary_search_by_key(&slot, |(at, _)| *at).is_ok();
        let all = self.insns.iter().copied().enumerate();
        all.filter(move |(slot, insn)| insn.is_call() && !referred(*slot))
    }

    /// The slot of the section that a call in a slot of the function leads to.
    pub(crate) fn called(&self, slot: usize, insn: Insn) -> i64 {
        (self.start + slot) as i64 + i64::from(insn.imm) + 1
    }
}

impl Targets<'_> {
    fn fd(&self, name: &str) -> Result<i32, LoadError> {
        let found = (self.map)(name).map(|fd| fd.as_raw_fd());
        found.ok_or_else(|| LoadError::NoMap { map: name.into() })
    }

    /// How the kernel is told of its own function or variable.
    fn kernel(&self, name: &str, weak: bool, called: bool) -> Result<(Pseudo, (i32, i32)), LoadError> {
        if !called && (self.untyped)(name) {
            return match self.kernel.address(name)? {
                Some(at) => Ok((Pseudo::None, (at as u32 as i32, (at >> 32) as i32))),
                None if weak => Ok((Pseudo::None, (0, 0))),
                None => Err(LoadError::Symbol { name: name.into(), why: "it has no such symbol".into() }),
            };
        }
        let kind = if called { Symbol::Function } else { Symbol::Any };
        match self.kernel.find(name, kind)? {
            Some(id) if called => Ok((Pseudo::ValueOrKernel, (id as i32, 0))),
            Some(id) => Ok((Pseudo::BtfId, (id as i32, 0))),
            None if weak && called => Ok((Pseudo::None, (MISSING_FUNCTION, 0))),
            None if weak => Ok((Pseudo::None, (0, 0))),
            None if called => Err(LoadError::NoFunction { name: name.into() }),
            None => Err(LoadError::NoVariable { name: name.into() }),
        }
    }
}
