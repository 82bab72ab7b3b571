//! The page of a program type: sections, context with the rights of each attach type, return
//! values, helpers, an example.

use std::fmt::Write;

use bpfl_stdlib::catalog::{
    attach::AttachType,
    context::{self, Field, Kind, Order, Shape, Struct},
    helper,
    program::ProgramType,
    returns, section,
};

type Hook = Option<&'static AttachType>;

/// The page.
pub fn page(ty: ProgramType) -> String {
    let row = ty.row();
    let mut page = format!("{}: {}, since Linux {}\n", row.name, row.c_name, row.since);
    if !row.capabilities.is_empty() {
        let names: Vec<_> = row.capabilities.iter().map(|capability| capability.name()).collect();
        line(&mut page, format_args!("loading takes CAP_BPF and {}", names.join(", ")));
    }
    sections(&mut page, ty);
    if let Some(context) = context::of(ty) {
        fields(&mut page, ty, context);
    }
    verdicts(&mut page, ty);
    helpers(&mut page, ty);
    example(&mut page, ty);
    page
}

fn line(page: &mut String, text: std::fmt::Arguments<'_>) {
    // Writing to a string cannot fail.
    let _ = writeln!(page, "{text}");
}

fn sections(page: &mut String, ty: ProgramType) {
    line(page, format_args!("\nSections:"));
    for row in section::ALL.iter().filter(|row| row.ty == ty) {
        let attach = row.attach_type.map_or("", |attach| attach.c_name);
        let pattern = if row.target { format!("{}/…", row.name) } else { row.name.into() };
        line(page, format_args!("{}", format!("  {pattern:<28} {attach}").trim_end()));
    }
}

fn kind(field: &Field) -> String {
    let number = |sign| match field.count {
        Some(count) => format!("(array {sign}{} {count})", field.width * 8),
        None => format!("{sign}{}", field.width * 8),
    };
    let text = match field.kind {
        Kind::Unsigned => return number('u'),
        Kind::Signed => return number('i'),
        Kind::Packet => "packet",
        Kind::PacketEnd => "packet-end",
        Kind::PacketMeta => "metadata",
        Kind::OptVal => "optval",
        Kind::OptValEnd => "optval-end",
        Kind::Sock { nullable: true, .. } => "socket or null",
        Kind::Sock { .. } => "socket",
        Kind::FlowKeys => "flow keys",
        Kind::Kernel(name) => return format!("struct {name}"),
        Kind::Padding => "padding",
    };
    text.into()
}

/// `4` or `1, 2, 4` bytes, with what is only at the field's first byte.
fn widths(shape: Shape) -> String {
    let all = |widths: bpfl_stdlib::catalog::set::Widths| {
        widths.iter().map(|width| width.to_string()).collect::<Vec<_>>().join(",")
    };
    match shape.front == shape.rest {
        true => all(shape.front),
        false => format!("{} (inside {})", all(shape.front), all(shape.rest)),
    }
}

fn rights(field: &Field, ty: ProgramType, hook: Hook) -> String {
    let rights = field.rights(ty, hook);
    match (rights.reads(), rights.writes()) {
        (false, false) => "-".into(),
        (true, false) => format!("read {}", widths(rights.read)),
        (false, true) => format!("write {}", widths(rights.write)),
        (true, true) => format!("read {} write {}", widths(rights.read), widths(rights.write)),
    }
}

/// What may be done with a field, and in which hooks, hooks alike together.
fn groups(field: &Field, ty: ProgramType) -> Vec<(String, Vec<Hook>)> {
    let mut groups: Vec<(String, Vec<Hook>)> = Vec::new();
    for hook in ty.hooks() {
        let text = rights(field, ty, hook);
        match groups.iter_mut().find(|(known, _)| *known == text) {
            Some((_, hooks)) => hooks.push(hook),
            None => groups.push((text, vec![hook])),
        }
    }
    groups
}

fn fields(page: &mut String, ty: ProgramType, context: &'static Struct) {
    line(
        page,
        format_args!(
            "\nContext: struct {}, with the widths in bytes that may be read or written:",
            context.name
        ),
    );
    for field in context.named() {
        let groups = groups(field, ty);
        let order = if field.order == Order::Network { ", network order" } else { "" };
        let name = field.name.replace('_', "-");
        let head = format!("  {name:<22} {}{order}", kind(field));
        if let [(text, _)] = &groups[..] {
            line(page, format_args!("{head:<52} {text}"));
            continue;
        }
        line(page, format_args!("{head}"));
        for (text, hooks) in groups.iter().filter(|(text, _)| text != "-") {
            let names: Vec<_> = hooks.iter().map(|hook| section::hook_name(ty, *hook)).collect();
            line(page, format_args!("      {text}: {}", names.join(" ")));
        }
    }
    if let Some(raw) = context.raw {
        line(page, format_args!("  bytes {} to {}, by `(ctx type offset)`", raw.from, raw.to - 1));
    }
}

fn verdicts(page: &mut String, ty: ProgramType) {
    line(page, format_args!("\nReturn values:"));
    let mut seen: Vec<&returns::Verdict> = Vec::new();
    for hook in ty.hooks() {
        let Some(verdict) = returns::of(ty, hook).filter(|verdict| !seen.contains(verdict)) else { continue };
        seen.push(verdict);
        let same = |other: &Hook| returns::of(ty, *other) == Some(verdict);
        let hooks: Vec<_> = ty.hooks().filter(same).map(|hook| section::hook_name(ty, hook)).collect();
        let range = match verdict.range {
            Some((min, max)) if min == max => format!("{min}"),
            Some((min, max)) => format!("{min} to {max}"),
            None => "any".into(),
        };
        line(page, format_args!("  {}: {range}", hooks.join(" ")));
        for meaning in verdict.meanings {
            let name = if meaning.name.is_empty() { String::new() } else { format!(" {}", meaning.name) };
            line(page, format_args!("      {}{name}: {}", meaning.value, meaning.effect));
        }
        if !verdict.other.is_empty() {
            line(page, format_args!("      otherwise: {}", verdict.other));
        }
    }
}

fn helpers(page: &mut String, ty: ProgramType) {
    line(page, format_args!("\nHelpers:"));
    let mut names: Vec<String> = Vec::new();
    for row in helper::all() {
        let offered = ty.hooks().filter(|hook| row.offered_to(ty, *hook)).count();
        let mark = if offered == ty.hooks().count() { "" } else { "*" };
        if offered > 0 {
            names.push(format!("{}{mark}", row.name.replace('_', "-")));
        }
    }
    let mut text = String::from(" ");
    for name in &names {
        if text.len() + name.len() > 98 {
            line(page, format_args!("{text}"));
            text = String::from(" ");
        }
        text.push(' ');
        text.push_str(name);
    }
    line(page, format_args!("{text}"));
    if names.iter().any(|name| name.ends_with('*')) {
        line(
            page,
            format_args!("  * in some attach types only: `bpfl list helpers --prog {}`", ty.row().name),
        );
    }
}

fn example(page: &mut String, ty: ProgramType) {
    let hook = section::default_of(ty).or_else(|| section::ALL.iter().find(|row| row.ty == ty));
    let Some(row) = hook.filter(|row| row.supported) else { return };
    let value = returns::of(ty, row.attach_type).and_then(|verdict| {
        let passes = |name: &str| name.ends_with("PASS") || name.ends_with("_OK") || name.ends_with("ACCEPT");
        let named = verdict.meanings.iter().find(|meaning| passes(meaning.name)).map(|m| m.name.to_string());
        named.or_else(|| verdict.range.map(|(_, max)| max.min(1).to_string()))
    });
    let value = value.unwrap_or_else(|| "0".into());
    let section = if row.target { format!("{}/…", row.name) } else { row.name.into() };
    line(page, format_args!("\nExample:"));
    line(page, format_args!("  (defmap hits :type :array :key u32 :value u64 :max-entries 1)"));
    line(page, format_args!("  (defprog count-hits (:type :{} :section \"{section}\")", ty.row().name));
    line(page, format_args!("    (incf (getmap hits 0))\n    {value})"));
}
