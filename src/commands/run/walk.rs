//! Iterators: each is walked once, when the rest has ended, and what it writes is shown.

use bpfl_runtime::{run::Over, session::Session};
use serde_json::json;

use super::events::now;
use crate::{
    cli::Run,
    failure::Failure,
    refusal::{self, Origin},
};

/// What the chosen iterators write; as JSON, a line for each.
pub(super) fn walked(args: &Run, session: &mut Session, origin: &mut Origin) -> Result<Vec<u8>, Failure> {
    let mut all = Vec::new();
    for name in session.iterators(&args.programs)? {
        let over = over(args, session, &name)?;
        let walked = session.iterate_over(&name, &over);
        let written =
            walked.map_err(|error| refusal::explain(args.verifier_log, session.spec(), origin, &error))?;
        match args.json {
            true => {
                let text = String::from_utf8_lossy(&written);
                all.extend(format!("{}\n", json!({ "time": now(), "iterator": name, "text": text })).bytes());
            }
            false => all.extend(written),
        }
    }
    Ok(all)
}

/// What an iterator goes over: where that is one map, the one that was asked for, or the only one.
fn over(args: &Run, session: &Session, name: &str) -> Result<Over, Failure> {
    let spec = session.spec();
    if !spec.programs.iter().any(|program| program.name == name && program.is_over_a_map()) {
        return Ok(Over::All);
    }
    let mut maps = spec.maps.iter().filter(|map| !map.globals).map(|map| &map.name);
    match (&args.map, maps.next(), maps.next()) {
        (Some(map), ..) => Ok(Over::Map(map.clone())),
        (None, Some(only), None) => Ok(Over::Map(only.clone())),
        _ => Err(Failure::new(format!(
            "`{name}` goes over the entries of one map: say which, with --map NAME"
        ))),
    }
}
