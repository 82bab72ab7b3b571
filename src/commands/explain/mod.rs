//! `bpfl explain`: a diagnostic's code, a program type, a helper, a map kind, a form or a macro in, its page out.

mod form;
mod helper;
mod map;
mod program;

use bpfl_compiler::diagnostic::codes;
use bpfl_runtime::name;
use bpfl_stdlib::catalog::{
    helper as helpers, map as maps,
    program::{PROGRAMS, ProgramType},
};

use crate::{
    cli::Explain,
    failure::{Failure, Outcome},
    output,
};

/// Runs the command.
pub fn run(args: &Explain) -> Outcome {
    output::print(page(&args.topic)?)?;
    Ok(0)
}

/// The page about a topic.
pub fn page(topic: &str) -> Result<String, Failure> {
    let name = topic.trim_start_matches(':').to_lowercase().replace('_', "-");
    let bare = name.strip_prefix("bpf-").unwrap_or(&name);
    if let Some(code) = codes::find(topic) {
        return Ok(format!("{}: {}\n\n{}\n", code.id, code.title, code.page.trim()));
    }
    let program = ProgramType::find(bare.strip_prefix("prog-type-").unwrap_or(bare));
    let map = maps::find(bare.strip_prefix("map-type-").unwrap_or(bare));
    let pages = [program.map(program::page), helpers::find(bare).map(helper::page), map.map(map::page)];
    let found: Vec<_> = form::pages(&name).into_iter().chain(pages.into_iter().flatten()).collect();
    if found.is_empty() { Err(unknown(topic)) } else { Ok(found.join("\n")) }
}

fn unknown(wanted: &str) -> Failure {
    let ids: Vec<_> = codes::ALL.iter().map(|code| code.id).collect();
    if !is_code(wanted) {
        return no_topic(wanted);
    }
    let suggestion = match near(wanted, &ids).as_slice() {
        [] => format!("codes go from {} to {}", ids.first().unwrap_or(&""), ids.last().unwrap_or(&"")),
        near => format!("did you mean {}?", near.join(" or ")),
    };
    Failure::new(format!("there is no diagnostic code `{wanted}`; {suggestion}"))
}

/// Whether `text` was meant to be a code: `E0107`, `107`.
fn is_code(text: &str) -> bool {
    let digits = text.trim_start_matches(['e', 'E']);
    !digits.is_empty() && digits.chars().all(|c| c.is_ascii_digit())
}

fn no_topic(wanted: &str) -> Failure {
    let programs = PROGRAMS.iter().map(|row| row.name);
    let names = programs.chain(maps::MAPS.iter().map(|row| row.name));
    let topics = names.chain(helpers::all().iter().map(|row| row.name));
    let topics: Vec<String> = topics.map(String::from).chain(form::names()).collect();
    let suggestion = match name::near(wanted, topics.iter().map(String::as_str)) {
        Some(near) => format!("did you mean `{}`?", near.replace('_', "-")),
        None => "`bpfl list programs`, `helpers` and `maps` show what there is".into(),
    };
    Failure::new(format!("there is nothing called `{wanted}` to explain; {suggestion}"))
}

/// Codes that differ from `wanted` in one character, or the nearest.
fn near<'a>(wanted: &str, ids: &[&'a str]) -> Vec<&'a str> {
    let wanted = wanted.to_uppercase();
    let differences = |id: &str| id.chars().zip(wanted.chars()).filter(|(a, b)| a != b).count();
    let close = |id: &&&str| id.len() == wanted.len() && differences(id) <= 1;
    let found: Vec<_> = ids.iter().filter(close).take(5).copied().collect();
    if !found.is_empty() {
        return found;
    }
    name::near(&wanted, ids.iter().copied()).into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_misses_differ_in_one_character() {
        let ids = ["E0001", "E0002", "E0107"];
        assert_eq!(near("e0003", &ids), ["E0001", "E0002"]);
        assert_eq!(near("E0108", &ids), ["E0107"]);
        assert_eq!(near("hello", &ids), Vec::<&str>::new());
    }
}
