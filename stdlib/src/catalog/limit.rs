//! Limits of the verifier and of maps, each a constant of the kernel's source.

/// Bytes of stack along a chain of calls: `MAX_BPF_STACK` in `include/linux/filter.h`.
pub const STACK_BYTES: u32 = 512;

/// What a function's stack is rounded up to in that sum, without a JIT: `round_up_stack_depth` in
/// `kernel/bpf/verifier.c`.
pub const FRAME_BYTES: u32 = 32;

/// How much of the stack may be in use where a function with a tail call is entered:
/// `check_max_stack_depth_subprog` in `kernel/bpf/verifier.c`.
pub const TAIL_CALL_STACK_BYTES: u32 = 256;

/// How many rounds `bpf_loop` makes at most: `BPF_MAX_LOOPS` in `include/linux/bpf.h`.
pub const LOOP_ROUNDS: u32 = 8 * 1024 * 1024;

/// How many functions can be active at a time, the program included: `MAX_CALL_FRAMES` in
/// `include/linux/bpf_verifier.h`.
pub const CALL_FRAMES: u32 = 8;

/// How many instructions the verifier follows for a privileged loader:
/// `BPF_COMPLEXITY_LIMIT_INSNS` in `include/linux/bpf.h`.
pub const FOLLOWED_INSNS: u64 = 1_000_000;

/// How far a packet pointer may be moved for its bounds to be kept: `MAX_PACKET_OFF` in
/// `kernel/bpf/verifier.c`.
pub const PACKET_OFFSET: u64 = 0xffff;

/// A pointer is moved by less than this, in bytes: `BPF_MAX_VAR_OFF` in `include/linux/bpf_verifier.h`.
pub const MOVED_BYTES: u32 = 1 << 29;

/// How many pages an arena has at most, 4 GiB: `arena_map_alloc` in `kernel/bpf/arena.c`. All of it has the
/// same upper half of its addresses.
pub const ARENA_PAGES: u32 = 1 << 20;

/// The page that ring buffers are measured in, in bytes: `PAGE_SIZE` at its least. On machines with
/// larger pages the kernel wants multiples of those, which are powers of two as well.
pub const PAGE_BYTES: u32 = 4096;

/// The greatest value of a per-CPU map, in bytes: `PCPU_MIN_UNIT_SIZE` in `include/linux/percpu.h`.
pub const PER_CPU_VALUE_BYTES: u32 = 32 << 10;

/// The greatest value of a storage, in bytes: `BPF_LOCAL_STORAGE_MAX_VALUE_SIZE` in
/// `include/linux/bpf_local_storage.h`, as probed on Linux 6.18.
pub const STORAGE_VALUE_BYTES: u32 = 65407;

/// How many members a type has at most in BTF: `BTF_MAX_VLEN` in `include/uapi/linux/btf.h`.
pub const BTF_MEMBERS: usize = 0xffff;

/// How many arguments a format takes at most: `MAX_BPRINTF_VARARGS` in `include/linux/bpf.h`.
pub const PRINTED_ARGUMENTS: usize = 12;
