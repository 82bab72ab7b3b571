//! `bpfl disasm`: an object or a source file in, machine code as text out.

use std::fmt::Write;

use bpfl_compiler::{
    bpf::{
        disasm::{Callee, Line, disassemble},
        insn::{Insn, SLOT},
    },
    driver::Stage,
};
use bpfl_runtime::spec::{ObjectSpec, ProgramSpec, SourceLine};
use bpfl_stdlib::catalog::helper;

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

/// The text for a program: its name and section, then its instructions below the source lines they are from.
pub fn program(program: &ProgramSpec) -> String {
    let slots = program.code.chunks_exact(SLOT).filter_map(|slot| slot.try_into().ok());
    let code: Vec<_> = slots.map(Insn::decode).collect();
    let mut text = format!("{}: ; section {}\n", program.name, program.section);
    for line in disassemble(&code, callee) {
        for source in program.lines.iter().filter(|s| s.slot == line.slot && s.line > 0) {
            text.push_str(&source_line(source));
        }
        text.push_str(&instruction(program, &line));
    }
    text
}

fn source_line(source: &SourceLine) -> String {
    let SourceLine { file, line, column, text, .. } = source;
    format!("; {} @ {file}:{line}:{column}\n", text.trim())
}

fn instruction(program: &ProgramSpec, line: &Line) -> String {
    let mut text = format!("{:6}: {}", line.slot, line.text);
    for (_, symbol) in program.references.iter().filter(|(slot, _)| *slot == line.slot) {
        // Writing to a string cannot fail.
        let _ = write!(text, " ; {symbol}");
    }
    text.push('\n');
    text
}

fn callee(callee: Callee) -> Option<String> {
    match callee {
        Callee::Helper(id) => helper::by_id(u32::try_from(id).ok()?).map(|row| row.name.to_string()),
        Callee::Kfunc(_) | Callee::Slot(_) => None,
    }
}
