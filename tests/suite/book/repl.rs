//! What stands in `repl` blocks: forms after a prompt, and what comes of them.
//!
//! What comes of a form is what the repl prints for all forms up to it and does not for those before it. So a
//! transcript is as it would be at a terminal, where places are in `<repl>`.

use std::{
    io::Write,
    process::{Command, Stdio},
};

use bpfl_compiler::read::complete::is_complete;
use bpfl_runtime::cgroup::{ChildCgroup, Hierarchy};

use super::block::{Block, settle};

const PROMPT: &str = "bpfl> ";
/// The cgroup that pages attach to, in whose place is one that the test makes.
const CGROUP: &str = "/sys/fs/cgroup/demo";

/// The block as it is to be.
pub fn check(block: &Block) -> Result<String, String> {
    let (mut shown, mut input, mut before) = (String::new(), String::new(), 0);
    for (form, output) in transcript(&block.text)? {
        input.push_str(&form);
        let all = run(&input)?;
        let came = all.get(before..).ok_or("two runs differ")?;
        shown.push_str(PROMPT);
        shown.push_str(&form);
        shown.push_str(&settle(&output, came)?);
        before = all.len();
    }
    Ok(shown)
}

/// The forms of a transcript, each with what comes of it.
fn transcript(text: &str) -> Result<Vec<(String, String)>, String> {
    let mut found: Vec<(String, String)> = Vec::new();
    for line in text.split_inclusive('\n') {
        match (line.strip_prefix(PROMPT), found.last_mut()) {
            (Some(start), _) => found.push((start.into(), String::new())),
            (None, Some((form, _))) if !form.starts_with(',') && !is_complete(form) => form.push_str(line),
            (None, Some((_, output))) => output.push_str(line),
            (None, None) => return Err("a repl block starts with a prompt".into()),
        }
    }
    Ok(found)
}

/// What the repl prints and says, in a network and a cgroup of its own.
fn run(input: &str) -> Result<String, String> {
    const ALONE: &str = "ip link set lo up && exec \"$0\" repl 2>&1";
    let told = |error: &dyn std::fmt::Display| error.to_string();
    let own = Hierarchy::find().and_then(|hierarchy| hierarchy.own()).map_err(|error| told(&error))?;
    let cgroup = ChildCgroup::create(&own).map_err(|error| told(&error))?;
    let path = cgroup.path().display().to_string();
    let mut command = Command::new("unshare");
    command.args(["--net", "sh", "-c", ALONE, env!("CARGO_BIN_EXE_bpfl")]);
    command.stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = command.spawn().map_err(|error| told(&error))?;
    let mut stdin = child.stdin.take().ok_or("there is no input")?;
    stdin.write_all(input.replace(CGROUP, &path).as_bytes()).map_err(|error| told(&error))?;
    drop(stdin);
    let output = child.wait_with_output().map_err(|error| told(&error))?;
    let text = String::from_utf8_lossy(&output.stdout).replace(&path, CGROUP);
    Ok(text.replace("<stdin>", "<repl>"))
}
