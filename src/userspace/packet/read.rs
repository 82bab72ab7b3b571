//! Reading packets: a function for each field, `nil` where the packet does not have it.

use std::net::IpAddr;

use bpfl_compiler::eval::{Builtin, Exit, Interp, Result, Value};
use etherparse::{
    EtherType, Icmpv4Type, LinkExtHeader, LinkHeader, NetHeaders, PacketHeaders, TcpHeader, TransportHeader,
};

use crate::userspace::convert::{self, to_bytes};

/// A packet, read.
type Packet<'a> = PacketHeaders<'a>;

fn parsed<T>(value: &Value, read: impl FnOnce(&[u8], &Packet<'_>) -> T) -> std::result::Result<T, Exit> {
    let bytes = to_bytes(value)?;
    let packet = PacketHeaders::from_ethernet_slice(&bytes)
        .map_err(|error| Exit::error(format!("this is no packet that can be read ({error})")))?;
    Ok(read(&bytes, &packet))
}

macro_rules! fields {
    ($($name:literal $read:expr;)+) => {
        pub const ROWS: &[Builtin] = &[$(Builtin {
            name: $name,
            min: 1,
            max: 1,
            call: |interp: &mut Interp<'_>, args: &[Value]| -> Result {
                let read: fn(&Packet<'_>) -> Option<Field> = $read;
                let bytes = parsed(&args[0], |_, packet| read(packet))?;
                Ok(bytes.map_or(Value::NIL, |field| field.value(interp)))
            },
        }),+,
        Builtin { name: "packet-checksum-p", min: 1, max: 1, call: checksum },
        ];
    };
}

/// What a field holds.
enum Field {
    Number(u32),
    Flag(bool),
    Text(String),
    Bytes(Vec<u8>),
}

impl Field {
    fn value(self, interp: &Interp<'_>) -> Value {
        match self {
            Self::Number(number) => i128::from(number).into(),
            Self::Flag(flag) => interp.truth(flag),
            Self::Text(text) => text.into(),
            Self::Bytes(bytes) => convert::bytes(&bytes),
        }
    }
}

fields! {
    "packet-eth-src" |p| mac(p, |link| link.source);
    "packet-eth-dst" |p| mac(p, |link| link.destination);
    "packet-ethertype" |p| ethertype(p).map(|ether| Field::Number(ether.0.into()));
    "packet-vlan" |p| vlan(p).map(|vlan| Field::Number(vlan.into()));
    "packet-src" |p| address(p, true);
    "packet-dst" |p| address(p, false);
    "packet-protocol" |p| numbers(p).map(|(protocol, ..)| Field::Number(protocol.into()));
    "packet-ttl" |p| numbers(p).map(|(_, ttl, _)| Field::Number(ttl.into()));
    "packet-tos" |p| numbers(p).map(|(.., tos)| Field::Number(tos.into()));
    "packet-sport" |p| ports(p).map(|(sport, _)| Field::Number(sport.into()));
    "packet-dport" |p| ports(p).map(|(_, dport)| Field::Number(dport.into()));
    "packet-src-port" |p| ports(p).map(|(sport, _)| Field::Number(sport.into()));
    "packet-dst-port" |p| ports(p).map(|(_, dport)| Field::Number(dport.into()));
    "packet-seq" |p| tcp(p).map(|tcp| Field::Number(tcp.sequence_number));
    "packet-ack-number" |p| tcp(p).map(|tcp| Field::Number(tcp.acknowledgment_number));
    "packet-window" |p| tcp(p).map(|tcp| Field::Number(tcp.window_size.into()));
    "packet-syn-p" |p| tcp(p).map(|tcp| Field::Flag(tcp.syn));
    "packet-ack-p" |p| tcp(p).map(|tcp| Field::Flag(tcp.ack));
    "packet-fin-p" |p| tcp(p).map(|tcp| Field::Flag(tcp.fin));
    "packet-rst-p" |p| tcp(p).map(|tcp| Field::Flag(tcp.rst));
    "packet-psh-p" |p| tcp(p).map(|tcp| Field::Flag(tcp.psh));
    "packet-icmp-type" |p| icmp(p).map(|(ty, _)| Field::Number(ty.into()));
    "packet-icmp-code" |p| icmp(p).map(|(_, code)| Field::Number(code.into()));
    "packet-payload" |p| Some(Field::Bytes(p.payload.slice().to_vec()));
}

fn mac(packet: &Packet<'_>, of: fn(&etherparse::Ethernet2Header) -> [u8; 6]) -> Option<Field> {
    let Some(LinkHeader::Ethernet2(link)) = &packet.link else { return None };
    let parts: Vec<_> = of(link).iter().map(|byte| format!("{byte:02x}")).collect();
    Some(Field::Text(parts.join(":")))
}

fn ethertype(packet: &Packet<'_>) -> Option<EtherType> {
    let inner = packet.link_exts.iter().rev().find_map(|ext| match ext {
        LinkExtHeader::Vlan(vlan) => Some(vlan.ether_type),
        LinkExtHeader::Macsec(_) => None,
    });
    let outer = match &packet.link {
        Some(LinkHeader::Ethernet2(link)) => Some(link.ether_type),
        _ => None,
    };
    inner.or(outer)
}

fn vlan(packet: &Packet<'_>) -> Option<u16> {
    packet.link_exts.iter().find_map(|ext| match ext {
        LinkExtHeader::Vlan(vlan) => Some(vlan.vlan_id.value()),
        LinkExtHeader::Macsec(_) => None,
    })
}

fn address(packet: &Packet<'_>, source: bool) -> Option<Field> {
    let (src, dst): (IpAddr, IpAddr) = match packet.net.as_ref()? {
        NetHeaders::Ipv4(ip, _) => (ip.source.into(), ip.destination.into()),
        NetHeaders::Ipv6(ip, _) => (ip.source.into(), ip.destination.into()),
        NetHeaders::Arp(_) => return None,
    };
    Some(Field::Text(if source { src } else { dst }.to_string()))
}

/// The protocol, the time to live and the type of service.
fn numbers(packet: &Packet<'_>) -> Option<(u8, u8, u8)> {
    match packet.net.as_ref()? {
        NetHeaders::Ipv4(ip, _) => {
            Some((ip.protocol.0, ip.time_to_live, ip.dscp.value() << 2 | ip.ecn.value()))
        }
        NetHeaders::Ipv6(ip, _) => Some((ip.next_header.0, ip.hop_limit, ip.traffic_class)),
        NetHeaders::Arp(_) => None,
    }
}

fn ports(packet: &Packet<'_>) -> Option<(u16, u16)> {
    match packet.transport.as_ref()? {
        TransportHeader::Tcp(tcp) => Some((tcp.source_port, tcp.destination_port)),
        TransportHeader::Udp(udp) => Some((udp.source_port, udp.destination_port)),
        _ => None,
    }
}

fn tcp<'p>(packet: &'p Packet<'_>) -> Option<&'p TcpHeader> {
    match packet.transport.as_ref()? {
        TransportHeader::Tcp(tcp) => Some(tcp),
        _ => None,
    }
}

/// Type and code.
fn icmp(packet: &Packet<'_>) -> Option<(u8, u8)> {
    let bytes = match packet.transport.as_ref()? {
        TransportHeader::Icmpv4(header) => header.to_bytes()[..2].to_vec(),
        TransportHeader::Icmpv6(header) => header.to_bytes()[..2].to_vec(),
        _ => return None,
    };
    Some((bytes[0], bytes[1]))
}

/// `(packet-checksum-p bytes)`: whether the checksums of the packet's IP and of what is in it are right.
fn checksum(interp: &mut Interp<'_>, args: &[Value]) -> Result {
    let right = parsed(&args[0], |_, packet| {
        let payload = packet.payload.slice();
        header_is_right(packet) && transport_is_right(packet, payload).unwrap_or(true)
    })?;
    Ok(interp.truth(right))
}

fn header_is_right(packet: &Packet<'_>) -> bool {
    match &packet.net {
        Some(NetHeaders::Ipv4(ip, _)) => ip.header_checksum == ip.calc_header_checksum(),
        _ => true,
    }
}

fn transport_is_right(packet: &Packet<'_>, payload: &[u8]) -> Option<bool> {
    use NetHeaders::{Ipv4, Ipv6};
    use TransportHeader::{Icmpv4, Icmpv6, Tcp, Udp};
    let (own, right) = match (packet.transport.as_ref()?, packet.net.as_ref()?) {
        (Tcp(tcp), Ipv4(ip, _)) => (tcp.checksum, tcp.calc_checksum_ipv4(ip, payload).ok()),
        (Tcp(tcp), Ipv6(ip, _)) => (tcp.checksum, tcp.calc_checksum_ipv6(ip, payload).ok()),
        // None at all is right, too, in version 4.
        (Udp(udp), Ipv4(..)) if udp.checksum == 0 => return Some(true),
        (Udp(udp), Ipv4(ip, _)) => (udp.checksum, udp.calc_checksum_ipv4(ip, payload).ok()),
        (Udp(udp), Ipv6(ip, _)) => (udp.checksum, udp.calc_checksum_ipv6(ip, payload).ok()),
        (Icmpv4(icmp), _) => (icmp.checksum, Some(icmp4(&icmp.icmp_type, payload))),
        (Icmpv6(icmp), Ipv6(ip, _)) => {
            (icmp.checksum, icmp.icmp_type.calc_checksum(ip.source, ip.destination, payload).ok())
        }
        _ => return None,
    };
    right.map(|right| right == own)
}

fn icmp4(ty: &Icmpv4Type, payload: &[u8]) -> u16 {
    ty.calc_checksum(payload)
}
