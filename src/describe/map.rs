//! The rules of map kinds, in words.

use bpfl_stdlib::catalog::map::{EntriesRule, KeyRule, MapKind, ValueRule};

/// What keys may be.
pub fn key(rule: KeyRule) -> &'static str {
    match rule {
        KeyRule::Index => "an index of 4 bytes",
        KeyRule::Any => "any type",
        KeyRule::None => "none",
        KeyRule::Storage => "an int of 4 bytes",
        KeyRule::Prefix => "a u32, the length in bits, then 1 to 256 bytes",
        KeyRule::Cgroup => "struct bpf_cgroup_storage_key, or a u64",
    }
}

/// What values may be.
pub fn value(row: &MapKind) -> String {
    let text = match row.value {
        ValueRule::Any => "any type",
        ValueRule::None => "none",
        ValueRule::Handle => "a file descriptor of 4 bytes",
        ValueRule::Socket => "a socket, 4 or 8 bytes",
        ValueRule::Device => "an interface of 4 bytes, or with a program 8",
        ValueRule::Cpu => "a queue's length of 4 bytes, or with a program 8",
        ValueRule::Stack => "addresses, 8 bytes each, at most 127",
    };
    if row.per_cpu { format!("{text}, one for each CPU") } else { text.into() }
}

/// What `:max-entries` is to be.
pub fn entries(rule: EntriesRule) -> &'static str {
    match rule {
        EntriesRule::Some => "at least 1",
        EntriesRule::Zero => "left out",
        EntriesRule::Ring => "bytes: a power of two, at least a page",
        EntriesRule::Cpus => "one for each CPU when left out",
        EntriesRule::Pages => "pages",
        EntriesRule::One => "left out",
    }
}

/// What programs can do with the entries.
pub fn operations(row: &MapKind) -> String {
    let operations = [
        (row.program.lookup, "look up"),
        (row.program.update, "insert and change"),
        (row.program.delete, "delete"),
        (row.program.queue, "push, pop and peek"),
        (row.program.walk, "walk over all"),
    ];
    let can: Vec<_> = operations.into_iter().filter(|(can, _)| *can).map(|(_, text)| text).collect();
    if can.is_empty() { "use helpers of this kind".into() } else { can.join(", ") }
}

/// A map of this kind, where it takes keys and values of any type.
pub fn example(row: &MapKind) -> Option<String> {
    let plain = matches!((row.key, row.value), (KeyRule::Index | KeyRule::Any, ValueRule::Any));
    plain.then(|| format!("(defmap counters :type :{} :key u32 :value u64 :max-entries 64)", row.name))
}
