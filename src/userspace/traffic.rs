//! What programs of tc are attached to: the arguments of `attach-tc` in, a target out.

use std::num::NonZeroU16;

use bpfl_compiler::eval::{Exit, Interp, Kind, Value};
use bpfl_runtime::{
    attach::{Direction, Target, Via},
    session::Session,
};

use super::{attach::positional, keys::Keys, object::wanted, objects::name};

/// `(attach-tc program interface [:direction :ingress | :egress] [:via :tcx | :clsact] [:priority number])`
pub fn to_traffic(interp: &mut Interp<'_>, _: &Session, _: &str, args: &[Value]) -> Result<Target, Exit> {
    let (names, options) = positional(interp, args, 1)?;
    let keys = Keys::read(interp, options, &["direction", "via", "priority"])?;
    let via = via(interp, &keys)?;
    traffic(interp, names, &keys, via)
}

/// `(attach-tcx program interface [:direction :ingress | :egress])`
pub fn to_links_of_traffic(
    interp: &mut Interp<'_>,
    _: &Session,
    _: &str,
    args: &[Value],
) -> Result<Target, Exit> {
    let (names, options) = positional(interp, args, 1)?;
    let keys = Keys::read(interp, options, &["direction"])?;
    traffic(interp, names, &keys, Via::Tcx)
}

fn traffic(interp: &Interp<'_>, names: Vec<String>, keys: &Keys<'_>, via: Via) -> Result<Target, Exit> {
    let missing = || Exit::error("the name of a network interface is missing");
    let interface = names.into_iter().next().ok_or_else(missing)?;
    let direction = match keys.get("direction").map(|value| name(interp, value)).transpose()?.as_deref() {
        None => None,
        Some("ingress") => Some(Direction::Ingress),
        Some("egress") => Some(Direction::Egress),
        Some(other) => {
            return Err(Exit::error(format!("there is no direction `{other}`; it is :ingress or :egress")));
        }
    };
    Ok(match (direction, via) {
        (None, Via::Any) => Target::interface(interface),
        _ => Target::Traffic { interface, direction, via },
    })
}

/// What holds the program: a link, or a filter, which has a priority.
fn via(interp: &Interp<'_>, keys: &Keys<'_>) -> Result<Via, Exit> {
    let given = keys.get("via").map(|value| name(interp, value)).transpose()?;
    let priority = keys.get("priority").map(priority).transpose()?;
    match (given.as_deref(), priority) {
        (Some("clsact"), priority) => Ok(Via::Clsact { priority }),
        (None | Some("tcx"), Some(_)) => {
            Err(Exit::error("only filters have a `:priority`; add `:via :clsact` to attach as one"))
        }
        (None, None) => Ok(Via::Any),
        (Some("tcx"), None) => Ok(Via::Tcx),
        (Some(other), _) => {
            Err(Exit::error(format!("nothing holds programs via `{other}`; it is :tcx or :clsact")))
        }
    }
}

fn priority(value: &Value) -> Result<NonZeroU16, Exit> {
    let number = match value.kind {
        Kind::Int(number) => u16::try_from(number).ok().and_then(NonZeroU16::new),
        _ => None,
    };
    number.ok_or_else(|| match value.kind {
        Kind::Int(number) => {
            Exit::error(format!("{number} is no priority of filters, which go from 1, the first, to 65535"))
        }
        _ => wanted("a number", value),
    })
}
