//! What each map kind is good for.

/// By the name that `:type` has for it.
const USES: &[(&str, &str)] = &[
    ("hash", "values found by any key"),
    ("array", "a fixed number of values found by index, all there from the start"),
    ("prog-array", "programs to tail-call"),
    ("perf-event-array", "events to userspace, a buffer for each CPU; `ringbuf` is simpler"),
    ("percpu-hash", "a hash in which each CPU counts for itself"),
    ("percpu-array", "an array in which each CPU counts for itself"),
    ("stack-trace", "stacks, found by the number that `get-stackid` gives"),
    ("cgroup-array", "cgroups to ask whether a process or packet belongs to"),
    ("lru-hash", "a hash that drops what was not used for longest when it is full"),
    ("lru-percpu-hash", "the same, and each CPU counts for itself"),
    ("lpm-trie", "networks: a lookup finds the longest prefix that fits"),
    ("array-of-maps", "maps found by index, exchanged while programs run"),
    ("hash-of-maps", "maps found by key, exchanged while programs run"),
    ("devmap", "network interfaces to redirect frames to"),
    ("sockmap", "sockets found by index, to redirect messages to"),
    ("cpumap", "CPUs to redirect frames to"),
    ("xskmap", "AF_XDP sockets to redirect frames to"),
    ("sockhash", "sockets found by any key, to redirect messages to"),
    ("cgroup-storage", "a value for each cgroup that a program is attached to; `cgrp-storage` is newer"),
    ("reuseport-sockarray", "sockets of a reuseport group to choose from"),
    ("percpu-cgroup-storage", "the same as `cgroup-storage`, for each CPU"),
    ("queue", "values first in, first out"),
    ("stack", "values last in, first out"),
    ("sk-storage", "a value that belongs to a socket and goes with it"),
    ("devmap-hash", "network interfaces found by number, to redirect frames to"),
    ("struct-ops", "functions that the kernel calls"),
    ("ringbuf", "records to userspace, in one buffer for all CPUs and in order"),
    ("inode-storage", "a value that belongs to an inode and goes with it"),
    ("task-storage", "a value that belongs to a task and goes with it"),
    ("bloom-filter", "a set that knows for sure what is not in it"),
    ("user-ringbuf", "records from userspace"),
    ("cgrp-storage", "a value that belongs to a cgroup and goes with it"),
    ("arena", "memory that programs and userspace share at the same addresses"),
    ("insn-array", "places in a program, to jump to"),
];

/// What the map kind called `name` is good for.
pub fn use_of(name: &str) -> Option<&'static str> {
    USES.iter().find(|(known, _)| *known == name).map(|(_, text)| *text)
}
