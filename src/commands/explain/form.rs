//! Pages of what stands in sources: definitions, forms of programs, macros and header fields of the prelude.

use bpfl_compiler::hir::build::form_names;
use bpfl_stdlib::prelude::listed::{self, HeaderField, Macro};

use crate::describe::definition;

/// The pages about `name`, in lower case.
pub fn pages(name: &str) -> Vec<String> {
    let named = |(own, usage): (&'static str, &'static str)| (own == name).then_some(usage);
    let define = definition::USAGES.iter().copied().find_map(named);
    let define = define.map(|usage| format!("`{name}` defines something for the kernel: {usage}\n"));
    let form = form_names().find_map(named);
    let form = form.map(|usage| format!("`{name}` is a form of programs: {usage}\n"));
    let macros = listed::macros().filter(|one| one.name == name).map(|one| of_macro(&one));
    let fields = listed::fields().filter(|one| is_reader(one, name)).map(|one| of_field(&one));
    define.into_iter().chain(form).chain(macros).chain(fields).collect()
}

/// The names that have pages.
pub fn names() -> impl Iterator<Item = String> {
    let definitions = definition::USAGES.iter().map(|(name, _)| name.to_string());
    let forms = form_names().map(|(name, _)| name.to_string());
    let macros = listed::macros().map(|one| one.name.to_string());
    let fields = listed::fields().map(|one| format!("{}-{}", one.header, one.name));
    definitions.chain(forms).chain(macros).chain(fields)
}

fn of_macro(one: &Macro) -> String {
    let Macro { name, parameters, about } = one;
    let text = if about.is_empty() { String::new() } else { format!("\n{}\n", about.join("\n")) };
    format!("`{name}` is a macro of the prelude: ({name} {parameters})\n{text}")
}

fn is_reader(field: &HeaderField, name: &str) -> bool {
    let HeaderField { header, name: field, .. } = field;
    let rest = name.strip_prefix(header).and_then(|rest| rest.strip_prefix('-')?.strip_prefix(field));
    rest.is_some_and(|rest| rest.is_empty() || rest == "-ptr")
}

fn of_field(field: &HeaderField) -> String {
    let HeaderField { header, name, offset, ty, net_order } = field;
    let order = if *net_order { ", read in the host's order" } else { "" };
    let index = if ty.starts_with('(') { " i" } else { "" };
    format!(
        "`{header}-{name}` is a field of the header at p: {ty} from byte {offset} on{order}\n\n  \
         ({header}-{name} p{index})\n  (setf ({header}-{name} p{index}) value)\n  ({header}-{name}-ptr p)\n"
    )
}
