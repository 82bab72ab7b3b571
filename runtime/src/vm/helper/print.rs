//! `bpf_trace_printk` and its like: formats as the kernel's (`bpf_bprintf_prepare`, kernel/bpf/helpers.c).

use std::fmt::Write;

use libc::EINVAL;

use super::{Cpu, Row, Trap, failure};

pub(super) const ROWS: &[Row] =
    &[("trace_printk", trace), ("trace_vprintk", trace_list), ("snprintf", string)];

/// How long a line may be (`BPF_TRACE_PRINTK_SIZE`).
const LINE: usize = 1024;

/// `(format, size, argument…)`, of which there are three at most.
fn trace(cpu: &mut Cpu<'_>, args: &[u64; 5]) -> Result<u64, Trap> {
    let format = cpu.memory.read(args[0], args[1] as usize)?.to_vec();
    say(cpu, &format, &args[2..])
}

/// `(format, size, arguments, size of those)`.
fn trace_list(cpu: &mut Cpu<'_>, args: &[u64; 5]) -> Result<u64, Trap> {
    let format = cpu.memory.read(args[0], args[1] as usize)?.to_vec();
    let list = list(cpu, args[2], args[3])?;
    say(cpu, &format, &list)
}

fn list(cpu: &Cpu<'_>, at: u64, bytes: u64) -> Result<Vec<u64>, Trap> {
    let (chunks, _) = cpu
        .memory
        .read(at, if at == 0 { 0 } else { bytes as usize })
        .or_else(|trap| if bytes == 0 { Ok(&[][..]) } else { Err(trap) })?
        .as_chunks();
    Ok(chunks.iter().map(|chunk| u64::from_le_bytes(*chunk)).collect())
}

fn say(cpu: &mut Cpu<'_>, format: &[u8], args: &[u64]) -> Result<u64, Trap> {
    let Some(mut text) = formatted(cpu, format, args)? else { return Ok(failure(EINVAL)) };
    text.truncate(LINE - 1);
    let length = text.len() as u64;
    cpu.printed.extend(String::from_utf8_lossy(&text).lines().map(String::from));
    Ok(length)
}

/// `(to, size, format, arguments, size of those)`; what it would have written, with the zero byte.
fn string(cpu: &mut Cpu<'_>, args: &[u64; 5]) -> Result<u64, Trap> {
    let [to, size, format, at, bytes] = *args;
    let format = cpu.memory.text(format)?.to_vec();
    let list = list(cpu, at, bytes)?;
    let Some(text) = formatted(cpu, &format, &list)? else { return Ok(failure(EINVAL)) };
    let room = cpu.memory.write(to, size as usize)?;
    let (whole, most) = (text.len() as u64 + 1, room.len().saturating_sub(1));
    room.iter_mut().zip(text.iter().take(most).chain(std::iter::once(&0))).for_each(|(to, byte)| *to = *byte);
    Ok(whole)
}

/// The text of a format; `None` when it is none, or lacks arguments.
fn formatted(cpu: &Cpu<'_>, format: &[u8], args: &[u64]) -> Result<Option<Vec<u8>>, Trap> {
    let end = format.iter().position(|byte| *byte == 0).unwrap_or(format.len());
    let (mut text, mut rest, mut args) = (Vec::new(), &format[..end], args.iter());
    while let Some((byte, after)) = rest.split_first() {
        rest = after;
        match (byte, after) {
            (b'%', [b'%', after @ ..]) => {
                text.push(b'%');
                rest = after;
            }
            (b'%', _) => {
                let Some((directive, after)) = Directive::read(after) else { return Ok(None) };
                let Some(arg) = args.next() else { return Ok(None) };
                rest = after;
                directive.write(cpu, *arg, &mut text)?;
            }
            _ => text.push(*byte),
        }
    }
    Ok(Some(text))
}

/// What `%` and the characters behind it say.
struct Directive {
    /// Filled up at the left, with zeroes if `zeroes`, at the right if `left`.
    width: usize,
    zeroes: bool,
    left: bool,
    /// 64 bits, else 32.
    long: bool,
    what: What,
}

#[derive(Clone, Copy)]
enum What {
    Signed,
    Unsigned,
    Hex {
        upper: bool,
    },
    Char,
    Text,
    Pointer,
    /// An address of so many bytes, with dots or colons between them, or without.
    Address {
        bytes: usize,
        separated: bool,
    },
}

/// The characters behind `p`, and what they say.
const POINTERS: &[(&[u8], What)] = &[
    (b"I4", What::Address { bytes: 4, separated: true }),
    (b"i4", What::Address { bytes: 4, separated: true }),
    (b"I6", What::Address { bytes: 16, separated: true }),
    (b"i6", What::Address { bytes: 16, separated: false }),
    (b"x", What::Pointer),
    (b"K", What::Pointer),
    (b"B", What::Pointer),
];

impl Directive {
    /// The directive at the start of `text`, and what is behind it.
    fn read(mut text: &[u8]) -> Option<(Self, &[u8])> {
        let mut directive = Self { width: 0, zeroes: false, left: false, long: false, what: What::Signed };
        while let [flag @ (b'0' | b'-' | b'+' | b' ' | b'#'), rest @ ..] = text {
            directive.zeroes |= *flag == b'0';
            directive.left |= *flag == b'-';
            text = rest;
        }
        while let [digit @ b'0'..=b'9', rest @ ..] = text {
            directive.width = (directive.width * 10 + usize::from(digit - b'0')).min(LINE);
            text = rest;
        }
        while let [b'l', rest @ ..] = text {
            directive.long = true;
            text = rest;
        }
        let (what, rest) = text.split_first()?;
        directive.what = match what {
            b'd' | b'i' => What::Signed,
            b'u' => What::Unsigned,
            b'x' => What::Hex { upper: false },
            b'X' => What::Hex { upper: true },
            b'c' => What::Char,
            b's' => What::Text,
            b'p' => {
                let found = POINTERS.iter().find(|(letters, _)| rest.starts_with(letters));
                let (letters, what) = found.copied().unwrap_or((b"", What::Pointer));
                directive.what = what;
                return Some((directive, &rest[letters.len()..]));
            }
            _ => return None,
        };
        Some((directive, rest))
    }

    fn write(&self, cpu: &Cpu<'_>, value: u64, to: &mut Vec<u8>) -> Result<(), Trap> {
        let unsigned = if self.long { value } else { u64::from(value as u32) };
        let signed = if self.long { value.cast_signed() } else { i64::from((value as u32).cast_signed()) };
        let text = match self.what {
            What::Signed => signed.to_string().into_bytes(),
            What::Unsigned => unsigned.to_string().into_bytes(),
            What::Hex { upper: false } => format!("{unsigned:x}").into_bytes(),
            What::Hex { upper: true } => format!("{unsigned:X}").into_bytes(),
            What::Char => vec![value as u8],
            What::Text => cpu.memory.text(value)?.to_vec(),
            What::Pointer => format!("{value:016x}").into_bytes(),
            What::Address { bytes, separated } => address(cpu.memory.read(value, bytes)?, separated),
        };
        let gap =
            vec![if self.zeroes && !self.left { b'0' } else { b' ' }; self.width.saturating_sub(text.len())];
        match self.left {
            true => to.extend([text, gap].concat()),
            false => to.extend([gap, text].concat()),
        }
        Ok(())
    }
}

fn address(bytes: &[u8], separated: bool) -> Vec<u8> {
    let mut text = String::new();
    for (index, byte) in bytes.iter().enumerate() {
        let _ = match (bytes.len(), index) {
            (4, 0) => write!(text, "{byte}"),
            (4, _) => write!(text, ".{byte}"),
            (_, index) if separated && index > 0 && index % 2 == 0 => write!(text, ":{byte:02x}"),
            _ => write!(text, "{byte:02x}"),
        };
    }
    text.into_bytes()
}
