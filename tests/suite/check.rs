//! What a case's file says, compared with what the compiler says: messages, stages, the object.

use bpfl_compiler::driver::Stage;
use object::{Object, ObjectSection, SectionKind};

use crate::{
    case::{Case, Expected, STAGES},
    compile, snapshot,
};

/// The `check` test of a case.
pub fn check(case: &Case) -> Result<(), String> {
    let file = format!("{}.lisp", case.name);
    let compilation = match case.stages[..] {
        [Stage::Datum] => compile::print(&file, &case.text, Stage::Datum).0,
        _ => compile::compile(&file, &case.text),
    };
    messages(&case.messages, &compilation.messages, &compilation.rendered)?;
    if !compilation.rendered.is_empty() || !case.stages.is_empty() {
        let mut parts = vec![("source", case.text.clone())];
        for (name, stage) in STAGES.iter().filter(|(_, stage)| case.stages.contains(stage)) {
            parts.push((name, compile::stage(&file, &case.text, *stage)?));
        }
        if !compilation.rendered.is_empty() {
            parts.push(("messages", compilation.rendered.clone()));
        }
        snapshot::compare(&case.path.with_extension("expected"), &parts)?;
    }
    match case.is_accepted() {
        true => object(case, &file, compilation.object.as_deref()),
        false => Ok(()),
    }
}

/// The set of messages must be the one expected.
fn messages(wanted: &[Expected], found: &[Expected], rendered: &str) -> Result<(), String> {
    if wanted == found {
        return Ok(());
    }
    let list = |title: &str, these: &[Expected], others: &[Expected]| -> String {
        let odd = these.iter().filter(|message| !others.contains(message));
        let lines = odd.map(|m| format!("  {title} {}: {} @ {}:{}\n", m.severity, m.code, m.line, m.column));
        lines.collect()
    };
    let (missing, extra) = (list("missing", wanted, found), list("unexpected", found, wanted));
    Err(format!("the messages are not those that the file expects\n{missing}{extra}{rendered}"))
}

/// The object must be there, the same a second time, and small enough.
fn object(case: &Case, file: &str, object: Option<&[u8]>) -> Result<(), String> {
    let object = object.ok_or("there is no object and no error")?;
    if compile::object(file, &case.text)? != object {
        return Err("a second compilation gives another object".into());
    }
    let Some(most) = case.slots else { return Ok(()) };
    let slots = slots(object)?;
    match slots <= most {
        true => Ok(()),
        false => Err(format!("{slots} instruction slots, and at most {most} are wanted")),
    }
}

/// Instruction slots of an object: eight bytes each, in executable sections.
pub fn slots(object: &[u8]) -> Result<usize, String> {
    let file = object::File::parse(object).map_err(|error| error.to_string())?;
    let code = file.sections().filter(|section| section.kind() == SectionKind::Text);
    Ok(code.map(|section| section.size() as usize / 8).sum())
}
