//! How much work programs are for the verifier, as `--verbose` says it: a line on standard error as each is
//! loaded.

use bpfl_runtime::{load::Statistics, spec::ProgramSpec};

use crate::output;

/// Says it of one.
pub fn tell(program: &ProgramSpec, work: &Statistics) {
    let Statistics { instructions, limit, states, time, stack } = work;
    let slots = program.code.len() / 8;
    let took = time.map(|time| format!(", in {time:?}")).unwrap_or_default();
    let stack = stack.iter().sum::<u32>();
    output::tell(&format!(
        "verified {}: {slots} instructions of its own, {instructions} looked at (of at most {limit}), \
         {states} states kept, {stack} bytes of stack{took}\n",
        program.name
    ));
}
