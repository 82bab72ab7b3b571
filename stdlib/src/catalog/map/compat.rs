//! Which helper takes which kind of map: `check_map_func_compatibility` of kernel/bpf/verifier.c,
//! Linux 6.18. It asks both ways: what the kind is for, and what the helper wants.

use super::MapKind;
use crate::catalog::context::{SOCK, Struct, XDP_SOCK};

/// Helpers that want certain kinds, and the kinds.
const HELPERS: &[(&[&str], &[&str])] = &[
    (&["tail_call"], &["prog-array"]),
    (
        &["perf_event_read", "perf_event_output", "skb_output", "perf_event_read_value", "xdp_output"],
        &["perf-event-array"],
    ),
    (&["ringbuf_output", "ringbuf_reserve", "ringbuf_query", "ringbuf_reserve_dynptr"], &["ringbuf"]),
    (&["user_ringbuf_drain"], &["user-ringbuf"]),
    (&["get_stackid"], &["stack-trace"]),
    (&["current_task_under_cgroup", "skb_under_cgroup"], &["cgroup-array"]),
    (&["redirect_map"], &["devmap", "devmap-hash", "cpumap", "xskmap"]),
    (&["sk_redirect_map", "msg_redirect_map", "sock_map_update"], &["sockmap"]),
    (&["sk_redirect_hash", "msg_redirect_hash", "sock_hash_update"], &["sockhash"]),
    (&["get_local_storage"], &["cgroup-storage", "percpu-cgroup-storage"]),
    (&["sk_select_reuseport"], &["reuseport-sockarray", "sockmap", "sockhash"]),
    (&["map_pop_elem"], &["queue", "stack"]),
    (&["map_peek_elem", "map_push_elem"], &["queue", "stack", "bloom-filter"]),
    (&["map_lookup_percpu_elem"], &["percpu-array", "percpu-hash", "lru-percpu-hash"]),
    (&["sk_storage_get", "sk_storage_delete"], &["sk-storage"]),
    (&["inode_storage_get", "inode_storage_delete"], &["inode-storage"]),
    (&["task_storage_get", "task_storage_delete"], &["task-storage"]),
    (&["cgrp_storage_get", "cgrp_storage_delete"], &["cgrp-storage"]),
];

/// Helpers that look entries up, change or delete them, and of each the kinds of the table above
/// that have them all the same.
const KEYED: &[(&str, &[&str])] = &[
    (
        "map_lookup_elem",
        &["devmap", "devmap-hash", "xskmap", "sockmap", "sockhash", "array-of-maps", "hash-of-maps"],
    ),
    ("map_update_elem", &["sockmap", "sockhash"]),
    ("map_delete_elem", &["sockmap", "sockhash"]),
];

/// Helpers that a map which programs only read is not given to (`record_func_map`, kernel/bpf/verifier.c).
const CHANGING: &[&str] = &["map_update_elem", "map_delete_elem", "map_push_elem", "map_pop_elem"];

/// Whether `helper` changes what is in the map that it is given.
pub fn changes(helper: &str) -> bool {
    CHANGING.contains(&helper)
}

/// Kinds in which a lookup leads to something else than a value of the map's (`mark_ptr_not_null_reg`,
/// kernel/bpf/verifier.c). A full socket is held then (`is_acquire_function`).
const LEADING: &[(&str, &Struct)] = &[("xskmap", &XDP_SOCK), ("sockmap", &SOCK), ("sockhash", &SOCK)];

/// What a lookup in a map of this kind leads to, where that is no value of the map's.
pub fn leads_to(kind: &MapKind) -> Option<&'static Struct> {
    LEADING.iter().find(|(name, _)| *name == kind.name).map(|(_, of)| *of)
}

/// The kinds that `helper` wants; `None` when it takes any that has the operation.
pub fn wanted(helper: &str) -> Option<&'static [&'static str]> {
    HELPERS.iter().find(|(helpers, _)| helpers.contains(&helper)).map(|(_, kinds)| *kinds)
}

/// Whether `helper` takes a map of this kind.
pub fn takes(helper: &str, kind: &MapKind) -> bool {
    if let Some(kinds) = wanted(helper) {
        return kinds.contains(&kind.name);
    }
    match KEYED.iter().find(|(name, _)| *name == helper) {
        Some((_, besides)) => {
            let special = HELPERS.iter().any(|(_, kinds)| kinds.contains(&kind.name));
            !special && !kind.inner || besides.contains(&kind.name) || kind.per_cpu && kind.program.lookup
        }
        None if helper == "for_each_map_elem" => kind.program.walk,
        None => true,
    }
}

#[cfg(test)]
mod tests {
    use super::super::{MAPS, find};
    use super::*;
    use crate::catalog::helper;

    #[test]
    fn every_helper_and_kind_of_the_table_exists() {
        CHANGING.iter().for_each(|name| assert!(helper::find(name).is_some(), "{name}"));
        for (helpers, kinds) in HELPERS {
            helpers.iter().for_each(|name| assert!(helper::find(name).is_some(), "{name}"));
            kinds.iter().for_each(|name| assert!(MAPS.iter().any(|row| row.name == *name), "{name}"));
        }
    }

    #[test]
    fn kinds_and_helpers_fit_as_in_the_kernel() {
        let fits = |helper, kind| find(kind).is_some_and(|kind| takes(helper, kind));
        assert!(fits("msg_redirect_hash", "sockhash"));
        assert!(!fits("msg_redirect_hash", "hash"));
        assert!(!fits("msg_redirect_hash", "sockmap"));
        assert!(fits("map_lookup_elem", "percpu-array"));
        assert!(fits("map_lookup_elem", "array-of-maps"));
        assert!(!fits("map_update_elem", "ringbuf"));
        assert!(fits("map_peek_elem", "bloom-filter"));
        assert!(!fits("map_pop_elem", "bloom-filter"));
        assert!(fits("for_each_map_elem", "lru-hash"));
        assert!(!fits("for_each_map_elem", "queue"));
    }
}
