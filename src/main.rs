//! The `bpfl` command: arguments in, an exit status out.
//!
//! Always holds: nothing that a user does makes it panic; what goes wrong is one sentence on
//! standard error, with the way out, or diagnostics with places; and the status then is not 0.
#![forbid(unsafe_code)]

mod cli;
mod commands;
mod duration;
mod failure;
mod input;
mod output;
mod signals;
mod table;
mod view;

use std::process::ExitCode;

use clap::Parser;

use failure::Failure;

fn main() -> ExitCode {
    let cli = cli::Cli::parse();
    output::set_color(cli.color);
    let status = commands::dispatch(cli.command).unwrap_or_else(|failure| report(&failure));
    ExitCode::from(status)
}

fn report(failure: &Failure) -> u8 {
    if let Some(text) = failure.text() {
        output::error(text);
    }
    failure.status()
}
