//! Map kinds: sizes of keys and values, numbers of entries, flags.
//!
//! Kinds that are made with BTF, with another map or with a program are not tried.

use bpfl_stdlib::catalog::map::{EntriesRule, KeyRule, MAPS, MapKind, flag_since};

use crate::{kernel::make_map, tally::Tally};

const KEYS: [u32; 11] = [0, 1, 2, 4, 5, 8, 12, 16, 260, 261, 512];
const VALUES: [u32; 10] = [0, 1, 4, 8, 12, 16, 1016, 1024, 4096, 32 << 10];
const ENTRIES: [u32; 5] = [0, 1, 2, 4096, 5000];
/// The processors that a cpumap may name are as many as the kernel was built for.
const CPUS: u32 = 2;

fn is_plain(kind: &MapKind) -> bool {
    !kind.btf && !kind.inner && kind.entries != EntriesRule::One && kind.name != "insn-array"
}

/// Sizes that the kind accepts.
fn sizes(kind: &MapKind) -> Option<(u32, u32, u32)> {
    let key = KEYS.into_iter().find(|key| kind.key.accepts(*key))?;
    let value = VALUES.into_iter().find(|value| kind.value.accepts(*value))?;
    let entries = ENTRIES.into_iter().find(|entries| kind.entries.accepts(*entries))?;
    Some((key, value, entries))
}

fn compare_map(tally: &mut Tally, kind: &MapKind, sizes: (u32, u32, u32), flags: u32) {
    let (key, value, entries) = sizes;
    if kind.name == "cpumap" && entries > CPUS {
        return;
    }
    let verdict = make_map(kind.number, key, value, entries, flags);
    tally.cell(kind.broken(key, value, entries, flags).is_none(), &verdict, || {
        format!("{} with keys of {key}, values of {value}, {entries} entries, flags {flags:#x}", kind.c_name)
    });
}

/// Every plain kind, one rule at a time.
pub fn compare(tally: &mut Tally) {
    for kind in MAPS.iter().filter(|kind| is_plain(kind)) {
        if !tally.has(kind.since) {
            continue;
        }
        let Some((key, value, entries)) = sizes(kind) else {
            tally.cell(true, &Err("no sizes".into()), || kind.c_name.to_string());
            continue;
        };
        let flags = kind.required_flags;
        let longest = if kind.key == KeyRule::Any { 512 } else { u32::MAX };
        for k in KEYS.into_iter().filter(|k| *k <= longest) {
            VALUES.into_iter().for_each(|v| compare_map(tally, kind, (k, v, entries), flags));
        }
        ENTRIES.into_iter().for_each(|n| compare_map(tally, kind, (key, value, n), flags));
        for flag in (0..20).map(|bit| 1 << bit) {
            if flag_since(flag).is_none_or(|since| tally.has(since)) {
                compare_map(tally, kind, (key, value, entries), flags | flag);
            }
        }
        compare_map(tally, kind, (key, value, entries), 0);
    }
}
