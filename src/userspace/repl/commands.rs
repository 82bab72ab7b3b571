//! Commands: lines that start with a comma, which starts no form. And the functions that only a repl has.

use std::path::Path;

use bpfl_compiler::{
    eval::{Builtin, Env, Exit, Interp, Kind, Result, Value},
    hir::build::is_definition,
};

use super::{Done, Ended, Repl, Trouble, describe, world};
use crate::{
    commands::{disasm, explain},
    failure::Failure,
    userspace::object::Handle,
};

/// A command.
pub struct Command {
    pub name: &'static str,
    /// What follows the name.
    usage: &'static str,
    about: &'static str,
    run: fn(&mut Repl<'_>, &str) -> Done,
}

/// All commands.
pub const COMMANDS: &[Command] = &[
    Command { name: "help", usage: "[NAME]", about: "these commands, or what NAME is", run: help },
    Command { name: "list", usage: "", about: "what is defined, and what is attached", run: list },
    Command { name: "disasm", usage: "PROGRAM", about: "the machine code of a program", run: disassemble },
    Command { name: "expand", usage: "FORM", about: "the form that a macro makes of FORM", run: expand },
    Command { name: "load", usage: "FILE", about: "evaluate the forms of a file", run: load },
    Command { name: "quit", usage: "[STATUS]", about: "detach everything and end", run: quit },
];

const ROWS: &[Builtin] = &[
    Builtin { name: "quit", min: 0, max: 1, call: quit_function },
    Builtin { name: "exit", min: 0, max: 1, call: quit_function },
    Builtin { name: "disassemble", min: 1, max: 1, call: disassemble_function },
];

/// Defines the functions.
pub fn define(interp: &mut Interp<'_>) {
    ROWS.iter().for_each(|row| interp.define_builtin(row));
}

/// Runs a command, without its comma.
pub fn run(repl: &mut Repl<'_>, line: &str) -> Done {
    let (name, rest) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
    let found = COMMANDS.iter().find(|row| row.name == name);
    let Some(command) = found.or_else(|| only(name)) else {
        let near = bpfl_runtime::name::near(name, COMMANDS.iter().map(|row| row.name));
        let way_out =
            near.map_or("`,help` shows those there are".into(), |near| format!("did you mean `,{near}`?"));
        return Err(Failure::new(format!("there is no command `,{name}`; {way_out}")).into());
    };
    (command.run)(repl, rest.trim())
}

/// The only command whose name starts so.
fn only(start: &str) -> Option<&'static Command> {
    let mut all = COMMANDS.iter().filter(|row| !start.is_empty() && row.name.starts_with(start));
    all.next().filter(|_| all.next().is_none())
}

fn help(repl: &mut Repl<'_>, name: &str) -> Done {
    if name.is_empty() {
        for Command { name, usage, about, .. } in COMMANDS {
            let command = format!(",{name} {usage}");
            repl.print(&format!("{command:<18}{about}\n"));
        }
        repl.print("*, ** and *** are the last three values.\n");
        return Ok(());
    }
    let pages = pages(repl, name);
    if pages.is_empty() {
        // Its message has the nearest name.
        repl.print(&explain::page(name)?);
    }
    repl.print(&pages.join("\n"));
    Ok(())
}

/// What there is to say of a name.
fn pages(repl: &mut Repl<'_>, name: &str) -> Vec<String> {
    let mut pages = Vec::new();
    let bare = name.trim_start_matches("#'").trim_start_matches('\'').to_lowercase();
    let symbol = repl.interp.symbol(&bare);
    let key = repl.names.kernel(symbol.name);
    let own: Vec<_> = repl.definitions.iter().filter(|one| one.is(key)).cloned().collect();
    for definition in own {
        let form = repl.interp.readable(&definition.form);
        pages.push(format!("{}\n{form}\n", describe::line(repl, &definition)));
    }
    pages.extend(explain::page(&bare).ok());
    if !pages.is_empty() && is_definition(&bare) {
        return pages;
    }
    if repl.interp.has_function(symbol.folded) {
        pages.push(format!("`{bare}` is a function or form of userspace Lisp\n"));
    } else if repl.interp.macro_named(symbol.folded).is_some() && pages.is_empty() {
        pages.push(format!("`{bare}` is a macro\n"));
    }
    pages
}

fn list(repl: &mut Repl<'_>, _: &str) -> Done {
    let mut text = String::new();
    for definition in repl.definitions.iter() {
        text.push_str(&describe::line(repl, definition));
        text.push('\n');
        let Some(session) = &repl.session else { continue };
        let (session, symbol) = (session.borrow(), definition.name.replace('-', "_"));
        for (_, target) in session.attached().filter(|(program, _)| *program == symbol) {
            text.push_str(&format!("  attached to {target}\n"));
        }
    }
    repl.print(if text.is_empty() { "nothing is defined\n" } else { &text });
    Ok(())
}

fn disassemble(repl: &mut Repl<'_>, name: &str) -> Done {
    if name.is_empty() {
        return Err(Failure::new("which program? write `,disasm PROGRAM`").into());
    }
    let Some(session) = &repl.session else {
        return Err(Failure::new("no program is defined").into());
    };
    let text = {
        let session = session.borrow();
        let program = session.spec().program(name).map_err(|error| Failure::new(error.to_string()))?;
        disasm::program(program)
    };
    repl.print(&text);
    Ok(())
}

fn expand(repl: &mut Repl<'_>, form: &str) -> Done {
    let host = world(&mut repl.interp).map_err(|_| Trouble::Said)?;
    let file = host.sources.add("<expand>", form);
    let (forms, _) = repl.read(file);
    for form in forms {
        let value = repl.value(form);
        let expander = value.pair().and_then(|(head, _)| repl.interp.macro_named(head.symbol()?.folded));
        repl.interp.restart();
        let expanded = match expander {
            Some(expander) => repl.interp.expand(&expander, &value).map_err(|exit| repl.trouble(exit))?,
            None => value,
        };
        let text = repl.interp.readable(&expanded);
        repl.print(&format!("{text}\n"));
    }
    Ok(())
}

fn load(repl: &mut Repl<'_>, file: &str) -> Done {
    match file.trim_matches('"') {
        "" => Err(Failure::new("which file? write `,load FILE`").into()),
        file => repl.load(Path::new(file)),
    }
}

fn quit(repl: &mut Repl<'_>, status: &str) -> Done {
    let status = match status {
        "" => u8::from(repl.failed && !repl.terminal),
        status => status.parse().map_err(|_| Failure::new(format!("`{status}` is no exit status")))?,
    };
    Err(Trouble::Ended(Ended::Quit(status)))
}

/// `(quit [status])`
fn quit_function(interp: &mut Interp<'_>, args: &[Value]) -> Result {
    let status =
        args.first().map_or(Ok(0), |status| super::super::keys::number::<u8>("the status", status))?;
    world(interp)?.quit = Some(status);
    Err(Exit::Stopped("it was asked to end".into()))
}

/// `(disassemble program)`
fn disassemble_function(interp: &mut Interp<'_>, args: &[Value]) -> Result {
    let program = match args[0].symbol() {
        Some(_) => interp.eval(&args[0], &Env::default())?,
        None => args[0].clone(),
    };
    let (session, name) = Handle::program(&program)?;
    let text = {
        let session = session.borrow();
        session.spec().program(name).map(disasm::program)
    };
    let text = text.map_err(|error| Exit::error(error.to_string()))?;
    interp.print(&text)?;
    Ok(Kind::Nil.into())
}
