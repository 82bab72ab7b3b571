//! `bpfl check`: a source file in, diagnostics out.

use crate::{cli::Check, failure::Outcome, input};

/// Runs the command.
pub fn run(args: &Check) -> Outcome {
    input::read_lisp(&args.file, &args.compile)?.compile()?;
    Ok(0)
}
