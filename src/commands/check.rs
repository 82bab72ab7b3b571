//! `bpfl check`: a source file in, diagnostics out.

use crate::{cli::Check, failure::Outcome, input};

/// Runs the command.
pub fn run(args: &Check) -> Outcome {
    let source = input::read_lisp(&args.file, &args.compile)?;
    if source.is_script() {
        return source.check_script();
    }
    source.compile()?;
    Ok(0)
}
