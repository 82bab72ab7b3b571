//! What a log of the verifier says: where it stopped, and why.
//!
//! The lines of a log come in. It is a line for each instruction that was followed, what registers
//! held, and last a line with the reason. Since Linux 7.3 that is followed by paragraphs for people
//! (commit ce7c9f6c599b), each a heading and indented lines:
//!
//! ```text
//! 0: (95) exit
//! R0 !read_ok
//!
//! Verification failed: Register Type Safety: Unreadable register
//!
//! Reason:
//!   R0 has never been initialized on this path, so the verifier cannot use it as an input.
//! …
//! processed 1 insns (limit 1000000)
//! ```

/// How much of the log is shown without `--verifier-log`.
const TAIL: usize = 8;
/// What comes before the paragraphs.
const PARAGRAPHS: &str = "Verification failed:";

/// The text below `heading`, on one line; `None` where the log has no such paragraph.
pub fn paragraph(lines: &[&str], heading: &str) -> Option<String> {
    let from = lines.iter().position(|line| *line == heading)?;
    let indented = lines[from + 1..].iter().take_while(|line| line.starts_with("  "));
    let text = indented.map(|line| line.trim()).collect::<Vec<_>>().join(" ");
    Some(text).filter(|text| !text.is_empty())
}

/// The log without its paragraphs.
fn plain<'l, 'a>(lines: &'l [&'a str]) -> &'l [&'a str] {
    let end = lines.iter().position(|line| line.starts_with(PARAGRAPHS));
    let lines = &lines[..end.unwrap_or(lines.len())];
    let last = lines.iter().rposition(|line| !line.is_empty());
    &lines[..last.map_or(0, |last| last + 1)]
}

/// What the statistics start with that end a log and say nothing of the reason.
const STATISTICS: &[&str] = &["verification time ", "stack depth ", "processed "];

/// The last lines of the log between what it says of the whole program, first, and its statistics.
pub fn tail(lines: &[&str]) -> String {
    let lines = plain(lines);
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
pub fn last_slot(lines: &[&str]) -> Option<usize> {
    plain(lines).iter().rev().find_map(|line| slot(line))
}

fn slot(line: &str) -> Option<usize> {
    line.split_once(": (").and_then(|(slot, _)| slot.parse().ok())
}

/// The line after that instruction says what is wrong with it.
pub fn reason<'a>(lines: &[&'a str]) -> Option<&'a str> {
    let lines = plain(lines);
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
    fn paragraphs_for_people_are_told_apart() {
        let log = "0: R1=ctx() R10=fp0\n0: (95) exit\nR0 !read_ok\n\n\
            Verification failed: Register Type Safety: Unreadable register\n\n\
            Reason:\n  R0 has never been initialized on this path,\n  so the verifier cannot use it.\n\n\
            At:\n  insn 0\n        | ^-- error: R0 is not readable\n  >>> 0: (95) exit\n\n\
            Suggestion:\n  Initialize R0 on every path before this instruction.\n\n\
            processed 1 insns (limit 1000000)";
        let lines: Vec<_> = log.lines().collect();
        assert_eq!((last_slot(&lines), reason(&lines)), (Some(0), Some("R0 !read_ok")));
        assert_eq!(tail(&lines), "0: R1=ctx() R10=fp0\n0: (95) exit\nR0 !read_ok");
        let why = "R0 has never been initialized on this path, so the verifier cannot use it.";
        assert_eq!(paragraph(&lines, "Reason:").as_deref(), Some(why));
        let way_out = "Initialize R0 on every path before this instruction.";
        assert_eq!(paragraph(&lines, "Suggestion:").as_deref(), Some(way_out));
        assert_eq!(paragraph(LOG, "Reason:"), None);
    }

    #[test]
    fn a_log_without_instructions_gives_its_first_words() {
        assert_eq!((last_slot(&["unknown"]), reason(&["", "unknown"])), (None, Some("unknown")));
        assert_eq!((last_slot(&[]), reason(&[])), (None, None));
    }
}
