//! Which map a user means: by its id, by the path of its pin, or by its name.

use std::{io, path::Path};

use bpfl_runtime::{
    inventory::{self, MapInfo, OpenMap},
    name,
};

use crate::{commands::ps::refused, failure::Failure};

/// The map that `text` names: a number is an id, what has a `/` is a path, anything else a name.
pub(super) fn find(text: &str) -> Result<OpenMap, Failure> {
    if text.contains('/') {
        return by_path(text);
    }
    match text.parse() {
        Ok(id) => by_id(id)?.ok_or_else(|| {
            Failure::new(format!(
                "there is no map with the id {id}; `bpfl map list` shows those that there are"
            ))
        }),
        Err(_) => by_name(text),
    }
}

fn by_id(id: u32) -> Result<Option<OpenMap>, Failure> {
    OpenMap::by_id(id).map_err(refused)
}

fn by_path(path: &str) -> Result<OpenMap, Failure> {
    let opened = OpenMap::by_pin(Path::new(path));
    let opened = opened.map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => Failure::new(format!("nothing is pinned as `{path}`; check the path")),
        io::ErrorKind::PermissionDenied if Path::new(path).is_file() => {
            Failure::new(format!("`{path}` is no pin in a BPF file system that this user may open"))
        }
        _ => Failure::new(format!("`{path}` cannot be opened as a map ({error})")),
    })?;
    opened.ok_or_else(|| Failure::new(format!("what is pinned as `{path}` is no map")))
}

/// The kernel keeps this much of a name.
const KEPT: usize = 15;

fn by_name(text: &str) -> Result<OpenMap, Failure> {
    let maps = inventory::maps().map_err(refused)?;
    let wanted: String = text.chars().take(KEPT).collect();
    let named: Vec<_> = maps.iter().filter(|map| name::same(&map.name, &wanted)).collect();
    match named.as_slice() {
        [] => Err(Failure::new(format!("there is no map `{text}`; {}", nearest(&wanted, &maps)))),
        [map] => by_id(map.id)?.ok_or_else(|| Failure::new(format!("map `{text}` has just gone"))),
        several => {
            let ids: Vec<_> = several.iter().map(|map| map.id.to_string()).collect();
            let text = format!(
                "there are {} maps called `{text}`; name one by its id: {}",
                ids.len(),
                ids.join(", ")
            );
            Err(Failure::new(text))
        }
    }
}

fn nearest(wanted: &str, maps: &[MapInfo]) -> String {
    match name::near(wanted, maps.iter().map(|map| map.name.as_str())) {
        Some(near) => format!("did you mean `{near}`?"),
        None => "`bpfl map list` shows those that there are".into(),
    }
}
