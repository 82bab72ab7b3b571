//! Loads programs with the least privileges that their type can be loaded with: CAP_BPF and CAP_NET_ADMIN,
//! without CAP_PERFMON. Then the verifier follows what a CPU may do by mistake, too.

use rustix::thread::{CapabilitySet, CapabilitySets, set_capabilities};

use crate::{case::Case, compile, kernel::Loaded, state};

/// What takes CAP_PERFMON all the same, as the directive calls it, and what the verifier says then; and `loop`, for a
/// CPU may go on in a loop whatever its counter says. The book's chapter on permissions has a row for each.
const TAKES_PERFMON: &[(&str, &[&str])] = &[
    // A pointer that a number moves may be one that another way has moved.
    ("pointer", &["pointer arithmetic with it prohibited for !root"]),
    // The address of a field that programs may not read; a place before an object, from where a number leads into it.
    ("sealed", &["pointer arithmetic of map value goes out of range, prohibited for !root"]),
    ("difference", &["pointer -= pointer prohibited"]),
    ("stack", &["variable stack access prohibited for !root"]),
    ("helper", &["cannot use helper"]),
    ("type", &["Operation not permitted"]),
];

/// Whether the verifier comes to an end soon: with loops it goes on for a million instructions, seconds of each
/// case's.
pub fn is_quick(case: &Case) -> bool {
    case.perfmon.as_deref() != Some("loop")
}

/// The `least` test of a case.
pub fn load(case: &Case) -> Result<(), String> {
    let found = load_by_a_thread(case);
    let Some(word) = &case.perfmon else { return found };
    let row = TAKES_PERFMON.iter().find(|(own, _)| own == word);
    let (_, words) = row.ok_or_else(|| format!("there is no reason `{word}`"))?;
    match found {
        Ok(()) => Err("it is loaded without CAP_PERFMON; the directive can go".into()),
        Err(said) if words.iter().any(|words| said.contains(words)) => Ok(()),
        Err(said) => Err(format!("it is refused for another reason than {words:?}\n{said}")),
    }
}

/// Capabilities belong to threads: those of the others stay.
fn load_by_a_thread(case: &Case) -> Result<(), String> {
    let facts = state::facts(&case.text);
    let object = compile::object(&format!("{}.lisp", case.name), &case.text)?;
    std::thread::scope(|scope| {
        let load = || {
            drop_privileges()?;
            Loaded::new(&object, &facts.shapes).map(drop)
        };
        scope.spawn(load).join().map_err(|_| "it panicked".to_string())?
    })
}

fn drop_privileges() -> Result<(), String> {
    let least = CapabilitySet::BPF | CapabilitySet::NET_ADMIN;
    let sets = CapabilitySets { effective: least, permitted: least, inheritable: CapabilitySet::empty() };
    set_capabilities(None, sets).map_err(|error| error.to_string())
}
