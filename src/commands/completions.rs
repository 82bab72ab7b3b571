//! `bpfl completions`: a shell's name in, its completion script out.

use clap::CommandFactory;

use crate::{
    cli::{Cli, Completions},
    failure::Outcome,
    output,
};

/// Runs the command.
pub fn run(args: &Completions) -> Outcome {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "bpfl", &mut script);
    output::print(script)?;
    Ok(0)
}
