//! The pipeline, as one function that reads from top to bottom.

use std::str::FromStr;

use bpfl_stdlib::catalog::{feature, machine::Machine, version::Version};

use crate::{
    bpf, check,
    diagnostic::{Diagnostic, Diagnostics, codes},
    elf, hir,
    inputs::{self, Files},
    ir,
    kernel_btf::KernelBtf,
    listing,
    names::Names,
    object, opt,
    read::{self, Data, DatumId},
    source::{FileId, SourceMap, Span},
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

impl Cpu {
    /// The newest set that Linux `target` has of those that are the default somewhere.
    pub fn of(target: Version) -> Self {
        match target {
            target if target < feature::V2 => Self::V1,
            target if target < feature::V3 => Self::V2,
            _ => Self::V3,
        }
    }
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
    /// The machine whose registers probes read.
    pub machine: Machine,
    /// The kernel that the program is to run on; the newest known one when not said.
    pub target: Option<Version>,
    /// The kernel's types, for programs that read its structs.
    pub btf: KernelBtf,
    /// The files that the source includes.
    pub files: Files,
    /// Whether all structs that the file defines are among the object's types, whoever uses them; then a file need have
    /// no more than those, or constants.
    pub all_types: bool,
}

/// A stage of the pipeline whose result can be printed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Stage {
    /// The data as read.
    Datum,
    /// The data with all macros expanded.
    Expand,
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
    /// Where the code of each program is from, in the object's order.
    pub places: Vec<Places>,
    /// The structs and unions that were defined, each with its size in bytes.
    pub structs: Vec<(String, u32)>,
    /// The ring buffers all of whose records are reserved as one struct, by symbol, and that struct.
    pub records: Vec<(String, String)>,
    /// The constants and members of enumerations that were defined, as they were spelled.
    pub constants: Vec<(String, i128)>,
}

/// Which source the machine code of a program is from.
#[derive(Clone, Debug)]
pub struct Places {
    /// The program's symbol.
    pub program: String,
    /// The form of each of its 8-byte slots.
    pub spans: Vec<Span>,
}

/// Compiles `file` of `sources`. `None` when there were errors; `diagnostics` says which.
pub fn compile(
    sources: &mut SourceMap,
    file: FileId,
    options: &Options,
    diagnostics: &mut Diagnostics,
) -> Option<Compiled> {
    let compiled = compiled(sources, file, options, diagnostics);
    diagnostics.settle(sources);
    compiled
}

fn compiled(
    sources: &mut SourceMap,
    file: FileId,
    options: &Options,
    diagnostics: &mut Diagnostics,
) -> Option<Compiled> {
    let names = Names::new();
    let hir = program(sources, file, &names, options, diagnostics);
    finish(sources, &hir, &names, options, diagnostics)
}

/// Compiles forms that are read already, as [`compile`] does those of a file. Their places are in
/// `sources`.
pub fn compile_forms(
    sources: &mut SourceMap,
    names: &Names,
    data: &Data,
    forms: &[DatumId],
    options: &Options,
    diagnostics: &mut Diagnostics,
) -> Option<Compiled> {
    let hir = typed(sources, names, data, forms, options, diagnostics);
    let compiled = finish(sources, &hir, names, options, diagnostics);
    diagnostics.settle(sources);
    compiled
}

fn records(hir: &hir::Module) -> Vec<(String, String)> {
    let mut reserved = hir.reserved.clone();
    reserved.sort_unstable();
    reserved.dedup();
    let alone = |map| reserved.iter().filter(|(other, _)| *other == map).count() == 1;
    let one = |(map, ty): &(hir::MapId, hir::Ty)| match hir.types.get(*ty) {
        hir::TypeKind::Struct(of) if alone(*map) => {
            Some((hir.maps[*map].symbol.clone(), hir.types.structs[of].c_name.clone()))
        }
        _ => None,
    };
    reserved.iter().filter_map(one).collect()
}

/// The typed program to an object.
fn finish(
    sources: &SourceMap,
    hir: &hir::Module,
    names: &Names,
    options: &Options,
    diagnostics: &mut Diagnostics,
) -> Option<Compiled> {
    let ir = optimized(hir, names, options, diagnostics)?;
    let codes = codes(hir, &ir, options, diagnostics)?;
    let model = object::assemble(sources, hir, codes);
    let places = |f: &elf::Function| Places { program: f.name.clone(), spans: f.spans.clone() };
    match object::write(&model) {
        Ok(object) => Some(Compiled {
            object,
            places: model.functions.iter().map(places).collect(),
            structs: hir.types.structs.values().map(|one| (one.c_name.clone(), one.size)).collect(),
            records: records(hir),
            constants: hir.constants.clone(),
        }),
        Err(error) => {
            let span = hir.programs.values().next().map_or(Span::default(), |program| program.span);
            diagnostics.push(Diagnostic::error(&codes::INTERNAL, span, format!("{error}")));
            None
        }
    }
}

/// Compiles `file` as far as `stage` and prints what that stage made.
pub fn print(
    sources: &mut SourceMap,
    file: FileId,
    stage: Stage,
    options: &Options,
    diagnostics: &mut Diagnostics,
) -> Option<String> {
    let printed = text_of(sources, file, stage, options, diagnostics);
    diagnostics.settle(sources);
    printed
}

fn text_of(
    sources: &mut SourceMap,
    file: FileId,
    stage: Stage,
    options: &Options,
    diagnostics: &mut Diagnostics,
) -> Option<String> {
    let names = Names::new();
    if stage == Stage::Datum || stage == Stage::Expand {
        let forms = forms_of(sources, file, stage, options, diagnostics);
        return Some(forms.concat());
    }
    let hir = program(sources, file, &names, options, diagnostics);
    match stage {
        Stage::Datum | Stage::Expand | Stage::Hir => {
            (!diagnostics.has_errors()).then(|| hir::print(&names, &hir))
        }
        Stage::Ir => checked(&hir, &names, options, diagnostics).map(|ir| ir::print(&ir)),
        Stage::Opt => optimized(&hir, &names, options, diagnostics).map(|ir| ir::print(&ir)),
        Stage::Asm => {
            let ir = optimized(&hir, &names, options, diagnostics)?;
            let codes = codes(&hir, &ir, options, diagnostics)?;
            Some(listing::print(sources, &hir, &codes))
        }
    }
}

/// How far macros are expanded when the expansion is printed.
pub use hir::build::Expand;

/// The top-level forms of `file` as text, each with macros expanded as `expand` says.
pub fn expand(
    sources: &mut SourceMap,
    file: FileId,
    expand: Expand,
    options: &Options,
    diagnostics: &mut Diagnostics,
) -> Vec<String> {
    let (names, data) = (Names::new(), Data::new());
    let forms = inputs::file(sources, file, &names, &data, &options.files, diagnostics);
    let prelude = inputs::prelude(sources, &names, &data, diagnostics);
    let input = hir::build::Input {
        names: &names,
        data: &data,
        prelude: &prelude,
        forms: &forms,
        kernel: &options.btf,
        machine: options.machine,
    };
    let (_, expanded) = hir::build::build_and_expand(sources, input, Some(expand), diagnostics);
    diagnostics.settle(sources);
    expanded.iter().map(|form| read::print(&names, &data, *form) + "\n").collect()
}

fn forms_of(
    sources: &mut SourceMap,
    file: FileId,
    stage: Stage,
    options: &Options,
    diagnostics: &mut Diagnostics,
) -> Vec<String> {
    if stage == Stage::Expand {
        return expand(sources, file, Expand::All, options, diagnostics);
    }
    let (names, data) = (Names::new(), Data::new());
    let forms = read::read(sources, file, &names, &data, diagnostics);
    forms.iter().map(|form| read::print(&names, &data, *form) + "\n").collect()
}

/// The SSA of `file` before and after optimisation, for tests that run both.
pub fn ssa(
    sources: &mut SourceMap,
    file: FileId,
    options: &Options,
    diagnostics: &mut Diagnostics,
) -> Option<(ir::Module, ir::Module)> {
    let names = Names::new();
    let hir = program(sources, file, &names, options, diagnostics);
    let before = checked(&hir, &names, options, diagnostics)?;
    let after = optimized(&hir, &names, options, diagnostics)?;
    diagnostics.settle(sources);
    Some((before, after))
}

/// Text to the typed program. After an error, programs with errors are not in it.
pub fn program(
    sources: &mut SourceMap,
    file: FileId,
    names: &Names,
    options: &Options,
    diagnostics: &mut Diagnostics,
) -> hir::Module {
    let data = Data::new();
    let forms = inputs::file(sources, file, names, &data, &options.files, diagnostics);
    let mut hir = typed(sources, names, &data, &forms, options, diagnostics);
    if options.all_types {
        keep_types(&mut hir);
    }
    let has_types = options.all_types && !(hir.records.is_empty() && hir.constants.is_empty());
    if !has_types && hir.programs.is_empty() && hir.maps.is_empty() && !diagnostics.has_errors() {
        let error =
            Diagnostic::error(&codes::EMPTY, sources.whole(file).first(), "this file defines nothing");
        diagnostics.push(error.help(LEAST_PROGRAM));
    }
    hir
}

/// Puts the structs and enums that the file defines among the object's types.
fn keep_types(hir: &mut hir::Module) {
    let missing: Vec<_> = hir.defined.iter().copied().filter(|ty| !hir.records.contains(ty)).collect();
    hir.records.extend(missing);
}

fn typed(
    sources: &mut SourceMap,
    names: &Names,
    data: &Data,
    forms: &[DatumId],
    options: &Options,
    diagnostics: &mut Diagnostics,
) -> hir::Module {
    let prelude = inputs::prelude(sources, names, data, diagnostics);
    let input = hir::build::Input {
        names,
        data,
        prelude: &prelude,
        forms,
        kernel: &options.btf,
        machine: options.machine,
    };
    hir::build::build(sources, input, diagnostics)
}

const LEAST_PROGRAM: &str =
    "the least program is `(defprog pass (:type :cgroup-skb :section \"cgroup_skb/egress\") 1)`";

/// The typed program to SSA that the verifier will accept.
fn checked(
    hir: &hir::Module,
    names: &Names,
    options: &Options,
    diagnostics: &mut Diagnostics,
) -> Option<ir::Module> {
    let mut ir = ir::lower::lower(hir);
    verify(&ir, "lowering");
    check::captured::note(hir, &mut ir, names);
    check::check(hir, &ir, names, diagnostics);
    check::shared::check(hir, &ir, &options.btf, diagnostics);
    if let Some(target) = options.target {
        check::target::check(hir, &ir, target, diagnostics);
    }
    (!diagnostics.has_errors()).then_some(ir)
}

/// The typed program to optimised SSA for the chosen instruction set.
fn optimized(
    hir: &hir::Module,
    names: &Names,
    options: &Options,
    diagnostics: &mut Diagnostics,
) -> Option<ir::Module> {
    let mut ir = checked(hir, names, options, diagnostics)?;
    check::settle::settle(hir, &mut ir, names);
    for function in &mut ir.functions {
        bpf::legalize::legalize(function, options.cpu);
        opt::optimize(function);
    }
    verify(&ir, "optimisation");
    Some(ir)
}

/// Optimised SSA to machine code, a function each.
fn codes(
    hir: &hir::Module,
    ir: &ir::Module,
    options: &Options,
    diagnostics: &mut Diagnostics,
) -> Option<Vec<bpf::Code>> {
    let mut codes = Vec::with_capacity(ir.functions.len());
    let programs = hir.programs.values().map(|program| (&program.symbol, program.span));
    let functions = hir.functions.values().map(|function| (&function.symbol, function.span));
    for (function, (symbol, span)) in ir.functions.iter().zip(programs.chain(functions)) {
        match bpf::generate(function, options.cpu) {
            Ok(code) => codes.push(code),
            Err(error) => diagnostics.push(check::limits::too_much(symbol, span, error)),
        }
    }
    if !diagnostics.has_errors() {
        check::chains::check(hir, &codes, diagnostics);
    }
    (!diagnostics.has_errors()).then_some(codes)
}

/// The IR verifier finds bugs of this compiler; it runs where they are looked for.
fn verify(module: &ir::Module, after: &str) {
    if cfg!(debug_assertions) {
        for function in &module.functions {
            if let Err(problems) = ir::verify::verify(function) {
                debug_assert!(false, "after {after}: {problems:?}\n{}", ir::print(module));
            }
        }
    }
}
