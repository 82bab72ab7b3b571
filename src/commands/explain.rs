//! `bpfl explain`: a diagnostic's code in, its page out.

use bpfl_compiler::diagnostic::codes;
use bpfl_runtime::name;

use crate::{
    cli::Explain,
    failure::{Failure, Outcome},
    output,
};

/// Runs the command.
pub fn run(args: &Explain) -> Outcome {
    let code = codes::find(&args.code).ok_or_else(|| unknown(&args.code))?;
    output::print(format!("{}: {}\n\n{}\n", code.id, code.title, code.page.trim()))?;
    Ok(0)
}

fn unknown(wanted: &str) -> Failure {
    let ids: Vec<_> = codes::ALL.iter().map(|code| code.id).collect();
    let suggestion = match near(wanted, &ids).as_slice() {
        [] => format!("codes go from {} to {}", ids.first().unwrap_or(&""), ids.last().unwrap_or(&"")),
        near => format!("did you mean {}?", near.join(" or ")),
    };
    Failure::new(format!("there is no diagnostic code `{wanted}`; {suggestion}"))
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
