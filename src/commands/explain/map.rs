//! The page of a map kind: what it may hold, what can be done with it, an example.

use std::fmt::Write;

use bpfl_stdlib::catalog::{
    about,
    map::{MapKind, flag_names},
};

use crate::describe::map as describe;

/// The page.
pub fn page(row: &'static MapKind) -> String {
    let mut page = format!("{}: {}, since Linux {}\n", row.name, row.c_name, row.since);
    if let Some(text) = about::use_of(row.name) {
        line(&mut page, format_args!("{text}"));
    }
    line(&mut page, format_args!("\n  keys     {}", describe::key(row.key)));
    line(&mut page, format_args!("  values   {}", describe::value(row)));
    line(&mut page, format_args!("  entries  {}", describe::entries(row.entries)));
    if row.required_flags != 0 {
        line(&mut page, format_args!("  flags    {} always", flag_names(row.required_flags).join(" ")));
    }
    if row.flags != 0 {
        line(&mut page, format_args!("  flags    {} if wanted", flag_names(row.flags).join(" ")));
    }
    if row.btf {
        line(&mut page, format_args!("  types    keys and values need real types, `:key` and `:value`"));
    }
    line(&mut page, format_args!("  programs {}", describe::operations(row)));
    if let Some(example) = describe::example(row) {
        line(&mut page, format_args!("\nExample:\n  {example}"));
    }
    page
}

fn line(page: &mut String, text: std::fmt::Arguments<'_>) {
    // Writing to a string cannot fail.
    let _ = writeln!(page, "{text}");
}
