//! The `run` directive: what a program is given and what is to come of it.
//!
//! `in[0]=5, mark=3 -> ret 1, out[0]=12, gone[7]=none`: before the arrow entries of maps, globals,
//! fields of the context, `len` (the packet's length in bytes behind its Ethernet header), `packet[n]` (its
//! bytes from byte n of the IP header on) and `frame[n]` (the same from the Ethernet header on); after it
//! the return value, entries, globals, fields and bytes of the packet. A value is a number, `none` for an entry that is not there, or bytes: `#(1 2 3)`.

/// A number, bytes or nothing.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Literal {
    /// A number, of the width of its place.
    Int(i128),
    /// All bytes of its place.
    Bytes(Vec<u8>),
    /// No entry.
    Absent,
}

/// One `target[key]=value`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Item {
    /// A map, a context field, `len` or `ret`.
    pub target: String,
    /// The key, of a map.
    pub key: Option<Literal>,
    /// The value.
    pub value: Literal,
}

/// One run of one program.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Run {
    /// The directive, for messages.
    pub text: String,
    /// The program's symbol; the first program when not said.
    pub program: Option<String>,
    /// What it is given.
    pub given: Vec<Item>,
    /// What is to come of it.
    pub wanted: Vec<Item>,
}

impl Run {
    /// Reads what follows the word `run`.
    pub fn parse(text: &str) -> Result<Self, String> {
        let (program, rest) = text.split_once(':').ok_or("a colon is missing after `run`")?;
        let (given, wanted) = rest.split_once("->").ok_or("an arrow is missing")?;
        let program = Some(program.trim().replace('-', "_")).filter(|program| !program.is_empty());
        Ok(Self { text: rest.trim().into(), program, given: items(given)?, wanted: items(wanted)? })
    }
}

fn items(text: &str) -> Result<Vec<Item>, String> {
    text.split(',').map(str::trim).filter(|item| !item.is_empty()).map(item).collect()
}

fn item(text: &str) -> Result<Item, String> {
    let wrong = || format!("`{text}` is not `name=value` or `map[key]=value`");
    let (target, value) = match text.strip_prefix("ret ") {
        Some(value) => ("ret", value),
        None => text.split_once('=').ok_or_else(wrong)?,
    };
    let value = literal(value).ok_or_else(wrong)?;
    let Some((map, key)) = target.split_once('[') else {
        return Ok(Item { target: target.trim().into(), key: None, value });
    };
    let key = key.trim_end().strip_suffix(']').and_then(literal).ok_or_else(wrong)?;
    Ok(Item { target: map.trim().replace('-', "_"), key: Some(key), value })
}

fn literal(text: &str) -> Option<Literal> {
    let text = text.trim();
    if text == "none" {
        return Some(Literal::Absent);
    }
    match text.strip_prefix("#(").and_then(|rest| rest.strip_suffix(')')) {
        Some(bytes) => {
            let bytes = bytes.split_whitespace().map(|byte| number(byte)?.try_into().ok());
            bytes.collect::<Option<_>>().map(Literal::Bytes)
        }
        None => number(text).map(Literal::Int),
    }
}

fn number(text: &str) -> Option<i128> {
    let (negative, digits) = match text.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, text),
    };
    let digits = digits.replace('_', "");
    let value = match digits.strip_prefix("0x") {
        Some(hex) => i128::from_str_radix(hex, 16).ok()?,
        None => digits.parse().ok()?,
    };
    Some(if negative { -value } else { value })
}

impl Literal {
    /// Its bytes in a place `size` bytes wide, least significant first.
    pub fn bytes(&self, size: usize) -> Result<Vec<u8>, String> {
        match self {
            Self::Int(value) => {
                let mut bytes = value.to_le_bytes().to_vec();
                let filler = if *value < 0 { 0xff } else { 0 };
                bytes.resize(size.max(16), filler);
                match bytes.split_off(size).iter().all(|byte| *byte == filler) {
                    true => Ok(bytes),
                    false => Err(format!("{value} does not fit {size} bytes")),
                }
            }
            Self::Bytes(bytes) if bytes.len() <= size => {
                let mut bytes = bytes.clone();
                bytes.resize(size, 0);
                Ok(bytes)
            }
            Self::Bytes(bytes) => Err(format!("{} bytes do not fit {size}", bytes.len())),
            Self::Absent => Err("`none` is not a value to store".into()),
        }
    }

    /// Its number.
    pub fn int(&self) -> Result<i128, String> {
        match self {
            Self::Int(value) => Ok(*value),
            _ => Err("a number is wanted here".into()),
        }
    }
}
