//! The tables, spelled out: a row for each cell of what the kernel accepts, so that tools and
//! tests can compare them with a kernel one by one.
//!
//! Left out are program types that need a BTF id or another program at load (tracing, lsm,
//! struct_ops, freplace) or a kernel option that distributions leave out (lirc_mode2).

use super::{
    attach::{self, AttachType},
    context::{self, Field, Kind, Rights, Struct},
    helper::{self, Helper},
    program::{PROGRAMS, Program, ProgramType},
    returns,
    set::Widths,
};

/// A program type with an `expected_attach_type`; `None` is 0.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Hook {
    /// The program type.
    pub ty: ProgramType,
    /// The attach type.
    pub attach: Option<&'static AttachType>,
}

impl Hook {
    /// The attach type's name in C, empty for 0.
    pub fn attach_name(self) -> &'static str {
        self.attach.map_or("", |attach| attach.c_name)
    }

    /// The least value that a program may return.
    pub fn verdict(self) -> i32 {
        returns::range(self.ty, self.attach).map_or(0, |(min, _)| min)
    }
}

fn loadable() -> impl Iterator<Item = &'static Program> {
    PROGRAMS.iter().filter(|row| !row.btf_target && row.config.is_none())
}

/// Whether the kernel loads a program of this type with this `expected_attach_type`.
pub fn loads(row: &Program, attach: Option<&'static AttachType>) -> bool {
    let own = |attach: &AttachType| row.attach.iter().any(|known| known.number == attach.number);
    match attach {
        _ if !row.checked => true,
        Some(attach) if attach.number != 0 => own(attach),
        _ => row.zero.is_some() || row.without_attach || own(&attach::CGROUP_INET_INGRESS),
    }
}

/// Every hook: the attach types that a program type is for, and 0 where that loads.
pub fn hooks() -> impl Iterator<Item = Hook> {
    loadable().flat_map(|row| {
        let zero = (!row.without_attach && loads(row, None)).then_some(None);
        row.ty.hooks().chain(zero).map(|attach| Hook { ty: row.ty, attach })
    })
}

/// Every program type with every `expected_attach_type`, and whether that loads.
pub fn attachments() -> impl Iterator<Item = (Hook, bool)> {
    loadable().flat_map(|row| {
        let all = std::iter::once(None).chain(attach::ALL.iter().copied().map(Some));
        all.map(|attach| (Hook { ty: row.ty, attach }, loads(row, attach)))
    })
}

/// One access to a field.
#[derive(Debug)]
pub struct Access {
    /// By which program.
    pub hook: Hook,
    /// The pointer field of the context that leads to the struct, if it is not the context.
    pub through: Option<&'static Field>,
    /// The field.
    pub field: &'static Field,
    /// Bytes from the start of its struct.
    pub offset: u32,
    /// Bytes read or written.
    pub width: u32,
    /// Whether it may be read.
    pub read: bool,
    /// Whether it may be written.
    pub write: bool,
    /// The rights that say so.
    pub rights: Rights,
}

impl Access {
    /// How a C programmer reaches the struct: `ctx` or `ctx->sk`.
    pub fn via(&self) -> String {
        self.through.map_or_else(|| "ctx".into(), |field| format!("ctx->{}", field.name))
    }
}

fn accesses_of(
    hook: Hook,
    of: &'static Struct,
    through: Option<&'static Field>,
) -> impl Iterator<Item = Access> {
    of.named().flat_map(move |field| {
        let rights = field.rights(hook.ty, hook.attach);
        field.accesses().map(move |(offset, width)| Access {
            hook,
            through,
            field,
            offset,
            width,
            read: field.allows(rights.read, offset, width),
            write: field.allows(rights.write, offset, width),
            rights,
        })
    })
}

/// The sockets that a program can reach through its context; of members of a union the first.
fn sockets(hook: Hook) -> impl Iterator<Item = (&'static Field, &'static Struct)> {
    let fields = context::fields(hook.ty);
    fields.iter().enumerate().filter_map(move |(index, field)| {
        let Kind::Sock { of, .. } = field.kind else { return None };
        let first = fields[..index].iter().all(|other| other.offset != field.offset);
        (first && field.rights(hook.ty, hook.attach).reads()).then_some((field, of))
    })
}

/// Every aligned access inside every field, of the context and of the sockets it leads to.
pub fn accesses() -> impl Iterator<Item = Access> {
    hooks().flat_map(|hook| {
        let own = context::of(hook.ty).into_iter().flat_map(move |of| accesses_of(hook, of, None));
        own.chain(sockets(hook).flat_map(move |(field, of)| accesses_of(hook, of, Some(field))))
    })
}

/// A helper in a hook.
#[derive(Debug)]
pub struct Call {
    /// Called by which program.
    pub hook: Hook,
    /// The helper.
    pub helper: &'static Helper,
    /// Whether it is offered, by a kernel without options that distributions leave out.
    pub available: bool,
    /// Whether only under the GPL.
    pub gpl_only: bool,
    /// Whether to sleepable programs only.
    pub sleepable_only: bool,
}

impl Call {
    /// The cell of `helper` in `hook`.
    pub fn new(hook: Hook, helper: &'static Helper) -> Self {
        let available = helper.config.is_none() && helper.offered_to(hook.ty, hook.attach);
        let gpl_only = available && helper.gpl_only_for(hook.ty, hook.attach);
        Self { hook, helper, available, gpl_only, sleepable_only: available && helper.sleeps }
    }
}

/// Every helper in every hook.
pub fn calls() -> impl Iterator<Item = Call> {
    hooks().flat_map(|hook| helper::all().iter().map(move |helper| Call::new(hook, helper)))
}

/// Every hook with the least and the greatest value that it may return, `None` for any.
pub fn verdicts() -> impl Iterator<Item = (Hook, Option<(i32, i32)>)> {
    hooks().map(|hook| (hook, returns::range(hook.ty, hook.attach)))
}

/// An access to what a packet pointer points to.
#[derive(Debug)]
pub struct Packet {
    /// By which program.
    pub hook: Hook,
    /// The field that points to its start.
    pub begin: &'static Field,
    /// The field that points to its end.
    pub end: &'static Field,
    /// Bytes read or written.
    pub width: u32,
    /// Whether they may be read.
    pub read: bool,
    /// Whether they may be written.
    pub write: bool,
}

fn end_of(fields: &'static [Field], begin: &Field) -> Option<&'static Field> {
    let kind = match begin.kind {
        Kind::Packet => Kind::PacketEnd,
        Kind::OptVal => Kind::OptValEnd,
        Kind::PacketMeta => Kind::Packet,
        _ => return None,
    };
    fields.iter().find(|field| field.kind == kind)
}

/// Every width at which packets, their metadata and the values of socket options are accessed.
pub fn packets() -> impl Iterator<Item = Packet> {
    hooks().flat_map(|hook| {
        let fields = context::fields(hook.ty);
        let pairs = fields.iter().filter_map(|begin| end_of(fields, begin).map(|end| (begin, end)));
        pairs.flat_map(move |(begin, end)| {
            let read = begin.rights(hook.ty, hook.attach).reads();
            let write = read && context::writes_packet(hook.ty);
            Widths::ALL.iter().map(move |width| Packet { hook, begin, end, width, read, write })
        })
    })
}
