//! What to say when the kernel's verifier refuses a program: where in the source, why, and as much
//! of its log as is wanted.

use bpfl_compiler::diagnostic::{Diagnostic, codes, render::render};
use bpfl_runtime::{load::LoadError, session::SessionError, spec::ObjectSpec};

use super::origin::Origin;
use crate::{
    cli::Run,
    failure::{FAILED, Failure},
    output,
};

/// How much of the log is shown without `--verifier-log`.
const TAIL: usize = 8;

/// The failure for an error of a session whose object is described by `spec`.
pub(super) fn explain(args: &Run, spec: &ObjectSpec, origin: &mut Origin, error: SessionError) -> Failure {
    let SessionError::Load(LoadError::Verifier { program, log, advice, .. }) = &error else {
        return error.into();
    };
    let lines: Vec<_> = log.lines().map(str::trim_end).collect();
    let place = spec.program(program).ok().zip(last_slot(&lines)).and_then(|(p, slot)| origin.place(p, slot));
    let Some(span) = place else {
        return Failure::new(without_place(args, &error, advice.as_deref(), &lines));
    };
    let message = format!("the kernel's verifier refused `{program}`");
    let mut diagnostic = Diagnostic::error(&codes::REFUSED, span, message);
    diagnostic = diagnostic.label(reason(&lines).unwrap_or("here it stopped"));
    if !args.verifier_log {
        diagnostic = diagnostic.note(format!("the end of its log:\n{}", tail(&lines)));
        diagnostic = diagnostic.help("`--verifier-log` shows all of its log");
    }
    if let Some(advice) = advice {
        diagnostic = diagnostic.help(advice);
    }
    output::tell(&render(&origin.sources, [&diagnostic], output::color()));
    if args.verifier_log {
        output::tell(&format!("the verifier's log:\n{}\n", lines.join("\n")));
    }
    Failure::Said(FAILED)
}

/// The same for an object that does not say what its code is from.
fn without_place(args: &Run, error: &SessionError, advice: Option<&str>, lines: &[&str]) -> String {
    let reason = reason(lines).map_or_else(String::new, |reason| format!(": {reason}"));
    let advice = advice.map_or_else(String::new, |advice| format!("; {advice}"));
    match args.verifier_log {
        true => format!("{error}{reason}{advice}\nthe verifier's log:\n{}", lines.join("\n")),
        false => format!(
            "{error}{reason}{advice}\nthe end of its log, of which --verifier-log shows all:\n{}",
            tail(lines)
        ),
    }
}

/// What the statistics start with that end a log and say nothing of the reason.
const STATISTICS: &[&str] = &["verification time ", "stack depth ", "processed "];

/// The last lines of the log between what it says of the whole program, first, and its statistics.
fn tail(lines: &[&str]) -> String {
    let is_statistic = |line: &&str| STATISTICS.iter().any(|start| line.starts_with(start));
    let end = lines.iter().position(is_statistic).unwrap_or(lines.len());
    let start = lines.iter().position(|line| line.starts_with("0: ")).unwrap_or(0);
    let shown = &lines[end.saturating_sub(TAIL).max(start.min(end))..end];
    shown.iter().map(|line| without_state(line)).collect::<Vec<_>>().join("\n")
}

/// An instruction without what is in the registers after it, which can fill many lines.
fn without_state(line: &str) -> &str {
    match line.split_once("; R") {
        Some((instruction, _)) if slot(line).is_some() => instruction.trim_end(),
        _ => line,
    }
}

/// The last instruction that the log speaks of: `12: (61) r0 = …`.
fn last_slot(lines: &[&str]) -> Option<usize> {
    lines.iter().rev().find_map(|line| slot(line))
}

fn slot(line: &str) -> Option<usize> {
    line.split_once(": (").and_then(|(slot, _)| slot.parse().ok())
}

/// The line after that instruction says what is wrong with it.
fn reason<'a>(lines: &[&'a str]) -> Option<&'a str> {
    let last = lines.iter().rposition(|line| slot(line).is_some());
    let after = &lines[last.map_or(0, |last| last + 1)..];
    after.iter().copied().find(|line| !line.is_empty() && !is_state(line))
}

/// Whether a line tells what is in registers, or which source the code is from.
fn is_state(line: &str) -> bool {
    let register = line.strip_prefix('R').map(|rest| rest.trim_start_matches(|c: char| c.is_ascii_digit()));
    line.starts_with(';') || register.is_some_and(|rest| rest.starts_with(['=', '_']))
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
        assert_eq!(tail(LOG), LOG[..4].join("\n"));
    }

    #[test]
    fn what_registers_hold_is_left_out_after_instructions() {
        assert_eq!(without_state("8: (04) w0 += 1      ; R0=scalar(umax=5) R10=fp0"), "8: (04) w0 += 1");
        for whole in ["; (f x) ; R @ a.lisp:4", "8: (95) exit", "R0=scalar()"] {
            assert_eq!(without_state(whole), whole);
        }
    }

    #[test]
    fn a_reason_may_name_a_register() {
        let log = ["5: (b7) r0 = 1", "R0_w=1", "R1=ctx() R10=fp0", "R6 !read_ok", "processed 5 insns"];
        assert_eq!(reason(&log), Some("R6 !read_ok"));
    }

    #[test]
    fn a_log_without_instructions_gives_its_first_words() {
        assert_eq!((last_slot(&["unknown"]), reason(&["", "unknown"])), (None, Some("unknown")));
        assert_eq!((last_slot(&[]), reason(&[])), (None, None));
    }
}
