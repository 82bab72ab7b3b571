//! Catching what is printed.

use super::{Special, special};
use crate::eval::{Env, Interp, MANY, Result, Value};

pub const FORMS: &[Special] = &[special("with-output-to-string", 0, MANY, with_output_to_string)];

/// `(with-output-to-string (stream) form…)`: everything printed inside, whatever the stream.
fn with_output_to_string(interp: &mut Interp<'_>, args: &[Value], env: &Env) -> Result {
    let depth = interp.captured.len();
    interp.captured.push(String::new());
    let stream = args.first().and_then(Value::elements).and_then(|names| names.first()?.symbol());
    let truth = interp.truth(true);
    let inner = stream.map_or_else(|| env.clone(), |stream| env.bind(stream.folded, truth));
    let result = interp.progn(args.get(1..).unwrap_or_default(), &inner);
    let text = interp.captured.drain(depth..).next().unwrap_or_default();
    result.map(|_| text.into())
}
