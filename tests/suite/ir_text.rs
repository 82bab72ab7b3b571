//! SSA written by hand: `tests/cases/ir/*.ir`.
//!
//! The first lines say what is to come of it: `; run: 1, 2 -> 3` runs the first function with
//! these arguments; `; broken: text` wants the verifier to say so; `; unreadable: text` the parser.

use std::{fs, path::Path};

use bpfl_compiler::ir::{
    self, Module,
    interp::{self, Memory, Nothing},
    verify::verify,
};
use libtest_mimic::Trial;

use crate::{accepted, case::files_under};

/// A test for each file.
pub fn tests(cases: &Path) -> Vec<Trial> {
    let mut files = Vec::new();
    files_under(cases, "ir", &mut files);
    files.sort();
    let name =
        |file: &Path| file.strip_prefix(cases).unwrap_or(file).with_extension("").display().to_string();
    let test = |file: std::path::PathBuf| {
        Trial::test(name(&file), move || Ok(check(&fs::read_to_string(&file)?)?)).with_kind("ir")
    };
    files.into_iter().map(test).collect()
}

fn check(text: &str) -> Result<(), String> {
    let directives: Vec<_> = text.lines().filter_map(|line| line.strip_prefix("; ")).collect();
    // Comments become empty lines, so that messages keep their line numbers.
    let code: Vec<_> = text.lines().map(|line| if line.starts_with(';') { "" } else { line }).collect();
    let code = code.join("\n");
    if directives.is_empty() {
        return Err("the file does not say what is to come of it".into());
    }
    directives.iter().try_for_each(|directive| match directive.split_once(": ") {
        Some(("run", run)) => runs(&code, run),
        Some(("broken", message)) => broken(&code, message),
        Some(("unreadable", message)) => unreadable(&code, message),
        _ => Err(format!("there is no directive `{directive}`")),
    })
}

fn runs(code: &str, run: &str) -> Result<(), String> {
    let (args, wanted) = run.split_once("->").ok_or("an arrow is missing")?;
    let number =
        |text: &str| text.trim().parse::<i128>().map(|n| n as u64).map_err(|e| format!("{text}: {e}"));
    let args =
        args.split(',').filter(|arg| !arg.trim().is_empty()).map(number).collect::<Result<Vec<_>, _>>()?;
    let (module, wanted) = (accepted::sound(code)?, number(wanted)?);
    match evaluate(&module, &args)? {
        found if found == wanted => Ok(()),
        found => Err(format!("{run} gives {found}")),
    }
}

fn evaluate(module: &Module, args: &[u64]) -> Result<u64, String> {
    let function = module.functions.first().ok_or("there is no function")?;
    let result =
        interp::run(&module.functions, function, args, &mut Memory::default(), &mut Nothing, 100_000);
    result.map_err(|trap| trap.to_string())
}

fn broken(code: &str, message: &str) -> Result<(), String> {
    let module = ir::parse(code).map_err(|error| error.to_string())?;
    let problems: Vec<_> = module.functions.iter().filter_map(|f| verify(f).err()).flatten().collect();
    match problems.iter().any(|problem| problem.contains(message)) {
        true => Ok(()),
        false => Err(format!("the verifier says {problems:?}")),
    }
}

fn unreadable(code: &str, message: &str) -> Result<(), String> {
    match ir::parse(code) {
        Err(error) if error.to_string().contains(message) => Ok(()),
        Err(error) => Err(error.to_string()),
        Ok(_) => Err("it is read without complaint".into()),
    }
}
