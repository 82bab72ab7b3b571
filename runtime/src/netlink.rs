//! rtnetlink: questions about interfaces, filters and routes of a network namespace, and changes of them.
//!
//! Messages go in as a fixed part and attributes; what the kernel tells comes out. Always holds: a socket
//! speaks with the network namespace in which it was opened, wherever its thread goes afterwards, and a
//! refusal has the kernel's own words where it gives some.
//! Formats are those of include/uapi/linux/netlink.h and rtnetlink.h.

use std::{
    io,
    os::fd::OwnedFd,
    sync::atomic::{AtomicU32, Ordering},
};

use rustix::{
    io::retry_on_intr,
    net::{AddressFamily, RecvFlags, SendFlags, SocketFlags, SocketType, recv, send, socket_with},
};

use crate::sys::set_socket_option;

/// `NLMSG_ERROR`, `NLMSG_DONE`
const ERROR: u16 = 2;
const DONE: u16 = 3;
/// `NLM_F_REQUEST`, `NLM_F_ACK`, `NLM_F_ECHO`, `NLM_F_DUMP`
const REQUEST: u16 = 1;
const ACK: u16 = 4;
const ECHO: u16 = 8;
const ALL: u16 = 0x300;
/// For changes: `NLM_F_REPLACE`, `NLM_F_EXCL`, `NLM_F_CREATE`.
pub(crate) const REPLACE: u16 = 0x100;
pub(crate) const NEW: u16 = 0x200 | CREATE;
pub(crate) const CREATE: u16 = 0x400;
/// Flags of a refusal: it ends without the request, and attributes follow (`NLM_F_CAPPED`, `NLM_F_ACK_TLVS`).
const CAPPED: u16 = 0x100;
const EXPLAINED: u16 = 0x200;
/// `NLMSGERR_ATTR_MSG`
const WORDS: u16 = 1;
/// `NLA_F_NESTED`
const NESTED: u16 = 1 << 15;
/// Bytes of `struct nlmsghdr`.
const HEADER: usize = 16;
/// `SOL_NETLINK`, `NETLINK_CAP_ACK`, `NETLINK_EXT_ACK`
const LEVEL: i32 = 270;
const CAP: i32 = 10;
const EXPLAIN: i32 = 11;

/// What the kernel is told or asked, or a nest of attributes in it.
#[derive(Debug, Default)]
pub(crate) struct Message(Vec<u8>);

impl Message {
    /// With the fixed part that messages of its kind have.
    pub(crate) fn new(fixed: &[u8]) -> Self {
        Self(fixed.into())
    }

    /// Adds an attribute.
    pub(crate) fn with(mut self, kind: u16, value: &[u8]) -> Self {
        self.0.extend(((4 + value.len()) as u16).to_ne_bytes());
        self.0.extend(kind.to_ne_bytes());
        self.0.extend(value);
        self.0.resize(self.0.len().next_multiple_of(4), 0);
        self
    }

    /// Adds an attribute that ends in NUL.
    pub(crate) fn with_text(self, kind: u16, text: &str) -> Self {
        self.with(kind, &[text.as_bytes(), b"\0"].concat())
    }

    /// Adds an attribute of attributes.
    pub(crate) fn with_all(self, kind: u16, inner: &Self) -> Self {
        self.with(kind | NESTED, &inner.0)
    }
}

/// A socket for rtnetlink.
#[derive(Debug)]
pub(crate) struct Netlink {
    socket: OwnedFd,
    asked: AtomicU32,
}

impl Netlink {
    /// For the network namespace of this thread.
    pub(crate) fn open() -> io::Result<Self> {
        // `NETLINK_ROUTE` is 0, as no protocol is.
        let socket = socket_with(AddressFamily::NETLINK, SocketType::RAW, SocketFlags::CLOEXEC, None)?;
        for option in [CAP, EXPLAIN] {
            // Kernels before 4.12 do not explain.
            let _ = set_socket_option(&socket, LEVEL, option, &1u32.to_ne_bytes());
        }
        Ok(Self { socket, asked: AtomicU32::new(0) })
    }

    /// What the kernel tells when all of something is asked for: messages of the kind `told`, without header.
    pub(crate) fn all(&self, kind: u16, question: &Message, told: u16) -> io::Result<Vec<Vec<u8>>> {
        self.exchange(kind, ALL, question, told)
    }

    /// Changes something; gives what was made, where the kernel tells of it with a message of the kind `kind`.
    pub(crate) fn change(&self, kind: u16, flags: u16, of: &Message) -> io::Result<Option<Vec<u8>>> {
        Ok(self.exchange(kind, flags | ACK | ECHO, of, kind)?.pop())
    }

    fn exchange(&self, kind: u16, flags: u16, of: &Message, told: u16) -> io::Result<Vec<Vec<u8>>> {
        let number = self.asked.fetch_add(1, Ordering::Relaxed) + 1;
        let mut request = ((HEADER + of.0.len()) as u32).to_ne_bytes().to_vec();
        request.extend(kind.to_ne_bytes());
        request.extend((REQUEST | flags).to_ne_bytes());
        request.extend(number.to_ne_bytes());
        // Who asks: the kernel fills that in.
        request.extend([0; 4]);
        request.extend(&of.0);
        retry_on_intr(|| send(&self.socket, &request, SendFlags::empty()))?;
        let (mut all, mut buffer) = (Vec::new(), vec![0; 1 << 16]);
        loop {
            let (length, _) = retry_on_intr(|| recv(&self.socket, &mut buffer[..], RecvFlags::empty()))?;
            for (head, message) in messages(&buffer[..length]).filter(|(head, _)| head.number == number) {
                match head.kind {
                    DONE => return Ok(all),
                    ERROR => return refusal(&head, message).map_or(Ok(all), Err),
                    kind if kind == told => all.push(message.to_vec()),
                    _ => {}
                }
            }
            if length == 0 {
                return Ok(all);
            }
        }
    }
}

/// Why the kernel refuses; `None` when it does not.
fn refusal(head: &Head, message: &[u8]) -> Option<io::Error> {
    let number = word(message).map(|code| code.cast_signed().wrapping_neg()).filter(|number| *number != 0)?;
    let system = io::Error::from_raw_os_error(number);
    // The request's header follows, or all of the request.
    let length = match head.flags & CAPPED {
        0 => word(message.get(4..)?).unwrap_or(0) as usize,
        _ => HEADER,
    };
    let rest = message.get(4 + length.next_multiple_of(4)..).filter(|_| head.flags & EXPLAINED != 0);
    let words = rest.and_then(|rest| attribute(rest, WORDS)).map(text).filter(|words| !words.is_empty());
    Some(match words {
        // Who asks for these numbers finds them.
        None => system,
        Some(_) if matches!(number, libc::EPERM | libc::EEXIST | libc::ENOENT) => system,
        Some(words) => io::Error::new(system.kind(), format!("{words}; {system}")),
    })
}

/// The header of a message.
struct Head {
    kind: u16,
    flags: u16,
    number: u32,
}

fn messages(bytes: &[u8]) -> impl Iterator<Item = (Head, &[u8])> {
    parts(bytes, HEADER, |bytes| {
        let (length, kind) = (word(bytes)? as usize, half(bytes.get(4..)?)?);
        let (flags, number) = (half(bytes.get(6..)?)?, word(bytes.get(8..)?)?);
        Some((length, Head { kind, flags, number }))
    })
}

/// The attributes in a message behind its fixed part: kind, without its flags, and bytes.
pub(crate) fn attributes(bytes: &[u8]) -> impl Iterator<Item = (u16, &[u8])> {
    let header = |bytes: &[u8]| Some((usize::from(half(bytes)?), half(bytes.get(2..)?)? & 0x3fff));
    parts(bytes, 4, header)
}

/// The first attribute of a kind.
pub(crate) fn attribute(bytes: &[u8], kind: u16) -> Option<&[u8]> {
    attributes(bytes).find(|(own, _)| *own == kind).map(|(_, value)| value)
}

/// Parts that start with a header of so many bytes, which tells the length with it; each starts at a multiple of 4.
fn parts<T>(
    mut bytes: &[u8],
    header: usize,
    read: impl Fn(&[u8]) -> Option<(usize, T)>,
) -> impl Iterator<Item = (T, &[u8])> {
    std::iter::from_fn(move || {
        let (length, head) = read(bytes).filter(|(length, _)| *length >= header)?;
        let part = bytes.get(header..length)?;
        bytes = bytes.get(length.next_multiple_of(4)..).unwrap_or_default();
        Some((head, part))
    })
}

/// Bytes up to a NUL, as text.
pub(crate) fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).split('\0').next().unwrap_or_default().into()
}

/// The word of 4 bytes at the start.
pub(crate) fn word(bytes: &[u8]) -> Option<u32> {
    bytes.first_chunk().map(|bytes| u32::from_ne_bytes(*bytes))
}

fn half(bytes: &[u8]) -> Option<u16> {
    bytes.first_chunk().map(|bytes| u16::from_ne_bytes(*bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attributes_are_read_as_they_are_written() {
        let inner = Message::default().with(6, &7u32.to_ne_bytes()).with_text(7, "name");
        let whole = Message::new(&[1, 2, 3, 4]).with_text(1, "bpf").with_all(2, &inner);
        let behind = &whole.0[4..];
        assert_eq!(attribute(behind, 1).map(text), Some("bpf".into()));
        let options = attribute(behind, 2).unwrap();
        assert_eq!((attribute(options, 6).and_then(word), attribute(options, 9)), (Some(7), None));
        assert_eq!(attribute(options, 7).map(text), Some("name".into()));
        // A length that reaches beyond the end, or is too small, ends them.
        assert_eq!(attributes(&[9, 0, 1, 0, 5]).count() + attributes(&[2, 0, 1, 0]).count(), 0);
    }
}
