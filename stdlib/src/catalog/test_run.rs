//! What `BPF_PROG_TEST_RUN` takes from programs of each type, and gives back.
//!
//! The functions are those of net/bpf/test_run.c that the `test_run` members of `struct bpf_prog_ops`
//! name; a type without a row has none, and its programs run by their events alone.

use super::{
    context::{self, Struct},
    program::ProgramType,
};

/// A row: how programs of some types are run.
#[derive(Debug)]
pub struct TestRun {
    /// The types.
    pub types: &'static [ProgramType],
    /// The fewest bytes of the packet; `None` where there may be no packet.
    pub packet: Option<usize>,
    /// What the context is given as.
    pub context: Given,
    /// Whether the packet and the context come back.
    pub output: bool,
    /// Whether the program can be run several times at once.
    pub repeat: bool,
}

/// What a context is given as.
#[derive(Debug)]
pub enum Given {
    /// It cannot be given: the kernel makes it.
    Nothing,
    /// The struct of the type's context, of which these fields may be other than 0; the others the
    /// kernel makes, or refuses.
    Fields(&'static [&'static str]),
    /// Numbers of 8 bytes, the arguments of the event.
    Words,
    /// Bytes of any meaning.
    Bytes,
}

/// A link layer's header, which `bpf_test_init` wants at least.
const ETHERNET: usize = 14;

use ProgramType as P;

/// `convert___skb_to_skb`
const SK_BUFF: Given = Given::Fields(&[
    "mark",
    "priority",
    "ingress_ifindex",
    "ifindex",
    "cb",
    "tstamp",
    "wire_len",
    "gso_segs",
    "gso_size",
    "hwtstamp",
]);

/// All rows.
pub static ALL: &[TestRun] = &[
    // `bpf_prog_test_run_skb`
    TestRun {
        types: &[
            P::SocketFilter,
            P::SchedCls,
            P::SchedAct,
            P::CgroupSkb,
            P::LwtIn,
            P::LwtOut,
            P::LwtXmit,
            P::LwtSeg6local,
        ],
        packet: Some(ETHERNET),
        context: SK_BUFF,
        output: true,
        repeat: true,
    },
    // `bpf_prog_test_run_xdp`: `data` says where the packet starts behind the metadata.
    TestRun {
        types: &[P::Xdp],
        packet: Some(ETHERNET),
        context: Given::Fields(&["data", "data_end", "ingress_ifindex", "rx_queue_index"]),
        output: true,
        repeat: true,
    },
    // `bpf_prog_test_run_flow_dissector`: what comes back is `struct bpf_flow_keys`.
    TestRun {
        types: &[P::FlowDissector],
        packet: Some(ETHERNET),
        context: Given::Nothing,
        output: true,
        repeat: true,
    },
    // `bpf_prog_test_run_sk_lookup`
    TestRun {
        types: &[P::SkLookup],
        packet: None,
        context: Given::Fields(&[
            "family",
            "protocol",
            "remote_ip4",
            "remote_ip6",
            "remote_port",
            "local_ip4",
            "local_ip6",
            "local_port",
            "ingress_ifindex",
        ]),
        output: false,
        repeat: true,
    },
    // `bpf_prog_test_run_nf`
    TestRun {
        types: &[P::Netfilter],
        packet: Some(ETHERNET),
        context: Given::Nothing,
        output: false,
        repeat: true,
    },
    // `bpf_prog_test_run_raw_tp`, `bpf_prog_test_run_tracing`
    TestRun {
        types: &[P::RawTracepoint, P::RawTracepointWritable, P::Tracing],
        packet: None,
        context: Given::Words,
        output: false,
        repeat: false,
    },
    // `bpf_prog_test_run_syscall`: the context is read and written in place.
    TestRun { types: &[P::Syscall], packet: None, context: Given::Bytes, output: false, repeat: false },
];

/// How programs of type `ty` are run; `None` when only their events run them.
///
/// ```
/// use bpfl_stdlib::catalog::{program::ProgramType, test_run};
/// assert!(test_run::of(ProgramType::Xdp).is_some_and(|row| row.packet == Some(14)));
/// assert!(test_run::of(ProgramType::CgroupSock).is_none());
/// ```
pub fn of(ty: ProgramType) -> Option<&'static TestRun> {
    ALL.iter().find(|row| row.types.contains(&ty))
}

/// The struct that the context of programs of type `ty` is given as, if it is one.
pub fn structure(ty: ProgramType) -> Option<&'static Struct> {
    context::of(ty).filter(|_| matches!(of(ty), Some(TestRun { context: Given::Fields(_), .. })))
}
