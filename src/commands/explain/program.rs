//! The page of a program type: sections, context with the rights of each attach type, return
//! values, helpers, an example.

use std::fmt::Write;

use bpfl_stdlib::catalog::{
    about,
    context::{self, Field, Order, Struct},
    program::ProgramType,
    section,
};

use crate::describe::{
    helper,
    program::{self as describe, Hook},
};

/// The page.
pub fn page(ty: ProgramType) -> String {
    let row = ty.row();
    let mut page = format!("{}: {}, since Linux {}\n", row.name, row.c_name, row.since);
    if !row.capabilities.is_empty() {
        let names: Vec<_> = row.capabilities.iter().map(|capability| capability.name()).collect();
        line(&mut page, format_args!("loading takes CAP_BPF and {}", names.join(", ")));
    }
    if let Some(about) = about::of(ty) {
        wrapped(&mut page, about.purpose);
    }
    sections(&mut page, ty);
    if let Some(context) = context::of(ty) {
        fields(&mut page, ty, context);
    }
    verdicts(&mut page, ty);
    if let Some(about) = about::of(ty) {
        about.notes.iter().for_each(|note| wrapped(&mut page, note));
    }
    helpers(&mut page, ty);
    example(&mut page, ty);
    page
}

fn line(page: &mut String, text: std::fmt::Arguments<'_>) {
    // Writing to a string cannot fail.
    let _ = writeln!(page, "{text}");
}

/// A paragraph, in lines that a terminal has room for.
fn wrapped(page: &mut String, text: &str) {
    let mut length = 0;
    page.push('\n');
    for word in text.split(' ') {
        let room = length + word.len() < 98;
        page.push_str(if length == 0 {
            ""
        } else if room {
            " "
        } else {
            "\n"
        });
        length = if room { length + word.len() + 1 } else { word.len() };
        page.push_str(word);
    }
    page.push('\n');
}

fn sections(page: &mut String, ty: ProgramType) {
    line(page, format_args!("\nSections:"));
    for row in section::ALL.iter().filter(|row| row.ty == ty) {
        let attach = row.attach_type.map_or("", |attach| attach.c_name);
        let pattern = if row.target { format!("{}/…", row.name) } else { row.name.into() };
        line(page, format_args!("{}", format!("  {pattern:<28} {attach}").trim_end()));
    }
}

fn rights(field: &Field, ty: ProgramType, hook: Hook) -> String {
    let rights = field.rights(ty, hook);
    match (rights.reads(), rights.writes()) {
        (false, false) => "-".into(),
        (true, false) => format!("read {}", describe::widths(field, rights.read)),
        (false, true) => format!("write {}", describe::widths(field, rights.write)),
        (true, true) => format!(
            "read {} write {}",
            describe::widths(field, rights.read),
            describe::widths(field, rights.write)
        ),
    }
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
        let groups = describe::groups(ty, |hook| rights(field, ty, hook));
        let order = if field.order != Order::Host { ", network order" } else { "" };
        let name = field.name.replace('_', "-");
        let head = format!("  {name:<22} {}{order}", describe::kind(field));
        if let [(text, _)] = &groups[..] {
            line(page, format_args!("{head:<52} {text}"));
            continue;
        }
        line(page, format_args!("{head}"));
        for (text, hooks) in groups.iter().filter(|(text, _)| text != "-") {
            line(page, format_args!("      {text}: {}", describe::names(ty, hooks).join(" ")));
        }
    }
    if let Some(raw) = context.raw {
        line(page, format_args!("  bytes {} to {}, by `(ctx type offset)`", raw.from, raw.to - 1));
    }
}

fn verdicts(page: &mut String, ty: ProgramType) {
    line(page, format_args!("\nReturn values:"));
    for (verdict, hooks) in describe::verdicts(ty) {
        let names = describe::names(ty, &hooks).join(" ");
        line(page, format_args!("  {names}: {}", describe::range(verdict)));
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
    let mark = |all: bool| if all { "" } else { "*" };
    let names: Vec<_> =
        helper::offered(ty).map(|(row, all)| format!("{}{}", helper::name(row), mark(all))).collect();
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
    let Some(text) = describe::example(ty) else { return };
    line(page, format_args!("\nExample:"));
    text.lines().for_each(|text| line(page, format_args!("{}", format!("  {text}").trim_end())));
}
