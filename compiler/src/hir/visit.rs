//! What an expression is made of, and which variables it uses.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::{ExprId, ExprKind, FunctionId, MapUse, Module, VarId};
use crate::arena::Arena;

/// The expressions directly inside one.
pub fn children(kind: &ExprKind) -> Vec<ExprId> {
    use ExprKind as K;
    match kind {
        K::Error
        | K::Int(_)
        | K::Var(_)
        | K::Break
        | K::Continue
        | K::Ctx
        | K::AddressOf(_)
        | K::Global(_)
        | K::Ksym(_)
        | K::Core(_)
        | K::Map(_)
        | K::FunctionAddress(_) => Vec::new(),
        K::Seq(all) | K::And(all) | K::Or(all) | K::Unrolled(all) => all.clone(),
        K::Call(_, args) | K::CallFunction(_, args) | K::Kfunc(_, args) => args.clone(),
        K::Let(bindings, body) => {
            bindings.iter().map(|(_, init)| *init).chain(std::iter::once(*body)).collect()
        }
        K::If(a, b, c) => vec![*a, *b, *c],
        K::Binary(_, a, b) | K::Compare(_, a, b) | K::Advance(a, b) | K::Distance(a, b) => vec![*a, *b],
        K::Assign(_, a)
        | K::Not(a)
        | K::Swap(_, a)
        | K::Convert(a)
        | K::Block(_, a)
        | K::Leave(_, a)
        | K::Return(a)
        | K::Load(a, _)
        | K::Copy(a)
        | K::ProbeRead(a)
        | K::Slot(a)
        | K::MapRead(_, a)
        | K::CompareText { a: (a, _), .. } => vec![*a],
        K::Dotimes { bound, body, .. } => vec![*bound, *body],
        K::Store(a, _, b) | K::MapWrite(_, a, b) => vec![*a, *b],
        K::Atomic { ptr, value, .. } => vec![*ptr, *value],
        K::CompareExchange { ptr, old, new, .. } => vec![*ptr, *old, *new],
        K::Make(_, fields) => fields.iter().map(|(_, value)| *value).collect(),
        K::Fill { ptr, byte, .. } => vec![*ptr, *byte],
        K::CopyBytes { to: (a, _), from: (b, _), .. } | K::CompareBytes { a: (a, _), b: (b, _), .. } => {
            vec![*a, *b]
        }
        K::MapAdd { key, delta, .. } => vec![*key, *delta],
        K::Callback { args, .. } | K::Asm(_, args) => args.clone(),
    }
}

/// The variables that `body` uses and does not bind, and whether it changes each.
pub fn free_variables(module: &Module, body: ExprId, params: &[VarId]) -> BTreeMap<VarId, bool> {
    let mut bound: HashSet<VarId> = params.iter().copied().collect();
    let mut used: BTreeMap<VarId, bool> = BTreeMap::new();
    let mut work = vec![body];
    while let Some(expr) = work.pop() {
        let kind = &module.exprs[expr].kind;
        match kind {
            ExprKind::Map(MapUse { held: Some(var), .. })
            | ExprKind::MapRead(MapUse { held: Some(var), .. }, _)
            | ExprKind::MapWrite(MapUse { held: Some(var), .. }, ..)
            | ExprKind::MapAdd { map: MapUse { held: Some(var), .. }, .. } => {
                *used.entry(*var).or_default() |= false;
            }
            ExprKind::Var(var) => *used.entry(*var).or_default() |= false,
            ExprKind::Assign(var, _) | ExprKind::AddressOf(var) => *used.entry(*var).or_default() |= true,
            ExprKind::Let(bindings, _) => bound.extend(bindings.iter().map(|(var, _)| *var)),
            ExprKind::Dotimes { var, .. } => {
                bound.insert(*var);
            }
            ExprKind::Callback { function, .. } => {
                for captured in &module.functions[*function].captures {
                    *used.entry(captured.var).or_default() |= captured.changed;
                }
            }
            _ => {}
        }
        work.extend(children(kind));
    }
    used.retain(|var, _| !bound.contains(var));
    used
}

/// Forgets the functions that no program reaches, which may be of programs with errors, or built
/// twice on the way to a loop that was unrolled.
pub fn keep_reached(module: &mut Module) {
    let mut reached = HashSet::new();
    let mut work: Vec<ExprId> = module.programs.values().map(|program| program.body).collect();
    while let Some(expr) = work.pop() {
        let kind = &module.exprs[expr].kind;
        if let Some(function) = called(kind).filter(|function| reached.insert(*function)) {
            work.push(module.functions[function].body);
        }
        work.extend(children(kind));
    }
    let mut kept = Arena::new();
    let mut moved = HashMap::new();
    for (id, function) in module.functions.iter().filter(|(id, _)| reached.contains(id)) {
        moved.insert(id, kept.push(function.clone()));
    }
    module.functions = kept;
    for id in module.exprs.keys() {
        if let ExprKind::CallFunction(function, _)
        | ExprKind::Callback { function, .. }
        | ExprKind::FunctionAddress(function) = &mut module.exprs[id].kind
            && let Some(new) = moved.get(function)
        {
            *function = *new;
        }
    }
}

fn called(kind: &ExprKind) -> Option<FunctionId> {
    match kind {
        ExprKind::CallFunction(function, _)
        | ExprKind::Callback { function, .. }
        | ExprKind::FunctionAddress(function) => Some(*function),
        _ => None,
    }
}
