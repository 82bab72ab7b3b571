//! What to say when the kernel's verifier refuses a program: where in the source, why, and as much
//! of its log as is wanted.

mod log;
mod origin;

use bpfl_compiler::diagnostic::{Diagnostic, codes, render::render};
use bpfl_runtime::{load::LoadError, session::SessionError, spec::ObjectSpec};

use log::{last_slot, paragraph, reason, tail};
pub use origin::Origin;

use crate::{
    failure::{FAILED, Failure},
    output,
};

/// The failure for an error of a session whose object is described by `spec`, with the `whole` log or
/// the end of it.
pub fn explain(whole: bool, spec: &ObjectSpec, origin: &mut Origin, error: &SessionError) -> Failure {
    let SessionError::Load(LoadError::Verifier { program, log, advice, .. }) = error else {
        return Failure::new(error.to_string());
    };
    let lines: Vec<_> = log.lines().map(str::trim_end).collect();
    let place = spec.program(program).ok().zip(last_slot(&lines)).and_then(|(p, slot)| origin.place(p, slot));
    let Some(span) = place else {
        return Failure::new(without_place(whole, error, advice.as_deref(), &lines));
    };
    let message = format!("the kernel's verifier refused `{program}`");
    let mut diagnostic = Diagnostic::error(&codes::REFUSED, span, message);
    diagnostic = diagnostic.label(reason(&lines).unwrap_or("here it stopped"));
    if let Some(why) = paragraph(&lines, "Reason:") {
        diagnostic = diagnostic.note(why);
    }
    if let Some(way_out) = paragraph(&lines, "Suggestion:") {
        diagnostic = diagnostic.help(format!("the kernel suggests: {way_out}"));
    }
    if !whole {
        diagnostic = diagnostic.note(format!("the end of its log:\n{}", tail(&lines)));
        diagnostic = diagnostic.help("`--verifier-log` shows all of its log");
    }
    if let Some(advice) = advice {
        diagnostic = diagnostic.help(advice);
    }
    output::tell(&render(&origin.sources, [&diagnostic], output::color()));
    if whole {
        output::tell(&format!("the verifier's log:\n{}\n", lines.join("\n")));
    }
    Failure::Said(FAILED)
}

/// The same for an object that does not say what its code is from.
fn without_place(whole: bool, error: &SessionError, advice: Option<&str>, lines: &[&str]) -> String {
    let reason = reason(lines).map_or_else(String::new, |reason| format!(": {reason}"));
    let advice = advice.map_or_else(String::new, |advice| format!("; {advice}"));
    match whole {
        true => format!("{error}{reason}{advice}\nthe verifier's log:\n{}", lines.join("\n")),
        false => format!(
            "{error}{reason}{advice}\nthe end of its log, of which --verifier-log shows all:\n{}",
            tail(lines)
        ),
    }
}
