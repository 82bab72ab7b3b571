//! What a relocation asks, and what is so in the kernel.

use bpfl_stdlib::catalog::constant;

use super::{
    Relocation,
    place::{self, Candidates, Place, essential, size},
};
use crate::btf::{Btf, Kind, TypeId};

/// What is asked (`enum bpf_core_relo_kind`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Question {
    Offset,
    Size,
    Exists,
    Signed,
    ShiftLeft,
    ShiftRight,
    OwnType,
    KernelType,
    TypeExists,
    TypeSize,
    EnumeratorExists,
    EnumeratorValue,
}

/// The questions by the names that the kernel gives them.
const QUESTIONS: [(&str, Question); 12] = [
    ("BPF_CORE_FIELD_BYTE_OFFSET", Question::Offset),
    ("BPF_CORE_FIELD_BYTE_SIZE", Question::Size),
    ("BPF_CORE_FIELD_EXISTS", Question::Exists),
    ("BPF_CORE_FIELD_SIGNED", Question::Signed),
    ("BPF_CORE_FIELD_LSHIFT_U64", Question::ShiftLeft),
    ("BPF_CORE_FIELD_RSHIFT_U64", Question::ShiftRight),
    ("BPF_CORE_TYPE_ID_LOCAL", Question::OwnType),
    ("BPF_CORE_TYPE_ID_TARGET", Question::KernelType),
    ("BPF_CORE_TYPE_EXISTS", Question::TypeExists),
    ("BPF_CORE_TYPE_SIZE", Question::TypeSize),
    ("BPF_CORE_ENUMVAL_EXISTS", Question::EnumeratorExists),
    ("BPF_CORE_ENUMVAL_VALUE", Question::EnumeratorValue),
];

impl Question {
    pub(super) fn numbered(number: u32) -> Option<Self> {
        let is = |name: &str| constant::find(name).is_some_and(|row| row.value == i64::from(number));
        QUESTIONS.iter().find(|(name, _)| is(name)).map(|(_, question)| *question)
    }

    /// Whether "no" is an answer.
    fn is_existence(self) -> bool {
        matches!(self, Self::Exists | Self::TypeExists | Self::EnumeratorExists)
    }
}

/// The answer to a question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Answer {
    /// A number, and the bytes that an access to the member has in the kernel and in the object, where
    /// those are to follow it.
    Is(u64, Option<Access>),
    /// The kernel does not have it.
    Missing,
}

/// How wide an access is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Access {
    pub(super) kernel: u32,
    pub(super) own: u32,
    /// Whether a wider or narrower one reads the same number: not of signed ones.
    pub(super) adjustable: bool,
}

/// What the kernel has different answers for cannot be asked.
#[derive(Debug, thiserror::Error)]
#[error("the kernel has several types `{0}`, and a CO-RE relocation fits more than one of them")]
pub(super) struct Ambiguous(String);

/// Asks the kernel's types.
pub(super) fn ask(of: &Relocation<'_>, candidates: &Candidates<'_>) -> Result<Answer, Ambiguous> {
    use Question as Q;
    if of.question == Q::OwnType {
        return Ok(Answer::Is(of.ty.into(), None));
    }
    let of_one = |id: TypeId| match of.question {
        Q::EnumeratorExists | Q::EnumeratorValue => enumerator(of, candidates.kernel, id),
        Q::OwnType | Q::KernelType => Some(Answer::Is(id.into(), None)),
        Q::TypeExists => Some(Answer::Is(1, None)),
        Q::TypeSize => size(candidates.kernel, id).map(|bytes| Answer::Is(bytes.into(), None)),
        _ => member(of, candidates.kernel, id),
    };
    let mut answers = candidates.of(of.btf, of.ty).into_iter().filter_map(of_one);
    let Some(first) = answers.next() else {
        return Ok(if of.question.is_existence() { Answer::Is(0, None) } else { Answer::Missing });
    };
    match answers.all(|other| other == first) {
        true => Ok(first),
        false => Err(Ambiguous(of.btf.get(of.ty).map(|ty| ty.name.to_string()).unwrap_or_default())),
    }
}

fn enumerator(of: &Relocation<'_>, kernel: &Btf, id: TypeId) -> Option<Answer> {
    let Kind::Enum { members, .. } = &of.btf.get(of.ty).ok()?.kind else { return None };
    let (wanted, _) = members.get(*of.path.first()?)?;
    let Kind::Enum { members, .. } = &kernel.get(id).ok()?.kind else { return None };
    let (_, value) = members.iter().find(|(name, _)| essential(name) == essential(wanted))?;
    let exists = of.question == Question::EnumeratorExists;
    Some(Answer::Is(if exists { 1 } else { *value as u64 }, None))
}

fn member(of: &Relocation<'_>, kernel: &Btf, id: TypeId) -> Option<Answer> {
    let (own, steps) = place::follow(of.btf, of.ty, &of.path)?;
    let found = place::find(kernel, id, of.btf, &steps)?;
    if of.question == Question::Exists {
        return Some(Answer::Is(1, None));
    }
    let unit = Unit::of(kernel, found)?;
    let number = match of.question {
        Question::Offset => unit.offset.into(),
        Question::Size => unit.bytes.into(),
        Question::Signed => is_signed(kernel, found.ty).into(),
        Question::ShiftLeft => unit.shift_left()?.into(),
        _ => unit.shift_right()?.into(),
    };
    let access = (of.question == Question::Offset && found.bit_width == 0).then(|| {
        let adjustable = !is_signed(of.btf, own.ty) && !is_signed(kernel, found.ty);
        Some(Access { kernel: unit.bytes, own: Unit::of(of.btf, own)?.bytes, adjustable })
    });
    Some(Answer::Is(number, access.flatten()))
}

fn is_signed(btf: &Btf, ty: TypeId) -> bool {
    match btf.resolve(ty).map(|ty| &ty.kind) {
        Ok(Kind::Int { signed, .. } | Kind::Enum { signed, .. }) => *signed,
        _ => false,
    }
}

/// What an access to a member reads: of a bit-field, the number of its type's width that holds it.
struct Unit {
    /// In bytes from the start of the type.
    offset: u32,
    bytes: u32,
    /// Where in it the bits start, and how many there are.
    bits: (u32, u32),
}

impl Unit {
    fn of(btf: &Btf, place: Place) -> Option<Self> {
        let Place { bit_offset, bit_width, ty } = place;
        let mut bytes = size(btf, ty)?;
        if bit_width == 0 {
            return Some(Self { offset: bit_offset / 8, bytes, bits: (0, bytes.saturating_mul(8)) });
        }
        let end = bit_offset.checked_add(bit_width)?;
        let start = |bytes: u32| bit_offset / 8 / bytes * bytes;
        // No number that holds bits is wider; damaged types may have none at all.
        let fits = |bytes: u32| (1..=8).contains(&bytes);
        while fits(bytes) && end > start(bytes).saturating_add(bytes).saturating_mul(8) {
            bytes *= 2;
        }
        let offset = fits(bytes).then(|| start(bytes))?;
        Some(Self { offset, bytes, bits: (bit_offset - offset * 8, bit_width) })
    }

    /// By how much the unit, in a register of 64 bits, loses what is above the bits.
    fn shift_left(&self) -> Option<u32> {
        let (start, width) = self.bits;
        match cfg!(target_endian = "big") {
            true => (8u32.checked_sub(self.bytes)? * 8).checked_add(start),
            false => 64u32.checked_sub(start + width),
        }
    }

    /// By how much they then are to be moved down.
    fn shift_right(&self) -> Option<u32> {
        64u32.checked_sub(self.bits.1)
    }
}
