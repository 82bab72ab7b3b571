//! The commands, one file each.

mod build;
mod check;
mod completions;
mod detach;
pub mod disasm;
mod doctor;
mod expand;
pub mod explain;
mod generate;
mod list;
mod man;
mod map;
mod ps;
mod reference;
mod repl;
mod run;
mod test;

use crate::{cli::Command, failure::Outcome};

/// Does what the command line asks.
pub fn dispatch(command: Command) -> Outcome {
    match command {
        Command::Build(args) => build::run(&args),
        Command::Check(args) => check::run(&args),
        Command::Expand(args) => expand::run(&args),
        Command::Run(args) => run::run(&args),
        Command::Repl(args) => repl::run(&args),
        Command::Test(args) => test::run(&args),
        Command::Disasm(args) => disasm::run(&args),
        Command::Gen(args) => generate::run(&args),
        Command::List(args) => list::run(&args),
        Command::Ps(args) => ps::run(&args),
        Command::Detach(args) => detach::run(&args),
        Command::Map(command) => map::run(&command),
        Command::Explain(args) => explain::run(&args),
        Command::Doctor(args) => doctor::run(&args),
        Command::Completions(args) => completions::run(&args),
        Command::Man(args) => man::run(&args),
        Command::Reference(args) => reference::run(&args),
    }
}
