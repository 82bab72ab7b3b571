//! How much work a program was for the verifier, by what it writes with `BPF_LOG_STATS`
//! (`print_verification_stats`, kernel/bpf/verifier.c).

use std::time::Duration;

use crate::spec::ProgramSpec;

/// Is told of each program that the verifier takes.
pub type Tell = fn(&ProgramSpec, &Statistics);

/// The verifier's work on one program.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Statistics {
    /// How many instructions it looked at, each as often as it came by.
    pub instructions: u64,
    /// How many it would have looked at before it gave up.
    pub limit: u64,
    /// How many states it kept to compare others with.
    pub states: u64,
    /// How long it took; newer kernels say it.
    pub time: Option<Duration>,
    /// The bytes of stack of the program, and of each function that it calls.
    pub stack: Vec<u32>,
}

impl Statistics {
    /// Reads the end of a verifier's log.
    pub(super) fn read(log: &str) -> Self {
        let mut all = Self::default();
        for line in log.lines() {
            if let Some(rest) = line.strip_prefix("stack depth ") {
                // Depths are joined by `+`; newer kernels write more behind them.
                let depths = rest.split_whitespace().next().unwrap_or_default();
                all.stack = depths.split('+').filter_map(|depth| depth.parse().ok()).collect();
            }
            let words: Vec<&str> = line.split([' ', '(', ')']).filter(|word| !word.is_empty()).collect();
            let after = |name: &str| {
                let at = words.iter().position(|word| *word == name)?;
                words.get(at + 1)?.parse::<u64>().ok()
            };
            if line.starts_with("verification time ") {
                all.time = after("time").map(Duration::from_micros);
            }
            if line.starts_with("processed ") {
                all.instructions = after("processed").unwrap_or(0);
                all.limit = after("limit").unwrap_or(0);
                all.states = after("total_states").unwrap_or(0);
            }
        }
        all
    }
}

/// What the lines start with that say how much work a program was.
const LINES: &[&str] = &["processed ", "verification time ", "stack depth "];

/// Whether a verifier's log says nothing beside how much work the program was: not why it was refused.
pub(super) fn is_all_of(log: &str) -> bool {
    let mut lines = log.lines().filter(|line| !line.trim().is_empty());
    lines.all(|line| LINES.iter().any(|start| line.starts_with(start)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_log_of_a_program_that_was_taken() {
        let log = "verification time 142 usec\nstack depth 24+8\n\
                   processed 31 insns (limit 1000000) max_states_per_insn 1 total_states 4 peak_states 4 mark_read 2\n";
        let wanted = Statistics {
            instructions: 31,
            limit: 1_000_000,
            states: 4,
            time: Some(Duration::from_micros(142)),
            stack: vec![24, 8],
        };
        assert_eq!(Statistics::read(log), wanted);
        assert_eq!(Statistics::read("processed"), Statistics::default());
        assert!(is_all_of(log) && is_all_of("\n"));
        assert!(!is_all_of(&format!("last insn is not an exit or jmp\n{log}")));
    }
}
