//! What is defined, in a line each.

use bpfl_runtime::{session::Session, spec::MapSpec};

use super::{Repl, definitions::Definition};

/// A kernel name as Lisp people write it.
pub fn lisp_name(name: &str) -> String {
    name.replace('_', "-")
}

fn plural(count: usize, what: &str) -> String {
    match (count, what) {
        (1, what) => format!("1 {what}"),
        (count, "entry") => format!("{count} entries"),
        (count, what) => format!("{count} {what}s"),
    }
}

/// A definition: what it is, and how large.
pub fn line(repl: &Repl<'_>, definition: &Definition) -> String {
    let name = &definition.name;
    let of_session = || size(&repl.session.as_ref()?.borrow(), definition);
    match of_session().or_else(|| value(repl, definition)) {
        Some(text) => format!("{name}: {text}"),
        None => match definition.head.strip_prefix("def").filter(|_| *name != definition.head) {
            Some(what) => format!("{name}: {}", called(what)),
            None => name.clone(),
        },
    }
}

/// What definitions define whose heads do not say it in full.
fn called(what: &str) -> &str {
    const NAMES: &[(&str, &str)] = &[
        ("un", "function of programs"),
        ("var", "variable"),
        ("global", "variable"),
        ("kfunc", "function of the kernel's"),
        ("ine-symbol-macro", "symbol macro"),
    ];
    NAMES.iter().find(|(own, _)| *own == what).map_or(what, |(_, name)| name)
}

/// What is known without a session: the size of a struct, the value of a constant.
fn value(repl: &Repl<'_>, definition: &Definition) -> Option<String> {
    match definition.head.as_str() {
        what @ ("defstruct" | "defunion") => {
            let symbol = definition.name.replace('-', "_");
            let (_, bytes) = repl.structs.iter().find(|(name, _)| *name == symbol)?;
            Some(format!("{}, {}", &what[3..], plural(*bytes as usize, "byte")))
        }
        "defconstant" => {
            let symbol = repl.interp.symbol(&definition.name);
            Some(repl.interp.readable(&repl.interp.global_variable(symbol)?))
        }
        _ => None,
    }
}

fn size(session: &Session, definition: &Definition) -> Option<String> {
    let (name, spec) = (&definition.name, session.spec());
    match definition.head.as_str() {
        "defvar" | "defglobal" => {
            let bytes = session.global_shape(name).ok()?.size();
            Some(format!("variable, {}", plural(bytes, "byte")))
        }
        "defstruct"
        | "defunion"
        | "defconstant"
        | "defmacro"
        | "defun"
        | "defenum"
        | "defkfunc"
        | "define-symbol-macro" => None,
        // Macros define maps and programs too.
        _ => {
            let program = spec.program(name).ok().map(|program| {
                let count = plural(program.code.len() / 8, "instruction");
                format!("{}, {count}", program.section)
            });
            program.or_else(|| Some(map(spec.map(name).ok()?)))
        }
    }
}

fn map(map: &MapSpec) -> String {
    let kind = lisp_name(map.kind.name);
    let (key, value) = (map.key.size(), map.value.size());
    let mut text = kind;
    if key > 0 {
        text.push_str(&format!(", keys of {}", plural(key, "byte")));
    }
    if value > 0 {
        text.push_str(&format!(", values of {}", plural(value, "byte")));
    }
    match (map.max_entries as usize, key + value) {
        (0, _) => text,
        (bytes, 0) => format!("{text}, {}", plural(bytes, "byte")),
        (entries, _) => format!("{text}, {}", plural(entries, "entry")),
    }
}
