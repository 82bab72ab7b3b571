//! The contexts that programs are called with, and the structs that they lead to, field by field.
//!
//! Offsets and widths are of include/uapi/linux/bpf.h; rights are what the verifier's
//! `is_valid_access` of the program type accepts (net/core/filter.c and, for tracing,
//! kernel/trace/bpf_trace.c). They differ from program type to program type and from attach type
//! to attach type, so a field has [rules](rule::Rule), and the first that fits decides. Every rule
//! was probed on Linux 6.18, at every aligned offset and width.

mod cgroup;
mod flow;
pub mod rule;
mod sk_lookup;
mod sk_msg;
mod sk_reuseport;
mod skb;
mod sock;
mod sock_addr;
mod sock_ops;
mod sockopt;
mod tcp_sock;
mod trace;
mod xdp;
mod xdp_sock;

pub use flow::FLOW_KEYS;
pub use rule::{Rights, Rule, Shape};
pub use sock::{SOCK, SOCK_COMMON};
pub use tcp_sock::TCP_SOCK;
pub use xdp_sock::XDP_SOCK;

use super::{
    attach::{self, AttachType},
    program::ProgramType,
    set::Widths,
};

/// What a field holds.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// An unsigned integer.
    Unsigned,
    /// A signed integer.
    Signed,
    /// The start of the packet or message.
    Packet,
    /// The end of the packet or message.
    PacketEnd,
    /// The start of the metadata, which ends where the packet starts.
    PacketMeta,
    /// The start of a socket option's value, which behaves like a packet.
    OptVal,
    /// The end of a socket option's value.
    OptValEnd,
    /// A pointer to a socket.
    Sock {
        /// What may be read through it.
        of: &'static Struct,
        /// Whether it may be null.
        nullable: bool,
    },
    /// A pointer to the dissected headers, `struct bpf_flow_keys *`, not null.
    FlowKeys,
    /// A pointer to the kernel's own struct of this name, not null.
    Kernel(&'static str),
    /// Bytes that mean nothing.
    Padding,
}

/// The byte order of an integer field.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Order {
    /// The machine's.
    Host,
    /// Big-endian: compare it with `(htonl n)` or `(htons n)`.
    Network,
    /// A big-endian 16-bit number in the first two bytes of a 32-bit field: compare it with `(htons n)`. The kernel
    /// reads those, and does not shift them (`bpf_convert_ctx_access` and `sock_addr_convert_ctx_access`,
    /// net/core/filter.c).
    NetworkHalf,
}

impl Order {
    /// The form that brings a number of the machine's into the order of a field that is `width` bytes wide.
    pub fn swap(self, width: u32) -> Option<&'static str> {
        match self {
            Self::Host => None,
            Self::Network if width > 2 => Some("htonl"),
            Self::Network | Self::NetworkHalf => Some("htons"),
        }
    }
}

/// One field.
#[derive(PartialEq, Eq, Debug)]
pub struct Field {
    /// Its name in C; empty for padding.
    pub name: &'static str,
    /// Bytes from the start of the context.
    pub offset: u32,
    /// Bytes of one element.
    pub width: u32,
    /// How many elements, for array fields.
    pub count: Option<u32>,
    /// What it holds.
    pub kind: Kind,
    /// In which order its bytes are.
    pub order: Order,
    /// What may be done with it where; where no rule fits, nothing.
    pub rules: &'static [Rule],
}

impl Field {
    /// All its bytes.
    pub const fn size(&self) -> u32 {
        match self.count {
            Some(count) => self.width * count,
            None => self.width,
        }
    }

    /// What a program of type `ty` for `attach` may do with it.
    pub fn rights(&self, ty: ProgramType, attach: Option<&'static AttachType>) -> Rights {
        let attach = ty.effective(attach);
        let rule = self.rules.iter().find(|rule| rule.programs.contains(ty) && rule.attach.contains(attach));
        rule.map_or(Rights::NONE, |rule| rule.rights)
    }

    /// The hooks of programs of type `ty` in which `may` holds of what may be done with it.
    pub fn hooks(
        &self,
        ty: ProgramType,
        may: impl Fn(Rights) -> bool,
    ) -> impl Iterator<Item = Option<&'static AttachType>> {
        ty.hooks().filter(move |attach| may(self.rights(ty, *attach)))
    }

    /// Every access inside the field that is aligned: (offset from the struct's start, width).
    pub fn accesses(&self) -> impl Iterator<Item = (u32, u32)> + '_ {
        let end = self.offset + self.size();
        Widths::ALL.iter().flat_map(move |width| {
            let first = self.offset.next_multiple_of(width);
            (first..end)
                .step_by(width as usize)
                .filter(move |at| at + width <= end)
                .map(move |at| (at, width))
        })
    }

    /// Whether `shape`, one of this field's, has an access of `width` bytes at `offset` from the
    /// struct's start.
    pub fn allows(&self, shape: Shape, offset: u32, width: u32) -> bool {
        let inside = offset > self.offset && offset + width <= self.offset + self.size();
        let front = offset == self.offset && shape.front.contains(width);
        offset.is_multiple_of(width) && (front || inside && shape.rest.contains(width))
    }
}

/// A struct of fields.
#[derive(PartialEq, Eq, Debug)]
pub struct Struct {
    /// Its name in C.
    pub name: &'static str,
    /// Its fields, in the order of their offsets; members of unions share theirs.
    pub fields: &'static [Field],
    /// Bytes beyond the fields that can be reached by their offset, from, to, and how: the
    /// arguments of raw tracepoints, the record of a tracepoint.
    pub raw: Option<Raw>,
}

/// Bytes without fields.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Raw {
    /// The first byte.
    pub from: u32,
    /// The byte after the last.
    pub to: u32,
    /// The widths at which they can be read.
    pub read: Widths,
    /// The widths at which they can be written.
    pub write: Widths,
}

impl Struct {
    /// The field called `name`, as C spells it.
    pub fn field(&self, name: &str) -> Option<&'static Field> {
        self.fields.iter().find(|field| field.name == name && !name.is_empty())
    }

    /// The fields that have a name.
    pub fn named(&self) -> impl Iterator<Item = &'static Field> {
        self.fields.iter().filter(|field| !field.name.is_empty())
    }

    /// Whether a program may read and may write `width` bytes at `offset`.
    pub fn access(
        &self,
        ty: ProgramType,
        attach: Option<&'static AttachType>,
        offset: u32,
        width: u32,
    ) -> (bool, bool) {
        let raw = self.raw.is_some_and(|raw| {
            (raw.from..raw.to).contains(&offset) && offset + width <= raw.to && offset.is_multiple_of(width)
        });
        let mut can = match self.raw {
            Some(bytes) if raw => (bytes.read.contains(width), bytes.write.contains(width)),
            _ => (false, false),
        };
        for field in self.fields {
            let rights = field.rights(ty, attach);
            can.0 |= field.allows(rights.read, offset, width);
            can.1 |= field.allows(rights.write, offset, width);
        }
        can
    }
}

/// Whether the kernel vouches for the pointers of the context, so that its own functions take them
/// (`prog_args_trusted` of kernel/bpf/btf.c; `nf_is_valid_access` of net/netfilter/nf_bpf_link.c).
pub fn trusted(ty: ProgramType, attach: Option<&'static AttachType>) -> bool {
    use ProgramType as P;
    match ty {
        P::Tracing => attach == Some(&attach::TRACE_RAW_TP) || attach == Some(&attach::TRACE_ITER),
        P::Lsm | P::StructOps | P::Netfilter => true,
        _ => false,
    }
}

/// Whether a field is a register of x86-64, which other machines do not have.
pub fn is_register(field: &Field) -> bool {
    trace::PT_REGS.fields.iter().any(|own| own.name == field.name && own.offset == field.offset)
}

/// How many arguments a traced function or tracepoint has at most: `MAX_BPF_FUNC_ARGS` in
/// include/linux/bpf.h.
pub const MOST_ARGUMENTS: u32 = 12;

/// The context of programs of type `ty`; `None` where it depends on the event.
pub fn of(ty: ProgramType) -> Option<&'static Struct> {
    use ProgramType as P;
    Some(match ty {
        P::SocketFilter | P::SchedCls | P::SchedAct | P::CgroupSkb | P::SkSkb | P::FlowDissector => {
            &skb::SK_BUFF
        }
        P::LwtIn | P::LwtOut | P::LwtXmit | P::LwtSeg6local => &skb::SK_BUFF,
        P::Xdp => &xdp::XDP_MD,
        P::CgroupSock => &sock::CGROUP_SOCK,
        P::CgroupSockAddr => &sock_addr::SOCK_ADDR,
        P::CgroupSockopt => &sockopt::SOCKOPT,
        P::SkMsg => &sk_msg::SK_MSG,
        P::SockOps => &sock_ops::SOCK_OPS,
        P::CgroupDevice => &cgroup::DEVICE,
        P::CgroupSysctl => &cgroup::SYSCTL,
        P::SkLookup => &sk_lookup::SK_LOOKUP,
        P::SkReuseport => &sk_reuseport::SK_REUSEPORT,
        P::Netfilter => &trace::NETFILTER,
        P::Kprobe => &trace::PT_REGS,
        P::PerfEvent => &trace::PERF_EVENT,
        P::RawTracepoint => &trace::RAW_TRACEPOINT,
        P::RawTracepointWritable => &trace::RAW_TRACEPOINT_WRITABLE,
        P::Tracepoint => &trace::TRACEPOINT,
        P::Syscall => &trace::SYSCALL,
        P::LircMode2 => &trace::LIRC,
        P::Tracing | P::Lsm | P::StructOps | P::Ext => return None,
    })
}

/// The fields of the context that programs of type `ty` get.
pub fn fields(ty: ProgramType) -> &'static [Field] {
    of(ty).map_or(&[], |context| context.fields)
}

/// How many bytes the packet pointers of the context of programs of type `ty` take there.
pub fn packet_pointer_width(ty: ProgramType) -> u32 {
    let pointer = |field: &&Field| matches!(field.kind, Kind::Packet | Kind::OptVal);
    fields(ty).iter().find(pointer).map_or(8, |field| field.width)
}

/// Whether programs of type `ty` may write what `Packet`, `PacketMeta` and `OptVal` fields point
/// to (`may_access_direct_pkt_data` of kernel/bpf/verifier.c); what they may read they may read
/// at every width, up to the end.
pub fn writes_packet(ty: ProgramType) -> bool {
    use ProgramType as P;
    matches!(ty, P::SchedCls | P::SchedAct | P::Xdp | P::LwtXmit | P::SkSkb | P::SkMsg | P::CgroupSockopt)
}
