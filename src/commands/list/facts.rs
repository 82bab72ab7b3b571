//! `bpfl list facts`: the whole catalogue as one object, with the kernel's C names.

use std::fmt::Write;

use bpfl_stdlib::catalog::facts::{self, Hook};
use serde::Serialize;

use super::filter::Filter;

#[derive(Serialize)]
struct Facts {
    ctx: Vec<Field>,
    helpers: Vec<Helper>,
    returns: Vec<Returns>,
    pkt: Vec<Packet>,
    attach: Vec<Attach>,
}

#[derive(Serialize)]
struct Field {
    prog: &'static str,
    attach: &'static str,
    via: String,
    field: &'static str,
    offset: u32,
    width: u32,
    read: bool,
    write: bool,
}

#[derive(Serialize)]
struct Helper {
    prog: &'static str,
    attach: &'static str,
    helper: String,
    available: bool,
    gpl_only: bool,
    sleepable_only: bool,
}

#[derive(Serialize)]
struct Returns {
    prog: &'static str,
    attach: &'static str,
    range: Range,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Range {
    Between([i32; 2]),
    Any(&'static str),
}

#[derive(Serialize)]
struct Packet {
    prog: &'static str,
    attach: &'static str,
    begin: &'static str,
    width: u32,
    read: bool,
    write: bool,
}

#[derive(Serialize)]
struct Attach {
    prog: &'static str,
    attach: &'static str,
    loads: bool,
}

/// A hook's program type and attach type.
fn names(hook: Hook) -> (&'static str, &'static str) {
    (hook.ty.row().c_name, hook.attach_name())
}

fn fields(filter: &Filter) -> Vec<Field> {
    let rows = facts::accesses().filter(|row| filter.hook(row.hook) && filter.names(row.field.name));
    let field = |row: facts::Access| {
        let (prog, attach) = names(row.hook);
        let (via, field) = (row.via(), row.field.name);
        Field {
            prog,
            attach,
            via,
            field,
            offset: row.offset,
            width: row.width,
            read: row.read,
            write: row.write,
        }
    };
    rows.map(field).collect()
}

fn helpers(filter: &Filter) -> Vec<Helper> {
    let rows = facts::calls().filter(|row| filter.hook(row.hook) && filter.names(row.helper.name));
    let helper = |row: facts::Call| {
        let (prog, attach) = names(row.hook);
        let helper = format!("bpf_{}", row.helper.name);
        let facts::Call { available, gpl_only, sleepable_only, .. } = row;
        Helper { prog, attach, helper, available, gpl_only, sleepable_only }
    };
    rows.map(helper).collect()
}

fn returns(filter: &Filter) -> Vec<Returns> {
    let rows = facts::verdicts().filter(|(hook, _)| filter.hook(*hook));
    let returns = |(hook, range): (Hook, Option<(i32, i32)>)| {
        let (prog, attach) = names(hook);
        let range = range.map_or(Range::Any("any"), |(min, max)| Range::Between([min, max]));
        Returns { prog, attach, range }
    };
    rows.map(returns).collect()
}

fn packets(filter: &Filter) -> Vec<Packet> {
    let rows = facts::packets().filter(|row| filter.hook(row.hook));
    let packet = |row: facts::Packet| {
        let (prog, attach) = names(row.hook);
        Packet { prog, attach, begin: row.begin.name, width: row.width, read: row.read, write: row.write }
    };
    rows.map(packet).collect()
}

fn attachments(filter: &Filter) -> Vec<Attach> {
    let rows = facts::attachments().filter(|(hook, _)| filter.hook(*hook));
    let attach = |(hook, loads): (Hook, bool)| {
        let (prog, attach) = names(hook);
        Attach { prog, attach, loads }
    };
    rows.map(attach).collect()
}

/// The facts that `filter` lets through: as JSON, or how many there are of each kind.
pub fn print(filter: &Filter, json: bool) -> serde_json::Result<String> {
    let facts = Facts {
        ctx: fields(filter),
        helpers: helpers(filter),
        returns: returns(filter),
        pkt: packets(filter),
        attach: attachments(filter),
    };
    if json {
        return serde_json::to_string(&facts).map(|text| text + "\n");
    }
    let counts = [
        ("accesses to fields", facts.ctx.len()),
        ("helpers in hooks", facts.helpers.len()),
        ("ranges of return values", facts.returns.len()),
        ("accesses to packets", facts.pkt.len()),
        ("attach types at load", facts.attach.len()),
    ];
    let mut text = String::new();
    for (what, count) in counts {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{count:>6} {what}");
    }
    text.push_str("`--json` prints them\n");
    Ok(text)
}
