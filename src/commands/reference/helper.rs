//! The chapter of the helpers that programs of every type have.

use bpfl_stdlib::catalog::helper::{self, Helper};

use super::markdown::{Page, head};
use crate::describe::helper as describe;

/// The chapter.
pub fn chapter() -> String {
    let mut page = Page::new("Helpers of every program");
    page.paragraph(
        "A helper is a function of the kernel. You call it by its name without `bpf_`. An argument in \
         brackets is the size of the memory before it and may be left out. `bpfl explain NAME` says what \
         each argument is, and `bpfl list helpers --prog TYPE` what programs of a type may call. The tables \
         say what the kernel offers; a helper that wants what bpfl cannot make yet is an error that says \
         so.",
    );
    let common = || helper::all().iter().copied().filter(|row| describe::is_common(row));
    let (forms, plain): (Vec<_>, Vec<_>) = common().partition(|row| describe::form(row).is_some());
    page.section("Helpers");
    let rows: Vec<_> = plain.iter().map(cells).collect();
    page.table(&head(["helper", "gives", "since", "to know"]), &rows);
    page.section("Helpers that have a form");
    page.paragraph("The language has forms for these, which are shorter and check more.");
    let rows: Vec<_> = forms
        .iter()
        .map(|row| {
            let name = format!("`{}`", describe::name(row));
            vec![name, describe::form(row).unwrap_or("").into(), row.since.to_string()]
        })
        .collect();
    page.table(&head(["helper", "form", "since"]), &rows);
    page.finish()
}

fn cells(row: &&'static Helper) -> Vec<String> {
    let notes = notes(row, !row.gpl.is_empty()).join(" ");
    vec![describe::usage(row, row.args), row.ret.describe(), row.since.to_string(), notes]
}

/// What is to be known of a helper, which may be for programs under the GPL only.
pub fn notes(row: &Helper, gpl: bool) -> Vec<String> {
    let mut notes: Vec<String> = gpl.then(|| "GPL only.".into()).into_iter().collect();
    notes.extend(describe::notes(row).into_iter().map(String::from));
    notes.extend(row.config.map(|config| format!("The kernel must have `{config}`.")));
    notes
}
