//! A program names no map that the kernel bars programs of its kind from (`check_map_prog_compatibility`,
//! kernel/bpf/verifier.c).

use bpfl_stdlib::catalog::map::{self, MAPS};

use super::named;
use crate::{
    diagnostic::{Diagnostic, Diagnostics, codes},
    hir::{self, MapId},
    ir::Module,
    source::Span,
};

/// Reports each such map once, where the first program names it that may not.
pub fn check(hir: &hir::Module, module: &Module, diagnostics: &mut Diagnostics) {
    let mut said: Vec<Span> = Vec::new();
    for (index, program) in hir.programs.values().enumerate() {
        let named = named::maps(module, index);
        for (place, &(map, span)) in named.iter().enumerate() {
            let error = asleep(hir, program, map, span)
                .or_else(|| sealed(hir, module, program, map, span))
                .or_else(|| second_storage(hir, program, &named[..place], (map, span)));
            let Some(error) = error.filter(|_| !said.contains(&span)) else { continue };
            said.push(span);
            diagnostics.push(error);
        }
    }
}

fn error(hir: &hir::Module, program: &hir::Program, map: MapId, span: Span, message: String) -> Diagnostic {
    let error = Diagnostic::error(&codes::MAP_BARRED, span, message);
    let error = error.also(hir.maps[map].span, "defined here");
    error.also(program.span, "this program uses it")
}

/// A map of a kind that sleepable programs may not name.
fn asleep(hir: &hir::Module, program: &hir::Program, map: MapId, span: Span) -> Option<Diagnostic> {
    let kind = hir.maps[map].kind;
    if !program.section.sleepable || kind.is_for_sleepable() {
        return None;
    }
    let message = format!("a program that may sleep cannot use a `:{}` map", kind.name);
    let kinds =
        MAPS.iter().filter(|kind| kind.is_for_sleepable() && !hir::UNSUPPORTED_MAPS.contains(&kind.name));
    let kinds: Vec<_> = kinds.map(|kind| format!("`:{}`", kind.name)).collect();
    let error = error(hir, program, map, span, message);
    let error = error.help(format!("it can use {}", kinds.join(", ")));
    Some(match program.section.name.strip_suffix(".s") {
        Some(other) => error.help(format!("or be a program of `{other}`, which does not sleep")),
        None => error,
    })
}

/// A map with something in its values that this type of programs may not have.
fn sealed(
    hir: &hir::Module,
    module: &Module,
    program: &hir::Program,
    map: MapId,
    span: Span,
) -> Option<Diagnostic> {
    let rows = module.maps[map].sealed.iter().filter_map(|part| map::sealed(part.c_name));
    let row = rows.into_iter().find(|row| !row.is_for(program.seen_as))?;
    let name = row.c_name.replace('_', "-");
    let programs = match program.seen_as == program.ty {
        true => program.section.name,
        false => program.seen_as.row().name,
    };
    let message = format!("{programs} programs cannot use a map with a `{name}` in its values");
    let error = error(hir, program, map, span, message);
    let error = error.help(format!("give what this program needs a map of its own, without a `{name}`"));
    Some(match map::is_tracing(program.seen_as) {
        true => error.help("programs of `tp_btf`, `fentry` and `fexit` can use it"),
        false => error,
    })
}

/// A second storage of the cgroup's, of a kind of which the program named one before.
fn second_storage(
    hir: &hir::Module,
    program: &hir::Program,
    before: &[(MapId, Span)],
    (map, span): (MapId, Span),
) -> Option<Diagnostic> {
    let kind = hir.maps[map].kind;
    if !kind.is_cgroup_storage() {
        return None;
    }
    let (first, at) = before.iter().find(|(first, _)| hir.maps[*first].kind.name == kind.name)?;
    let name = |map: MapId| hir.maps[map].symbol.replace('_', "-");
    let (own, other) = (name(map), name(*first));
    let message = format!("a program has one `:{}` map, and `{own}` is its second", kind.name);
    let error = error(hir, program, map, span, message).also(*at, format!("here it uses `{other}`"));
    Some(error.help("make the values of both one struct, in one map"))
}
