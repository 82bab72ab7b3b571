//! The `bpfl` command: arguments in, an exit status out.
//!
//! Always holds: nothing that a user does makes it panic; what goes wrong is one sentence on
//! standard error, with the way out, or diagnostics with places; and the status then is not 0.
#![forbid(unsafe_code)]

mod cli;
mod commands;
mod data;
mod describe;
mod duration;
mod failure;
mod grid;
mod input;
mod output;
mod refusal;
mod signals;
mod table;
mod userspace;
mod view;
mod work;

use std::process::ExitCode;

use clap::{
    Parser,
    error::{ContextKind, ContextValue, ErrorKind},
};

use failure::Failure;

fn main() -> ExitCode {
    let status = match cli::Cli::try_parse() {
        Ok(cli) => {
            output::set_color(cli.color());
            commands::dispatch(cli.command).unwrap_or_else(|failure| report(&failure))
        }
        Err(error) => usage(error),
    };
    ExitCode::from(status)
}

/// What clap has to say: help or the version with status 0, or what is wrong with the arguments.
fn usage(mut error: clap::Error) -> u8 {
    advise(&mut error);
    let printed = error.print();
    let has_command = std::env::args_os().any(|argument| argument == "--");
    match error.exit_code() {
        // Help was asked for, and is on standard output.
        0 => printed.map_err(output::lost).map_or_else(|failure| report(&failure), |()| 0),
        _ if has_command => failure::OWN,
        code => u8::try_from(code).unwrap_or(failure::FAILED),
    }
}

/// What follows `--` is a command to run, and no way to give a value.
fn advise(error: &mut clap::Error) {
    let (ErrorKind::UnknownArgument, Some(ContextValue::String(argument))) =
        (error.kind(), error.get(ContextKind::InvalidArg))
    else {
        return;
    };
    let word = Some(argument.clone()).filter(|argument| !argument.starts_with('-'));
    error.remove(ContextKind::Suggested);
    let runs = std::env::args_os().any(|argument| argument == "run");
    if let Some(word) = word.filter(|_| runs) {
        let tip = format!("a command to run stands after `--`: `-- {word} …`");
        error.insert(ContextKind::Suggested, ContextValue::StyledStrs(vec![tip.into()]));
    }
}

fn report(failure: &Failure) -> u8 {
    if let Some(text) = failure.text() {
        output::error(text);
    }
    failure.status()
}
