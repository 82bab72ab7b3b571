//! The page of a helper: how it is called, what it wants and gives, who is offered it.

use std::fmt::Write;

use bpfl_stdlib::catalog::{
    helper::{Arg, Helper},
    program::PROGRAMS,
    section,
};

use crate::describe::helper as describe;

/// The page.
pub fn page(row: &'static Helper) -> String {
    let name = describe::name(row);
    let mut page = format!("{name}: bpf_{}, helper {}, since Linux {}\n\n", row.name, row.id, row.since);
    call(&mut page, row.args, row);
    for variant in row.variants {
        let types = PROGRAMS.iter().filter(|program| variant.programs.contains(program.ty));
        let types: Vec<_> = types.map(|program| program.name).collect();
        line(&mut page, format_args!("\nin {}:", types.join(", ")));
        call(&mut page, variant.args, row);
    }
    line(&mut page, format_args!("\nGives {}.", row.ret.describe()));
    notes(&mut page, row);
    places(&mut page, row);
    page
}

fn line(page: &mut String, text: std::fmt::Arguments<'_>) {
    // Writing to a string cannot fail.
    let _ = writeln!(page, "{text}");
}

fn call(page: &mut String, args: &[Arg], row: &Helper) {
    line(page, format_args!("  {}", describe::call(row, args)));
    for (arg, param) in args.iter().zip(row.params) {
        let param = param.replace('_', "-");
        line(page, format_args!("      {param:<14} {}", arg.describe()));
    }
}

fn notes(page: &mut String, row: &Helper) {
    describe::notes(row).iter().for_each(|text| line(page, format_args!("{text}")));
    if !row.gpl.is_empty() {
        let text = "It is for programs under the GPL only, in some program types or in all.";
        line(page, format_args!("{text}"));
    }
    if let Some(config) = row.config {
        line(page, format_args!("The kernel must have {config}."));
    }
}

fn places(page: &mut String, row: &Helper) {
    line(page, format_args!("\nOffered to:"));
    if describe::is_common(row) {
        line(page, format_args!("  every program type"));
        return;
    }
    for (ty, hooks) in row.places() {
        let since = ty.hooks().filter_map(|hook| row.offered_since(ty, hook)).min().unwrap_or(row.since);
        let names: Vec<_> = hooks.iter().flatten().map(|hook| section::hook_name(ty, *hook)).collect();
        let only = if names.is_empty() { String::new() } else { format!("only {}", names.join(" ")) };
        line(page, format_args!("{}", format!("  {:<24} since {since:<6} {only}", ty.row().name).trim_end()));
    }
}
