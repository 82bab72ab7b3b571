//! What the prelude's packet forms need to know of the hook: constants by program type.

use bpfl_stdlib::catalog::packet::{self, PacketHook};

use super::{Builder, forms::Call};
use crate::{
    diagnostic::{Diagnostic, codes},
    hir::{ExprId, ExprKind, Ty},
};

/// `(packet-in-place form…)`: the forms, for a hook whose programs read packets where they are. For others
/// the forms, each of which would fail, are left out.
pub fn in_place<'a>(b: &mut Builder<'a>, call: &Call<'a>) -> ExprId {
    match b.hook.map(|hook| (hook.ty.row().name, packet::of(hook.ty))) {
        Some((name, None)) => {
            let message = format!("no packets pass through {name} programs");
            b.fail_at(&codes::HELPER_NOT_OFFERED, call.span, message)
        }
        Some((name, Some(hook))) if !hook.in_place => {
            let message = format!("{name} programs cannot read the packet in place");
            let error = Diagnostic::error(&codes::HELPER_NOT_OFFERED, call.span, message);
            b.fail(
                error.help(
                    "copy its headers to the stack: `(with-skb-ipv4 (ip) …)`, `(with-skb-tcp (tcp) …)`",
                ),
            )
        }
        _ => b.body(call.args, call.span, call.used),
    }
}

/// `(pass-verdict)`: what lets a packet pass here.
pub fn verdict<'a>(b: &mut Builder<'a>, call: &Call<'a>) -> ExprId {
    constant(b, call, |hook| hook.pass.into())
}

/// `(network-offset)`: how many bytes of the packet come before its network header.
pub fn network_offset<'a>(b: &mut Builder<'a>, call: &Call<'a>) -> ExprId {
    constant(b, call, |hook| hook.link_header.into())
}

/// `(link-header-size)`: the same, where there is a link-layer header at all.
pub fn link_header<'a>(b: &mut Builder<'a>, call: &Call<'a>) -> ExprId {
    match b.hook.and_then(|hook| packet::of(hook.ty)) {
        Some(hook) if hook.link_header == 0 => {
            let message = "packets have no Ethernet header here: they start with IP's";
            let error = Diagnostic::error(&codes::HELPER_NOT_OFFERED, call.span, message);
            b.fail(error.help("start with `with-ipv4` or `with-ipv6`"))
        }
        _ => network_offset(b, call),
    }
}

fn constant<'a>(b: &mut Builder<'a>, call: &Call<'a>, what: fn(&PacketHook) -> i128) -> ExprId {
    let Some(hook) = b.hook else { return b.add(ExprKind::Error, Ty::ERROR, call.span) };
    match packet::of(hook.ty) {
        Some(row) => b.literal(what(row), call.span),
        None => {
            let message = format!("no packets pass through {} programs", hook.ty.row().name);
            b.fail_at(&codes::HELPER_NOT_OFFERED, call.span, message)
        }
    }
}
