//! Making packets, from the innermost part outwards.

use std::net::IpAddr;

use bpfl_compiler::eval::{Builtin, Exit, Interp, Kind, Result, Value};
use etherparse::{
    EtherType, Ethernet2Header, Icmpv4Header, Icmpv4Type, Icmpv6Header, Icmpv6Type, IpDscp, IpEcn, IpNumber,
    Ipv4Header, Ipv6FlowLabel, Ipv6Header, SingleVlanHeader, TcpHeader, UdpHeader, VlanId, ether_type,
    ip_number,
};

use crate::userspace::{
    convert::{self, to_bytes},
    keys::Keys,
    object::wanted,
};

const MANY: usize = usize::MAX;

pub const ROWS: &[Builtin] = &[
    Builtin { name: "tcp-packet", min: 0, max: MANY, call: tcp },
    Builtin { name: "udp-packet", min: 0, max: MANY, call: udp },
    Builtin { name: "icmp-packet", min: 0, max: MANY, call: icmp },
    Builtin { name: "ip-packet", min: 0, max: MANY, call: ip },
    Builtin { name: "eth-packet", min: 0, max: MANY, call: eth },
];

type Got<T> = std::result::Result<T, Exit>;

/// What every packet has.
macro_rules! options {
    ($($own:literal),*) => {
        &["src", "dst", "ttl", "tos", "id", "eth-src", "eth-dst", "ethertype", "vlan", "payload",
          "bad-checksum", $($own),*]
    };
}

const MACS: [[u8; 6]; 2] = [[2, 0, 0, 0, 0, 1], [2, 0, 0, 0, 0, 2]];

/// Source and destination, of one version of IP.
enum Ends {
    V4([u8; 4], [u8; 4]),
    V6([u8; 16], [u8; 16]),
}

fn ends(keys: &Keys<'_>) -> Got<Ends> {
    let (src, dst) = (address(keys, "src")?, address(keys, "dst")?);
    match (src, dst) {
        (Some(IpAddr::V6(src)), Some(IpAddr::V6(dst))) => Ok(Ends::V6(src.octets(), dst.octets())),
        (Some(IpAddr::V6(src)), None) => Ok(Ends::V6(src.octets(), v6(2))),
        (None, Some(IpAddr::V6(dst))) => Ok(Ends::V6(v6(1), dst.octets())),
        (Some(IpAddr::V4(src)), Some(IpAddr::V4(dst))) => Ok(Ends::V4(src.octets(), dst.octets())),
        (Some(IpAddr::V4(src)), None) => Ok(Ends::V4(src.octets(), [10, 0, 0, 2])),
        (None, Some(IpAddr::V4(dst))) => Ok(Ends::V4([10, 0, 0, 1], dst.octets())),
        (None, None) => Ok(Ends::V4([10, 0, 0, 1], [10, 0, 0, 2])),
        _ => Err(Exit::error("`:src` and `:dst` are of one version of IP")),
    }
}

/// An address of the documentation's network, 2001:db8::/32.
fn v6(last: u8) -> [u8; 16] {
    let mut octets = [0; 16];
    octets[..4].copy_from_slice(&[0x20, 0x01, 0x0d, 0xb8]);
    octets[15] = last;
    octets
}

fn address(keys: &Keys<'_>, name: &str) -> Got<Option<IpAddr>> {
    let Some(value) = keys.get(name) else { return Ok(None) };
    let Kind::Str(text) = &value.kind else { return Err(wanted("an address such as \"10.0.0.1\"", value)) };
    text.parse().map(Some).map_err(|_| Exit::error(format!("{text:?} is no address of IP")))
}

/// Source and destination, by their short names or by those of the readers of headers.
fn ports(keys: &Keys<'_>, destination: u16) -> Got<(u16, u16)> {
    let port = |long, short, otherwise| keys.number(long, keys.number(short, otherwise)?);
    Ok((port("src-port", "sport", 40_000)?, port("dst-port", "dport", destination)?))
}

fn payload(keys: &Keys<'_>) -> Got<Vec<u8>> {
    keys.get("payload").map_or(Ok(Vec::new()), to_bytes)
}

fn too_long<E>(_: E) -> Exit {
    Exit::error("this payload is longer than a packet can be")
}

/// A checksum, or one that is wrong.
fn sum(keys: &Keys<'_>, right: u16) -> u16 {
    if keys.is("bad-checksum") { right ^ 0x0101 } else { right }
}

fn tcp(interp: &mut Interp<'_>, args: &[Value]) -> Result {
    let known = options!(
        "sport",
        "dport",
        "src-port",
        "dst-port",
        "seq",
        "ack-number",
        "window",
        "syn",
        "ack",
        "fin",
        "rst",
        "psh",
        "urg"
    );
    let keys = Keys::read(interp, args, known)?;
    let (ends, payload) = (ends(&keys)?, payload(&keys)?);
    let (sport, dport) = ports(&keys, 80)?;
    let mut header = TcpHeader::new(sport, dport, keys.number("seq", 1)?, keys.number("window", 65_535)?);
    header.acknowledgment_number = keys.number("ack-number", 0)?;
    (header.syn, header.ack, header.fin) = (keys.is("syn"), keys.is("ack"), keys.is("fin"));
    (header.rst, header.psh, header.urg) = (keys.is("rst"), keys.is("psh"), keys.is("urg"));
    let right = match ends {
        Ends::V4(src, dst) => header.calc_checksum_ipv4_raw(src, dst, &payload),
        Ends::V6(src, dst) => header.calc_checksum_ipv6_raw(src, dst, &payload),
    };
    header.checksum = sum(&keys, right.map_err(too_long)?);
    let segment = [&header.to_bytes()[..], &payload].concat();
    around(&keys, &ends, ip_number::TCP, &segment)
}

fn udp(interp: &mut Interp<'_>, args: &[Value]) -> Result {
    let keys = Keys::read(interp, args, options!("sport", "dport", "src-port", "dst-port"))?;
    let (ends, payload) = (ends(&keys)?, payload(&keys)?);
    let (sport, dport) = ports(&keys, 53)?;
    let length = u16::try_from(UdpHeader::LEN + payload.len()).map_err(too_long)?;
    let mut header = UdpHeader { source_port: sport, destination_port: dport, length, checksum: 0 };
    let right = match ends {
        Ends::V4(src, dst) => header.calc_checksum_ipv4_raw(src, dst, &payload),
        Ends::V6(src, dst) => header.calc_checksum_ipv6_raw(src, dst, &payload),
    };
    header.checksum = sum(&keys, right.map_err(too_long)?);
    let datagram = [&header.to_bytes()[..], &payload].concat();
    around(&keys, &ends, ip_number::UDP, &datagram)
}

/// The types of a request for an echo, of both versions.
const ECHO: (u8, u8) = (8, 128);

fn icmp(interp: &mut Interp<'_>, args: &[Value]) -> Result {
    let keys = Keys::read(interp, args, options!("type", "code", "echo-id", "echo-seq"))?;
    let (ends, payload) = (ends(&keys)?, payload(&keys)?);
    let (id, seq): (u16, u16) = (keys.number("echo-id", 1)?, keys.number("echo-seq", 1)?);
    let ([i0, i1], [s0, s1]) = (id.to_be_bytes(), seq.to_be_bytes());
    let bytes5to8 = [i0, i1, s0, s1];
    let code_u8 = keys.number("code", 0)?;
    let message = match ends {
        Ends::V4(..) => {
            let type_u8 = keys.number("type", ECHO.0)?;
            let icmp_type = Icmpv4Type::Unknown { type_u8, code_u8, bytes5to8 };
            let mut header = Icmpv4Header::with_checksum(icmp_type, &payload);
            header.checksum = sum(&keys, header.checksum);
            [&header.to_bytes()[..], &payload].concat()
        }
        Ends::V6(src, dst) => {
            let type_u8 = keys.number("type", ECHO.1)?;
            let icmp_type = Icmpv6Type::Unknown { type_u8, code_u8, bytes5to8 };
            let header = Icmpv6Header::with_checksum(icmp_type, src, dst, &payload);
            let mut header = header.map_err(too_long)?;
            header.checksum = sum(&keys, header.checksum);
            [&header.to_bytes()[..], &payload].concat()
        }
    };
    let protocol = if matches!(ends, Ends::V4(..)) { ip_number::ICMP } else { ip_number::IPV6_ICMP };
    around(&keys, &ends, protocol, &message)
}

fn ip(interp: &mut Interp<'_>, args: &[Value]) -> Result {
    let keys = Keys::read(interp, args, options!("protocol"))?;
    let ends = ends(&keys)?;
    // 253 is for experiments (RFC 3692).
    let protocol = IpNumber(keys.number("protocol", 253)?);
    around(&keys, &ends, protocol, &payload(&keys)?)
}

/// The headers of IP and of what is below it, and `inner`.
fn around(keys: &Keys<'_>, ends: &Ends, protocol: IpNumber, inner: &[u8]) -> Result {
    let length = u16::try_from(inner.len()).map_err(too_long)?;
    let (ttl, tos): (u8, u8) = (keys.number("ttl", 64)?, keys.number("tos", 0)?);
    let (ether, header) = match *ends {
        Ends::V4(src, dst) => {
            let mut header = Ipv4Header::new(length, ttl, protocol, src, dst).map_err(too_long)?;
            header.identification = keys.number("id", 1)?;
            header.dscp = IpDscp::try_new(tos >> 2).unwrap_or_default();
            header.ecn = IpEcn::try_new(tos & 3).unwrap_or_default();
            header.header_checksum = header.calc_header_checksum();
            (ether_type::IPV4, header.to_bytes().to_vec())
        }
        Ends::V6(source, destination) => {
            let header = Ipv6Header {
                traffic_class: tos,
                flow_label: Ipv6FlowLabel::default(),
                payload_length: length,
                next_header: protocol,
                hop_limit: ttl,
                source,
                destination,
            };
            (ether_type::IPV6, header.to_bytes().to_vec())
        }
    };
    framed(keys, ("eth-src", "eth-dst"), ether, &[&header, inner].concat())
}

/// A frame of Ethernet with any payload.
fn eth(interp: &mut Interp<'_>, args: &[Value]) -> Result {
    let keys = Keys::read(interp, args, &["src", "dst", "ethertype", "vlan", "payload"])?;
    // A type for experiments (IEEE 802).
    framed(&keys, ("src", "dst"), EtherType(0x88b5), &payload(&keys)?)
}

fn framed(keys: &Keys<'_>, names: (&str, &str), ether: EtherType, inner: &[u8]) -> Result {
    let ether = EtherType(keys.number("ethertype", ether.0)?);
    let (source, destination) = (mac(keys, names.0, MACS[0])?, mac(keys, names.1, MACS[1])?);
    let vlan = keys.get("vlan").map(|_| keys.number::<u16>("vlan", 0)).transpose()?;
    let mut frame = Vec::new();
    let ether_type = if vlan.is_some() { ether_type::VLAN_TAGGED_FRAME } else { ether };
    frame.extend(Ethernet2Header { source, destination, ether_type }.to_bytes());
    if let Some(id) = vlan {
        let vlan_id =
            VlanId::try_new(id).map_err(|_| Exit::error(format!("{id} is no VLAN: there are 4096")))?;
        frame.extend(
            SingleVlanHeader { vlan_id, ether_type: ether, ..SingleVlanHeader::default() }.to_bytes(),
        );
    }
    frame.extend(inner);
    Ok(convert::bytes(&frame))
}

fn mac(keys: &Keys<'_>, name: &str, otherwise: [u8; 6]) -> Got<[u8; 6]> {
    let Some(value) = keys.get(name) else { return Ok(otherwise) };
    let wrong = || wanted("an address such as \"02:00:00:00:00:01\"", value);
    let Kind::Str(text) = &value.kind else { return Err(wrong()) };
    let bytes = text.split(':').map(|part| u8::from_str_radix(part, 16).ok()).collect::<Option<Vec<_>>>();
    bytes
        .and_then(|bytes| bytes.try_into().ok())
        .ok_or_else(|| Exit::error(format!("{text:?} is no hardware address")))
}
