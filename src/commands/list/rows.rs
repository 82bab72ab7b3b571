//! The listings, a function each: rows of the catalogue in, lines and JSON out.

use bpfl_stdlib::catalog::{
    attach::{self, AttachType},
    constant,
    facts::{Call, Hook},
    helper::{self, Helper},
    map::{self, MapKind},
    program::{PROGRAMS, Program},
    section,
};
use serde_json::json;

use super::{Row, filter::Filter};
use crate::cli::Listing;

/// The rows of a listing that `filter` lets through.
pub fn of(what: Listing, filter: &Filter) -> Vec<Row> {
    match what {
        Listing::Programs => {
            let rows = PROGRAMS.iter().filter(|row| filter.program(row.ty));
            rows.filter(|row| filter.names(row.name) || filter.names(row.c_name)).map(program).collect()
        }
        Listing::Attach => attach::ALL
            .iter()
            .filter(|row| filter.names(row.name) && filter.attach.is_none_or(|wanted| wanted == **row))
            .filter(|row| filter.program.is_none_or(|ty| ty.row().attach.contains(row)))
            .map(|row| attach_type(row))
            .collect(),
        Listing::Helpers => helper::all()
            .iter()
            .filter(|row| filter.names(row.name) && offered(row, filter))
            .map(|row| helper_row(row, filter))
            .collect(),
        Listing::Maps => map::MAPS.iter().filter(|row| filter.names(row.name)).map(map_kind).collect(),
        Listing::Sections => section::ALL
            .iter()
            .filter(|row| filter.names(row.name))
            .filter(|row| filter.hook(Hook { ty: row.ty, attach: row.attach_type }))
            .map(section_row)
            .collect(),
        Listing::Constants => {
            constant::all().iter().filter(|row| filter.names(row.name)).map(constant_row).collect()
        }
        // Neither is a listing of single rows of the catalogue.
        Listing::Attached | Listing::Facts => Vec::new(),
    }
}

fn program(row: &'static Program) -> Row {
    let needs: Vec<_> = row.capabilities.iter().map(|capability| capability.name()).collect();
    let attach: Vec<_> = row.attach.iter().map(|attach| attach.c_name).collect();
    Row {
        columns: vec![
            row.name.into(),
            row.number.to_string(),
            row.context.into(),
            format!("since {}", row.since),
            needs.join(" "),
        ],
        json: json!({
            "name": row.name, "aliases": row.aliases, "c_name": row.c_name, "number": row.number,
            "context": row.context, "attach": attach, "capabilities": needs,
            "needs_target": row.btf_target, "since": row.since.to_string(),
        }),
    }
}

fn attach_type(row: &'static AttachType) -> Row {
    let programs: Vec<_> =
        PROGRAMS.iter().filter(|program| program.attach.contains(&row)).map(|program| program.name).collect();
    let link = row.link_since.map(|since| since.to_string());
    let target = format!("{:?}", row.target);
    Row {
        columns: vec![
            row.name.replace('_', "-"),
            row.number.to_string(),
            programs.join(" "),
            target.clone(),
            format!("since {}", row.since),
            link.as_ref().map_or_else(String::new, |since| format!("link since {since}")),
        ],
        json: json!({
            "name": row.name, "c_name": row.c_name, "number": row.number, "programs": programs,
            "target": target, "since": row.since.to_string(), "link_since": link,
        }),
    }
}

/// Whether any of the hooks asked for is offered the helper.
fn offered(row: &Helper, filter: &Filter) -> bool {
    filter.is_open()
        || PROGRAMS
            .iter()
            .filter(|program| filter.program(program.ty))
            .any(|program| filter.hooks(program.ty).any(|hook| row.offered_to(hook.ty, hook.attach)))
}

/// The sections of the hooks that are offered the helper, when not all that were asked for are.
fn only_in(row: &Helper, filter: &Filter) -> Vec<&'static str> {
    let Some(ty) = filter.program else { return Vec::new() };
    let (yes, no): (Vec<_>, Vec<_>) = filter.hooks(ty).partition(|hook| row.offered_to(hook.ty, hook.attach));
    match no.is_empty() {
        true => Vec::new(),
        false => yes.into_iter().map(|hook| section::hook_name(hook.ty, hook.attach)).collect(),
    }
}

fn helper_row(row: &&'static Helper, filter: &Filter) -> Row {
    let only = only_in(row, filter);
    let calls: Vec<_> = filter
        .program
        .into_iter()
        .flat_map(|ty| filter.hooks(ty))
        .map(|hook| Call::new(hook, row))
        .filter(|call| call.available)
        .collect();
    let gpl = match calls.is_empty() {
        true => !row.gpl.is_empty(),
        false => calls.iter().any(|call| call.gpl_only),
    };
    let since = calls.iter().filter_map(|call| row.offered_since(call.hook.ty, call.hook.attach)).min();
    let since = since.unwrap_or(row.since);
    let left_out = filter.program.and_then(helper::left_out).unwrap_or_default().contains(&row.name);
    let mut notes = Vec::new();
    let facts = [
        (gpl, "GPL only"),
        (row.sleeps, "sleepable only"),
        (row.perfmon, "CAP_PERFMON"),
        (row.moves_packet, "moves packets"),
    ];
    notes.extend(facts.into_iter().filter(|(holds, _)| *holds).map(|(_, text)| text.to_string()));
    notes.extend(row.config.map(str::to_string));
    if !only.is_empty() {
        notes.push(format!("only {}", only.join(" ")));
    }
    if left_out {
        notes.push("not in the documented list, but the kernel offers it".into());
    }
    Row {
        columns: vec![
            row.name.replace('_', "-"),
            row.id.to_string(),
            format!("since {since}"),
            notes.join(", "),
        ],
        json: json!({
            "name": row.name, "c_name": format!("bpf_{}", row.name), "id": row.id, "params": row.params,
            "args": row.args.iter().map(|arg| arg.describe()).collect::<Vec<_>>(),
            "result": row.ret.describe(), "gpl_only": gpl, "sleepable_only": row.sleeps,
            "needs_perfmon": row.perfmon, "moves_packet": row.moves_packet, "config": row.config,
            "only": only, "since": since.to_string(), "left_out_by_docs": left_out,
        }),
    }
}

fn map_kind(row: &'static MapKind) -> Row {
    let rules = [format!("key {:?}", row.key), format!("value {:?}", row.value)];
    let entries = format!("entries {:?}", row.entries);
    let [key, value] = rules.map(|rule| rule.to_lowercase());
    Row {
        columns: vec![
            row.name.into(),
            row.number.to_string(),
            key,
            value,
            entries.to_lowercase(),
            format!("since {}", row.since),
        ],
        json: json!({
            "name": row.name, "c_name": row.c_name, "number": row.number, "per_cpu": row.per_cpu,
            "required_flags": row.required_flags, "flags": row.flags | row.required_flags,
            "needs_btf": row.btf, "since": row.since.to_string(),
        }),
    }
}

fn section_row(row: &'static section::Section) -> Row {
    let attach = row.attach_type.map_or("", |attach| attach.c_name);
    let notes = if row.sleepable { "sleepable" } else { "" };
    Row {
        columns: vec![row.pattern(), row.ty.row().name.into(), attach.into(), notes.into()],
        json: json!({
            "name": row.pattern(), "program": row.ty.row().c_name, "attach": attach,
            "sleepable": row.sleepable,
        }),
    }
}

fn constant_row(row: &constant::Constant) -> Row {
    Row {
        columns: vec![row.name.into(), row.value.to_string()],
        json: json!({ "name": row.name, "value": row.value }),
    }
}
