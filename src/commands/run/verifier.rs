//! What to say when the kernel's verifier refuses a program: where in the source, why, and as much
//! of its log as is wanted.

use bpfl_runtime::{
    load::LoadError,
    session::SessionError,
    spec::{ObjectSpec, ProgramSpec, SourceLine},
};

use crate::{cli::Run, failure::Failure};

/// How much of the log is shown without `--verifier-log`.
const TAIL: usize = 10;

/// The failure for an error of a session whose object is described by `spec`.
pub(super) fn explain(args: &Run, spec: &ObjectSpec, error: SessionError) -> Failure {
    let SessionError::Load(LoadError::Verifier { program, log, .. }) = &error else { return error.into() };
    let lines: Vec<_> = log.lines().map(str::trim_end).collect();
    let place = spec.program(program).ok().zip(last_slot(&lines)).and_then(|(p, slot)| source(p, slot));
    let place = place.map_or_else(String::new, |line| {
        format!("\n  at {}:{}:{}: {}", line.file, line.line, line.column, line.text.trim())
    });
    let reason = reason(&lines).map_or_else(String::new, |reason| format!(": {reason}"));
    let (heading, shown) = match args.verifier_log {
        true => ("its log:", &lines[..]),
        false => (
            "the end of its log, of which --verifier-log shows all:",
            &lines[lines.len().saturating_sub(TAIL)..],
        ),
    };
    Failure::new(format!("{error}{reason}{place}\n{heading}\n{}", shown.join("\n")))
}

/// The last instruction that the log speaks of: `12: (61) r0 = …`.
fn last_slot(lines: &[&str]) -> Option<usize> {
    let slot = |line: &&str| line.split_once(": (").and_then(|(slot, _)| slot.parse().ok());
    lines.iter().rev().find_map(slot)
}

/// The line after that instruction says what is wrong with it.
fn reason<'a>(lines: &[&'a str]) -> Option<&'a str> {
    let is_instruction =
        |line: &&str| line.split_once(": (").is_some_and(|(n, _)| n.parse::<usize>().is_ok());
    let last = lines.iter().rposition(is_instruction);
    let after = &lines[last.map_or(0, |last| last + 1)..];
    after.iter().copied().find(|line| !line.is_empty() && !line.starts_with([';', 'R']))
}

/// The source of an instruction.
fn source(program: &ProgramSpec, slot: usize) -> Option<&SourceLine> {
    program.lines.iter().rev().find(|line| line.slot <= slot && line.line > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOG: &[&str] = &[
        "0: R1=ctx() R10=fp0",
        "; (ctx 4000) @ a.lisp:3",
        "0: (61) r0 = *(u32 *)(r1 +4000)",
        "invalid bpf_context access off=4000 size=4",
        "processed 1 insns (limit 1000000)",
    ];

    #[test]
    fn the_line_after_the_last_instruction_is_the_reason() {
        assert_eq!(last_slot(LOG), Some(0));
        assert_eq!(reason(LOG), Some("invalid bpf_context access off=4000 size=4"));
    }

    #[test]
    fn a_log_without_instructions_gives_its_first_words() {
        assert_eq!((last_slot(&["unknown"]), reason(&["", "unknown"])), (None, Some("unknown")));
        assert_eq!((last_slot(&[]), reason(&[])), (None, None));
    }
}
