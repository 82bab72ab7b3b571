//! Parameters of functions, and arguments for them.

use super::Builder;
use crate::{
    diagnostic::{Diagnostic, codes},
    hir::{ExprId, ExprKind, MapId, Ty, TypeKind, types::Socket},
    ir::Region,
    names::Name,
    read::DatumId,
    source::Span,
};

/// What a parameter takes, or a function gives. Where a pointer points into is not part of it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ParamType {
    /// A scalar.
    Value(Ty),
    /// `(ptr T)` or `(nullable (ptr T))`
    Pointer {
        /// What it points to.
        pointee: Ty,
        /// Whether it may be null.
        nullable: bool,
    },
    /// `packet`
    Packet,
    /// `packet-end`
    PacketEnd,
    /// `ctx`
    Ctx,
    /// `(map name)`: a map like that one.
    Map(MapId),
}

/// A parameter.
#[derive(Clone, Copy, Debug)]
pub struct Param {
    /// Its name.
    pub name: Name,
    /// Where it is written.
    pub span: Span,
    /// What it takes.
    pub ty: ParamType,
}

/// Whether a region is plain memory, so that any type may be read there.
fn is_memory(region: Region) -> bool {
    region == Region::Arena || Region::MEMORY.contains(&region)
}

impl<'a> Builder<'a> {
    /// A list of parameters, `((a u32) (p (ptr name)) …)`.
    pub(super) fn params(&mut self, datum: DatumId) -> Vec<Param> {
        let Some(items) = self.list(datum) else {
            let error =
                Diagnostic::error(&codes::MALFORMED, self.span(datum), "a list of parameters is wanted here");
            self.report(error.help("write `((name type) …)`, and `()` for none"));
            return Vec::new();
        };
        let mut params: Vec<Param> = Vec::new();
        for item in items {
            let Some(param) = self.param(*item) else { continue };
            let folded = self.names.folded(param.name);
            if let Some(before) = params.iter().find(|before| self.names.folded(before.name) == folded) {
                let message = format!("the parameter `{}` is there twice", self.text(param.name));
                let error = Diagnostic::error(&codes::DUPLICATE, param.span, message);
                self.report(error.also(before.span, "first here"));
            }
            params.push(param);
        }
        params
    }

    fn param(&mut self, item: DatumId) -> Option<Param> {
        let span = self.span(item);
        let name = self.items(item).and_then(|parts| match parts {
            [name, ty] => Some((self.data.symbol(*name)?, *ty)),
            _ => None,
        });
        let Some((name, ty)) = name else {
            let error = Diagnostic::error(&codes::MALFORMED, span, "a parameter has a name and a type");
            self.report(error.help("write `(name u32)`, or `(name (ptr type))`"));
            return None;
        };
        Some(Param { name, span, ty: self.param_type(ty)? })
    }

    /// The type that a parameter or result is written with.
    pub(super) fn param_type(&mut self, datum: DatumId) -> Option<ParamType> {
        let word = self.symbol(datum).map(|name| self.text(name)).unwrap_or("");
        match word {
            "packet" => return Some(ParamType::Packet),
            "packet-end" => return Some(ParamType::PacketEnd),
            "ctx" => return Some(ParamType::Ctx),
            _ => {}
        }
        if let Some([head, inner]) = self.items(datum) {
            let (head, inner) = (*head, *inner);
            if self.is_symbol(head, "ptr") {
                return Some(ParamType::Pointer { pointee: self.named_pointee(inner)?, nullable: false });
            }
            if self.is_symbol(head, "map") {
                return Some(ParamType::Map(self.map(inner)?.map));
            }
            if self.is_symbol(head, "nullable") {
                return match self.param_type(inner)? {
                    ParamType::Pointer { pointee, .. } => {
                        Some(ParamType::Pointer { pointee, nullable: true })
                    }
                    _ => {
                        let message = "only a pointer can be null: `(nullable (ptr type))`";
                        self.fail_at(&codes::UNKNOWN_TYPE, self.span(inner), message);
                        None
                    }
                };
            }
        }
        let ty = self.parse_type(datum)?;
        if ty != Ty::ERROR && self.module.types.as_int(ty).is_none() {
            let name = self.show(ty);
            let message = format!("{name} is passed by its address");
            let error = Diagnostic::error(&codes::UNKNOWN_TYPE, self.span(datum), message);
            self.report(error.help(format!("write `(ptr {name})`")));
            return None;
        }
        Some(ParamType::Value(ty))
    }

    /// What a pointer points to: a type of the file's, a socket, or a kernel struct.
    pub(super) fn named_pointee(&mut self, datum: DatumId) -> Option<Ty> {
        let name = self.data.symbol(datum).map(|name| self.text(self.names.kernel(name)));
        let own =
            self.data.symbol(datum).is_some_and(|name| self.struct_named(self.names.kernel(name)).is_some());
        if let Some(name) = name.filter(|_| !own) {
            let socket = match name {
                "bpf_sock" => Some(Socket::Full),
                "bpf_tcp_sock" => Some(Socket::Tcp),
                "bpf_xdp_sock" => Some(Socket::Xdp),
                _ => None,
            };
            if let Some(socket) = socket {
                return Some(self.module.types.intern(TypeKind::Socket(socket)));
            }
            let kernel = self.module.types.kernel.iter().find(|(_, of)| of.name == name).map(|(id, _)| id);
            if let Some(id) = kernel {
                return Some(self.module.types.intern(TypeKind::Kernel(id)));
            }
        }
        self.parse_type(datum)
    }

    /// An argument for a parameter, of the type that the function is then built for.
    pub(super) fn argument(&mut self, param: &Param, datum: DatumId) -> ExprId {
        let value = match self.names_map(datum) {
            true => self.map_value(datum).unwrap_or_else(|| self.value(datum)),
            false => self.value(datum),
        };
        if [Ty::ERROR, Ty::NEVER].contains(&self.ty(value)) {
            return value;
        }
        match self.as_param(param.ty, value) {
            Some(value) => value,
            None => {
                let (is, wanted) = (self.show(self.ty(value)), self.show_param(param.ty));
                let message = format!("this is {is}, and {wanted} is wanted here");
                let error = Diagnostic::error(&codes::TYPE_MISMATCH, self.expr_span(value), message);
                let error = error.also(param.span, "the parameter");
                self.fail(match param.ty {
                    ParamType::Pointer { .. } if self.module.types.as_pointer(self.ty(value)).is_some() => {
                        error.help(format!("if that is what is there, say so: `(cast {wanted} …)`"))
                    }
                    _ => error,
                })
            }
        }
    }

    /// `value` as what `wanted` takes, if it is that.
    pub(super) fn as_param(&mut self, wanted: ParamType, value: ExprId) -> Option<ExprId> {
        let pointer = self.module.types.as_pointer(self.ty(value));
        match (wanted, pointer) {
            (ParamType::Value(ty), None) => Some(self.store_as(value, ty)),
            (ParamType::Pointer { pointee, nullable: true }, None) if self.constant(value) == Some(0) => {
                let span = self.expr_span(value);
                let region = if self.lies_in_arena(pointee) { Region::Arena } else { Region::MapValue };
                let ty = self.module.types.pointer(pointee, region, true);
                Some(self.add(ExprKind::Int(0), ty, span))
            }
            (ParamType::Pointer { pointee, nullable }, Some(p)) => {
                let same = p.pointee == pointee || self.same_kernel_thing(p.pointee, pointee);
                let ty = self.module.types.pointer(p.pointee, p.region, nullable);
                same.then(|| self.convert(value, ty))
            }
            (ParamType::Packet, Some(p)) if p.region == Region::Packet => {
                let ty = self.module.types.pointer(Ty::U8, Region::Packet, false);
                Some(self.convert(value, ty))
            }
            (ParamType::PacketEnd, Some(p)) if p.region == Region::PacketEnd => Some(value),
            (ParamType::Map(map), Some(p)) if self.is_like(p.pointee, map) => {
                let ty = self.map_pointer(map, false);
                Some(self.convert(value, ty))
            }
            (ParamType::Ctx, Some(p)) if p.region == Region::Ctx => Some(value),
            _ => None,
        }
    }

    /// Whether what a pointer points to is a map like `map`.
    fn is_like(&self, pointee: Ty, map: MapId) -> bool {
        let TypeKind::Map(own) = self.kind(pointee) else { return false };
        let (own, like) = (&self.module.maps[own], &self.module.maps[map]);
        own.kind.name == like.kind.name && own.key == like.key && own.value == like.value
    }

    /// Sockets are passed as what they are known to be.
    fn same_kernel_thing(&self, a: Ty, b: Ty) -> bool {
        match (self.kind(a), self.kind(b)) {
            (TypeKind::Socket(a), TypeKind::Socket(b)) => a.readers() == b.readers(),
            _ => false,
        }
    }

    /// A parameter's type as the user writes it.
    pub(super) fn show_param(&self, ty: ParamType) -> String {
        match ty {
            ParamType::Value(ty) => self.show(ty),
            ParamType::Pointer { pointee, nullable: false } => format!("(ptr {})", self.show(pointee)),
            ParamType::Pointer { pointee, nullable: true } => {
                format!("(nullable (ptr {}))", self.show(pointee))
            }
            ParamType::Packet => "packet".into(),
            ParamType::PacketEnd => "packet-end".into(),
            ParamType::Ctx => "ctx".into(),
            ParamType::Map(map) => format!("(map {})", self.module.maps[map].symbol.replace('_', "-")),
        }
    }

    /// `(cast (ptr T) p)`: the same address, read as something else. Bounds are those of what the
    /// pointer really points into.
    pub(super) fn cast_pointer(&mut self, ty: DatumId, value: DatumId, span: Span) -> ExprId {
        let wanted = self.param_type(ty);
        let value = self.value(value);
        let Some(ParamType::Pointer { pointee, .. }) = wanted.filter(|_| self.ty(value) != Ty::ERROR) else {
            return self.add(ExprKind::Error, Ty::ERROR, span);
        };
        match self.module.types.as_pointer(self.ty(value)) {
            Some(p) if p.pointee != pointee && self.has_kptrs(pointee) => {
                let message = "kernel pointers are only where their map says that they are";
                self.fail_at(&codes::KPTR, span, message)
            }
            Some(p) if is_memory(p.region) => {
                if p.region == Region::Arena {
                    self.keep_struct(pointee);
                }
                let ty = self.module.types.pointer(pointee, p.region, p.nullable);
                self.add(ExprKind::Convert(value), ty, span)
            }
            _ => {
                let message =
                    format!("this is {}, which cannot be read as another type", self.show(self.ty(value)));
                self.fail_at(&codes::TYPE_MISMATCH, self.expr_span(value), message)
            }
        }
    }
}
