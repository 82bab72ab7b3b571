//! What stands in `console` blocks: commands after `$` or `#`, and what they print.

use std::{
    env, fs,
    os::unix::fs::symlink,
    path::Path,
    process::{Command, Stdio},
};

use super::{
    ROOT,
    block::{Block, blocks, compare},
    read,
};
use crate::command::Folder;

/// The commands that read files and change nothing but the working directory.
const READING: [&str; 5] = ["bpfl check ", "bpfl build ", "bpfl explain ", "bpfl list ", "bpfl disasm "];

/// A command, whether it is root's, and what it prints.
struct Session {
    root: bool,
    command: String,
    output: String,
}

/// A folder to run commands in, with the examples.
pub fn folder() -> Result<Folder, String> {
    let folder = Folder::new()?;
    let link = symlink(Path::new(ROOT).join("examples"), folder.path().join("examples"));
    link.map_err(|error| error.to_string())?;
    Ok(folder)
}

/// Runs the commands of a block that only read; a file that is not there is the `refused` program.
pub fn check(block: &Block, refused: Option<&Block>, folder: &Folder) -> Result<(), String> {
    for session in sessions(&block.text) {
        if !READING.iter().any(|command| session.command.starts_with(command)) {
            continue;
        }
        if let Some(source) = refused {
            provide(&session.command, source, folder)?;
        }
        let command = format!("exec 2>&1; {}", session.command);
        compare(&session.output, &run(Command::new("sh").arg("-c").arg(command), folder)?)?;
    }
    Ok(())
}

fn provide(command: &str, source: &Block, folder: &Folder) -> Result<(), String> {
    let file = command.split_whitespace().find(|word| word.ends_with(".lisp"));
    let path = file.map(|file| folder.path().join(file)).filter(|path| !path.exists());
    path.map_or(Ok(()), |path| fs::write(path, &source.text).map_err(|error| error.to_string()))
}

/// Whether the page has commands that run programs.
pub fn runs(file: &str) -> bool {
    read(file).is_ok_and(|text| blocks(&text).iter().any(|block| !running(block).is_empty()))
}

/// Runs the programs of a page, each in a network of its own, so that no port is taken.
pub fn check_runs(file: &str) -> Result<(), String> {
    const ALONE: &str = "ip link set lo up && exec sh -c \"$1\"";
    let folder = folder()?;
    for block in blocks(&read(file)?) {
        for session in running(&block) {
            let command = format!("exec 2>&1; {}", session.command);
            let mut alone = Command::new("unshare");
            alone.args(["--net", "sh", "-c", ALONE, "sh", &command]);
            compare(&session.output, &run(&mut alone, &folder)?)
                .map_err(|error| format!("{file}:{}: {error}", block.line))?;
        }
    }
    Ok(())
}

fn running(block: &Block) -> Vec<Session> {
    let runs = |session: &Session| {
        session.root && session.command.starts_with("bpfl run ") && session.command.contains(" -- ")
    };
    match block.info.as_str() {
        "console" => sessions(&block.text).into_iter().filter(runs).collect(),
        _ => Vec::new(),
    }
}

/// What a command prints.
fn run(command: &mut Command, folder: &Folder) -> Result<String, String> {
    let bin = Path::new(env!("CARGO_BIN_EXE_bpfl")).parent().unwrap_or(Path::new("."));
    let path = format!("{}:{}", bin.display(), env::var("PATH").unwrap_or_default());
    let output = command.current_dir(folder.path()).env("PATH", path).stdin(Stdio::null()).output();
    let output = output.map_err(|error| error.to_string())?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    Ok(text + &String::from_utf8_lossy(&output.stderr))
}

/// The commands of a block. One in quotes goes on until they are closed.
fn sessions(text: &str) -> Vec<Session> {
    let mut sessions: Vec<Session> = Vec::new();
    for line in text.lines() {
        let prompt = line.strip_prefix("$ ").or_else(|| line.strip_prefix("# "));
        match (sessions.last_mut(), prompt) {
            (Some(last), _) if last.command.matches('\'').count() % 2 == 1 => {
                last.command.push('\n');
                last.command.push_str(line);
            }
            (_, Some(command)) => {
                let root = line.starts_with('#');
                sessions.push(Session { root, command: command.into(), output: String::new() });
            }
            (Some(last), None) => {
                last.output.push_str(line);
                last.output.push('\n');
            }
            (None, None) => {}
        }
    }
    sessions
}
