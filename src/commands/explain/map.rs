//! The page of a map kind: what it may hold, what can be done with it, an example.

use std::fmt::Write;

use bpfl_stdlib::catalog::map::{EntriesRule, KeyRule, MapKind, ValueRule, flag_names};

/// The page.
pub fn page(row: &'static MapKind) -> String {
    let mut page = format!("{}: {}, since Linux {}\n\n", row.name, row.c_name, row.since);
    let per_cpu = if row.per_cpu { ", one for each CPU" } else { "" };
    line(&mut page, format_args!("  keys     {}", key(row.key)));
    line(&mut page, format_args!("  values   {}{per_cpu}", value(row.value)));
    line(&mut page, format_args!("  entries  {}", entries(row.entries)));
    if row.required_flags != 0 {
        line(&mut page, format_args!("  flags    {} always", flag_names(row.required_flags).join(" ")));
    }
    if row.flags != 0 {
        line(&mut page, format_args!("  flags    {} if wanted", flag_names(row.flags).join(" ")));
    }
    if row.btf {
        line(&mut page, format_args!("  types    keys and values need real types, `:key` and `:value`"));
    }
    let operations = [
        (row.program.lookup, "look up"),
        (row.program.update, "insert and change"),
        (row.program.delete, "delete"),
        (row.program.queue, "push, pop and peek"),
        (row.program.walk, "walk over all"),
    ];
    let can: Vec<_> = operations.into_iter().filter(|(can, _)| *can).map(|(_, text)| text).collect();
    let can = if can.is_empty() { "use helpers of this kind".into() } else { can.join(", ") };
    line(&mut page, format_args!("  programs {can}"));
    if matches!((row.key, row.value), (KeyRule::Index | KeyRule::Any, ValueRule::Any)) {
        line(&mut page, format_args!("\nExample:"));
        let text = format!("(defmap counters :type :{} :key u32 :value u64 :max-entries 64)", row.name);
        line(&mut page, format_args!("  {text}"));
    }
    page
}

fn line(page: &mut String, text: std::fmt::Arguments<'_>) {
    // Writing to a string cannot fail.
    let _ = writeln!(page, "{text}");
}

fn key(rule: KeyRule) -> &'static str {
    match rule {
        KeyRule::Index => "an index of 4 bytes",
        KeyRule::Any => "any type",
        KeyRule::None => "none",
        KeyRule::Storage => "an int of 4 bytes",
        KeyRule::Prefix => "a u32, the length in bits, then 1 to 256 bytes",
        KeyRule::Cgroup => "struct bpf_cgroup_storage_key, or a u64",
    }
}

fn value(rule: ValueRule) -> &'static str {
    match rule {
        ValueRule::Any => "any type",
        ValueRule::None => "none",
        ValueRule::Handle => "a file descriptor of 4 bytes",
        ValueRule::Socket => "a socket, 4 or 8 bytes",
        ValueRule::Device => "an interface of 4 bytes, or with a program 8",
        ValueRule::Cpu => "a queue's length of 4 bytes, or with a program 8",
        ValueRule::Stack => "addresses, 8 bytes each, at most 127",
    }
}

fn entries(rule: EntriesRule) -> &'static str {
    match rule {
        EntriesRule::Some => "at least 1",
        EntriesRule::Zero => "left out",
        EntriesRule::Ring => "bytes: a power of two, at least a page",
        EntriesRule::Cpus => "one for each CPU when left out",
        EntriesRule::Pages => "pages",
        EntriesRule::One => "left out",
    }
}
