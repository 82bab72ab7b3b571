//! A case: a source file with its expectations in comments.
//!
//! ```text
//! ;; error: E0401 @ 4:9          one line for each message: its code, line and column
//! ;; warning: E0309 @ 2:1
//! ;; emit ir                     datum, hir, ir, opt or asm; kept in the snapshot
//! ;; slots: 11                   at most so many instruction slots in the whole object
//! ;; run: in[0]=5, mark=3, limit=9 -> ret 1, out[0]=12
//! ;; run second: -> ret 0        a program other than the first
//! ;;   , out[1]=7                more of the line before
//! ;; varies                      results differ from run to run; only what is said is compared
//! ;; target-kernel: 5.4          compiled for this kernel
//! ;; compile-only                the loader of these tests does not know the type; others load it
//! ;; kernel-only                 the interpreter cannot run it: raw instructions, dynptrs
//! ;; perfmon: loop               what loading it takes CAP_PERFMON for, see `least`
//! ;; not-in-vm                  the userspace VM lacks something that it uses
//! ```
//!
//! They stand before the first form. Without `error:` lines the case must compile. A comment with
//! one semicolon is only a comment.

use std::{
    fs,
    path::{Path, PathBuf},
};

use bpfl_compiler::{diagnostic::Severity, driver::Stage};

use crate::run::Run;

/// What is expected of one message.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Expected {
    /// The line of the primary place, from 1.
    pub line: u32,
    /// Its column in characters, from 1.
    pub column: u32,
    /// `error` or `warning`.
    pub severity: &'static str,
    /// `E0107`.
    pub code: String,
}

/// One file and what it expects.
#[derive(Default)]
pub struct Case {
    /// `area/name`.
    pub name: String,
    /// Where the file is.
    pub path: PathBuf,
    /// All of it.
    pub text: String,
    /// The messages, in order of their places.
    pub messages: Vec<Expected>,
    /// The stages whose text is kept.
    pub stages: Vec<Stage>,
    /// How many instruction slots there may be.
    pub slots: Option<usize>,
    /// Runs of its programs.
    pub runs: Vec<Run>,
    /// Whether results differ from run to run.
    pub varies: bool,
    /// Whether it is not loaded here.
    pub compile_only: bool,
    /// Whether only the kernel can run it.
    pub kernel_only: bool,
    /// What loading it takes CAP_PERFMON for.
    pub perfmon: Option<String>,
    /// Whether the userspace VM lacks something that it uses.
    pub not_in_vm: bool,
}

/// How a severity is written.
pub fn severity_name(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    }
}

/// The stages, as `emit` names them.
pub const STAGES: &[(&str, Stage)] = &[
    ("datum", Stage::Datum),
    ("expand", Stage::Expand),
    ("hir", Stage::Hir),
    ("ir", Stage::Ir),
    ("opt", Stage::Opt),
    ("asm", Stage::Asm),
];

impl Case {
    /// All cases under `folder`, in order of their names.
    pub fn read_all(folder: &Path) -> Result<Vec<Self>, String> {
        let mut files = Vec::new();
        files_under(folder, "lisp", &mut files);
        files.sort();
        files.iter().map(|file| Self::read(folder, file)).collect()
    }

    fn read(folder: &Path, path: &Path) -> Result<Self, String> {
        let text = fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
        let name = path.strip_prefix(folder).unwrap_or(path).with_extension("");
        let name = name.display().to_string();
        let mut case = Self { name, path: path.into(), text, ..Self::default() };
        case.directives().map_err(|problem| format!("{}: {problem}", case.name))?;
        case.messages.sort();
        Ok(case)
    }

    /// Whether it is to compile to an object.
    pub fn is_accepted(&self) -> bool {
        let stops_early = self.stages.contains(&Stage::Datum);
        !stops_early && self.messages.iter().all(|message| message.severity != "error")
    }

    /// Whether it has runs that the userspace VM can do.
    pub fn runs_in_vm(&self) -> bool {
        self.is_accepted() && !self.runs.is_empty() && !self.not_in_vm
    }

    /// Whether its runs have the same results each time, also in the interpreter.
    pub fn is_predictable(&self) -> bool {
        !self.runs.is_empty() && !self.varies && !self.kernel_only
    }

    fn directives(&mut self) -> Result<(), String> {
        let text = self.text.clone();
        let head = text.lines().take_while(|line| line.is_empty() || line.starts_with(';')).count();
        let mut lines = text.lines().take(head).enumerate().peekable();
        while let Some((index, line)) = lines.next() {
            let Some(directive) = line.strip_prefix(";; ") else { continue };
            let mut directive = directive.to_string();
            while let Some((_, more)) = lines.next_if(|(_, line)| line.starts_with(";;   ")) {
                directive.push(' ');
                directive.push_str(more.trim_start_matches(';').trim());
            }
            self.directive(directive.trim()).map_err(|problem| format!("line {}: {problem}", index + 1))?;
        }
        Ok(())
    }

    fn directive(&mut self, text: &str) -> Result<(), String> {
        let word = text.split([' ', ':']).next().unwrap_or("");
        let rest = text[word.len()..].trim_start_matches(':').trim();
        match word {
            "error" => self.messages.push(message("error", rest)?),
            "warning" => self.messages.push(message("warning", rest)?),
            "emit" => {
                let stage = STAGES.iter().find(|(name, _)| *name == rest);
                self.stages.push(stage.ok_or_else(|| format!("there is no stage `{rest}`"))?.1);
            }
            "slots" => self.slots = Some(rest.parse().map_err(|_| format!("`{rest}` is no number"))?),
            "run" => self.runs.push(Run::parse(&text[word.len()..])?),
            "varies" => self.varies = true,
            // Read by `compile::options`.
            "target-kernel" => {}
            "compile-only" => self.compile_only = true,
            "kernel-only" => self.kernel_only = true,
            "perfmon" => self.perfmon = Some(rest.into()),
            "not-in-vm" => self.not_in_vm = true,
            _ => return Err(format!("there is no directive `{word}`")),
        }
        Ok(())
    }
}

fn message(severity: &'static str, text: &str) -> Result<Expected, String> {
    let parse = || {
        let (code, place) = text.split_once(" @ ")?;
        let (line, column) = place.trim().split_once(':')?;
        Some(Expected {
            severity,
            code: code.trim().into(),
            line: line.parse().ok()?,
            column: column.parse().ok()?,
        })
    };
    parse().ok_or_else(|| format!("`{text}` is not `CODE @ LINE:COLUMN`"))
}

/// Adds the files under `folder` whose names end in `extension`.
pub fn files_under(folder: &Path, extension: &str, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            files_under(&path, extension, files);
        } else if path.extension().is_some_and(|e| e == extension) {
            files.push(path);
        }
    }
}
