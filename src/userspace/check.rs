//! Checking a script without running it: what its sessions define must compile.

use bpfl_compiler::{
    diagnostic::{Diagnostics, render::render},
    driver::Options,
    eval::{Interp, Origin, Value, convert},
    inputs,
    names::Names,
    read::Data,
    source::{FileId, SourceMap},
};

use super::{FormKind, World, interpreter, kinds, session};
use crate::{
    failure::{FAILED, Failure, Outcome},
    output,
};

/// Compiles what each session without an object defines, with the script's own definitions; or those
/// alone.
pub fn check(mut sources: SourceMap, file: FileId, options: Options) -> Outcome {
    let (names, data) = (Names::new(), Data::new());
    let mut diagnostics = Diagnostics::default();
    let forms = inputs::file(&mut sources, file, &names, &data, &options.files, &mut diagnostics);
    if diagnostics.has_errors() {
        diagnostics.sort();
        output::tell(&render(&sources, diagnostics.iter(), output::color()));
        return Err(Failure::Said(FAILED));
    }
    let mut world = World::new(sources, options, None);
    let blank = interpreter(&names, World::new(SourceMap::new(), Options::default(), None));
    let mut sessions = Vec::new();
    for (form, kind) in forms.iter().zip(kinds(&names, &data, &forms)) {
        let value = convert::value(&names, &data, *form, Origin::Call);
        match kind {
            FormKind::Helper => {}
            FormKind::Userspace => sessions_in(&blank, &value, &mut sessions),
            _ => world.definitions.push(value),
        }
    }
    if sessions.is_empty() && !world.definitions.is_empty() {
        sessions.push(Vec::new());
    }
    let mut interp = interpreter(&names, world);
    // All of them, so that one mistake does not hide another session's.
    let failed = sessions.iter().filter(|inline| session::compile(&mut interp, inline).is_err()).count();
    if failed > 0 { Err(Failure::Said(FAILED)) } else { Ok(0) }
}

/// What each `(with-bpf-session () …)` within a form defines.
fn sessions_in(interp: &Interp<'_>, form: &Value, found: &mut Vec<Vec<Value>>) {
    let (items, _) = form.dotted();
    let head = items.first().is_some_and(|head| interp.is(head, "with-bpf-session"));
    if head && items.get(1).is_some_and(Value::is_nil) {
        found.push(items.iter().filter(|item| session::inline_of(interp, item).is_some()).cloned().collect());
    }
    items.iter().for_each(|item| sessions_in(interp, item, found));
}
