//! The chapter of the map kinds.

use bpfl_stdlib::catalog::{
    about,
    map::{MAPS, MapKind, flag_names},
};

use super::markdown::{Page, codes, head};
use crate::describe::map as describe;

const EXAMPLE: &str = "\
(defstruct traffic (packets u64) (bytes u64))

(defmap by-port :type :lru-hash :key u16 :value traffic :max-entries 1024)

(defprog watch (:section \"cgroup_skb/egress\")
  (when (map-lookup by-port (u16 53)) (remmap by-port (u16 53)))
  1)
";

/// The chapter.
pub fn chapter() -> String {
    let mut page = Page::new("Map kinds");
    page.paragraph(
        "A map is memory that programs and processes share. `:type` is its kind. `:key` and `:value` are \
         types; `:key-size` and `:value-size` give bytes instead. Each kind has rules of its own, and a map \
         that breaks one is an error when you compile: [E0302](errors.md#e0302).",
    );
    page.code("lisp", EXAMPLE);
    page.section("What they hold");
    table(&mut page, ["kind", "good for", "keys", "values", "entries", "since"], |row| {
        let used = about::use_of(row.name).unwrap_or("").to_string();
        let entries = describe::entries(row.entries).to_string();
        vec![used, describe::key(row.key).into(), describe::value(row), entries, row.since.to_string()]
    });
    page.section("What programs do with them");
    page.paragraph(
        "“With types” means that the kernel wants to know the types of keys and values: use `:key` and \
         `:value`.",
    );
    table(&mut page, ["kind", "programs can", "to know"], |row| {
        let facts = [(row.btf, "with types"), (row.array, "starts with all entries, zero")];
        let notes = facts.into_iter().filter(|(holds, _)| *holds).map(|(_, text)| text);
        vec![describe::operations(row), notes.collect::<Vec<_>>().join("; ")]
    });
    flags(&mut page);
    page.finish()
}

fn flags(page: &mut Page) {
    page.section("Flags");
    page.paragraph(
        "`:map-flags` sets them, as in `:map-flags BPF_F_NO_PREALLOC`. Those that a kind must have are set \
         for you.",
    );
    let rows = (0..u32::BITS).filter_map(|bit| {
        let flag = 1 << bit;
        let name = flag_names(flag).first().copied()?;
        let of = |has: fn(&MapKind) -> u32| kinds(MAPS.iter().filter(|row| has(row) & flag != 0));
        Some(vec![format!("`{name}`"), of(|row| row.required_flags), of(|row| row.flags)])
    });
    page.table(&head(["flag", "always", "if you want"]), &rows.collect::<Vec<_>>());
}

/// Their names, or the others' where those are fewer.
fn kinds<'a>(rows: impl Iterator<Item = &'a MapKind>) -> String {
    let rows: Vec<_> = rows.map(|row| row.name).collect();
    let others: Vec<_> = MAPS.iter().map(|row| row.name).filter(|name| !rows.contains(name)).collect();
    match others.len() < rows.len() {
        true => format!("all but {}", codes(others)),
        false => codes(rows),
    }
}

/// A row for each kind, after its name.
fn table<const N: usize>(
    page: &mut Page,
    titles: [&str; N],
    cells: impl Fn(&'static MapKind) -> Vec<String>,
) {
    let row = |row: &'static MapKind| {
        let name = format!("`:{}`", row.name);
        std::iter::once(name).chain(cells(row)).collect::<Vec<_>>()
    };
    page.table(&head(titles), &MAPS.iter().map(row).collect::<Vec<_>>());
}
