//! Attach types: which event of a target a program is attached to.
//!
//! Names and numbers are those of `enum bpf_attach_type` in include/uapi/linux/bpf.h; that a
//! hook can be a `bpf_link` is `link_create` of kernel/bpf/syscall.c.

use super::version::{Version, v};

/// What a program of some attach type is attached to.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum TargetKind {
    /// A directory of the cgroup v2 hierarchy; what happens to the processes below it.
    Cgroup,
    /// A sockmap or sockhash; what happens on the sockets in it.
    SockMap,
    /// A network interface.
    Interface,
    /// A network namespace.
    NetNamespace,
    /// A hook of netfilter in a network namespace.
    NetfilterHook,
    /// A group of sockets that share a port, through one of them.
    ReuseportGroup,
    /// An entry of a devmap or cpumap.
    Map,
    /// A kernel function, by its BTF id.
    Function,
    /// A tracepoint, by its BTF id.
    Tracepoint,
    /// Kernel functions, by name or address.
    KernelFunctions,
    /// Places of executables and libraries.
    UserFunctions,
    /// A perf event.
    PerfEvent,
    /// A hook of the security modules.
    LsmHook,
    /// What the program walks over, read through a file descriptor.
    Iterator,
    /// A table of functions that the kernel calls.
    StructOps,
    /// An infrared receiver.
    LircDevice,
}

/// A row of the table of attach types.
#[derive(PartialEq, Eq, Hash, Debug)]
pub struct AttachType {
    /// The enumerator without `BPF_`, in lower case: `cgroup_inet_egress`.
    pub name: &'static str,
    /// The enumerator.
    pub c_name: &'static str,
    /// The enumerator's value.
    pub number: u32,
    /// What it is attached to.
    pub target: TargetKind,
    /// The first kernel that has it.
    pub since: Version,
    /// The first kernel in which the attachment can be a `bpf_link`, which goes away with the
    /// process that holds it.
    pub link_since: Option<Version>,
}

macro_rules! attach_types {
    ($($id:ident $number:literal $name:literal $c_name:literal $target:ident $since:expr, $link:expr;)+) => {
        $(
            #[doc = concat!("`", $c_name, "`")]
            pub static $id: AttachType = AttachType {
                name: $name,
                c_name: $c_name,
                number: $number,
                target: TargetKind::$target,
                since: $since,
                link_since: $link,
            };
        )+
        /// Every attach type, in the order of their numbers.
        pub static ALL: &[&AttachType] = &[$(&$id),+];
    };
}

// Name, number, target, since, links since.
attach_types! {
    CGROUP_INET_INGRESS 0 "cgroup_inet_ingress" "BPF_CGROUP_INET_INGRESS" Cgroup v(4, 10), Some(v(5, 7));
    CGROUP_INET_EGRESS 1 "cgroup_inet_egress" "BPF_CGROUP_INET_EGRESS" Cgroup v(4, 10), Some(v(5, 7));
    CGROUP_INET_SOCK_CREATE 2 "cgroup_inet_sock_create" "BPF_CGROUP_INET_SOCK_CREATE" Cgroup v(4, 10), Some(v(5, 7));
    CGROUP_SOCK_OPS 3 "cgroup_sock_ops" "BPF_CGROUP_SOCK_OPS" Cgroup v(4, 13), Some(v(5, 7));
    SK_SKB_STREAM_PARSER 4 "sk_skb_stream_parser" "BPF_SK_SKB_STREAM_PARSER" SockMap v(4, 14), Some(v(6, 10));
    SK_SKB_STREAM_VERDICT 5 "sk_skb_stream_verdict" "BPF_SK_SKB_STREAM_VERDICT" SockMap v(4, 14), Some(v(6, 10));
    CGROUP_DEVICE 6 "cgroup_device" "BPF_CGROUP_DEVICE" Cgroup v(4, 15), Some(v(5, 7));
    SK_MSG_VERDICT 7 "sk_msg_verdict" "BPF_SK_MSG_VERDICT" SockMap v(4, 17), Some(v(6, 10));
    CGROUP_INET4_BIND 8 "cgroup_inet4_bind" "BPF_CGROUP_INET4_BIND" Cgroup v(4, 17), Some(v(5, 7));
    CGROUP_INET6_BIND 9 "cgroup_inet6_bind" "BPF_CGROUP_INET6_BIND" Cgroup v(4, 17), Some(v(5, 7));
    CGROUP_INET4_CONNECT 10 "cgroup_inet4_connect" "BPF_CGROUP_INET4_CONNECT" Cgroup v(4, 17), Some(v(5, 7));
    CGROUP_INET6_CONNECT 11 "cgroup_inet6_connect" "BPF_CGROUP_INET6_CONNECT" Cgroup v(4, 17), Some(v(5, 7));
    CGROUP_INET4_POST_BIND 12 "cgroup_inet4_post_bind" "BPF_CGROUP_INET4_POST_BIND" Cgroup v(4, 17), Some(v(5, 7));
    CGROUP_INET6_POST_BIND 13 "cgroup_inet6_post_bind" "BPF_CGROUP_INET6_POST_BIND" Cgroup v(4, 17), Some(v(5, 7));
    CGROUP_UDP4_SENDMSG 14 "cgroup_udp4_sendmsg" "BPF_CGROUP_UDP4_SENDMSG" Cgroup v(4, 18), Some(v(5, 7));
    CGROUP_UDP6_SENDMSG 15 "cgroup_udp6_sendmsg" "BPF_CGROUP_UDP6_SENDMSG" Cgroup v(4, 18), Some(v(5, 7));
    LIRC_MODE2 16 "lirc_mode2" "BPF_LIRC_MODE2" LircDevice v(4, 18), None;
    FLOW_DISSECTOR 17 "flow_dissector" "BPF_FLOW_DISSECTOR" NetNamespace v(4, 20), Some(v(5, 8));
    CGROUP_SYSCTL 18 "cgroup_sysctl" "BPF_CGROUP_SYSCTL" Cgroup v(5, 2), Some(v(5, 7));
    CGROUP_UDP4_RECVMSG 19 "cgroup_udp4_recvmsg" "BPF_CGROUP_UDP4_RECVMSG" Cgroup v(5, 2), Some(v(5, 7));
    CGROUP_UDP6_RECVMSG 20 "cgroup_udp6_recvmsg" "BPF_CGROUP_UDP6_RECVMSG" Cgroup v(5, 2), Some(v(5, 7));
    CGROUP_GETSOCKOPT 21 "cgroup_getsockopt" "BPF_CGROUP_GETSOCKOPT" Cgroup v(5, 3), Some(v(5, 7));
    CGROUP_SETSOCKOPT 22 "cgroup_setsockopt" "BPF_CGROUP_SETSOCKOPT" Cgroup v(5, 3), Some(v(5, 7));
    TRACE_RAW_TP 23 "trace_raw_tp" "BPF_TRACE_RAW_TP" Tracepoint v(5, 5), Some(v(5, 5));
    TRACE_FENTRY 24 "trace_fentry" "BPF_TRACE_FENTRY" Function v(5, 5), Some(v(5, 5));
    TRACE_FEXIT 25 "trace_fexit" "BPF_TRACE_FEXIT" Function v(5, 5), Some(v(5, 5));
    MODIFY_RETURN 26 "modify_return" "BPF_MODIFY_RETURN" Function v(5, 7), Some(v(5, 7));
    LSM_MAC 27 "lsm_mac" "BPF_LSM_MAC" LsmHook v(5, 7), Some(v(5, 7));
    TRACE_ITER 28 "trace_iter" "BPF_TRACE_ITER" Iterator v(5, 8), Some(v(5, 8));
    CGROUP_INET4_GETPEERNAME 29 "cgroup_inet4_getpeername" "BPF_CGROUP_INET4_GETPEERNAME" Cgroup v(5, 8), Some(v(5, 8));
    CGROUP_INET6_GETPEERNAME 30 "cgroup_inet6_getpeername" "BPF_CGROUP_INET6_GETPEERNAME" Cgroup v(5, 8), Some(v(5, 8));
    CGROUP_INET4_GETSOCKNAME 31 "cgroup_inet4_getsockname" "BPF_CGROUP_INET4_GETSOCKNAME" Cgroup v(5, 8), Some(v(5, 8));
    CGROUP_INET6_GETSOCKNAME 32 "cgroup_inet6_getsockname" "BPF_CGROUP_INET6_GETSOCKNAME" Cgroup v(5, 8), Some(v(5, 8));
    XDP_DEVMAP 33 "xdp_devmap" "BPF_XDP_DEVMAP" Map v(5, 8), None;
    CGROUP_INET_SOCK_RELEASE 34 "cgroup_inet_sock_release" "BPF_CGROUP_INET_SOCK_RELEASE" Cgroup v(5, 9), Some(v(5, 9));
    XDP_CPUMAP 35 "xdp_cpumap" "BPF_XDP_CPUMAP" Map v(5, 9), None;
    SK_LOOKUP 36 "sk_lookup" "BPF_SK_LOOKUP" NetNamespace v(5, 9), Some(v(5, 9));
    XDP 37 "xdp" "BPF_XDP" Interface v(5, 9), Some(v(5, 9));
    SK_SKB_VERDICT 38 "sk_skb_verdict" "BPF_SK_SKB_VERDICT" SockMap v(5, 13), Some(v(6, 10));
    SK_REUSEPORT_SELECT 39 "sk_reuseport_select" "BPF_SK_REUSEPORT_SELECT" ReuseportGroup v(5, 14), None;
    SK_REUSEPORT_SELECT_OR_MIGRATE 40 "sk_reuseport_select_or_migrate" "BPF_SK_REUSEPORT_SELECT_OR_MIGRATE" ReuseportGroup v(5, 14), None;
    PERF_EVENT 41 "perf_event" "BPF_PERF_EVENT" PerfEvent v(5, 15), Some(v(5, 15));
    TRACE_KPROBE_MULTI 42 "trace_kprobe_multi" "BPF_TRACE_KPROBE_MULTI" KernelFunctions v(5, 18), Some(v(5, 18));
    LSM_CGROUP 43 "lsm_cgroup" "BPF_LSM_CGROUP" Cgroup v(6, 0), Some(v(6, 0));
    STRUCT_OPS 44 "struct_ops" "BPF_STRUCT_OPS" StructOps v(6, 4), Some(v(6, 4));
    NETFILTER 45 "netfilter" "BPF_NETFILTER" NetfilterHook v(6, 4), Some(v(6, 4));
    TCX_INGRESS 46 "tcx_ingress" "BPF_TCX_INGRESS" Interface v(6, 6), Some(v(6, 6));
    TCX_EGRESS 47 "tcx_egress" "BPF_TCX_EGRESS" Interface v(6, 6), Some(v(6, 6));
    TRACE_UPROBE_MULTI 48 "trace_uprobe_multi" "BPF_TRACE_UPROBE_MULTI" UserFunctions v(6, 6), Some(v(6, 6));
    CGROUP_UNIX_CONNECT 49 "cgroup_unix_connect" "BPF_CGROUP_UNIX_CONNECT" Cgroup v(6, 7), Some(v(6, 7));
    CGROUP_UNIX_SENDMSG 50 "cgroup_unix_sendmsg" "BPF_CGROUP_UNIX_SENDMSG" Cgroup v(6, 7), Some(v(6, 7));
    CGROUP_UNIX_RECVMSG 51 "cgroup_unix_recvmsg" "BPF_CGROUP_UNIX_RECVMSG" Cgroup v(6, 7), Some(v(6, 7));
    CGROUP_UNIX_GETPEERNAME 52 "cgroup_unix_getpeername" "BPF_CGROUP_UNIX_GETPEERNAME" Cgroup v(6, 7), Some(v(6, 7));
    CGROUP_UNIX_GETSOCKNAME 53 "cgroup_unix_getsockname" "BPF_CGROUP_UNIX_GETSOCKNAME" Cgroup v(6, 7), Some(v(6, 7));
    NETKIT_PRIMARY 54 "netkit_primary" "BPF_NETKIT_PRIMARY" Interface v(6, 7), Some(v(6, 7));
    NETKIT_PEER 55 "netkit_peer" "BPF_NETKIT_PEER" Interface v(6, 7), Some(v(6, 7));
    TRACE_KPROBE_SESSION 56 "trace_kprobe_session" "BPF_TRACE_KPROBE_SESSION" KernelFunctions v(6, 10), Some(v(6, 10));
    TRACE_UPROBE_SESSION 57 "trace_uprobe_session" "BPF_TRACE_UPROBE_SESSION" UserFunctions v(6, 13), Some(v(6, 13));
    TRACE_FSESSION 58 "trace_fsession" "BPF_TRACE_FSESSION" Function v(7, 0), Some(v(7, 0));
}

/// The attach type called `name`: with or without `BPF_` and Lisp's `+…+`, in any case, with `-`
/// for `_`.
///
/// ```
/// use bpfl_stdlib::catalog::attach;
/// assert_eq!(attach::find("+bpf-cgroup-inet-egress+"), Some(&attach::CGROUP_INET_EGRESS));
/// ```
pub fn find(name: &str) -> Option<&'static AttachType> {
    let bare = name.trim_matches('+').to_ascii_lowercase().replace('-', "_");
    let bare = bare.strip_prefix("bpf_").unwrap_or(&bare);
    ALL.iter().copied().find(|row| row.name == bare)
}

/// The attach type with this number.
pub fn by_number(number: u32) -> Option<&'static AttachType> {
    ALL.iter().copied().find(|row| row.number == number)
}
