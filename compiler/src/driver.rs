//! The pipeline, as one function that reads from top to bottom.

use std::str::FromStr;

use crate::{
    diagnostic::{Diagnostic, Diagnostics, codes},
    hir, ir,
    names::Names,
    read::{self, Data},
    source::{FileId, SourceMap},
};

/// The BPF instruction set to emit, as clang's `-mcpu`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default)]
pub enum Cpu {
    /// The original set.
    V1,
    /// Adds the unsigned and signed "less" jumps (Linux 4.14).
    V2,
    /// Adds 32-bit jumps (Linux 5.1) and the atomic operations (5.12).
    #[default]
    V3,
    /// Adds signed division, sign-extending moves and loads, byte swaps, long jumps (6.6).
    V4,
}

impl FromStr for Cpu {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "v1" => Ok(Self::V1),
            "v2" => Ok(Self::V2),
            "v3" => Ok(Self::V3),
            "v4" => Ok(Self::V4),
            _ => Err(format!("`{text}` is no BPF instruction set; there are v1, v2, v3 and v4")),
        }
    }
}

/// What to compile for.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// The instruction set.
    pub cpu: Cpu,
}

/// A stage of the pipeline whose result can be printed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Stage {
    /// The data as read.
    Datum,
    /// The typed program.
    Hir,
    /// SSA, before optimisation.
    Ir,
    /// SSA, after optimisation.
    Opt,
    /// BPF assembly with source lines.
    Asm,
}

/// A finished compilation.
#[derive(Clone, Debug)]
pub struct Compiled {
    /// The ELF object.
    pub object: Vec<u8>,
}

/// Compiles `file` of `sources`. `None` when there were errors; `diagnostics` says which.
pub fn compile(
    sources: &mut SourceMap,
    file: FileId,
    options: &Options,
    diagnostics: &mut Diagnostics,
) -> Option<Compiled> {
    let _ = options;
    let mut names = Names::new();
    let hir = program(sources, file, &mut names, diagnostics)?;
    let ir = ir::lower::lower(&hir);
    let _ = ir;
    None
}

/// Compiles `file` as far as `stage` and prints what that stage made.
pub fn print(
    sources: &mut SourceMap,
    file: FileId,
    stage: Stage,
    _options: &Options,
    diagnostics: &mut Diagnostics,
) -> Option<String> {
    let mut names = Names::new();
    if stage == Stage::Datum {
        let mut data = Data::new();
        let forms = read::read(sources, file, &mut names, &mut data, diagnostics);
        let lines = forms.iter().map(|form| read::print(&names, &data, *form) + "\n");
        return Some(lines.collect());
    }
    let hir = program(sources, file, &mut names, diagnostics)?;
    if stage == Stage::Hir {
        return Some(hir::print(&names, &hir));
    }
    let ir = ir::lower::lower(&hir);
    Some(ir::print(&ir))
}

/// Text to the typed program.
fn program(
    sources: &SourceMap,
    file: FileId,
    names: &mut Names,
    diagnostics: &mut Diagnostics,
) -> Option<hir::Module> {
    let mut data = Data::new();
    let forms = read::read(sources, file, names, &mut data, diagnostics);
    let hir = hir::build::build(names, &data, &forms, diagnostics);
    if hir.programs.is_empty() && hir.maps.is_empty() && !diagnostics.has_errors() {
        let error =
            Diagnostic::error(&codes::EMPTY, sources.whole(file).first(), "this file defines nothing");
        diagnostics.push(error.help(
            "the least program is `(defprog pass (:type :cgroup-skb :section \"cgroup_skb/egress\") 1)`",
        ));
    }
    (!diagnostics.has_errors()).then_some(hir)
}
