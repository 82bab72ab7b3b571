//! Storages, queues and tail calls: the operations on maps that are forms of their own.

use bpfl_stdlib::catalog::helper;

use super::{Builder, forms::Call};
use crate::{
    diagnostic::{Diagnostic, codes},
    hir::{ExprId, ExprKind, Ty},
};

/// `(sk-storage-get map socket [init] [flags])`
pub fn get<'a>(b: &mut Builder<'a>, call: &Call<'a>, name: &str) -> ExprId {
    let Some(helper) = helper::find(name) else { return b.add(ExprKind::Error, Ty::ERROR, call.span) };
    b.helper_with(helper, call, &[Missing::Given, Missing::Given, Missing::Null, Missing::Zero])
}

/// `(sk-storage-delete map socket)`, and other helpers called as they are.
pub fn plain<'a>(b: &mut Builder<'a>, call: &Call<'a>, name: &str) -> ExprId {
    let Some(helper) = helper::find(name) else { return b.add(ExprKind::Error, Ty::ERROR, call.span) };
    b.helper_with(helper, call, &[])
}

/// `(map-push map value [flags])`
pub fn push<'a>(b: &mut Builder<'a>, call: &Call<'a>) -> ExprId {
    let Some(helper) = helper::find("map_push_elem") else {
        return b.add(ExprKind::Error, Ty::ERROR, call.span);
    };
    b.helper_with(helper, call, &[Missing::Given, Missing::Given, Missing::Zero])
}

/// `(tail-call prog-array index)`: goes on in another program, or here when there is none.
pub fn tail_call<'a>(b: &mut Builder<'a>, call: &Call<'a>) -> ExprId {
    let Some(map) = b.map(call.args[0]) else { return b.add(ExprKind::Error, Ty::ERROR, call.span) };
    let index = b.value(call.args[1]);
    let index = b.store_as(index, Ty::U32);
    if b.module.maps[map].kind.name != "prog-array" {
        let error =
            Diagnostic::error(&codes::MAP_OPERATION, b.span(call.args[0]), "this map holds no programs");
        let error = error.also(b.module.maps[map].span, "defined here");
        return b.fail(error.help("tail calls go through a map of `:type :prog-array`"));
    }
    let Some(helper) = helper::find("tail_call") else { return b.add(ExprKind::Error, Ty::ERROR, call.span) };
    let context = b.context(call.span);
    let handle = b.add(ExprKind::Map(map), Ty::NOTHING, call.span);
    b.call_helper(helper, vec![context, handle, index], Some(map), call.span)
}

/// What stands for an argument that is left out.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Missing {
    /// It may not be.
    Given,
    /// Null.
    Null,
    /// 0.
    Zero,
}
