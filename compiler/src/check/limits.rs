//! Limits that show only in the finished code: the stack, the reach of jumps.

use bpfl_stdlib::catalog::limit::STACK_BYTES;

use crate::{
    bpf::Error,
    diagnostic::{Diagnostic, codes},
    source::Span,
};

/// What to tell the user about code of the function called `symbol`, defined at `own`, that could
/// not be made.
pub fn too_much(symbol: &str, own: Span, error: Error) -> Diagnostic {
    match error {
        Error::Stack { bytes, slots, spills } => {
            let over = slots
                .iter()
                .scan(0, |sum, (span, size)| {
                    *sum += size;
                    Some((*sum, *span))
                })
                .find(|(sum, _)| *sum > STACK_BYTES);
            let span = over.map_or(own, |(_, span)| span);
            let message = format!("`{}` takes {bytes} bytes of stack, and there are {STACK_BYTES}", symbol);
            let mut error = Diagnostic::error(&codes::STACK_LIMIT, span, message);
            let mut largest = slots;
            largest.sort_by_key(|(_, size)| std::cmp::Reverse(*size));
            for (span, size) in largest.into_iter().take(5).filter(|(s, _)| *s != span) {
                error = error.also(span, format!("{size} bytes for this"));
            }
            if spills > 0 {
                error = error.note(format!("{spills} of them hold values that found no register"));
            }
            error.help("keep large or many values in a map, for example a `:percpu-array` with one entry")
        }
        Error::Jump(span) => {
            let message = "this jumps over more instructions than the instruction set can reach";
            let error = Diagnostic::error(&codes::TOO_LARGE, span, message);
            error.help("compile with `--cpu v4`, or divide the program")
        }
        Error::Allocation(message) => Diagnostic::error(&codes::INTERNAL, own, message),
    }
}
