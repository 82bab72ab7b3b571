//! `bpfl map`: the maps that are in the kernel, whoever made them, and their entries.

mod find;

use bpfl_runtime::{
    inventory::{self, Held, MapInfo},
    map::MapError,
    value::Value,
};
use serde::Serialize;
use serde_json::{Value as Json, json};

use super::ps::{has, pretty, refused};
use crate::{
    cli::{Entry, MapCommand, MapList, One},
    data,
    failure::{FAILED, Failure, Outcome},
    grid::{Stream, grid},
    output,
};
use find::find;

/// Runs the command.
pub fn run(command: &MapCommand) -> Outcome {
    match command {
        MapCommand::List(args) => list(args),
        MapCommand::Dump(args) => dump(args),
        MapCommand::Get(args) => get(args),
        MapCommand::Set { entry, value } => set(entry, value),
        MapCommand::Rm(args) => remove(args),
    }
}

fn list(args: &MapList) -> Outcome {
    let mut maps = inventory::maps().map_err(refused)?;
    maps.retain(|map| args.pattern.as_deref().is_none_or(|wanted| has(&map.name, wanted)));
    let pins = inventory::pins();
    let pins = |map: &MapInfo| -> Vec<String> {
        let own = pins.iter().filter(|(held, _)| *held == Held::Map(map.id));
        own.map(|(_, path)| path.display().to_string()).collect()
    };
    let text = match (args.json, maps.as_slice()) {
        (true, maps) => pretty(maps.iter().map(|map| described(map, &pins(map))).collect::<Json>())?,
        (false, []) => "there is no such map\n".into(),
        (false, maps) => {
            let header = ["id", "name", "type", "key", "value", "max entries", "pinned as"];
            grid(&header, &maps.iter().map(|map| row(map, &pins(map))).collect(), Stream::Out)
        }
    };
    output::print(text)?;
    Ok(0)
}

fn row(map: &MapInfo, pins: &[String]) -> Vec<String> {
    let bytes = |count: u32| if count == 1 { "1 byte".into() } else { format!("{count} bytes") };
    vec![
        map.id.to_string(),
        map.name.clone(),
        map.kind.name.into(),
        bytes(map.key_size),
        bytes(map.value_size),
        map.max_entries.to_string(),
        pins.join("\n"),
    ]
}

fn described(map: &MapInfo, pins: &[String]) -> Json {
    json!({
        "id": map.id, "name": map.name, "type": map.kind.name, "key_size": map.key_size,
        "value_size": map.value_size, "max_entries": map.max_entries, "flags": map.flags, "pins": pins,
    })
}

/// An entry in JSON.
#[derive(Serialize)]
struct Shown<'a> {
    key: data::Json<'a>,
    value: data::Json<'a>,
}

fn dump(args: &One) -> Outcome {
    let opened = find(&args.map)?;
    let entries = opened.map().and_then(|map| map.entries()).map_err(failed)?;
    let text = match (args.json, entries.as_slice()) {
        (true, entries) => {
            let shown =
                entries.iter().map(|(key, value)| Shown { key: data::Json(key), value: data::Json(value) });
            pretty(shown.collect::<Vec<_>>())?
        }
        (false, []) => format!("map `{}` is empty\n", opened.info().name),
        (false, entries) => {
            let rows = entries.iter().map(|(key, value)| [data::Lisp(key), data::Lisp(value)]);
            grid(&["key", "value"], &rows.collect(), Stream::Out)
        }
    };
    output::print(text)?;
    Ok(0)
}

fn get(args: &Entry) -> Outcome {
    let (opened, key) = (find(&args.map)?, datum("key", &args.key)?);
    match opened.map().and_then(|map| map.lookup(&key)).map_err(failed)? {
        Some(value) => output::print(format!("{}\n", data::Lisp(&value))).map(|()| 0),
        None => Err(absent(args, &opened.info().name)),
    }
}

fn set(args: &Entry, value: &str) -> Outcome {
    let (opened, key, value) = (find(&args.map)?, datum("key", &args.key)?, datum("value", value)?);
    opened.map().and_then(|map| map.update(&key, &value, 0)).map_err(failed)?;
    Ok(0)
}

fn remove(args: &Entry) -> Outcome {
    let (opened, key) = (find(&args.map)?, datum("key", &args.key)?);
    match opened.map().and_then(|map| map.delete(&key)).map_err(failed)? {
        true => Ok(0),
        false => Err(absent(args, &opened.info().name)),
    }
}

fn absent(args: &Entry, name: &str) -> Failure {
    let Entry { map, key } = args;
    let text = format!("map `{name}` has no entry under `{key}`; `bpfl map dump {map}` shows those it has");
    Failure::with(FAILED, text)
}

fn datum(part: &str, text: &str) -> Result<Value, Failure> {
    data::parse(text).map_err(|why| {
        let forms = "write it as Lisp data: 7, #(1 2 3), \"text\", (:field 1 :other 2)";
        Failure::new(format!("the {part} `{text}` cannot be read: {why}; {forms}"))
    })
}

fn failed(error: MapError) -> Failure {
    Failure::new(error.to_string())
}
