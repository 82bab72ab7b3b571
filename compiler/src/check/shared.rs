//! Programs that share a map of programs are alike.
//!
//! Such a map belongs to the first program that names it or is put into it, and others must be as that one is
//! (`__bpf_prog_map_compatible`, kernel/bpf/core.c, which is asked for each map that a program names, whatever it does
//! with it).

use bpfl_stdlib::catalog::{attach::AttachType, program::ProgramType};

use super::named;
use crate::{
    arena::Entity,
    diagnostic::{Diagnostic, Diagnostics, codes},
    hir::{Held, Map, MapId, Module, Program, ProgramId},
    ir,
    kernel_btf::KernelBtf,
    source::Span,
};

/// A program that shares a map, and where it comes to that.
struct Sharer<'a> {
    program: &'a Program,
    /// Where it names the map, or the map names it.
    span: Span,
    /// Whether the map holds it from the start.
    held: bool,
    /// The storages of cgroups that it names.
    storages: Vec<MapId>,
    /// Whether it makes tail calls.
    calls: bool,
}

/// Reports the first program of each map that is not as those before it.
pub fn check(hir: &Module, module: &ir::Module, btf: &KernelBtf, diagnostics: &mut Diagnostics) {
    let named: Vec<_> = (0..hir.programs.len()).map(|index| named::maps(module, index)).collect();
    for (map, own) in hir.maps.iter().filter(|(_, map)| map.kind.is_of_programs()) {
        let sharers = sharers(hir, &named, map);
        let Some((owner, others)) = sharers.split_first() else { continue };
        let attached = own.kind.is_of_attached_alike();
        let found = others.iter().find_map(|other| Some((other, difference(owner, other, attached, btf)?)));
        if let Some((other, difference)) = found {
            diagnostics.push(diagnostic(own, owner, other, difference));
        }
    }
}

/// The programs that name a map, in the order of their definitions, in which they are loaded; then those that it
/// holds.
fn sharers<'a>(hir: &'a Module, named: &[Vec<(MapId, Span)>], map: MapId) -> Vec<Sharer<'a>> {
    let sharer = |id: ProgramId, span, held| {
        let maps = || named[id.index()].iter().map(|(map, _)| *map);
        let program = &hir.programs[id];
        let storages = maps().filter(|map| hir.maps[*map].kind.is_cgroup_storage()).collect();
        let calls = maps().any(|map| hir.maps[map].kind.is_of_attached_alike());
        Sharer { program, span, held, storages, calls }
    };
    let users = hir.programs.iter().filter_map(|(id, _)| {
        let (_, span) = named[id.index()].iter().find(|(named, _)| *named == map)?;
        Some(sharer(id, *span, false))
    });
    let held = hir.maps[map].values.iter().filter_map(|entry| match entry.held {
        Held::Program(id) => Some(sharer(id, entry.span, true)),
        Held::Map(_) => None,
    });
    users.chain(held).collect()
}

/// What of two programs must be the same.
#[derive(Clone, Copy)]
enum Difference {
    Type,
    Sleep,
    Fragments,
    Attached,
    Target,
    Storage,
}

/// The first of these in which a program is not as the one that the map belongs to.
fn difference(owner: &Sharer, other: &Sharer, attached: bool, btf: &KernelBtf) -> Option<Difference> {
    let (a, b) = (owner.program, other.program);
    let differs = [
        (a.seen_as != b.seen_as, Difference::Type),
        (a.section.sleepable != b.section.sleepable, Difference::Sleep),
        (a.section.frags != b.section.frags, Difference::Fragments),
        (attached && attach_number(a) != attach_number(b), Difference::Attached),
        (storages_differ(owner, other), Difference::Storage),
    ];
    let first = differs.iter().find(|(differs, _)| *differs).map(|(_, difference)| *difference);
    first.or_else(|| prototypes_differ(a, b, btf).then_some(Difference::Target))
}

/// A program without storage does not mind that of others, unless it calls on.
fn storages_differ(owner: &Sharer, other: &Sharer) -> bool {
    let lacks = |a: &Sharer, b: &Sharer| b.storages.iter().any(|map| !a.storages.contains(map));
    lacks(owner, other) || other.calls && lacks(other, owner)
}

/// What the kernel takes a program's attach type for.
fn attach_number(program: &Program) -> u32 {
    let effective: Option<&AttachType> = program.seen_as.effective(program.section.attach_type);
    effective.map_or(0, |attach| attach.number)
}

/// Whether the kernel's functions that two programs are attached to are of different prototypes, as far as that is
/// known. Only types whose programs are given the function's arguments are asked.
fn prototypes_differ(a: &Program, b: &Program, btf: &KernelBtf) -> bool {
    if !matches!(a.seen_as, ProgramType::Tracing | ProgramType::Lsm) || a.section_name == b.section_name {
        return false;
    }
    let target = |program: &Program| {
        let prefix = program.section.btf_prefix()?;
        Some(format!("{prefix}{}", program.section.target_of(&program.section_name)?))
    };
    let (Some(first), Some(second), Ok(view)) = (target(a), target(b), btf.view()) else { return false };
    match (view.prototype_of(&first), view.prototype_of(&second)) {
        (Some(first), Some(second)) => first != second,
        _ => false,
    }
}

fn diagnostic(map: &Map, owner: &Sharer, other: &Sharer, difference: Difference) -> Diagnostic {
    let name = |sharer: &Sharer| sharer.program.symbol.replace('_', "-");
    let section = |sharer: &Sharer| sharer.program.section_name.clone();
    let (first, second) = (name(owner), name(other));
    let message = format!(
        "programs that share a `:{}` map are of one kind, and `{first}` and `{second}` are not",
        map.kind.name
    );
    let does = |sharer: &Sharer| if sharer.held { "is in it" } else { "uses it" };
    let error = Diagnostic::error(&codes::MAP_BARRED, other.span, message)
        .label(format!("`{second}` {}", does(other)))
        .also(owner.span, format!("`{first}` {}", does(owner)))
        .also(map.span, "the map");
    let (is, was) = (section(other), section(owner));
    let error = error.note(match difference {
        Difference::Type => {
            format!("`{second}` is of type `:{}`, `{first}` of `:{}`", type_of(other), type_of(owner))
        }
        Difference::Attached | Difference::Target => {
            format!("`{second}` is attached as `{is}`, `{first}` as `{was}`")
        }
        Difference::Sleep => format!("one of `{is}` and `{was}` may sleep, the other may not"),
        Difference::Fragments => {
            format!("one of `{is}` and `{was}` takes packets in several fragments, the other does not")
        }
        Difference::Storage => "they do not have the same cgroup storages".into(),
    });
    error.help(match difference {
        Difference::Storage => "name the same storages in both".into(),
        _ => format!("give each kind of programs a `:{}` of its own", map.kind.name),
    })
}

fn type_of(sharer: &Sharer) -> &'static str {
    sharer.program.seen_as.row().name
}
