//! `bpfl disasm`: an object or a source file in, machine code as text out.

use std::fmt::Write;

use bpfl_compiler::driver::Stage;
use bpfl_runtime::spec::{ObjectSpec, ProgramSpec};

use crate::{
    cli::Disasm,
    failure::{Failure, Outcome},
    input::{self, Input},
    output,
};

/// Runs the command.
pub fn run(args: &Disasm) -> Outcome {
    let text = match input::read(&args.file, &args.compile)? {
        Input::Lisp(source) => source.print(Stage::Asm)?,
        Input::Object(bytes) => object(&args.file.display().to_string(), &bytes)?,
    };
    output::print(text)?;
    Ok(0)
}

fn object(name: &str, bytes: &[u8]) -> Result<String, Failure> {
    let spec = ObjectSpec::parse(bytes).map_err(|error| Failure::new(format!("`{name}`: {error}")))?;
    Ok(spec.programs.iter().map(program).collect::<Vec<_>>().join("\n"))
}

fn program(program: &ProgramSpec) -> String {
    let mut text = format!("{}: ; section {}\n", program.name, program.section);
    for (slot, bytes) in program.code.chunks(8).enumerate() {
        let hex: Vec<_> = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{slot:6}: {}", hex.join(" "));
    }
    text
}
