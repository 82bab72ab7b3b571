//! Where pointers point to, as far as it decides what may be done there. A pointer that is one of several on
//! joined branches has the [joined](Region::joined) region.

/// What kind of memory a pointer points to.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
#[allow(missing_docs)]
pub enum Region {
    /// The program's own stack.
    Stack,
    /// A value of a map that all CPUs share.
    MapValue,
    /// A value of a per-CPU map.
    PerCpu,
    /// A key that a walk over a map shows; it is not written.
    MapKey,
    /// A map itself.
    Map,
    /// The program's context.
    Ctx,
    /// The packet.
    Packet,
    /// The metadata before the packet, which ends where the packet starts.
    PacketMeta,
    /// One past the packet's last byte.
    PacketEnd,
    /// A record reserved in a ring buffer.
    Ringbuf,
    /// A global.
    Global,
    /// A `struct bpf_sock`.
    Socket,
    /// A `struct bpf_xdp_sock`.
    XdpSocket,
    /// A `struct bpf_flow_keys`.
    FlowKeys,
    /// A `struct bpf_dynptr` that a callback is given.
    Dynptr,
    /// One of the kernel's own structs: `PTR_TO_BTF_ID`.
    Kernel,
    /// A number of the kernel's own, which is only read: `PTR_TO_MEM | MEM_RDONLY`.
    KernelMemory,
    /// An arena, by the address that userspace knows: a number to the verifier, which is
    /// [cast](super::Op::Arena) where it is accessed.
    Arena,
    /// An arena, where the verifier lets the program access it: `PTR_TO_ARENA`.
    ArenaMemory,
    /// One of the program's [own](Region::OWN), which one is not known: branches joined.
    Unknown,
    /// One of those that no other CPU changes: branches joined.
    Unshared,
    /// The packet, or one of those: branches joined.
    PacketOrOwn,
}

impl Region {
    /// Memory of the program's, of which the verifier knows how much there is.
    pub const OWN: [Self; 7] = [
        Self::MapValue,
        Self::PerCpu,
        Self::Global,
        Self::Stack,
        Self::Ringbuf,
        Self::Unknown,
        Self::Unshared,
    ];
    /// The same, and the packet.
    pub const MEMORY: [Self; 10] = [
        Self::MapValue,
        Self::PerCpu,
        Self::Global,
        Self::Stack,
        Self::Ringbuf,
        Self::Unknown,
        Self::Unshared,
        Self::Packet,
        Self::PacketMeta,
        Self::PacketOrOwn,
    ];
    /// The packet and where it ends: what has an order and a distance.
    pub const ORDERED: [Self; 3] = [Self::Packet, Self::PacketMeta, Self::PacketEnd];
}

/// What each region is called: in the text form of the IR, and in messages.
const REGIONS: &[(Region, &str, &str)] = &[
    (Region::Stack, "stack", "the stack"),
    (Region::MapValue, "value", "a map's value"),
    (Region::PerCpu, "percpu", "a per-CPU map's value"),
    (Region::MapKey, "key", "a map's key"),
    (Region::Map, "map", "a map"),
    (Region::Ctx, "ctx", "the context"),
    (Region::Packet, "packet", "the packet"),
    (Region::PacketMeta, "packet_meta", "the packet's metadata"),
    (Region::PacketEnd, "packet_end", "the packet"),
    (Region::Ringbuf, "ringbuf", "a ring buffer's record"),
    (Region::Global, "global", "a global"),
    (Region::Socket, "socket", "a socket"),
    (Region::XdpSocket, "xdp_socket", "an AF_XDP socket"),
    (Region::FlowKeys, "flow_keys", "the flow keys"),
    (Region::Dynptr, "dynptr", "a dynptr"),
    (Region::Kernel, "kernel", "the kernel's own"),
    (Region::KernelMemory, "kernel_memory", "the kernel's own"),
    (Region::Arena, "arena", "an arena"),
    (Region::ArenaMemory, "arena_memory", "an arena"),
    (Region::Unknown, "unknown", "the program's own memory"),
    (Region::Unshared, "unshared", "the program's own memory"),
    (Region::PacketOrOwn, "packet_or_own", "the packet or the program's own memory"),
];

impl Region {
    /// Whether other CPUs may change what is there at the same time.
    pub fn is_shared(self) -> bool {
        matches!(self, Self::MapValue | Self::Global | Self::Arena | Self::Unknown)
    }

    /// Whether it is, or may be, the packet or the metadata before it: of a length that only tests tell.
    pub fn is_packet(self) -> bool {
        matches!(self, Self::Packet | Self::PacketMeta | Self::PacketOrOwn)
    }

    /// Whether it is, or may be, the stack, where accesses are aligned.
    pub fn may_be_stack(self) -> bool {
        matches!(self, Self::Stack | Self::Unknown | Self::Unshared | Self::PacketOrOwn)
    }

    /// Where a pointer that is one to here or one to `other` points to. None where the verifier wants to know
    /// which (`reg_type_mismatch`, kernel/bpf/verifier.c), where only one of them may be written, and of the
    /// packet and what other CPUs share, for what is an atomic there is not allowed here.
    pub fn joined(self, other: Self) -> Option<Self> {
        let all = |regions: &[Self]| regions.contains(&self) && regions.contains(&other);
        let shared = self.is_shared() || other.is_shared();
        match () {
            () if self == other => Some(self),
            () if all(&Self::OWN) => Some(if shared { Self::Unknown } else { Self::Unshared }),
            () if all(&Self::MEMORY) && !shared => Some(Self::PacketOrOwn),
            () => None,
        }
    }

    /// Whether a pointer to `other` may stand for one to here.
    pub fn takes(self, other: Self) -> bool {
        self.joined(other) == Some(self)
    }

    /// What messages call it.
    pub fn words(self) -> &'static str {
        self.row().2
    }

    /// Its name in the text form.
    pub fn name(self) -> &'static str {
        self.row().1
    }

    /// The region called `name` in the text form.
    pub fn named(name: &str) -> Option<Self> {
        REGIONS.iter().find(|row| row.1 == name).map(|row| row.0)
    }

    fn row(self) -> &'static (Self, &'static str, &'static str) {
        &REGIONS[self as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_in_the_order_of_regions() {
        assert!(REGIONS.iter().all(|row| row.0.row() == row));
    }

    #[test]
    fn a_joined_region_takes_both_in_either_order() {
        for (a, b) in REGIONS.iter().flat_map(|a| REGIONS.iter().map(move |b| (a.0, b.0))) {
            let joined = a.joined(b);
            assert_eq!(joined, b.joined(a));
            assert!(joined.is_none_or(|joined| joined.takes(a) && joined.takes(b)), "{a:?} {b:?}");
        }
    }
}
