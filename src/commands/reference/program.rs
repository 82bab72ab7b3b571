//! The chapter of a program type.

use bpfl_stdlib::catalog::{
    about::{self, About},
    attach::TargetKind,
    context::{self, Field, Kind, Order, Rights, Shape, Struct},
    helper::Helper,
    program::ProgramType,
    section,
    version::Version,
};

use super::markdown::{Page, codes, head};
use crate::describe::{
    helper,
    program::{self as describe, Hook},
};

/// The chapter.
pub fn chapter(about: &'static About) -> String {
    let ty = about.ty;
    let mut page = Page::new(&format!(":{}", ty.row().name));
    page.paragraph(about.purpose);
    page.code("lisp", about.example);
    identity(&mut page, ty);
    events(&mut page, about);
    attaching(&mut page, ty);
    if let Some(context) = context::of(ty) {
        fields(&mut page, ty, context, &groups(ty, context));
    }
    verdicts(&mut page, ty);
    if !about.notes.is_empty() {
        page.section("What else the kernel does");
        page.list(about.notes);
    }
    helpers(&mut page, ty);
    page.finish()
}

fn identity(page: &mut Page, ty: ProgramType) {
    let row = ty.row();
    let takes = row.capabilities.iter().map(|capability| capability.name());
    page.paragraph(&format!(
        "The kernel calls it `{}` and has it since Linux {}. The context is a `struct {}`. Loading takes {}. \
         `bpfl explain {}` prints this chapter in short.",
        row.c_name,
        row.since,
        row.context,
        codes(std::iter::once("CAP_BPF").chain(takes)).replace(", ", " and "),
        row.name,
    ));
}

/// Each section, when it runs and since when there is the hook.
fn events(page: &mut Page, about: &'static About) {
    page.section("Sections");
    let rows = section::ALL.iter().filter(|row| row.ty == about.ty).map(|row| {
        let first = section::of(row.ty, row.attach_type).map_or(row.name, |first| first.name);
        let event = match row.attach_type {
            _ if first != row.name => format!("another name for `{first}`"),
            Some(attach) => about.event(attach).unwrap_or("").into(),
            None => "the loader says what it is for".into(),
        };
        let attach = row.attach_type.map_or(String::new(), |attach| format!("`{}`", attach.c_name));
        let since = row.attach_type.map_or(row.ty.row().since, |attach| attach.since);
        vec![format!("`\"{}\"`", row.name), event, attach, since.to_string()]
    });
    let rows: Vec<_> = rows.collect();
    page.table(&head(["section", "runs", "attach type", "since"]), &rows);
}

fn attaching(page: &mut Page, ty: ProgramType) {
    let Some(attach) = ty.row().attach.first() else { return };
    let Some(text) = about::attaching(attach.target) else { return };
    page.section("Attaching");
    page.paragraph(text);
    let option = if attach.target == TargetKind::Cgroup { "--cgroup DIR" } else { "--map NAME" };
    let link = match attach.link_since {
        Some(since) => format!(
            " Since Linux {since} the attachment is a link, which the kernel removes with the process that \
             holds it, however that ends.",
        ),
        None => String::new(),
    };
    page.paragraph(&format!("`bpfl run FILE {option}` does it.{link}"));
}

fn name(field: &Field) -> String {
    format!("`{}`", field.name.replace('_', "-"))
}

/// Fields down; when all hooks have the same rights, those too.
fn fields(page: &mut Page, ty: ProgramType, context: &'static Struct, groups: &[Vec<Hook>]) {
    page.section("The context");
    let rows = context.named().filter_map(|field| {
        let [read, written] = accesses(field, ty)?;
        let meaning = about::meaning(context.name, field.name).unwrap_or("");
        let since = since(field, ty).map_or(String::new(), |since| since.to_string());
        let mut row = vec![name(field), kind(field), meaning.into(), since];
        row.extend([read, written].into_iter().filter(|_| groups.len() == 1));
        Some(row)
    });
    let rows: Vec<_> = rows.collect();
    let widths = "“Read” and “written” are the widths in bytes at which that can be done; “at its start” \
                  means that narrower accesses must begin at the field's first byte.";
    let access = "`(ctx field)` reads a field and `(setf (ctx field) value)` sets it, where that is allowed.";
    page.paragraph(&if groups.len() == 1 { format!("{access} {widths}") } else { access.into() });
    page.table(&head(["field", "type", "what it is", "since", "read", "written"]), &rows);
    if groups.len() > 1 {
        page.paragraph(widths);
        matrix(page, ty, context, groups);
    }
    pointee(page, ty, context);
}

fn kind(field: &Field) -> String {
    let order = if field.order != Order::Host { ", network order" } else { "" };
    match field.kind {
        Kind::Unsigned | Kind::Signed => format!("`{}`{order}", describe::kind(field)),
        _ => describe::kind(field),
    }
}

/// The first kernel in which a program of type `ty` has any right to the field, if the type is older.
fn since(field: &Field, ty: ProgramType) -> Option<Version> {
    let known = ty.hooks().map(|hook| field.rights(ty, hook)).filter(|r| r.reads() || r.writes());
    known.map(|rights| rights.since).min().filter(|since| *since > ty.row().since)
}

fn can(rights: Rights) -> &'static str {
    match (rights.reads(), rights.writes()) {
        (true, true) => "read, write",
        (true, false) => "read",
        (false, true) => "write",
        (false, false) => "–",
    }
}

/// The hooks of a type, those with the same rights to every field together.
fn groups(ty: ProgramType, context: &'static Struct) -> Vec<Vec<Hook>> {
    let all = |hook| -> Vec<_> { context.named().map(|field| field.rights(ty, hook)).collect() };
    describe::groups(ty, all).into_iter().map(|(_, hooks)| hooks).collect()
}

/// Fields down, groups of hooks across.
fn matrix(page: &mut Page, ty: ProgramType, context: &'static Struct, groups: &[Vec<Hook>]) {
    let mut titles = head(["field", "read", "written"]);
    titles.extend(groups.iter().map(|hooks| column(ty, hooks)));
    let rows = context.named().filter_map(|field| {
        let widths = accesses(field, ty)?;
        let first = groups.iter().filter_map(|hooks| hooks.first());
        let cells = first.map(|hook| can(field.rights(ty, *hook)).to_string());
        Some([name(field)].into_iter().chain(widths).chain(cells).collect())
    });
    let rows: Vec<_> = rows.collect();
    page.table(&titles, &rows);
}

/// The sections of a column, without what they have in common.
fn column(ty: ProgramType, hooks: &[Hook]) -> String {
    let short = |name: &'static str| name.strip_prefix("cgroup/").unwrap_or(name);
    codes(describe::names(ty, hooks).into_iter().map(short)).replace("`, `", "` `")
}

/// The widths at which a field is read and written where it is; `None` where it never is.
fn accesses(field: &Field, ty: ProgramType) -> Option<[String; 2]> {
    let widths = |may: fn(Rights) -> bool, shape: fn(Rights) -> Shape| {
        let first = ty.hooks().map(|hook| field.rights(ty, hook)).find(|rights| may(*rights));
        first.map(|rights| describe::widths(field, shape(rights)))
    };
    let read = widths(Rights::reads, |rights| rights.read);
    let written = widths(Rights::writes, |rights| rights.write);
    let known = read.is_some() || written.is_some();
    known.then(|| [read, written].map(|widths| widths.unwrap_or_else(|| "–".into())))
}

/// What may be done with what the packet pointers point to.
fn pointee(page: &mut Page, ty: ProgramType, context: &'static Struct) {
    let start = context.named().find(|field| matches!(field.kind, Kind::Packet | Kind::OptVal));
    let Some(field) = start.filter(|field| field.hooks(ty, Rights::reads).next().is_some()) else { return };
    let can = if context::writes_packet(ty) { "read and written" } else { "read, not written" };
    page.paragraph(&format!("What {} points to may be {can}, at any width, up to its end.", name(field)));
}

fn verdicts(page: &mut Page, ty: ProgramType) {
    page.section("What it returns");
    let mut rows = Vec::new();
    for (verdict, hooks) in describe::verdicts(ty) {
        let range = describe::range(verdict);
        let mut first = vec![codes(describe::names(ty, &hooks)), range];
        let more = (!verdict.other.is_empty()).then(|| ("otherwise".to_string(), verdict.other));
        let values =
            verdict.meanings.iter().map(|meaning| (value(meaning.value, meaning.name), meaning.effect));
        for (value, effect) in values.chain(more) {
            first.extend([value, effect.to_string()]);
            rows.push(std::mem::replace(&mut first, vec![String::new(); 2]));
        }
    }
    page.table(&head(["sections", "may be", "value", "what happens"]), &rows);
    if describe::verdicts(ty).iter().any(|(verdict, _)| verdict.range.is_some()) {
        page.paragraph(
            "A program that may return anything else is an error when you compile: the verifier would refuse it.",
        );
    }
}

fn value(number: i32, name: &str) -> String {
    if name.is_empty() { format!("`{number}`") } else { format!("`{number}` `{name}`") }
}

fn helpers(page: &mut Page, ty: ProgramType) {
    page.section("Helpers");
    let (common, own): (Vec<_>, Vec<_>) = helper::offered(ty).partition(|(row, _)| helper::is_common(row));
    page.paragraph(
        "These, and [those that programs of every type have](helpers.md). `bpfl explain NAME` says what a \
         helper wants.",
    );
    let rows: Vec<_> = own.iter().map(|(row, all)| helper_row(row, *all, ty)).collect();
    page.table(&head(["helper", "gives", "since", "to know"]), &rows);
    let late: Vec<_> =
        common.iter().filter(|(row, _)| first(row, ty) > row.since.max(ty.row().since)).collect();
    let versions: std::collections::BTreeSet<_> = late.iter().map(|(row, _)| first(row, ty)).collect();
    for version in versions {
        let names =
            late.iter().filter(|(row, _)| first(row, ty) == version).map(|(row, _)| helper::name(row));
        page.paragraph(&format!(
            "Of the common ones, this type has since Linux {version} only: {}.",
            codes(names)
        ));
    }
}

/// The first kernel that offers it to this type.
fn first(row: &Helper, ty: ProgramType) -> Version {
    ty.hooks().filter_map(|hook| row.offered_since(ty, hook)).min().unwrap_or(row.since)
}

fn helper_row(row: &'static Helper, all: bool, ty: ProgramType) -> Vec<String> {
    let hooks: Vec<_> = ty.hooks().filter(|hook| row.offered_to(ty, *hook)).collect();
    let gpl = hooks.iter().any(|hook| row.gpl_only_for(ty, *hook));
    let only = (!all).then(|| format!("Only in {}.", codes(describe::names(ty, &hooks))));
    let notes: Vec<_> = only.into_iter().chain(super::helper::notes(row, gpl)).collect();
    let usage = helper::usage(row, row.args_for(ty));
    vec![usage, row.ret.describe(), first(row, ty).to_string(), notes.join(" ")]
}
