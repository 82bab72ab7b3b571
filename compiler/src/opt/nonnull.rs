//! Tests for null of pointers that never are.
//!
//! A block's parameter is not null when none of its arguments is; around loops that is taken for granted
//! until an argument says otherwise.

use crate::{
    arena::Arena,
    ir::{Block, Cond, Edge, Function, Graph, Inst, Op, Region, Terminator, Type, Value},
};

/// Decides such tests, those that are branched on and those whose result is used.
pub fn run(f: &mut Function) -> bool {
    let graph = Graph::new(f);
    let values = graph.order().iter().flat_map(|block| f.insts(*block)).copied();
    let values: Vec<Inst> = values.filter(|inst| value_of_test(f, *inst).is_some()).collect();
    let tested = |block: &Block| test(f, *block).is_some();
    if values.is_empty() && !graph.order().iter().any(tested) {
        return false;
    }
    let never = never_null(f, &graph);
    let mut changed = false;
    for inst in values {
        let Some((pointer, not_null)) = value_of_test(f, inst) else { continue };
        if never[pointer] {
            *f.op_mut(inst) = Op::Const(not_null.into());
            changed = true;
        }
    }
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
    let not_null = compared(f, *cond, *a, *b)?;
    Some((*a, if not_null { then } else { otherwise }))
}

/// The pointer that an instruction compares with null, and what that gives when it is not.
fn value_of_test(f: &Function, inst: Inst) -> Option<(Value, bool)> {
    let Op::Compare(cond, a, b) = *f.op(inst) else { return None };
    Some((a, compared(f, cond, a, b)?))
}

/// Whether a comparison with null holds when the pointer is not.
fn compared(f: &Function, cond: Cond, a: Value, b: Value) -> Option<bool> {
    let null = f.constant(b) == Some(0) && f.ty(a).is_pointer();
    match cond {
        Cond::Eq if null => Some(false),
        Cond::Ne if null => Some(true),
        _ => None,
    }
}

fn never_null(f: &Function, graph: &Graph) -> Arena<Value, bool> {
    let mut never = Arena::filled(f.value_count(), false);
    for block in graph.order() {
        let results = f.insts(*block).iter().filter_map(|inst| Some((*inst, f.result(*inst)?)));
        results.for_each(|(inst, value)| never[value] = is_object(f, f.op(inst), value));
        f.params(*block).iter().for_each(|param| never[*param] = is_own(f, *param) || is_joined(f, *param));
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

/// Whether the pointer is one of several: as far from null as those are.
fn is_joined(f: &Function, param: Value) -> bool {
    matches!(f.ty(param), Type::Ptr(Region::Unknown | Region::Unshared | Region::PacketOrOwn))
        && !f.may_be_null(param)
}

/// Whether an instruction gives a pointer to memory that is there.
fn is_object(f: &Function, op: &Op, value: Value) -> bool {
    !matches!(op, Op::Const(_)) && is_own(f, value)
}

/// The regions of memory that a program has without asking for it. The verifier knows of none of them that
/// they are not null, and lets no unprivileged program compare such a pointer with anything
/// (`reg_not_null` and `check_cond_jmp_op` in kernel/bpf/verifier.c), so that the test must go.
const OWN: &[Region] = &[
    Region::Ctx,
    Region::Packet,
    Region::PacketMeta,
    Region::PacketEnd,
    Region::Stack,
    Region::Global,
    Region::FlowKeys,
];

/// Whether the pointer is one to such memory; a parameter's arguments are proven at each call.
fn is_own(f: &Function, value: Value) -> bool {
    matches!(f.ty(value), Type::Ptr(region) if OWN.contains(&region)) && !f.may_be_null(value)
}
