//! Sockets: `(bpf-sock-FIELD sk)` and `(bpf-tcp-sock-FIELD tp)`; and, as fields behind a pointer
//! of the context's are the same to the verifier, `(bpf-flow-keys-FIELD keys)`.
//!
//! What may be read through a socket pointer depends on what it may point to, so the pointer's type
//! says which of the kernel's structs that is.

use bpfl_stdlib::catalog::context::{self, Field, Kind, Struct};

use super::{
    Builder,
    forms::Call,
    given,
    place::{Place, Sharing},
    program::Hook,
};
use crate::{
    diagnostic::{Diagnostic, codes},
    hir::{ExprId, ExprKind, Int, Ty, TypeKind, types::Socket},
    ir::Region,
    names::nearest,
    source::Span,
};

/// The readers' prefixes, in kernel spelling, and the struct of each.
const READERS: &[(&str, Socket)] = &[
    ("bpf_tcp_sock_", Socket::Tcp),
    ("bpf_xdp_sock_", Socket::Xdp),
    ("bpf_sock_", Socket::Full),
    ("bpf_flow_keys_", Socket::FlowKeys),
];

impl Socket {
    /// What may be read through a pointer to it.
    pub fn fields(self) -> &'static Struct {
        match self {
            Self::Full => &context::SOCK,
            Self::Common => &context::SOCK_COMMON,
            Self::Tcp => &context::TCP_SOCK,
            Self::FlowKeys => &context::FLOW_KEYS,
            Self::Xdp => &context::XDP_SOCK,
        }
    }

    /// Whose readers it has: those of sockets, of the part of TCP, or of dissected headers.
    pub(super) fn readers(self) -> usize {
        match self {
            Self::Full | Self::Common => 0,
            Self::Tcp => 1,
            Self::FlowKeys => 2,
            Self::Xdp => 3,
        }
    }

    /// Where a pointer to it points to.
    pub(super) fn region(self) -> Region {
        match self {
            Self::FlowKeys => Region::FlowKeys,
            Self::Xdp => Region::XdpSocket,
            _ => Region::Socket,
        }
    }

    /// What messages call it.
    fn title(self) -> &'static str {
        match self {
            Self::FlowKeys => "bpf-flow-keys",
            Self::Xdp => "bpf-xdp-sock",
            _ => "socket",
        }
    }

    /// What a pointer to it is, for readers: two of them have one name.
    pub(super) fn described(self) -> &'static str {
        match self {
            Self::Full => "a full socket (what lookups and `sk-fullsock` give)",
            Self::Common => {
                "a socket that need not be a full one (what `(ctx sk)` and `skc-lookup-tcp` give)"
            }
            Self::Tcp => "a socket's TCP part (what `tcp-sock` gives)",
            Self::FlowKeys => "the dissected headers",
            Self::Xdp => "an AF_XDP socket",
        }
    }

    /// The one whose fields are `fields`.
    pub fn of(fields: &'static Struct) -> Self {
        let same = |socket: &Self| std::ptr::eq(socket.fields(), fields);
        [Self::Full, Self::Common, Self::Tcp, Self::Xdp].into_iter().find(same).unwrap_or(Self::Common)
    }
}

impl<'a> Builder<'a> {
    /// A pointer to a socket.
    pub(super) fn socket_pointer(&mut self, socket: Socket, nullable: bool) -> Ty {
        let pointee = self.module.types.intern(TypeKind::Socket(socket));
        let region = socket.region();
        self.module.types.pointer(pointee, region, nullable)
    }

    /// The call of a reader of sockets, if its name is one's.
    pub(super) fn socket_reader(&mut self, call: &Call<'a>) -> Option<ExprId> {
        let name = self.text(self.names.kernel(call.name));
        let (field, socket) =
            READERS.iter().find_map(|(prefix, s)| Some((name.strip_prefix(prefix)?, *s)))?;
        Some(self.read_socket(field, socket, call))
    }

    fn read_socket(&mut self, name: &str, wanted: Socket, call: &Call<'a>) -> ExprId {
        let Some((ptr, socket, field, offset)) = self.socket_field(name, wanted, call) else {
            return self.add(ExprKind::Error, Ty::ERROR, call.span);
        };
        if !self.accessible(socket, offset, field.width).0 {
            return self.unreadable(field, socket, call);
        }
        let ty = self.socket_field_type(field);
        self.add(ExprKind::Load(ptr, offset as i32), ty, call.span)
    }

    /// A field as a place, if the call is one of a reader of structs that can be written.
    pub(super) fn socket_place(&mut self, call: &Call<'a>) -> Option<Place> {
        let name = self.text(self.names.kernel(call.name));
        let (name, wanted) = READERS.iter().find_map(|(prefix, s)| Some((name.strip_prefix(prefix)?, *s)))?;
        if wanted != Socket::FlowKeys {
            wanted.fields().field(name)?;
            let message = format!("the fields of a {} are only read", wanted.title());
            self.report(Diagnostic::error(&codes::NOT_A_PLACE, call.span, message));
            return Some(Place::Error);
        }
        let Some((ptr, socket, field, offset)) = self.socket_field(name, Socket::FlowKeys, call) else {
            return Some(Place::Error);
        };
        if !self.accessible(socket, offset, field.width).1 {
            return None;
        }
        let ty = self.socket_field_type(field);
        Some(Place::Memory { ptr, offset: offset as i32, ty, sharing: Sharing::Own })
    }

    fn socket_field_type(&mut self, field: &Field) -> Ty {
        let bits = (field.width * 8) as u8;
        self.module.types.int(Int { bits, signed: field.kind == Kind::Signed })
    }

    /// The pointer of a reader's call, what it points to, the field and the offset in bytes of what is
    /// read; `None` after a report.
    fn socket_field(
        &mut self,
        name: &str,
        wanted: Socket,
        call: &Call<'a>,
    ) -> Option<(ExprId, Socket, &'static Field, u32)> {
        let Some(field) = wanted.fields().field(name) else {
            self.unknown_socket_field(name, wanted, call);
            return None;
        };
        let (pointer, index) = match call.args {
            [pointer] => (*pointer, None),
            [pointer, index] => (*pointer, Some(*index)),
            args => {
                let message =
                    format!("a field is read through a {}, and {} given", wanted.title(), given(args.len()));
                self.fail_at(&codes::ARITY, call.span, message);
                return None;
            }
        };
        let ptr = self.value(pointer);
        let Some(socket) = self.socket_of(ptr, wanted) else {
            if self.ty(ptr) != Ty::ERROR {
                self.no_socket(ptr, wanted);
            }
            return None;
        };
        let index = self.field_index(field, call.args[0], index)?;
        Some((ptr, socket, field, field.offset + index * field.width))
    }

    fn no_socket(&mut self, ptr: ExprId, wanted: Socket) {
        let message = format!("this is {}, and a {} is wanted here", self.show(self.ty(ptr)), wanted.title());
        let error = Diagnostic::error(&codes::TYPE_MISMATCH, self.expr_span(ptr), message);
        self.report(match wanted {
            Socket::FlowKeys => error.help("that is `(ctx flow-keys)`"),
            Socket::Xdp => error.help("that is what `map-lookup` gives of an `:xskmap`"),
            _ => error.help("`(ctx sk)` is one, and so is what `sk-fullsock` and `tcp-sock` give"),
        });
    }

    fn socket_of(&self, ptr: ExprId, wanted: Socket) -> Option<Socket> {
        let pointer = self.module.types.as_pointer(self.ty(ptr))?;
        match self.kind(pointer.pointee) {
            TypeKind::Socket(own) if own.readers() == wanted.readers() => Some(own),
            _ => None,
        }
    }

    /// Whether the bytes may be read, and whether written.
    fn accessible(&self, socket: Socket, offset: u32, width: u32) -> (bool, bool) {
        let access = |hook: Hook| socket.fields().access(hook.ty, hook.attach, offset, width);
        self.hook.map_or((false, false), access)
    }

    /// Why so much cannot be read of an AF_XDP socket, if `ptr` is to one.
    pub(super) fn part_of_xdp_socket(
        &self,
        ptr: ExprId,
        offset: i32,
        ty: Ty,
        span: Span,
    ) -> Option<Diagnostic> {
        let pointer = self.module.types.as_pointer(self.ty(ptr))?;
        let (TypeKind::Socket(Socket::Xdp), Ok(offset)) = (self.kind(pointer.pointee), u32::try_from(offset))
        else {
            return None;
        };
        let width = self.module.types.size(ty);
        if self.accessible(Socket::Xdp, offset, width).0 {
            return None;
        }
        let message = format!("a {} is read by its field alone", Socket::Xdp.title());
        let error = Diagnostic::error(&codes::FIELD_ACCESS, span, message);
        Some(error.help("that is `(bpf-xdp-sock-queue-id p)`"))
    }

    fn unreadable(&mut self, field: &Field, socket: Socket, call: &Call<'_>) -> ExprId {
        let name = field.name.replace('_', "-");
        let message = format!("`{name}` may not be read through this socket");
        let error = Diagnostic::error(&codes::FIELD_ACCESS, call.span, message);
        self.fail(match socket {
            Socket::Common => error
                .note("it may be a socket that is not set up yet, or about to go")
                .help("`(sk-fullsock sk)` gives the full socket, or null"),
            _ => error,
        })
    }

    fn unknown_socket_field(&mut self, name: &str, socket: Socket, call: &Call<'_>) -> ExprId {
        let message = format!("a {} has no field `{}`", socket.title(), name.replace('_', "-"));
        let error = Diagnostic::error(&codes::UNKNOWN_FIELD, call.head, message);
        let fields: Vec<_> = socket.fields().named().map(|field| field.name.replace('_', "-")).collect();
        self.fail(match nearest(name, fields.iter().map(String::as_str)) {
            Some(near) => error.help(format!("did you mean `{near}`?")),
            None => error.help(format!("it has {}", fields.join(", "))),
        })
    }
}
