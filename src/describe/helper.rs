//! Helpers, in words.

use bpfl_stdlib::catalog::{
    helper::{self, Arg, Helper},
    program::{PROGRAMS, ProgramType, Sleep},
};

/// Its name in Lisp.
pub fn name(row: &Helper) -> String {
    row.name.replace('_', "-")
}

/// The form that calls it with such arguments; what may be left out in brackets.
pub fn call(row: &Helper, args: &[Arg]) -> String {
    let words = args.iter().zip(row.params).map(|(arg, param)| word(*arg, param));
    let form: Vec<_> = std::iter::once(name(row)).chain(words).collect();
    format!("({})", form.join(" "))
}

fn word(arg: Arg, param: &str) -> String {
    let param = param.replace('_', "-");
    match arg {
        Arg::Ctx | Arg::CtxOrNull => "(ctx-ptr)".into(),
        size if size.is_size() => format!("[{param}]"),
        _ => param,
    }
}

/// The forms of the language that are used in its place.
const FORMS: &[(&str, &str)] = &[
    ("map_lookup_elem", "`(map-lookup map key)`, `(getmap map key)`"),
    ("map_update_elem", "`(map-update map key value [flags])`, `(setf (getmap map key) value)`"),
    ("map_delete_elem", "`(map-delete map key)`, `(remmap map key)`"),
    ("map_push_elem", "`(map-push map value [flags])`"),
    ("map_pop_elem", "`(map-pop map pointer)`"),
    ("map_peek_elem", "`(map-peek map pointer)`"),
    ("ringbuf_reserve", "`(with-ringbuf (record map type) …)`, `(ringbuf-reserve map type [flags])`"),
    ("ringbuf_submit", "`(ringbuf-submit record [flags])`"),
    ("ringbuf_discard", "`(ringbuf-discard record [flags])`"),
    ("sk_storage_get", "`(sk-storage-get map sk [init] [flags])`"),
    ("sk_storage_delete", "`(sk-storage-delete map sk)`"),
    ("tail_call", "`(tail-call prog-array index)`"),
];

/// How one calls it: its form where the language has one, as Markdown.
pub fn usage(row: &Helper, args: &[Arg]) -> String {
    form(row).map_or_else(|| format!("`{}`", call(row, args)), String::from)
}

/// The form of the language that is used in its place, as Markdown.
pub fn form(row: &Helper) -> Option<&'static str> {
    FORMS.iter().find(|(name, _)| *name == row.name).map(|(_, form)| *form)
}

/// What is to be known before it is called, but for the licence.
pub fn notes(row: &Helper) -> Vec<&'static str> {
    let facts = [
        (row.sleeps, "Only sleepable programs may call it."),
        (row.perfmon, "The loader needs CAP_PERFMON for it."),
        (row.moves_packet, "Packet pointers are invalid after it: read them again from the context."),
        (row.acquires, "What it gives must be released on every path."),
        (row.packet_args, "Its memory may be part of a packet."),
    ];
    facts.into_iter().filter(|(holds, _)| *holds).map(|(_, text)| text).collect()
}

/// Whether programs of every type may call it, but for the one or other that has a list of its own.
pub fn is_common(row: &Helper) -> bool {
    row.places().iter().filter(|(_, hooks)| hooks.is_none()).count() >= PROGRAMS.len() - 1
}

/// Whether a program of type `ty` can call it at all: those that sleep are for types that may.
pub fn callable(row: &Helper, ty: ProgramType) -> bool {
    let sleeps = row.sleeps && ty.row().sleep == Sleep::Never;
    !sleeps && ty.hooks().any(|hook| row.offered_to(ty, hook))
}

/// The helpers of programs of type `ty`, each with whether all its hooks are offered it.
pub fn offered(ty: ProgramType) -> impl Iterator<Item = (&'static Helper, bool)> {
    let rows = helper::all().iter().copied().filter(move |row| callable(row, ty));
    rows.map(move |row| (row, ty.hooks().all(|hook| row.offered_to(ty, hook))))
}
