//! What a program is called with: its context, and the packet that it leads to.
//!
//! The input of a run goes in, as the kernel takes it; the context is made of it as `BPF_PROG_TEST_RUN`
//! makes it (net/bpf/test_run.c). Always holds: the packet's memory ends where the packet ends, so that
//! what is read behind it is no memory.

use bpfl_stdlib::catalog::{
    context::{self, FLOW_KEYS, Kind, SOCK, Struct},
    program::ProgramType,
    test_run::TestRun,
};

use super::{
    Trap,
    memory::{Memory, same_region},
};
use crate::sys::flag;

/// Bytes before a packet (`XDP_PACKET_HEADROOM`, `NET_SKB_PAD`).
pub(super) const HEADROOM: usize = 256;
/// Bytes of the link layer's header.
pub(super) const ETHERNET: usize = 14;

/// The packet: part of a region, which it reaches to the end of.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Packet {
    /// Where its memory is.
    pub(super) region: u64,
    /// Where `data` is in it.
    pub(super) start: usize,
    /// Where the metadata is that programs of xdp put before it.
    pub(super) meta: usize,
    /// Where the frame begins, whose first header programs may not see.
    pub(super) frame: usize,
}

/// What a program is called with.
#[derive(Debug)]
pub(super) struct Hook {
    pub(super) ty: ProgramType,
    /// The address of the context.
    pub(super) context: u64,
    /// The fields of the context that are pointers: offset, width, what it is.
    pointers: Vec<(u64, usize, Pointer)>,
    pub(super) packet: Option<Packet>,
    /// The end of the packet in its region.
    pub(super) end: usize,
    /// The socket of a packet; 0 where there is none.
    pub(super) socket: u64,
    flow_keys: u64,
    /// What the context was given as.
    given: Vec<u8>,
}

#[derive(Clone, Copy, Debug)]
enum Pointer {
    Data,
    End,
    Meta,
    Fixed(u64),
}

/// Programs whose contexts lead to what only the kernel has.
const ELSEWHERE: &[ProgramType] = &[ProgramType::Netfilter, ProgramType::Tracing];

impl Hook {
    /// For a program of type `ty`, run as `row` says on a context and a packet.
    pub(super) fn new(
        ty: ProgramType,
        row: &TestRun,
        (context, data): (&[u8], &[u8]),
        memory: &mut Memory,
    ) -> Result<Self, Trap> {
        if ELSEWHERE.contains(&ty) {
            return Err(Trap::Missing { what: format!("hook for programs of type {}", ty.row().lower) });
        }
        let mut hook = Self {
            ty,
            context: 0,
            pointers: Vec::new(),
            packet: None,
            end: 0,
            socket: 0,
            flow_keys: 0,
            given: context.to_vec(),
        };
        let mut bytes = context.to_vec();
        if row.packet.is_some() {
            hook.place_packet(data, &bytes, memory);
        }
        match context::of(ty) {
            Some(of) if row.packet.is_some() => hook.fill(of, &mut bytes, memory),
            Some(of) => bytes.resize(bytes.len().max(size(of)), 0),
            None => {}
        }
        hook.pointers = hook.pointers();
        hook.context = memory.add(bytes);
        Ok(hook)
    }

    /// Puts the packet into memory; of xdp, what the context says is before it is metadata.
    fn place_packet(&mut self, data: &[u8], context: &[u8], memory: &mut Memory) {
        let mut bytes = vec![0; HEADROOM];
        bytes.extend_from_slice(data);
        let before = match self.ty {
            ProgramType::Xdp => read(context, 0).min(data.len()),
            ty if sees_link_layer(ty) => 0,
            _ => ETHERNET.min(data.len()),
        };
        let frame = HEADROOM;
        let start = frame + before;
        self.end = bytes.len();
        let meta = if self.ty == ProgramType::Xdp { frame } else { start };
        self.packet = Some(Packet { region: memory.add(bytes), start, meta, frame });
    }

    /// What the kernel makes of a context by itself.
    fn fill(&mut self, of: &Struct, bytes: &mut Vec<u8>, memory: &mut Memory) {
        bytes.resize(bytes.len().max(size(of)), 0);
        let Some(packet) = self.packet else { return };
        let loopback = 1;
        if self.ty == ProgramType::Xdp {
            default(of, bytes, "ingress_ifindex", loopback);
            return;
        }
        let (start, end) = (packet.frame, self.end);
        let frame = memory.whole(packet.region)[start..end].to_vec();
        let length = (end - packet.start) as u64;
        let family = family(&frame);
        for (field, value) in [
            ("len", length),
            ("protocol", protocol(&frame)),
            ("pkt_type", kind(&frame)),
            ("family", family.map_or(0, |family| family.number)),
        ] {
            set(of, bytes, field, 0, value);
        }
        default(of, bytes, "wire_len", length);
        default(of, bytes, "ifindex", loopback);
        if self.ty == ProgramType::FlowDissector {
            self.flow_keys = flow_keys(&frame, memory);
            return;
        }
        let mut socket = vec![0; size(&SOCK)];
        set(&SOCK, &mut socket, "state", 0, flag("BPF_TCP_CLOSE").into());
        set(&SOCK, &mut socket, "rx_queue_mapping", 0, u64::from(u32::MAX));
        if let Some(family) = family {
            set(&SOCK, &mut socket, "family", 0, family.number);
            family.addresses(&frame, (of, bytes), ["local_ip4", "remote_ip4", "local_ip6", "remote_ip6"]);
            family.addresses(&frame, (&SOCK, &mut socket), ["src_ip4", "dst_ip4", "src_ip6", "dst_ip6"]);
        }
        self.socket = memory.add_read_only(socket);
    }

    /// The fields that are pointers.
    fn pointers(&self) -> Vec<(u64, usize, Pointer)> {
        let fields = context::of(self.ty).map_or(&[][..], |of| of.fields);
        let pointers = fields.iter().filter_map(|field| {
            let pointer = match field.kind {
                Kind::Packet => Pointer::Data,
                Kind::PacketEnd => Pointer::End,
                Kind::PacketMeta => Pointer::Meta,
                Kind::Sock { .. } => Pointer::Fixed(self.socket),
                Kind::FlowKeys => Pointer::Fixed(self.flow_keys),
                _ => return None,
            };
            Some((u64::from(field.offset), field.width as usize, pointer))
        });
        pointers.collect()
    }

    /// The pointer that the context has at `address`, if it has one there.
    pub(super) fn pointer(&self, address: u64, width: usize) -> Option<u64> {
        if !same_region(address, self.context) {
            return None;
        }
        let place = address - self.context;
        let found = self.pointers.iter().find(|(offset, own, _)| (*offset, *own) == (place, width))?;
        Some(match (found.2, self.packet) {
            (Pointer::Fixed(address), _) => address,
            (_, None) => 0,
            (Pointer::Data, Some(packet)) => packet.region + packet.start as u64,
            (Pointer::Meta, Some(packet)) => packet.region + packet.meta as u64,
            (Pointer::End, Some(packet)) => packet.region + self.end as u64,
        })
    }

    /// The bytes of the packet from `data` on.
    pub(super) fn bytes<'m>(&self, memory: &'m mut Memory) -> &'m mut [u8] {
        let Some(packet) = self.packet else { return &mut [] };
        memory.whole(packet.region).get_mut(packet.start..).unwrap_or_default()
    }

    /// Makes the packet as long as `length` bytes from `data` on.
    pub(super) fn resize(&mut self, memory: &mut Memory, length: usize) {
        let Some(packet) = self.packet else { return };
        memory.whole(packet.region).resize(packet.start + length, 0);
        self.end = packet.start + length;
        self.tell_length(memory);
    }

    /// Moves the start of the packet; what is before it then is zero where it is new.
    pub(super) fn move_start(&mut self, memory: &mut Memory, start: usize) {
        let Some(packet) = &mut self.packet else { return };
        packet.start = start;
        packet.frame = packet.frame.min(start);
        self.tell_length(memory);
    }

    /// Writes into the context how long the packet is.
    fn tell_length(&self, memory: &mut Memory) {
        let (Some(packet), Some(of)) = (self.packet, context::of(self.ty)) else { return };
        let length = (self.end - packet.start) as u64;
        set(of, memory.whole(self.context), "len", 0, length);
    }

    /// Where the network layer's header is, from `data` on.
    pub(super) fn network(&self) -> usize {
        if sees_link_layer(self.ty) { ETHERNET } else { 0 }
    }

    /// What came of it: the packet and the context, as the kernel gives them back.
    pub(super) fn output(&self, memory: &mut Memory) -> (Vec<u8>, Vec<u8>) {
        let now = memory.whole(self.context).clone();
        let Some(packet) = self.packet else { return (Vec::new(), now) };
        if self.ty == ProgramType::FlowDissector {
            return (self.dissected(memory), self.given.clone());
        }
        let from = if self.ty == ProgramType::Xdp { packet.meta } else { packet.frame };
        let mut data = memory.whole(packet.region)[from..].to_vec();
        if self.ty != ProgramType::Xdp {
            // What programs do not see, the kernel gives back as zeroes.
            data[..packet.start - from].fill(0);
        }
        let mut context = self.given.clone();
        let Some(of) = context::of(self.ty) else { return (data, context) };
        if self.ty == ProgramType::Xdp {
            set(of, &mut context, "data", 0, (packet.start - packet.meta) as u64);
            set(of, &mut context, "data_end", 0, (self.end - packet.meta) as u64);
        }
        for field in RETURNED.iter().filter_map(|name| of.field(name)) {
            let place = field.offset as usize..(field.offset + field.size()) as usize;
            if let (Some(to), Some(from), false) =
                (context.get_mut(place.clone()), now.get(place), self.ty == ProgramType::Xdp)
            {
                to.copy_from_slice(from);
            }
        }
        (data, context)
    }

    /// The flow keys, within what the packet allows (`bpf_flow_dissect`, net/core/flow_dissector.c).
    fn dissected(&self, memory: &mut Memory) -> Vec<u8> {
        let length = self.end.saturating_sub(self.packet.map_or(0, |packet| packet.start)).max(ETHERNET);
        let keys = memory.whole(self.flow_keys);
        let network = read_half(keys, 0).clamp(ETHERNET, length);
        let transport = read_half(keys, 2).clamp(network, length);
        set(&FLOW_KEYS, keys, "nhoff", 0, network as u64);
        set(&FLOW_KEYS, keys, "thoff", 0, transport as u64);
        keys.clone()
    }

    /// Frees what the run has used.
    pub(super) fn finish(self, memory: &mut Memory) {
        let packet = self.packet.map_or(0, |packet| packet.region);
        for address in [self.context, packet, self.socket, self.flow_keys].into_iter().filter(|at| *at != 0) {
            memory.remove(address);
        }
    }
}

/// Fields that `convert_skb_to___skb` of net/bpf/test_run.c gives back.
const RETURNED: &[&str] =
    &["mark", "priority", "ingress_ifindex", "ifindex", "tstamp", "cb", "wire_len", "gso_segs", "hwtstamp"];

/// Whether `data` is the link layer's header.
fn sees_link_layer(ty: ProgramType) -> bool {
    use ProgramType::{FlowDissector, SchedAct, SchedCls, Xdp};
    matches!(ty, Xdp | SchedCls | SchedAct | FlowDissector)
}

/// The bytes of a struct.
fn size(of: &Struct) -> usize {
    let end = of.fields.iter().map(|field| field.offset + field.size()).max().unwrap_or(0);
    (end as usize).next_multiple_of(8)
}

/// Sets a field of an integer, or an element of it, if there is one.
fn set(of: &Struct, bytes: &mut [u8], field: &str, index: u32, value: u64) {
    let Some(field) = of.field(field) else { return };
    let (start, width) = ((field.offset + index * field.width) as usize, field.width as usize);
    if let Some(place) = bytes.get_mut(start..start + width) {
        place.copy_from_slice(&value.to_le_bytes()[..width]);
    }
}

/// The same, where it was not given.
fn default(of: &Struct, bytes: &mut [u8], name: &str, value: u64) {
    let Some(field) = of.field(name) else { return };
    if read(bytes, field.offset as usize) == 0 {
        set(of, bytes, name, 0, value);
    }
}

fn read(bytes: &[u8], at: usize) -> usize {
    let bytes = bytes.get(at..).and_then(|rest| rest.first_chunk());
    bytes.map_or(0, |bytes| u32::from_le_bytes(*bytes) as usize)
}

fn read_half(bytes: &[u8], at: usize) -> usize {
    let bytes = bytes.get(at..).and_then(|rest| rest.first_chunk());
    bytes.map_or(0, |bytes| usize::from(u16::from_le_bytes(*bytes)))
}

/// Types below this number are lengths (`eth_proto_is_802_3`).
const LEAST_TYPE: u16 = 1536;

/// `skb->protocol` as a number of the machine: in network order (`eth_type_trans`).
fn protocol(frame: &[u8]) -> u64 {
    let stated = frame.get(12..14).map_or(0, |bytes| u16::from_be_bytes([bytes[0], bytes[1]]));
    u64::from(if stated >= LEAST_TYPE { stated } else { flag("ETH_P_802_2") as u16 }.swap_bytes())
}

/// For whom the frame is (`PACKET_HOST` and so on); the device, loopback, has an address of zeroes.
fn kind(frame: &[u8]) -> u64 {
    let destination = frame.get(..6).unwrap_or_default();
    match destination {
        [0xff, ..] if destination.iter().all(|byte| *byte == 0xff) => 1,
        [first, ..] if first & 1 != 0 => 2,
        _ if destination.iter().any(|byte| *byte != 0) => 3,
        _ => 0,
    }
}

/// An address family whose addresses the kernel gives to the socket of a packet.
#[derive(Clone, Copy)]
struct Family {
    number: u64,
    /// Where in the header source and destination are, and the bytes of each.
    places: [usize; 2],
    width: usize,
}

fn family(frame: &[u8]) -> Option<Family> {
    let (name, places, width) = match (protocol(frame) as u16).swap_bytes() {
        0x0800 if frame.len() >= ETHERNET + 20 => ("AF_INET", [12, 16], 4),
        0x86dd if frame.len() >= ETHERNET + 40 => ("AF_INET6", [8, 24], 16),
        _ => return None,
    };
    Some(Family { number: flag(name).into(), places, width })
}

impl Family {
    /// Writes the source and the destination into the fields called so.
    fn addresses(self, frame: &[u8], (of, bytes): (&Struct, &mut [u8]), names: [&str; 4]) {
        let names = if self.width == 4 { &names[..2] } else { &names[2..] };
        for (name, place) in names.iter().zip(self.places) {
            let words = frame[ETHERNET + place..][..self.width].chunks_exact(4);
            for (index, word) in words.enumerate() {
                let word = word.first_chunk().map_or(0, |word| u32::from_le_bytes(*word));
                set(of, bytes, name, index as u32, word.into());
            }
        }
    }
}

/// Flow keys as a program finds them.
fn flow_keys(frame: &[u8], memory: &mut Memory) -> u64 {
    let mut keys = vec![0; size(&FLOW_KEYS)];
    let stated = frame.get(12..14).map_or(0, |bytes| u16::from_le_bytes([bytes[0], bytes[1]]));
    for (field, value) in [("nhoff", ETHERNET as u64), ("thoff", ETHERNET as u64), ("n_proto", stated.into())]
    {
        set(&FLOW_KEYS, &mut keys, field, 0, value);
    }
    memory.add(keys)
}
