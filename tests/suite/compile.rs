//! The compiler as the tests use it: text in; messages, stages and object out.

use bpfl_compiler::{
    diagnostic::{Diagnostics, render::render},
    driver::{self, Cpu, Options, Stage},
    source::SourceMap,
};

use bpfl_stdlib::catalog::version::Version;

use crate::{
    case::{Expected, severity_name},
    kernel_types,
};

/// A compilation.
pub struct Compilation {
    /// Its messages, in order of their places.
    pub messages: Vec<Expected>,
    /// The messages as a user sees them.
    pub rendered: String,
    /// The object, unless there were errors.
    pub object: Option<Vec<u8>>,
}

/// What a case is compiled for.
pub fn options(text: &str) -> Options {
    let target = text.lines().find_map(|line| line.strip_prefix(";; target-kernel: "));
    let target = target.and_then(Version::parse);
    let cpu = target.map_or(Cpu::default(), Cpu::of);
    Options { btf: kernel_types::btf(), target, cpu, ..Options::default() }
}

/// Compiles `text` as the file `name`.
pub fn compile(name: &str, text: &str) -> Compilation {
    let mut sources = SourceMap::new();
    let mut diagnostics = Diagnostics::default();
    let file = sources.add(name, text);
    let compiled = driver::compile(&mut sources, file, &options(text), &mut diagnostics);
    finish(&sources, diagnostics, compiled.map(|compiled| compiled.object))
}

/// As [`compile`], with the text of `stage` instead of an object.
pub fn print(name: &str, text: &str, stage: Stage) -> (Compilation, Option<String>) {
    let mut sources = SourceMap::new();
    let mut diagnostics = Diagnostics::default();
    let file = sources.add(name, text);
    let printed = driver::print(&mut sources, file, stage, &options(text), &mut diagnostics);
    (finish(&sources, diagnostics, None), printed)
}

/// The text of `stage`, which must be reached.
pub fn stage(name: &str, text: &str, stage: Stage) -> Result<String, String> {
    let (compilation, printed) = print(name, text, stage);
    printed.ok_or_else(|| format!("{stage:?} was not reached\n{}", compilation.rendered))
}

/// The object, which must come of it.
pub fn object(name: &str, text: &str) -> Result<Vec<u8>, String> {
    let compilation = compile(name, text);
    compilation.object.ok_or_else(|| format!("there is no object\n{}", compilation.rendered))
}

fn finish(sources: &SourceMap, mut diagnostics: Diagnostics, object: Option<Vec<u8>>) -> Compilation {
    diagnostics.sort();
    let mut messages: Vec<_> = diagnostics
        .iter()
        .map(|diagnostic| {
            let place = sources.location(diagnostic.span.start);
            Expected {
                line: place.line,
                column: place.column,
                severity: severity_name(diagnostic.severity),
                code: diagnostic.code.id.into(),
            }
        })
        .collect();
    messages.sort();
    let rendered = render(sources, diagnostics.iter(), false);
    let object = object.filter(|_| !diagnostics.has_errors());
    Compilation { messages, rendered, object }
}
