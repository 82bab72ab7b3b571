//! Cases that compile: their SSA is sound and survives its text form, and their programs do the
//! same in the interpreter, before and after optimisation, and in the kernel.

use bpfl_compiler::{
    driver::Stage,
    ir::{self, Module, verify::verify},
};

use crate::{
    case::Case,
    compile, interp,
    kernel::Loaded,
    run::Run,
    state::{self, Facts, Inputs, Outcome},
    vm,
};

/// The `interp` test of a case.
pub fn interpret(case: &Case) -> Result<(), String> {
    let facts = state::facts(&case.text);
    let (plain, optimised) =
        (module(&case.name, &case.text, Stage::Ir)?, module(&case.name, &case.text, Stage::Opt)?);
    for run in case.runs.iter().filter(|_| !case.kernel_only) {
        let before = outcome(&plain, run, &facts)?;
        before.compare(run, &facts.shapes).map_err(|problem| format!("before optimisation, {problem}"))?;
        let after = outcome(&optimised, run, &facts)?;
        after.compare(run, &facts.shapes).map_err(|problem| format!("after optimisation, {problem}"))?;
        if !case.varies {
            after.agree(&before).map_err(|problem| format!("run {}\n  optimised, {problem}", run.text))?;
        }
    }
    Ok(())
}

/// The `kernel` test of a case.
pub fn load_and_run(case: &Case) -> Result<(), String> {
    let facts = state::facts(&case.text);
    let object = compile::object(&format!("{}.lisp", case.name), &case.text)?;
    let mut loaded = Loaded::new(&object, &facts.shapes)?;
    let plain = if case.runs.is_empty() { None } else { Some(module(&case.name, &case.text, Stage::Ir)?) };
    for run in &case.runs {
        let found = loaded.run(facts.program(run)?, &Inputs::new(run, &facts.shapes)?)?;
        found.compare(run, &facts.shapes).map_err(|problem| format!("in the kernel, {problem}"))?;
        if let Some(plain) = plain.as_ref().filter(|_| !case.varies && !case.kernel_only) {
            let before = outcome(plain, run, &facts)?;
            found
                .agree(&before)
                .map_err(|problem| format!("run {}\n  in the kernel, {problem}", run.text))?;
        }
    }
    Ok(())
}

/// The `vm` test of a case.
pub fn run_in_vm(case: &Case) -> Result<(), String> {
    let facts = state::facts(&case.text);
    let object = compile::object(&format!("{}.lisp", case.name), &case.text)?;
    let plain = module(&case.name, &case.text, Stage::Ir)?;
    for run in &case.runs {
        let inputs = Inputs::new(run, &facts.shapes)?;
        let found = vm::run(&object, &facts.shapes, facts.program(run)?, &inputs)?;
        found.compare(run, &facts.shapes).map_err(|problem| format!("in the userspace VM, {problem}"))?;
        if !case.varies && !case.kernel_only {
            let before = outcome(&plain, run, &facts)?;
            found
                .agree(&before)
                .map_err(|problem| format!("run {}\n  in the userspace VM, {problem}", run.text))?;
        }
    }
    Ok(())
}

fn outcome(module: &Module, run: &Run, facts: &Facts) -> Result<Outcome, String> {
    interp::run(module, &facts.shapes, facts.program(run)?, &Inputs::new(run, &facts.shapes)?)
}

/// The SSA of the case `name` at `stage`, by way of its text.
pub fn module(name: &str, text: &str, stage: Stage) -> Result<Module, String> {
    let text = compile::stage(&format!("{name}.lisp"), text, stage)?;
    sound(&text).map_err(|problem| format!("{stage:?}: {problem}"))
}

/// Reads SSA text; it must be valid and print as it was written, but for numbering.
pub fn sound(text: &str) -> Result<Module, String> {
    let module = ir::parse(text).map_err(|error| format!("{error}\n{text}"))?;
    for function in &module.functions {
        verify(function).map_err(|problems| format!("{}\n{text}", problems.join("\n")))?;
    }
    let once = ir::print(&module);
    let again = ir::parse(&once).map_err(|error| format!("printed and read again: {error}\n{once}"))?;
    match ir::print(&again) == once {
        true => Ok(module),
        false => Err(format!("printing and reading changes the text\n{once}")),
    }
}
