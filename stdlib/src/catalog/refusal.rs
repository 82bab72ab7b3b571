//! The verifier's words for what it refuses to some users only.

/// Of these it speaks where `CAP_PERFMON` is missing, and accepts the same program from who has it:
/// `allow_ptr_leaks` and `bypass_spec_v1` of kernel/bpf/verifier.c, which
/// `bpf_check` takes from that capability.
pub static WITHOUT_PERFMON: &[&str] = &[
    "pointer arithmetic prohibited",
    "pointer -= pointer prohibited",
    "pointer comparison prohibited",
    "leaks addr",
    "partial copy of pointer",
    "prohibited for !root",
    // It then follows the paths that a CPU takes by mistake as well, and on those a loop has no end.
    "BPF program is too large",
];

/// What stands before the name of a helper that a program may not call (`check_helper_call`), be it
/// for its type or for what its loader may do.
pub static HELPER: &str = "program of this type cannot use helper ";
