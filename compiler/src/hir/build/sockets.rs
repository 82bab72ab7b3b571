//! Sockets: `(bpf-sock-FIELD sk)` and `(bpf-tcp-sock-FIELD tp)`.
//!
//! What may be read through a socket pointer depends on what it may point to, so the pointer's type
//! says which of the kernel's structs that is.

use bpfl_stdlib::catalog::context::{self, Field, Kind, Struct};

use super::{Builder, forms::Call, given};
use crate::{
    diagnostic::{Diagnostic, codes},
    hir::{ExprId, ExprKind, Int, Ty, TypeKind, types::Socket},
    ir::Region,
    names::nearest,
};

/// The readers' prefixes, in kernel spelling, and the struct of each.
const READERS: &[(&str, Socket)] = &[("bpf_tcp_sock_", Socket::Tcp), ("bpf_sock_", Socket::Full)];

impl Socket {
    /// What may be read through a pointer to it.
    pub fn fields(self) -> &'static Struct {
        match self {
            Self::Full => &context::SOCK,
            Self::Common => &context::SOCK_COMMON,
            Self::Tcp => &context::TCP_SOCK,
        }
    }

    /// The one whose fields are `fields`.
    pub fn of(fields: &'static Struct) -> Self {
        let same = |socket: &Self| std::ptr::eq(socket.fields(), fields);
        [Self::Full, Self::Common, Self::Tcp].into_iter().find(same).unwrap_or(Self::Common)
    }
}

impl<'a> Builder<'a> {
    /// A pointer to a socket.
    pub(super) fn socket_pointer(&mut self, socket: Socket, nullable: bool) -> Ty {
        let pointee = self.module.types.intern(TypeKind::Socket(socket));
        self.module.types.pointer(pointee, Region::Socket, nullable)
    }

    /// The call of a reader of sockets, if its name is one's.
    pub(super) fn socket_reader(&mut self, call: &Call<'a>) -> Option<ExprId> {
        let name = self.text(self.names.kernel(call.name));
        let (field, socket) =
            READERS.iter().find_map(|(prefix, s)| Some((name.strip_prefix(prefix)?, *s)))?;
        Some(self.read_socket(field, socket, call))
    }

    fn read_socket(&mut self, name: &str, wanted: Socket, call: &Call<'a>) -> ExprId {
        let Some(field) = wanted.fields().field(name) else {
            return self.unknown_socket_field(name, wanted, call);
        };
        let (pointer, index) = match call.args {
            [pointer] => (*pointer, None),
            [pointer, index] => (*pointer, Some(*index)),
            args => {
                let message = format!("a field is read through a socket, and {} given", given(args.len()));
                return self.fail_at(&codes::ARITY, call.span, message);
            }
        };
        let ptr = self.value(pointer);
        let Some(socket) = self.socket_of(ptr, wanted) else {
            if self.ty(ptr) == Ty::ERROR {
                return ptr;
            }
            let message = format!("this is {}, and a socket is wanted here", self.show(self.ty(ptr)));
            let error = Diagnostic::error(&codes::TYPE_MISMATCH, self.expr_span(ptr), message);
            return self
                .fail(error.help("`(ctx sk)` is one, and so is what `sk-fullsock` and `tcp-sock` give"));
        };
        let Some(index) = self.field_index(field, call.args[0], index) else {
            return self.add(ExprKind::Error, Ty::ERROR, call.span);
        };
        let offset = field.offset + index * field.width;
        if !self.readable(socket, offset, field.width) {
            return self.unreadable(field, socket, call);
        }
        let bits = (field.width * 8) as u8;
        let ty = self.module.types.int(Int { bits, signed: field.kind == Kind::Signed });
        self.add(ExprKind::Load(ptr, offset as i32), ty, call.span)
    }

    fn socket_of(&self, ptr: ExprId, wanted: Socket) -> Option<Socket> {
        let pointer = self.module.types.as_pointer(self.ty(ptr))?;
        match self.kind(pointer.pointee) {
            TypeKind::Socket(own) if (own == Socket::Tcp) == (wanted == Socket::Tcp) => Some(own),
            _ => None,
        }
    }

    fn readable(&self, socket: Socket, offset: u32, width: u32) -> bool {
        self.hook.is_some_and(|hook| socket.fields().access(hook.ty, hook.attach, offset, width).0)
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
        let message = format!("a socket has no field `{}`", name.replace('_', "-"));
        let error = Diagnostic::error(&codes::UNKNOWN_FIELD, call.head, message);
        let fields: Vec<_> = socket.fields().named().map(|field| field.name.replace('_', "-")).collect();
        self.fail(match nearest(name, fields.iter().map(String::as_str)) {
            Some(near) => error.help(format!("did you mean `{near}`?")),
            None => error.help(format!("it has {}", fields.join(", "))),
        })
    }
}
