//! Map kinds: sizes of keys and values, numbers of entries, flags.
//!
//! Kinds that are made with BTF, with another map or with a program are not tried.

use std::os::fd::{AsRawFd, OwnedFd};

use bpfl_compiler::bpf::insn::Insn;
use bpfl_stdlib::catalog::{
    facts::Hook,
    limit::{PER_CPU_VALUE_BYTES, STORAGE_VALUE_BYTES},
    map::{ARENA, EntriesRule, KeyRule, MAPS, MapKind, flag_since},
    program::ProgramType,
};

use crate::{
    kernel::{Trial, make_map},
    tally::Tally,
};

const KEYS: [u32; 11] = [0, 1, 2, 4, 5, 8, 12, 16, 260, 261, 512];
const VALUES: [u32; 13] = [
    0,
    1,
    4,
    8,
    12,
    16,
    1016,
    1024,
    4096,
    PER_CPU_VALUE_BYTES,
    PER_CPU_VALUE_BYTES + 8,
    STORAGE_VALUE_BYTES,
    STORAGE_VALUE_BYTES + 1,
];
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
    let verdict = make_map(kind.number, key, value, entries, flags).map(drop);
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

/// Every kind that needs nothing else, named by a program that sleeps.
pub fn compare_naming(tally: &mut Tally) {
    let plain = MAPS.iter().filter(|kind| is_plain(kind) && kind.name != ARENA);
    for kind in plain {
        let Some((key, value, entries)) = sizes(kind).filter(|_| tally.has(kind.since)) else { continue };
        let made = make_map(kind.number, key, value, entries, kind.required_flags);
        let verdict = made.and_then(|map| name(&map, Hook { ty: ProgramType::Syscall, attach: None }));
        tally.cell(kind.is_for_sleepable(), &verdict, || {
            format!("a program that sleeps names {}", kind.c_name)
        });
    }
}

/// Loads a program that does nothing but name a map.
fn name(map: &OwnedFd, hook: Hook) -> Result<(), String> {
    let [low, high] = Insn::load_map(1, map.as_raw_fd());
    Trial::new(hook, &[low, high, Insn::mov_imm(0, hook.verdict()), Insn::exit()]).load()
}

/// Every type with every attach type, each pair sharing a map of programs.
pub fn compare_sharing(tally: &mut Tally) {
    let hooks: Vec<Hook> =
        SHARERS.iter().flat_map(|ty| ty.hooks().map(|attach| Hook { ty: *ty, attach })).collect();
    for kind in MAPS.iter().filter(|kind| kind.is_of_programs() && kind.name != "cpumap") {
        for owner in &hooks {
            for other in &hooks {
                compare_pair(tally, kind, *owner, *other);
            }
        }
    }
}

/// Types whose programs the kernel need not be told a target of.
const SHARERS: [ProgramType; 6] = [
    ProgramType::Xdp,
    ProgramType::SchedCls,
    ProgramType::CgroupSkb,
    ProgramType::CgroupSock,
    ProgramType::SkReuseport,
    ProgramType::Kprobe,
];

fn compare_pair(tally: &mut Tally, kind: &MapKind, owner: Hook, other: Hook) {
    let since = |hook: Hook| hook.attach.map_or(hook.ty.row().since, |attach| attach.since);
    if !tally.has(since(owner).max(since(other))) {
        return;
    }
    let number = |hook: Hook| hook.ty.effective(hook.attach).map_or(0, |attach| attach.number);
    let alike = owner.ty == other.ty && (!kind.is_of_attached_alike() || number(owner) == number(other));
    let (key, value, entries) = sizes(kind).unwrap_or_default();
    let verdict = make_map(kind.number, key, value, entries, kind.required_flags).and_then(|map| {
        name(&map, owner)?;
        name(&map, other)
    });
    tally.cell(alike, &verdict, || format!("{owner:?} and {other:?} share {}", kind.c_name));
}
