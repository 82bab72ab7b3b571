//! Limits of the verifier and of maps, each a constant of the kernel's source.

/// Bytes of stack along a chain of calls: `MAX_BPF_STACK` in `include/linux/filter.h`.
pub const STACK_BYTES: u32 = 512;

/// How many instructions the verifier follows for a privileged loader:
/// `BPF_COMPLEXITY_LIMIT_INSNS` in `include/linux/bpf.h`.
pub const FOLLOWED_INSNS: u64 = 1_000_000;

/// How far a packet pointer may be moved for its bounds to be kept: `MAX_PACKET_OFF` in
/// `kernel/bpf/verifier.c`.
pub const PACKET_OFFSET: u64 = 0xffff;

/// The page that ring buffers are measured in, in bytes: `PAGE_SIZE` at its least. On machines with
/// larger pages the kernel wants multiples of those, which are powers of two as well.
pub const PAGE_BYTES: u32 = 4096;
