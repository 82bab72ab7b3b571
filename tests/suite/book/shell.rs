//! What stands in `console` blocks: commands after `$` or `#`, and what they print.

use std::{
    env, fs,
    os::unix::fs::symlink,
    path::Path,
    process::{Command, Stdio},
};

use super::{
    ROOT,
    block::{Block, blocks, settle},
    live::Stage,
    page, read, repl,
};
use crate::command::Folder;

/// The commands that read files and change nothing but the working directory.
const READING: [&str; 6] =
    ["echo ", "bpfl check ", "bpfl build ", "bpfl explain ", "bpfl list ", "bpfl disasm "];

/// A block whose commands are all run, at a terminal.
pub const LIVE: &str = "console live";

/// A command and what it prints.
struct Session {
    /// As on the page, with the prompt.
    shown: String,
    /// Without it.
    command: String,
    output: String,
}

impl Session {
    /// Whether it is root's and runs programs: for the time of a command, or those of tests.
    fn runs(&self) -> bool {
        let run = self.shown.starts_with("# bpfl run ") && self.command.contains(" -- ");
        run || self.shown.starts_with("# bpfl test ")
    }
}

/// A folder to run commands in, with the examples.
pub fn folder() -> Result<Folder, String> {
    let folder = Folder::new()?;
    let link = symlink(Path::new(ROOT).join("examples"), folder.path().join("examples"));
    link.map_err(|error| error.to_string())?;
    Ok(folder)
}

/// What a block is to show, of which the commands that only read are run; a file that is not there is
/// the `refused` program.
pub fn check(block: &Block, refused: Option<&Block>, folder: &Folder) -> Result<String, String> {
    show(block, |session| {
        if !READING.iter().any(|command| session.command.starts_with(command)) {
            return Ok(session.output.clone());
        }
        if let Some(source) = refused {
            provide(&session.command, source, folder)?;
        }
        let command = format!("exec 2>&1; {}", session.command);
        settle(&session.output, &run(Command::new("sh").arg("-c").arg(command), folder)?)
    })
}

/// A block's commands, each with the output that it is to have.
fn show(block: &Block, mut output: impl FnMut(&Session) -> Result<String, String>) -> Result<String, String> {
    if !block.text.starts_with(['$', '#']) {
        return Err("a console block starts with a prompt".into());
    }
    sessions(&block.text).iter().map(|session| Ok(session.shown.clone() + &output(session)?)).collect()
}

fn provide(command: &str, source: &Block, folder: &Folder) -> Result<(), String> {
    let file = command.split_whitespace().find(|word| word.ends_with(".lisp"));
    let path = file.map(|file| folder.path().join(file)).filter(|path| !path.exists());
    path.map_or(Ok(()), |path| fs::write(path, &source.text).map_err(|error| error.to_string()))
}

/// Which of the tools that the pages use this machine does not have.
pub fn missing() -> Option<&'static str> {
    let folders = env::var_os("PATH").unwrap_or_default();
    let has = |tool: &str| env::split_paths(&folders).any(|folder| folder.join(tool).exists());
    ["unshare", "nsenter", "setsid", "mount", "ip", "ss", "bash", "python3", "curl"]
        .into_iter()
        .find(|tool| !has(tool))
}

/// Whether the page has commands that run programs.
pub fn runs(file: &str) -> bool {
    let runs = |block: &Block| is_console(block) && sessions(&block.text).iter().any(Session::runs);
    let has = |block: &Block| runs(block) || matches!(block.info.as_str(), "repl" | LIVE);
    read(file).is_ok_and(|text| blocks(&text).iter().any(has))
}

fn is_console(block: &Block) -> bool {
    block.info == "console"
}

/// Commands that list what anybody has in the kernel.
const LISTS: [&str; 2] = ["bpfl ps", "bpfl map list"];

/// Runs the programs of a page. Where a page lists what there is in the kernel, what goes wrong must do so
/// twice: somebody else may have a program of the same name there.
pub fn check_runs(file: &str) -> Result<(), String> {
    let text = read(file).unwrap_or_default();
    match LISTS.iter().any(|command| text.contains(command)) {
        true => run_all(file).or_else(|_| run_all(file)),
        false => run_all(file),
    }
}

/// Runs them, those of a terminal on the page's stage, others in a network each, so that no port is taken.
fn run_all(file: &str) -> Result<(), String> {
    const ALONE: &str = "ip link set lo up && exec sh -c \"$1\"";
    let folder = folder()?;
    let output = |session: &Session| {
        if !session.runs() {
            return Ok(session.output.clone());
        }
        let command = format!("exec 2>&1; {}", session.command);
        let mut alone = Command::new("unshare");
        alone.args(["--net", "sh", "-c", ALONE, "sh", &command]);
        settle(&session.output, &run(&mut alone, &folder)?)
    };
    let mut stage: Option<Stage> = None;
    page::each(file, |block| match block.info.as_str() {
        "console" => show(block, output),
        LIVE => {
            let stage = match &mut stage {
                Some(stage) => stage,
                None => stage.insert(Stage::new()?),
            };
            show(block, |session| stage.run(&session.command, &session.output))
        }
        "repl" => repl::check(block),
        _ => Ok(block.text.clone()),
    })
}

/// Where commands are looked for: bpfl is the one under test.
pub fn search_path() -> String {
    let bin = Path::new(env!("CARGO_BIN_EXE_bpfl")).parent().unwrap_or(Path::new("."));
    format!("{}:{}", bin.display(), env::var("PATH").unwrap_or_default())
}

/// What a command prints.
fn run(command: &mut Command, folder: &Folder) -> Result<String, String> {
    let output = command.current_dir(folder.path()).env("PATH", search_path()).stdin(Stdio::null()).output();
    let output = output.map_err(|error| error.to_string())?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    Ok(text + &String::from_utf8_lossy(&output.stderr))
}

/// The commands of a block. One in quotes goes on until they are closed.
fn sessions(text: &str) -> Vec<Session> {
    let mut sessions: Vec<Session> = Vec::new();
    for line in text.split_inclusive('\n') {
        let prompt = line.strip_prefix("$ ").or_else(|| line.strip_prefix("# "));
        match (sessions.last_mut(), prompt) {
            (Some(last), _) if last.command.matches('\'').count() % 2 == 1 => {
                last.command.push_str(line);
                last.shown.push_str(line);
            }
            (_, Some(command)) => {
                sessions.push(Session { shown: line.into(), command: command.into(), output: String::new() });
            }
            (Some(last), None) => last.output.push_str(line),
            (None, None) => {}
        }
    }
    sessions
}
