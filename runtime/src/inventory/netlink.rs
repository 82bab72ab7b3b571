//! What is attached to interfaces without a link: programs of xdp that `ip` and its like attach, and those that
//! filters of `tc` are. The kernel tells of them through rtnetlink, of this network namespace only.

use std::io;

use rustix::net::{AddressFamily, RecvFlags, SendFlags, SocketType, recv, send, socket};

/// A program, the event that it is for, and the interface's name.
pub(super) type Found = (u32, &'static str, String);

/// Messages of include/uapi/linux/rtnetlink.h: what asks for all of something, and what each is told with.
const GET_LINK: u16 = 18;
const NEW_LINK: u16 = 16;
const GET_FILTER: u16 = 46;
const NEW_FILTER: u16 = 44;
/// `NLMSG_ERROR`, `NLMSG_DONE`
const ERROR: u16 = 2;
const DONE: u16 = 3;
/// `NLM_F_REQUEST | NLM_F_DUMP`
const ALL: u16 = 0x301;
/// Bytes of `struct nlmsghdr`, `struct ifinfomsg`, `struct tcmsg`.
const HEADER: usize = 16;
const LINK: usize = 16;
const FILTER: usize = 20;

/// `IFLA_IFNAME`, `IFLA_XDP`, and in that `IFLA_XDP_PROG_ID` to `IFLA_XDP_HW_PROG_ID`.
const NAME: u16 = 3;
const XDP: u16 = 43;
const XDP_PROGRAMS: std::ops::RangeInclusive<u16> = 4..=7;
/// `TCA_OPTIONS`, and in that `TCA_BPF_ID`.
const OPTIONS: u16 = 2;
const BPF_ID: u16 = 11;

/// Where filters hang: of the queueing discipline `clsact` for either way (`TC_H_CLSACT` with
/// `TC_H_MIN_INGRESS`, `TC_H_MIN_EGRESS`), and of the interface's own.
const PARENTS: &[(u32, &str)] = &[(0xffff_fff2, "tc/ingress"), (0xffff_fff3, "tc/egress"), (0, "tc")];

/// All of them; none where rtnetlink cannot be asked.
pub(super) fn on_interfaces() -> Vec<Found> {
    let mut found = Vec::new();
    for (number, name, programs) in interfaces().unwrap_or_default() {
        found.extend(programs.into_iter().map(|program| (program, "xdp", name.clone())));
        for (parent, event) in PARENTS {
            let programs = filters(number, *parent).unwrap_or_default();
            found.extend(programs.into_iter().map(|program| (program, *event, name.clone())));
        }
    }
    found
}

/// The number and name of each interface, and its programs of xdp.
fn interfaces() -> io::Result<Vec<(u32, String, Vec<u32>)>> {
    let told = ask(GET_LINK, &[0; LINK], NEW_LINK)?;
    let interface = |message: &Vec<u8>| {
        let number = word(message.get(4..)?)?;
        let attributes = attributes(message.get(LINK..)?);
        let of = |kind| attributes.iter().find(|(own, _)| *own == kind).map(|(_, bytes)| *bytes);
        let name = String::from_utf8_lossy(of(NAME)?).trim_end_matches('\0').to_string();
        let mut programs: Vec<u32> = of(XDP)
            .map(self::attributes)
            .unwrap_or_default()
            .into_iter()
            .filter(|(kind, _)| XDP_PROGRAMS.contains(kind))
            .filter_map(|(_, bytes)| word(bytes))
            .collect();
        programs.sort_unstable();
        programs.dedup();
        Some((number, name, programs))
    };
    Ok(told.iter().filter_map(interface).collect())
}

/// The programs that the filters of an interface are which hang there.
fn filters(interface: u32, parent: u32) -> io::Result<Vec<u32>> {
    let mut question = [0; FILTER];
    question[4..8].copy_from_slice(&interface.to_ne_bytes());
    question[12..16].copy_from_slice(&parent.to_ne_bytes());
    let told = ask(GET_FILTER, &question, NEW_FILTER)?;
    let program = |message: &Vec<u8>| {
        let options = attributes(message.get(FILTER..)?).into_iter().find(|(kind, _)| *kind == OPTIONS)?.1;
        word(attributes(options).into_iter().find(|(kind, _)| *kind == BPF_ID)?.1)
    };
    Ok(told.iter().filter_map(program).collect())
}

/// What the kernel tells when all of something is asked for: messages of the kind `told`, without header.
fn ask(kind: u16, question: &[u8], told: u16) -> io::Result<Vec<Vec<u8>>> {
    // `NETLINK_ROUTE` is 0, as no protocol is.
    let socket = socket(AddressFamily::NETLINK, SocketType::RAW, None)?;
    let mut request = ((HEADER + question.len()) as u32).to_ne_bytes().to_vec();
    request.extend(kind.to_ne_bytes());
    request.extend(ALL.to_ne_bytes());
    // The number of the question, and who asks: the kernel fills that in.
    request.extend([1, 0, 0, 0, 0, 0, 0, 0]);
    request.extend(question);
    send(&socket, &request, SendFlags::empty())?;
    let (mut all, mut buffer) = (Vec::new(), vec![0; 1 << 16]);
    loop {
        let (length, _) = recv(&socket, &mut buffer[..], RecvFlags::empty())?;
        for (kind, message) in messages(&buffer[..length]) {
            match kind {
                DONE => return Ok(all),
                ERROR => return Err(io::ErrorKind::Unsupported.into()),
                kind if kind == told => all.push(message.to_vec()),
                _ => {}
            }
        }
        if length == 0 {
            return Ok(all);
        }
    }
}

/// The messages in a buffer: kind, and what is behind the header.
fn messages(bytes: &[u8]) -> Vec<(u16, &[u8])> {
    let header = |bytes: &[u8]| Some((word(bytes)? as usize, half(bytes.get(4..)?)?));
    parts(bytes, HEADER, header)
}

/// The attributes in a message: kind, without its flags, and bytes.
fn attributes(bytes: &[u8]) -> Vec<(u16, &[u8])> {
    let header = |bytes: &[u8]| Some((usize::from(half(bytes)?), half(bytes.get(2..)?)? & 0x3fff));
    parts(bytes, 4, header)
}

/// Parts that start with a header of so many bytes, which tells the length with it; each starts at a multiple of 4.
fn parts(mut bytes: &[u8], header: usize, read: impl Fn(&[u8]) -> Option<(usize, u16)>) -> Vec<(u16, &[u8])> {
    let mut all = Vec::new();
    while let Some((length, kind)) = read(bytes).filter(|(length, _)| *length >= header) {
        let Some(part) = bytes.get(header..length) else { break };
        all.push((kind, part));
        bytes = bytes.get(length.next_multiple_of(4)..).unwrap_or_default();
    }
    all
}

fn word(bytes: &[u8]) -> Option<u32> {
    bytes.first_chunk().map(|bytes| u32::from_ne_bytes(*bytes))
}

fn half(bytes: &[u8]) -> Option<u16> {
    bytes.first_chunk().map(|bytes| u16::from_ne_bytes(*bytes))
}
