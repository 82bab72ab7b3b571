//! How large types are, and how many bytes one form works on: what is longer is an error here, before anybody counts
//! its bytes one by one.

use super::Builder;
use crate::{
    diagnostic::{Diagnostic, codes},
    hir::{Ty, layout},
    source::Span,
};

/// The most bytes that one form makes, fills, copies or compares: more than any stack or small map value holds. Each
/// eight of them are an instruction or two.
const MOST: u32 = 4096;

/// The most bytes of a record that is zeroed when it is reserved.
const MOST_ZEROED: u32 = 1 << 15;

impl Builder<'_> {
    /// A number of bytes that one form works on; reports what is none, or too many.
    pub(super) fn at_once(&mut self, bytes: i128, span: Span) -> Option<u32> {
        let few = u32::try_from(bytes).ok().filter(|bytes| *bytes <= MOST);
        if few.is_none() {
            let what = if bytes < 0 { "are none" } else { "are too many" };
            let message = format!("{bytes} bytes {what}: {MOST} at most");
            let error = Diagnostic::error(&codes::LITERAL_RANGE, span, message);
            self.report(error.help("do larger pieces in a loop"));
        }
        few
    }

    /// Whether a record of so many bytes can be zeroed when it is reserved; reports what cannot.
    pub(super) fn zeroed_at_once(&mut self, bytes: u32, span: Span) -> bool {
        if bytes > MOST_ZEROED {
            let message = format!(
                "`with-ringbuf` zeroes the record first, {MOST_ZEROED} bytes at most, and this has {bytes}"
            );
            let error = Diagnostic::error(&codes::LITERAL_RANGE, span, message);
            self.report(error.help("`ringbuf-reserve` and `ringbuf-submit` leave it as it is"));
        }
        bytes <= MOST_ZEROED
    }

    /// Whether something of this type may be put on the stack, as far as can be said before it is known what else is
    /// there; reports what may not.
    pub(super) fn on_stack(&mut self, ty: Ty, span: Span) -> bool {
        let bytes = self.module.types.size(ty);
        let small = bytes <= MOST;
        if !small {
            let most = bpfl_stdlib::catalog::limit::STACK_BYTES;
            let message = format!("this takes {bytes} bytes of stack, and there are {most}");
            let error = Diagnostic::error(&codes::STACK_LIMIT, span, message);
            self.report(error.help("keep it in a map, for example a `:percpu-array` with one entry"));
        }
        small
    }

    /// Whether a type can have so many bytes; reports one that cannot.
    pub(super) fn is_small_type(&mut self, bytes: u64, span: Span) -> bool {
        let small = bytes <= layout::MOST_BYTES.into();
        if !small {
            let message = format!("this has {bytes} bytes, and a type has {} at most", layout::MOST_BYTES);
            self.report(Diagnostic::error(&codes::LITERAL_RANGE, span, message));
        }
        small
    }
}
