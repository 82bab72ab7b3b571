//! The page of a helper: how it is called, what it wants and gives, who is offered it.

use std::fmt::Write;

use bpfl_stdlib::catalog::{
    helper::{Arg, Helper},
    program::PROGRAMS,
    section,
};

/// The page.
pub fn page(row: &'static Helper) -> String {
    let name = row.name.replace('_', "-");
    let mut page = format!("{name}: bpf_{}, helper {}, since Linux {}\n\n", row.name, row.id, row.since);
    call(&mut page, &name, row.args, row);
    for variant in row.variants {
        let types = PROGRAMS.iter().filter(|program| variant.programs.contains(program.ty));
        let types: Vec<_> = types.map(|program| program.name).collect();
        line(&mut page, format_args!("\nin {}:", types.join(", ")));
        call(&mut page, &name, variant.args, row);
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

fn call(page: &mut String, name: &str, args: &[Arg], row: &Helper) {
    let words = args.iter().zip(row.params).map(|(arg, param)| word(*arg, param));
    let form: Vec<_> = std::iter::once(name.to_string()).chain(words).collect();
    line(page, format_args!("  ({})", form.join(" ")));
    for (arg, param) in args.iter().zip(row.params) {
        let param = param.replace('_', "-");
        line(page, format_args!("      {param:<14} {}", arg.describe()));
    }
}

fn word(arg: Arg, param: &str) -> String {
    match arg {
        Arg::Ctx => "(ctx-ptr)".into(),
        size if size.is_size() => format!("[{}]", param.replace('_', "-")),
        _ => param.replace('_', "-"),
    }
}

fn notes(page: &mut String, row: &Helper) {
    let facts = [
        (row.sleeps, "Only sleepable programs may call it."),
        (row.perfmon, "The loader needs CAP_PERFMON for it."),
        (row.moves_packet, "Packet pointers are invalid after it: read them again from the context."),
        (row.acquires, "What it gives must be released on every path."),
        (row.packet_args, "Its memory may be part of a packet."),
        (!row.gpl.is_empty(), "It is for programs under the GPL only, in some program types or in all."),
    ];
    facts.into_iter().filter(|(holds, _)| *holds).for_each(|(_, text)| line(page, format_args!("{text}")));
    if let Some(config) = row.config {
        line(page, format_args!("The kernel must have {config}."));
    }
}

fn places(page: &mut String, row: &Helper) {
    line(page, format_args!("\nOffered to:"));
    let places = row.places();
    if places.iter().filter(|(_, hooks)| hooks.is_none()).count() >= PROGRAMS.len() - 1 {
        line(page, format_args!("  every program type"));
        return;
    }
    for (ty, hooks) in places {
        let since = ty.hooks().filter_map(|hook| row.offered_since(ty, hook)).min().unwrap_or(row.since);
        let names: Vec<_> = hooks.iter().flatten().map(|hook| section::hook_name(ty, *hook)).collect();
        let only = if names.is_empty() { String::new() } else { format!("only {}", names.join(" ")) };
        line(page, format_args!("{}", format!("  {:<24} since {since:<6} {only}", ty.row().name).trim_end()));
    }
}
