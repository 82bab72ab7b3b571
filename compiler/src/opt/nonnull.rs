//! Tests for null of pointers that never are.
//!
//! A block's parameter is not null when none of its arguments is; around loops that is taken for granted
//! until an argument says otherwise.

use crate::{
    arena::Arena,
    ir::{Block, Cond, Edge, Function, Graph, Op, Region, Terminator, Type, Value},
};

/// Decides such tests.
pub fn run(f: &mut Function) -> bool {
    let graph = Graph::new(f);
    let tested = |block: &Block| test(f, *block).is_some();
    if !graph.order().iter().any(tested) {
        return false;
    }
    let never = never_null(f, &graph);
    let mut changed = false;
    for block in graph.order() {
        let Some((pointer, not_null)) = test(f, *block) else { continue };
        if never[pointer] {
            let (edge, span) = (not_null.clone(), f.end_span(*block));
            f.set_end(*block, Terminator::Jump(edge), span);
            changed = true;
        }
    }
    changed
}

/// The pointer that a block compares with null, and where it goes when it is not.
fn test(f: &Function, block: Block) -> Option<(Value, &Edge)> {
    let Terminator::Branch(cond, a, b, then, otherwise) = f.end(block) else { return None };
    let null = f.constant(*b) == Some(0) && f.ty(*a).is_pointer();
    match cond {
        Cond::Eq if null => Some((*a, otherwise)),
        Cond::Ne if null => Some((*a, then)),
        _ => None,
    }
}

fn never_null(f: &Function, graph: &Graph) -> Arena<Value, bool> {
    let mut never = Arena::filled(f.value_count(), false);
    for block in graph.order() {
        let results = f.insts(*block).iter().filter_map(|inst| Some((*inst, f.result(*inst)?)));
        results.for_each(|(inst, value)| never[value] = is_object(f, f.op(inst), value));
        if *block != f.entry() {
            f.params(*block).iter().for_each(|param| never[*param] = is_own(f, *param));
        }
    }
    let mut changed = true;
    while std::mem::take(&mut changed) {
        for block in graph.order() {
            for edge in f.end(*block).edges() {
                for (param, arg) in f.params(edge.block).iter().zip(&edge.args) {
                    if never[*param] && !never[*arg] {
                        (never[*param], changed) = (false, true);
                    }
                }
            }
        }
    }
    never
}

/// Whether an instruction makes a pointer into memory that is there.
fn is_object(f: &Function, op: &Op, value: Value) -> bool {
    let made = matches!(op, Op::Advance(..) | Op::SlotAddr(_) | Op::GlobalAddr(_));
    made && is_own(f, value)
}

/// Whether the pointer is one to memory that a program has without asking for it.
fn is_own(f: &Function, value: Value) -> bool {
    matches!(f.ty(value), Type::Ptr(Region::Packet | Region::PacketMeta | Region::Stack | Region::Global))
        && !f.may_be_null(value)
}
