//! Return values, and which `expected_attach_type` a program type takes.

use bpfl_compiler::bpf::insn::Insn;
use bpfl_stdlib::catalog::{facts, helper};

use crate::{kernel::Trial, tally::Tally};

/// Values on both sides of every bound that there is.
const VALUES: [i32; 16] =
    [i32::MIN, -4096, -4095, -2, -1, 0, 1, 2, 3, 4, 5, 127, 128, 65535, 65536, i32::MAX];

/// Every hook with each of the values, and with one that the verifier knows nothing of.
pub fn compare_returns(tally: &mut Tally) {
    let random = helper::find("get_prandom_u32").map_or(0, |row| row.id as i32);
    for (hook, range) in facts::verdicts() {
        if !tally.has(hook.attach.map_or(hook.ty.row().since, |attach| attach.since)) {
            continue;
        }
        for value in VALUES {
            let code = [Insn::mov_imm(0, value), Insn::exit()];
            let inside = range.is_none_or(|(min, max)| (min..=max).contains(&value));
            let verdict = Trial::new(hook, &code).load();
            tally.cell(inside, &verdict, || {
                format!("{} {} returns {value}", hook.ty.row().c_name, hook.attach_name())
            });
        }
        let code = [Insn::call_helper(random), Insn::exit()];
        tally.cell(range.is_none(), &Trial::new(hook, &code).load(), || {
            format!("{} {} returns anything", hook.ty.row().c_name, hook.attach_name())
        });
    }
}

/// Every program type with every attach type.
pub fn compare_attach_types(tally: &mut Tally) {
    for (hook, loads) in facts::attachments() {
        if !tally.has(hook.attach.map_or(hook.ty.row().since, |attach| attach.since)) {
            continue;
        }
        let code = [Insn::mov_imm(0, hook.verdict()), Insn::exit()];
        tally.cell(loads, &Trial::new(hook, &code).load(), || {
            format!("{} {}", hook.ty.row().c_name, hook.attach_name())
        });
    }
}
