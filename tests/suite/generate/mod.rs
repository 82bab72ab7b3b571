//! Generated programs: the same seeds give the same programs on every machine.
//!
//! Each batch is one object with many programs; what each program is to write is computed here, by
//! plain Rust, and compared with the IR interpreter, the userspace VM and the kernel.

mod compute;
mod expr;
mod grow;
mod integer;
mod pressure;
mod random;

pub use random::Random;

use std::sync::Arc;

use bpfl_compiler::driver::Stage;
use libtest_mimic::Trial;

use crate::{
    accepted, compile, interp,
    kernel::Loaded,
    known::Known,
    seeds::seeds,
    state::{self, Entry, Inputs, Outcome},
    vm,
};

/// A source text with what its programs are to do.
pub struct Batch {
    /// The text.
    pub text: String,
    /// What every program is given.
    pub inputs: Inputs,
    /// The programs.
    pub programs: Vec<Program>,
}

/// One program of a batch.
pub struct Program {
    /// Its symbol.
    pub name: String,
    /// What it is to write to `out`, from entry 0 on.
    pub wanted: Vec<u64>,
    /// What each of those is, for messages.
    pub what: Vec<String>,
}

/// How many batches of each kind there are, when `BPFL_SEEDS` does not say.
const EXPRESSION_BATCHES: u64 = 12;
const PRESSURE_BATCHES: u64 = 13;

/// All tests of generated programs.
pub fn tests(known: &Arc<Known>, obstacle: &Option<String>) -> Vec<Trial> {
    let mut tests = Vec::new();
    for seed in seeds(EXPRESSION_BATCHES) {
        let name = format!("generated/expressions-{seed}");
        tests.extend(all(name, known, obstacle, move || expr::batch(seed)));
    }
    for seed in seeds(PRESSURE_BATCHES) {
        for values in [15, 30] {
            let name = format!("generated/pressure-{values}-values-{seed}");
            tests.extend(all(name, known, obstacle, move || pressure::batch(seed, values)));
        }
    }
    tests
}

/// The tests of one batch, in each executor.
fn all(
    name: String,
    known: &Arc<Known>,
    obstacle: &Option<String>,
    make: impl Fn() -> Batch + Copy + Send + 'static,
) -> [Trial; 3] {
    let test = |kind: &'static str, body: fn(&Batch) -> Result<(), String>| {
        let (name, known) = (name.clone(), known.clone());
        move || known.judge(&name, kind, body(&make()))
    };
    let (interp, vm, kernel) =
        (test("interp", interpret), test("vm", run_in_vm), test("kernel", run_in_kernel));
    [
        Trial::test(name.clone(), interp).with_kind("interp"),
        Trial::test(name.clone(), vm).with_kind("vm"),
        Trial::test(name.clone(), kernel).with_kind("kernel").with_ignored_flag(obstacle.is_some()),
    ]
}

fn interpret(batch: &Batch) -> Result<(), String> {
    let facts = state::facts(&batch.text);
    for stage in [Stage::Ir, Stage::Opt] {
        let module = accepted::sound(&compile::stage("generated.lisp", &batch.text, stage)?)?;
        for program in &batch.programs {
            let outcome =
                interp::run(&module, &facts.shapes, &Entry::cgroup_skb(&program.name), &batch.inputs)?;
            program
                .compare(&outcome)
                .map_err(|problem| batch.blame(program, &format!("{stage:?}: {problem}")))?;
        }
    }
    Ok(())
}

fn run_in_vm(batch: &Batch) -> Result<(), String> {
    let facts = state::facts(&batch.text);
    let object = compile::object("generated.lisp", &batch.text)?;
    for program in &batch.programs {
        let outcome = vm::run(&object, &facts.shapes, &Entry::cgroup_skb(&program.name), &batch.inputs)?;
        program.compare(&outcome).map_err(|problem| batch.blame(program, &problem))?;
    }
    Ok(())
}

fn run_in_kernel(batch: &Batch) -> Result<(), String> {
    let facts = state::facts(&batch.text);
    let object = compile::object("generated.lisp", &batch.text)?;
    let mut loaded = Loaded::new(&object, &facts.shapes)?;
    for program in &batch.programs {
        let outcome = loaded.run(&Entry::cgroup_skb(&program.name), &batch.inputs)?;
        program.compare(&outcome).map_err(|problem| batch.blame(program, &problem))?;
    }
    Ok(())
}

impl Batch {
    /// A message with the program's own text.
    fn blame(&self, program: &Program, problem: &str) -> String {
        let head = format!("(defprog {} ", program.name.replace('_', "-"));
        let source = self.text.split("\n\n").find(|form| form.starts_with(&head)).unwrap_or("");
        format!("{problem}\n{source}\ninputs: {:?}", self.inputs.entries)
    }
}

impl Program {
    fn compare(&self, outcome: &Outcome) -> Result<(), String> {
        let out = outcome.maps.get("out").ok_or("there is no map `out`")?;
        for (index, wanted) in self.wanted.iter().enumerate() {
            let found = out.get(&(index as u32).to_le_bytes().to_vec());
            let found = found.map_or(Ok(0), |bytes| bytes.as_slice().try_into().map(u64::from_le_bytes));
            let found = found.map_err(|_| "`out` holds no u64")?;
            if found != *wanted {
                let what = &self.what[index];
                return Err(format!("out[{index}] is {found:#x}, and {wanted:#x} is wanted: {what}"));
            }
        }
        Ok(())
    }
}
