//! Contexts of tracing programs and of those few whose context is bytes or kernel pointers:
//! kprobe, perf_event, tracepoints, netfilter, syscall, lirc_mode2.
//!
//! Rights: `kprobe_prog_is_valid_access`, `pe_prog_is_valid_access`, `tp_prog_is_valid_access`,
//! `raw_tp_prog_is_valid_access` in kernel/trace/bpf_trace.c, `syscall_prog_is_valid_access` in
//! kernel/bpf/syscall.c, `nf_is_valid_access` in net/netfilter/nf_bpf_link.c,
//! `lirc_mode2_is_valid_access` in drivers/media/rc/bpf-lirc.c.

use super::{
    Field, Kind, Raw, Struct,
    rule::{ANY, Rule, W4, W8, field, pointer, read},
};
use crate::catalog::set::Widths;

const ARG: &[Rule] = &[read(W8)];

const fn register(name: &'static str, offset: u32, rules: &'static [Rule]) -> Field {
    field(name, offset, rules).wide(8)
}

/// `struct pt_regs` of x86-64 (arch/x86/include/asm/ptrace.h).
const fn registers(rules: &'static [Rule]) -> [Field; 21] {
    [
        register("r15", 0, rules),
        register("r14", 8, rules),
        register("r13", 16, rules),
        register("r12", 24, rules),
        register("bp", 32, rules),
        register("bx", 40, rules),
        register("r11", 48, rules),
        register("r10", 56, rules),
        register("r9", 64, rules),
        register("r8", 72, rules),
        register("ax", 80, rules),
        register("cx", 88, rules),
        register("dx", 96, rules),
        register("si", 104, rules),
        register("di", 112, rules),
        register("orig_ax", 120, rules),
        register("ip", 128, rules),
        register("cs", 136, rules),
        register("flags", 144, rules),
        register("sp", 152, rules),
        register("ss", 160, rules),
    ]
}

/// The registers at a kprobe or uprobe of x86-64, by name; `machine` has what they hold.
pub(super) static PT_REGS: Struct = Struct { name: "pt_regs", fields: &registers(&[read(ANY)]), raw: None };

const SAMPLE: [Field; 21] = registers(ARG);

/// `struct bpf_perf_event_data` (include/uapi/linux/bpf_perf_event.h): the registers, then the
/// sample.
pub(super) static PERF_EVENT: Struct = Struct {
    name: "bpf_perf_event_data",
    fields: &{
        let [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t, u] = SAMPLE;
        let period = register("sample_period", 168, &[read(ANY)]);
        let addr = register("addr", 176, &[read(ANY).since(4, 13)]);
        [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t, u, period, addr]
    },
    raw: None,
};

/// The arguments of a raw tracepoint, at most `MAX_BPF_FUNC_ARGS`.
pub(super) static RAW_TRACEPOINT: Struct = Struct {
    name: "bpf_raw_tracepoint_args",
    fields: &[field("args", 0, &[read(ANY)]).wide(8).times(12)],
    raw: None,
};

/// The same; the first argument may be a buffer that the program changes. The kernel refuses
/// narrow reads at its first byte and takes those behind it.
pub(super) static RAW_TRACEPOINT_WRITABLE: Struct = Struct {
    name: "bpf_raw_tracepoint_args",
    fields: &[
        pointer("buffer", 0, Kind::Kernel("tracepoint buffer"), &[read(W8.rest(&[1, 2, 4]))]),
        field("args", 8, &[read(ANY)]).wide(8).times(11),
    ],
    raw: None,
};

/// The record of a tracepoint: its bytes after the first 8, which are the kernel's.
pub(super) static TRACEPOINT: Struct = Struct {
    name: "",
    fields: &[],
    raw: Some(Raw { from: 8, to: 8192, read: Widths::ALL, write: Widths::NONE }),
};

/// What the caller of `BPF_PROG_TEST_RUN` gives.
pub(super) static SYSCALL: Struct = Struct {
    name: "",
    fields: &[],
    raw: Some(Raw { from: 0, to: 65535, read: Widths::ALL, write: Widths::ALL }),
};

/// A netfilter hook's state and packet: `struct bpf_nf_ctx`.
pub(super) static NETFILTER: Struct = Struct {
    name: "bpf_nf_ctx",
    fields: &[
        pointer("state", 0, Kind::Kernel("nf_hook_state"), ARG),
        pointer("skb", 8, Kind::Kernel("sk_buff"), ARG),
    ],
    raw: None,
};

/// One sample of an infrared receiver.
pub(super) static LIRC: Struct = Struct { name: "", fields: &[field("sample", 0, &[read(W4)])], raw: None };
