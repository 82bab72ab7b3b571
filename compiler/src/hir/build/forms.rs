//! The table of special forms.

use super::{
    Builder, arena, arith, ask, asm, atomics, binding, bytes, callbacks, compare, context, control, dynptr,
    exits, expand, kptr, locks, log2, loops, maps, memory, packet, printf, storage, structs, text,
};
use crate::{
    hir::{Atomic, Binary, Compare, ExprId, kernel::Question},
    names::Name,
    read::DatumId,
    source::Span,
};

/// One use of a form or helper.
#[derive(Clone, Copy)]
pub struct Call<'a> {
    /// Its name, as spelled.
    pub name: Name,
    /// Where the name stands.
    pub head: Span,
    /// The whole form.
    pub span: Span,
    /// Its arguments.
    pub args: &'a [DatumId],
    /// Whether its value is wanted.
    pub used: bool,
}

/// What builds a form whose number of arguments is right.
type Build = for<'a> fn(&mut Builder<'a>, &Call<'a>) -> ExprId;

/// A row of [`FORMS`].
pub struct Form {
    /// Its name.
    pub name: &'static str,
    /// The least number of arguments.
    min: usize,
    /// The greatest number of arguments.
    max: usize,
    /// How it is written.
    pub usage: &'static str,
    /// What builds it.
    pub build: Build,
}

impl Form {
    /// Whether it takes `count` arguments.
    pub fn takes(&self, count: usize) -> bool {
        (self.min..=self.max).contains(&count)
    }

    /// How many arguments it takes, in words.
    pub fn count(&self) -> String {
        let plural = |n: usize| if n == 1 { "argument" } else { "arguments" };
        match (self.min, self.max) {
            (0, 0) => "no arguments".into(),
            (n, MANY) => format!("at least {n} {}", plural(n)),
            (n, m) if n == m => format!("{n} {}", plural(n)),
            (n, m) => format!("{n} to {m} arguments"),
        }
    }
}

const MANY: usize = usize::MAX;

const fn form(name: &'static str, min: usize, max: usize, usage: &'static str, build: Build) -> Form {
    Form { name, min, max, usage, build }
}

/// A form for each operator of a family: `builder.$method(call, $operator)`.
macro_rules! each {
    ($method:path, $operator:expr) => {
        |b, c| $method(b, c, $operator)
    };
}

/// The names of the special forms, with how each is written.
pub fn names() -> impl Iterator<Item = (&'static str, &'static str)> {
    FORMS.iter().map(|form| (form.name, form.usage))
}

/// All special forms.
pub const FORMS: &[Form] = &[
    // binding
    form("let", 1, MANY, "(let ((name value) …) body…)", binding::bind_in_parallel),
    form("let*", 1, MANY, "(let* ((name value) …) body…)", binding::bind_in_turn),
    form("setf", 0, MANY, "(setf place value …)", binding::setf),
    form("setq", 0, MANY, "(setq name value …)", binding::setf),
    form("incf", 1, 2, "(incf place [n])", each!(binding::step, Binary::Add)),
    form("rotatef", 0, MANY, "(rotatef place…)", binding::rotatef),
    form("decf", 1, 2, "(decf place [n])", each!(binding::step, Binary::Sub)),
    form("macrolet", 1, MANY, "(macrolet ((name (parameter…) body…) …) form…)", expand::macrolet),
    form("symbol-macrolet", 1, MANY, "(symbol-macrolet ((name form) …) form…)", expand::symbol_macrolet),
    // control
    form("progn", 0, MANY, "(progn form…)", control::progn),
    form("prog1", 1, MANY, "(prog1 value form…)", control::prog1),
    form("prog2", 2, MANY, "(prog2 form value form…)", control::prog2),
    form("if", 2, 3, "(if test then [else])", control::if_),
    form("when", 1, MANY, "(when test body…)", control::when),
    form("unless", 1, MANY, "(unless test body…)", control::unless),
    form("cond", 0, MANY, "(cond (test form…) …)", control::cond),
    form("case", 1, MANY, "(case value (key form…) … (otherwise form…))", control::case),
    form("and", 0, MANY, "(and form…)", control::and),
    form("or", 0, MANY, "(or form…)", control::or),
    form("not", 1, 1, "(not value)", control::not),
    form("when-let", 1, MANY, "(when-let ((name value) …) body…)", control::when_let),
    form("when-let*", 1, MANY, "(when-let* ((name value) …) body…)", control::when_let_in_turn),
    form("if-let*", 2, 3, "(if-let* ((name value) …) then [else])", control::if_let_in_turn),
    form("if-let", 2, 3, "(if-let ((name value) …) then [else])", control::if_let),
    form("block", 1, MANY, "(block name form…)", exits::block),
    form("return-from", 1, 2, "(return-from name [value])", exits::return_from),
    form("return", 0, 1, "(return [value])", exits::return_),
    form("dotimes", 1, MANY, "(dotimes (i count [:max n] [:unroll t]) body…)", control::dotimes),
    form("while", 1, MANY, "(while test :max n body…)", loops::while_),
    form("loop", 1, MANY, "(loop for i from 0 below 10 do body…)", loops::loop_),
    form("bpf-loop", 1, MANY, "(bpf-loop (i n) body…)", callbacks::bpf_loop),
    form("do-map", 1, MANY, "(do-map (key value map) body…)", callbacks::do_map),
    form("break", 0, 0, "(break)", exits::break_),
    form("continue", 0, 0, "(continue)", exits::continue_),
    // arithmetic
    form("+", 0, MANY, "(+ a b …)", each!(arith::fold, Binary::Add)),
    form("-", 1, MANY, "(- a b …)", arith::minus),
    form("*", 0, MANY, "(* a b …)", each!(arith::fold, Binary::Mul)),
    form("/", 2, MANY, "(/ a b …)", each!(arith::fold, Binary::Div)),
    form("mod", 2, 2, "(mod a b)", each!(arith::fold, Binary::Mod)),
    form("rem", 2, 2, "(rem a b)", each!(arith::fold, Binary::Rem)),
    form("logand", 0, MANY, "(logand a b …)", each!(arith::fold, Binary::And)),
    form("logior", 0, MANY, "(logior a b …)", each!(arith::fold, Binary::Or)),
    form("logxor", 0, MANY, "(logxor a b …)", each!(arith::fold, Binary::Xor)),
    form("lognot", 1, 1, "(lognot a)", arith::lognot),
    form("1+", 1, 1, "(1+ a)", each!(arith::by_one, Binary::Add)),
    form("1-", 1, 1, "(1- a)", each!(arith::by_one, Binary::Sub)),
    form("<<", 2, 2, "(<< a count)", each!(arith::shift, Binary::Shl)),
    form(">>", 2, 2, "(>> a count)", each!(arith::shift, Binary::Shr)),
    form(">>>", 2, 2, "(>>> a count)", each!(arith::shift, Binary::Sar)),
    form("ash", 2, 2, "(ash a constant)", arith::ash),
    form("min", 1, MANY, "(min a b …)", each!(arith::extreme, Compare::Le)),
    form("max", 1, MANY, "(max a b …)", each!(arith::extreme, Compare::Ge)),
    form("abs", 1, 1, "(abs a)", arith::abs),
    form("log2", 1, 1, "(log2 a)", log2::log2),
    // comparison
    form("=", 1, MANY, "(= a b …)", each!(compare::chain, Compare::Eq)),
    form("/=", 1, MANY, "(/= a b …)", compare::all_different),
    form("<", 1, MANY, "(< a b …)", each!(compare::chain, Compare::Lt)),
    form("<=", 1, MANY, "(<= a b …)", each!(compare::chain, Compare::Le)),
    form(">", 1, MANY, "(> a b …)", each!(compare::chain, Compare::Gt)),
    form(">=", 1, MANY, "(>= a b …)", each!(compare::chain, Compare::Ge)),
    form("s<", 1, MANY, "(s< a b …)", each!(compare::chain, Compare::SignedLt)),
    form("s<=", 1, MANY, "(s<= a b …)", each!(compare::chain, Compare::SignedLe)),
    form("s>", 1, MANY, "(s> a b …)", each!(compare::chain, Compare::SignedGt)),
    form("s>=", 1, MANY, "(s>= a b …)", each!(compare::chain, Compare::SignedGe)),
    form("zerop", 1, 1, "(zerop a)", each!(compare::with_zero, Compare::Eq)),
    form("plusp", 1, 1, "(plusp a)", each!(compare::with_zero, Compare::Gt)),
    // byte order
    form("htons", 1, 1, "(htons x)", each!(bytes::swap, 2)),
    form("ntohs", 1, 1, "(ntohs x)", each!(bytes::swap, 2)),
    form("htonl", 1, 1, "(htonl x)", each!(bytes::swap, 4)),
    form("ntohl", 1, 1, "(ntohl x)", each!(bytes::swap, 4)),
    form("htonll", 1, 1, "(htonll x)", each!(bytes::swap, 8)),
    form("ntohll", 1, 1, "(ntohll x)", each!(bytes::swap, 8)),
    form("bswap16", 1, 1, "(bswap16 x)", each!(bytes::swap, 2)),
    form("bswap32", 1, 1, "(bswap32 x)", each!(bytes::swap, 4)),
    form("bswap64", 1, 1, "(bswap64 x)", each!(bytes::swap, 8)),
    // types
    form("cast", 2, 2, "(cast type x)", arith::cast),
    // memory
    form("load", 2, 3, "(load type pointer [offset])", memory::load),
    form("store", 3, 4, "(store type pointer [offset] value)", memory::store),
    form("deref", 1, 1, "(deref pointer)", memory::deref),
    form("atomic-add", 2, 3, "(atomic-add pointer [offset] n)", each!(atomics::atomic, (Atomic::Add, false))),
    form("atomic-or", 2, 3, "(atomic-or pointer [offset] n)", each!(atomics::atomic, (Atomic::Or, false))),
    form("atomic-and", 2, 3, "(atomic-and pointer [offset] n)", each!(atomics::atomic, (Atomic::And, false))),
    form("atomic-xor", 2, 3, "(atomic-xor pointer [offset] n)", each!(atomics::atomic, (Atomic::Xor, false))),
    form(
        "atomic-fetch-add",
        2,
        3,
        "(atomic-fetch-add pointer [offset] n)",
        each!(atomics::atomic, (Atomic::Add, true)),
    ),
    form(
        "atomic-fetch-or",
        2,
        3,
        "(atomic-fetch-or pointer [offset] n)",
        each!(atomics::atomic, (Atomic::Or, true)),
    ),
    form(
        "atomic-fetch-and",
        2,
        3,
        "(atomic-fetch-and pointer [offset] n)",
        each!(atomics::atomic, (Atomic::And, true)),
    ),
    form(
        "atomic-fetch-xor",
        2,
        3,
        "(atomic-fetch-xor pointer [offset] n)",
        each!(atomics::atomic, (Atomic::Xor, true)),
    ),
    form("atomic-sub", 2, 3, "(atomic-sub pointer [offset] n)", each!(atomics::subtract, false)),
    form("atomic-fetch-sub", 2, 3, "(atomic-fetch-sub pointer [offset] n)", each!(atomics::subtract, true)),
    form(
        "atomic-xchg",
        2,
        3,
        "(atomic-xchg pointer [offset] new)",
        each!(atomics::atomic, (Atomic::Exchange, true)),
    ),
    form("atomic-cmpxchg", 3, 4, "(atomic-cmpxchg pointer [offset] old new)", atomics::compare_exchange),
    form("memset", 3, 4, "(memset pointer [offset] byte n)", text::memset),
    form("memcpy", 3, 5, "(memcpy to [offset] from [offset] n)", text::memcpy),
    form("memcmp", 2, 3, "(memcmp a b [n])", text::memcmp),
    form("zero", 1, 1, "(zero pointer)", text::zero),
    form("comm=", 2, 2, "(comm= array \"text\")", text::is_comm),
    form("printk", 1, MANY, "(printk \"format\" argument…)", printf::printk),
    form("bpf-seq-printf", 2, MANY, "(bpf-seq-printf seq \"format\" argument…)", printf::seq_printf),
    form("bpf-snprintf", 2, MANY, "(bpf-snprintf buffer [size] \"format\" argument…)", printf::snprintf),
    form("stack-addr", 1, 1, "(stack-addr variable)", memory::stack_addr),
    form("aref", 2, 2, "(aref array index)", structs::element),
    form("sizeof", 1, 1, "(sizeof type)", structs::size_of),
    form("offsetof", 2, 2, "(offsetof struct field)", structs::offset_of),
    // context
    form("ctx", 1, 2, "(ctx field [index])", context::read),
    form("ctx-ptr", 0, 0, "(ctx-ptr)", context::pointer),
    form("packet-in-place", 1, MANY, "(packet-in-place form…)", packet::in_place),
    form("pass-verdict", 0, 0, "(pass-verdict)", packet::verdict),
    form("network-offset", 0, 0, "(network-offset)", packet::network_offset),
    form("link-header-size", 0, 0, "(link-header-size)", packet::link_header),
    // the running kernel
    form(
        "kernel-struct-exists",
        1,
        1,
        "(kernel-struct-exists struct)",
        each!(ask::of_struct, Question::StructExists),
    ),
    form(
        "kernel-struct-size",
        1,
        1,
        "(kernel-struct-size struct)",
        each!(ask::of_struct, Question::StructSize),
    ),
    form(
        "kernel-field-exists",
        2,
        2,
        "(kernel-field-exists struct field)",
        each!(ask::of_field, Question::Exists),
    ),
    form("kernel-field-size", 2, 2, "(kernel-field-size struct field)", each!(ask::of_field, Question::Size)),
    form(
        "kernel-enum-exists",
        2,
        2,
        "(kernel-enum-exists enum member)",
        each!(ask::of_enum, Question::EnumExists),
    ),
    form(
        "kernel-enum-value",
        2,
        2,
        "(kernel-enum-value enum member)",
        each!(ask::of_enum, Question::EnumValue),
    ),
    // maps
    form("map-lookup", 2, 2, "(map-lookup map key)", maps::lookup),
    form("map-update", 3, 4, "(map-update map key value [flags])", maps::update),
    form("map-delete", 2, 2, "(map-delete map key)", maps::delete),
    form("getmap", 2, 2, "(getmap map key)", maps::read),
    form("map-push", 2, 3, "(map-push map value [flags])", storage::push),
    form("map-pop", 2, 2, "(map-pop map pointer)", each!(storage::plain, "map_pop_elem")),
    form("map-peek", 2, 2, "(map-peek map pointer)", each!(storage::plain, "map_peek_elem")),
    form(
        "sk-storage-get",
        2,
        4,
        "(sk-storage-get map socket [init] [flags])",
        each!(storage::get, "sk_storage_get"),
    ),
    form(
        "sk-storage-delete",
        2,
        2,
        "(sk-storage-delete map socket)",
        each!(storage::plain, "sk_storage_delete"),
    ),
    form(
        "task-storage-get",
        2,
        4,
        "(task-storage-get map task [init] [flags])",
        each!(storage::get, "task_storage_get"),
    ),
    form(
        "task-storage-delete",
        2,
        2,
        "(task-storage-delete map task)",
        each!(storage::plain, "task_storage_delete"),
    ),
    form(
        "inode-storage-get",
        2,
        4,
        "(inode-storage-get map inode [init] [flags])",
        each!(storage::get, "inode_storage_get"),
    ),
    form(
        "inode-storage-delete",
        2,
        2,
        "(inode-storage-delete map inode)",
        each!(storage::plain, "inode_storage_delete"),
    ),
    form(
        "cgrp-storage-get",
        2,
        4,
        "(cgrp-storage-get map cgroup [init] [flags])",
        each!(storage::get, "cgrp_storage_get"),
    ),
    form(
        "cgrp-storage-delete",
        2,
        2,
        "(cgrp-storage-delete map cgroup)",
        each!(storage::plain, "cgrp_storage_delete"),
    ),
    form("arena-alloc-pages", 2, 3, "(arena-alloc-pages arena pages [type])", arena::alloc),
    form("arena-free-pages", 3, 3, "(arena-free-pages arena pointer pages)", arena::free),
    form("arena-ptr", 2, 2, "(arena-ptr type number)", arena::pointer),
    form("dynptr-data", 3, 3, "(dynptr-data dynptr offset type-or-size)", dynptr::data),
    form("kptr-xchg", 2, 2, "(kptr-xchg field pointer)", kptr::exchange),
    form("ringbuf-reserve", 2, 3, "(ringbuf-reserve map type-or-size [flags])", storage::reserve),
    form(
        "ringbuf-submit",
        1,
        2,
        "(ringbuf-submit record [flags])",
        each!(storage::give_back, "ringbuf_submit"),
    ),
    form(
        "ringbuf-discard",
        1,
        2,
        "(ringbuf-discard record [flags])",
        each!(storage::give_back, "ringbuf_discard"),
    ),
    form("with-ringbuf", 1, MANY, "(with-ringbuf (e map type) body…)", storage::with_ringbuf),
    form("with-spin-lock", 1, MANY, "(with-spin-lock (lock) body…)", locks::with_spin_lock),
    form("asm", 5, 5, "(asm opcode dst src off imm)", asm::asm),
    form("tail-call", 2, 2, "(tail-call prog-array index)", storage::tail_call),
    form("remmap", 2, 2, "(remmap map key)", maps::delete),
];
