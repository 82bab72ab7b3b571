//! `bpfl repl`: forms in, what came of them out, until the input ends.

use std::io::{IsTerminal, stdin, stdout};

use crate::{cli::Repl, failure::Outcome, userspace::repl};

/// Runs the command.
pub fn run(args: &Repl) -> Outcome {
    let how = repl::How {
        options: args.compile.options(),
        verifier_log: args.verifier_log,
        terminal: stdin().is_terminal() && stdout().is_terminal(),
    };
    repl::run(&args.files, how)
}
