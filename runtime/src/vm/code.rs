//! An object's functions with their references resolved, ready to be run.

use std::collections::HashMap;

use crate::{
    insn::Insn,
    load::code::{Code, Reference},
};

/// What an instruction refers to.
#[derive(Clone, Debug)]
pub(super) enum Target {
    /// An address or a handle.
    Value(u64),
    /// A function of the object, by its place in the list.
    Function(usize),
    /// Something of the kernel's, which is not here.
    Kernel(String),
}

/// A function.
#[derive(Debug)]
pub(super) struct Function {
    pub(super) name: String,
    pub(super) insns: Vec<Insn>,
    targets: HashMap<usize, Target>,
}

impl Function {
    /// What the instruction in a slot refers to.
    pub(super) fn target(&self, slot: usize) -> Option<&Target> {
        self.targets.get(&slot)
    }
}

/// All functions of an object. `map` and `memory` say what those references are: the handle of a map by
/// name, the address of a section.
pub(super) fn functions(
    code: &Code,
    map: impl Fn(&str) -> Option<u64>,
    memory: impl Fn(&str) -> Option<u64>,
) -> Vec<Function> {
    let resolve = |reference: &Reference| match reference {
        Reference::Map(name) => map(name).map(Target::Value),
        Reference::Memory { section, offset } => {
            memory(section).map(|at| Target::Value(at.wrapping_add_signed(*offset)))
        }
        Reference::Function { section, slot } => code.at(*section, *slot).map(Target::Function),
        Reference::Kernel { name, .. } => Some(Target::Kernel(name.clone())),
    };
    let all = code.functions.iter();
    all.map(|function| {
        let references = function.references.iter();
        let mut targets: HashMap<_, _> =
            references.filter_map(|(slot, reference)| Some((*slot, resolve(reference)?))).collect();
        for (slot, insn) in function.plain_calls() {
            let called = code.at(function.section, function.called(slot, insn));
            targets.extend(called.map(|called| (slot, Target::Function(called))));
        }
        Function { name: function.name.clone(), insns: function.insns.clone(), targets }
    })
    .collect()
}
