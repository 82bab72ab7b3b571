//! `import-kernel-struct`: readers for the kernel's own structs.
//!
//! A path such as `(real_parent tgid)` is cut into hops where it goes through a pointer; each hop
//! reads one member of one struct, at the offset that the loader finds in the running kernel.
//! Through a BTF pointer that is a load; an address that is a number is read with
//! `probe-read-kernel`, which gives 0 for what cannot be read.

use bpfl_stdlib::catalog::{helper, program::ProgramType};

use super::{Builder, forms::Call, given, structs::Accessor, top::Definition};
use crate::{
    btf::{Type, TypeId, types::encoding, view::View},
    diagnostic::{Diagnostic, codes},
    hir::{
        Binary, ExprId, ExprKind, Int, Ty, TypeKind,
        kernel::{Core, KernelId, KernelStruct, Member, Question, Root, Shape, Step},
    },
    ir::Region,
    names::nearest,
    read::DatumId,
    source::Span,
};

/// What a reader reads: the last hop gives its value.
#[derive(Clone, Debug)]
pub struct Import {
    /// The struct that it takes a pointer to.
    root: KernelId,
    hops: Vec<Hop>,
    reader: Reader,
}

/// From where a reader reads.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Reader {
    /// From what its argument points to.
    Pointer,
    /// From the program's context, the record of a tracepoint.
    Record,
    /// From there, where in the record something is; the address of that is its value.
    Elsewhere,
}

/// A member of a struct.
#[derive(Clone, Debug)]
struct Hop {
    root: KernelId,
    path: Vec<Step>,
    /// Bytes from the root's start.
    offset: u32,
    ty: Ty,
    bits: Option<BitField>,
}

/// A bit-field's place in the unit that is loaded.
#[derive(Clone, Copy, Debug)]
struct BitField {
    unit: Ty,
    left: u32,
    right: u32,
}

/// Where a path has come to.
struct Walk<'v> {
    view: &'v View,
    /// The struct in BTF.
    at: TypeId,
    /// The same here.
    here: KernelId,
    hop: Hop,
}

impl<'a> Builder<'a> {
    /// `(import-kernel-struct name field …)`: a field is a name, or a list of names that lead to it.
    pub(super) fn import_kernel_struct(&mut self, definition: Definition<'a>) {
        let spelled = self.text(definition.name);
        let Some(view) = self.kernel_types(definition.name_span) else { return };
        let name = spelled.replace('-', "_");
        let Some(id) = view.composite(&name).or_else(|| view.composite(&name.to_ascii_lowercase())) else {
            let message = format!("the kernel has no struct called `{name}`");
            let mut error = Diagnostic::error(&codes::UNKNOWN_TYPE, definition.name_span, message);
            if let Some(near) = nearest(&name, view.composites()) {
                error = error.help(format!("did you mean `{near}`?"));
            }
            return self.report(error);
        };
        let root = self.composite(view, id);
        for field in definition.rest {
            self.import_field(view, (id, root), self.text(self.names.kernel(definition.name)), *field);
        }
    }

    /// The kernel's BTF; `None` after a report that it is not there.
    pub(super) fn kernel_types(&mut self, span: Span) -> Option<&'a View> {
        let kernel = self.kernel;
        match kernel.view() {
            Ok(view) => Some(view),
            Err(reason) => {
                let message = format!("this is the kernel's, and its BTF is needed to know it: {reason}");
                let error = Diagnostic::error(&codes::NO_KERNEL_TYPES, span, message);
                self.report(error.help("name the BTF to compile for: `--btf FILE`"));
                None
            }
        }
    }

    /// Whether a struct has a member of this name.
    pub(super) fn has_member(&self, view: &View, of: TypeId, name: &str) -> bool {
        member(view, of, name).is_some()
    }

    /// The step to a member of a struct, and how many bytes it has.
    pub(super) fn member_step(
        &mut self,
        view: &View,
        (id, root): (TypeId, KernelId),
        name: &str,
    ) -> Option<(Step, u32)> {
        let found = member(view, id, name)?;
        let (target, resolved) = view.resolved(found.ty);
        let (shape, ty) = resolved.as_ref().and_then(|ty| self.shape(view, target, ty))?;
        let size = self.module.types.size(ty);
        Some((self.step(root, found.name, found.offset, found.bits, shape), size))
    }

    /// A reader of one member, called `name`; its number.
    pub(super) fn import_member(
        &mut self,
        view: &View,
        (id, root): (TypeId, KernelId),
        name: &str,
        datum: DatumId,
        reader: Reader,
    ) -> Option<usize> {
        let hop = Hop { root, path: Vec::new(), offset: 0, ty: Ty::ERROR, bits: None };
        let mut walk = Walk { view, at: id, here: root, hop };
        self.walk_to(&mut walk, name, (self.span(datum), true), &mut Vec::new())?;
        // A record is bytes to the verifier: a pointer in it is a number.
        if self.module.types.as_pointer(walk.hop.ty).is_some() {
            walk.hop.ty = Ty::U64;
        }
        self.imports.push(Import { root, hops: vec![walk.hop], reader });
        Some(self.imports.len() - 1)
    }

    fn import_field(&mut self, view: &View, (id, root): (TypeId, KernelId), prefix: &str, field: DatumId) {
        let only = [field];
        let path = self.items(field).unwrap_or(&only);
        let names: Option<Vec<_>> = path.iter().map(|name| self.data.symbol(*name)).collect();
        let Some(names) = names.filter(|names| !names.is_empty()) else {
            let error = Diagnostic::error(&codes::MALFORMED, self.span(field), "this is not a field");
            return self
                .report(error.help("write a name, or the names that lead to it: `(real_parent tgid)`"));
        };
        let hop = Hop { root, path: Vec::new(), offset: 0, ty: Ty::ERROR, bits: None };
        let mut walk = Walk { view, at: id, here: root, hop };
        let mut hops = Vec::new();
        for (i, name) in path.iter().enumerate() {
            let last = i + 1 == path.len();
            if self.walk(&mut walk, *name, last, &mut hops).is_none() {
                return;
            }
        }
        hops.push(walk.hop);
        let folded: Vec<_> = names.iter().map(|name| self.text(self.names.kernel(*name))).collect();
        let reader = format!("{prefix}_{}", folded.join("_"));
        self.imports.push(Import { root, hops, reader: Reader::Pointer });
        let index = self.imports.len() - 1;
        self.accessors.insert(format!("{reader}_ptr"), Accessor::KernelPtr(index));
        self.accessors.insert(reader, Accessor::Kernel(index));
    }

    /// Takes a step to the member called `name`; `None` after a report.
    fn walk(&mut self, walk: &mut Walk<'_>, name: DatumId, last: bool, hops: &mut Vec<Hop>) -> Option<()> {
        let text = self.data.symbol(name).map_or("", |name| self.text(name)).replace('-', "_");
        self.walk_to(walk, &text, (self.span(name), last), hops)
    }

    fn walk_to(
        &mut self,
        walk: &mut Walk<'_>,
        text: &str,
        (span, last): (Span, bool),
        hops: &mut Vec<Hop>,
    ) -> Option<()> {
        let Some(found) = member(walk.view, walk.at, text) else {
            self.unknown_member(walk.view, walk.at, text, span);
            return None;
        };
        let (target, resolved) = walk.view.resolved(found.ty);
        let Some((shape, ty)) = resolved.as_ref().and_then(|ty| self.shape(walk.view, target, ty)) else {
            let message = format!("`{text}` is of a type that BPF has no values of");
            self.report(Diagnostic::error(&codes::UNKNOWN_TYPE, span, message));
            return None;
        };
        let step = self.step(walk.here, found.name, found.offset, found.bits, shape);
        walk.hop.path.push(step);
        walk.hop.offset += found.offset / 8;
        walk.hop.ty = ty;
        if found.bits > 0 {
            walk.hop.bits = Some(self.bit_field(&mut walk.hop, &found));
        }
        if last {
            return Some(());
        }
        let next = match resolved {
            Some(Type::Struct(_) | Type::Union(_)) => Some(target),
            Some(Type::Ptr(pointee)) => match walk.view.resolved(pointee) {
                (id, Some(Type::Struct(_) | Type::Union(_))) => Some(id),
                _ => None,
            },
            _ => None,
        };
        let Some(next) = next else {
            let message = format!("`{text}` is {}, which has no members", self.show(ty));
            self.report(Diagnostic::error(&codes::UNKNOWN_FIELD, span, message));
            return None;
        };
        walk.at = next;
        walk.here = self.composite(walk.view, next);
        if matches!(resolved, Some(Type::Ptr(_))) {
            let fresh = Hop { root: walk.here, path: Vec::new(), offset: 0, ty: Ty::ERROR, bits: None };
            hops.push(std::mem::replace(&mut walk.hop, fresh));
        }
        Some(())
    }

    pub(super) fn unknown_member(&mut self, view: &View, of: TypeId, name: &str, span: Span) {
        let title = view.get(of).map_or("", |ty| view.str(ty.name()));
        let message = format!("the kernel's `{title}` has no member `{name}`");
        let mut error = Diagnostic::error(&codes::UNKNOWN_FIELD, span, message);
        let mut names = Vec::new();
        member_names(view, of, &mut names, 0);
        if let Some(near) = nearest(name, names.iter().copied()) {
            error = error.help(format!("did you mean `{near}`?"));
        }
        self.report(error);
    }

    /// The step to a member, which the struct gets unless it has it.
    pub(super) fn step(&mut self, of: KernelId, name: &str, bit_offset: u32, bits: u8, shape: Shape) -> Step {
        let members = &mut self.module.types.kernel[of].members;
        let known = members.iter().position(|member| member.name == name);
        let index = known.unwrap_or_else(|| {
            members.push(Member { name: name.into(), bit_offset, bits, shape });
            members.len() - 1
        });
        Step::Member(of, index)
    }

    /// The struct or union `id` of the kernel's.
    pub(super) fn composite(&mut self, view: &View, id: TypeId) -> KernelId {
        let ty = view.get(id);
        let size = ty.as_ref().and_then(Type::stated_size).unwrap_or(0);
        let name = ty.as_ref().map_or("", |ty| view.str(ty.name()));
        let union = matches!(ty, Some(Type::Union(_)));
        let kernel = match self.anonymous.get(&id) {
            Some(known) => *known,
            None if name.is_empty() => {
                let new = KernelStruct { name: String::new(), union, size, members: Vec::new() };
                let new = self.module.types.kernel.push(new);
                self.anonymous.insert(id, new);
                new
            }
            None => self.kernel_named(name),
        };
        let own = &mut self.module.types.kernel[kernel];
        (own.union, own.size) = (union, size);
        kernel
    }

    /// The kernel's struct of this name, of which nothing else need be known.
    pub(super) fn kernel_named(&mut self, name: &str) -> KernelId {
        let all = &mut self.module.types.kernel;
        let known = all.iter().find(|(_, own)| own.name == name).map(|(id, _)| id);
        known.unwrap_or_else(|| {
            all.push(KernelStruct { name: name.into(), union: false, size: 0, members: Vec::new() })
        })
    }

    /// A pointer to the kernel's struct of this name.
    pub(super) fn kernel_pointer(&mut self, name: &str, nullable: bool) -> Ty {
        let id = self.kernel_named(name);
        let pointee = self.module.types.intern(TypeKind::Kernel(id));
        self.module.types.pointer(pointee, Region::Kernel, nullable)
    }

    /// What a member is in BTF and in the language.
    fn shape(&mut self, view: &View, id: TypeId, ty: &Type) -> Option<(Shape, Ty)> {
        Some(match ty {
            Type::Int { size, encoding: flags, .. } => {
                let ty = match flags & encoding::BOOL != 0 {
                    true => Ty::BOOL,
                    false => self.integer(*size, flags & encoding::SIGNED != 0)?,
                };
                (Shape::Int(ty), ty)
            }
            Type::Enum(e) | Type::Enum64(e) => {
                let ty = self.integer(e.size, e.signed)?;
                (Shape::Enum { name: view.str(e.name).into(), ty }, ty)
            }
            Type::Ptr(pointee) => (Shape::Pointer, self.pointee(view, *pointee)),
            Type::Array(array) => {
                let (element, resolved) = view.resolved(array.element);
                let (shape, element) = self.shape(view, element, &resolved?)?;
                let ty = TypeKind::Array { element, count: array.count.max(1) };
                (Shape::Array(Box::new(shape), array.count), self.module.types.intern(ty))
            }
            Type::Struct(_) | Type::Union(_) => {
                let id = self.composite(view, id);
                (Shape::Struct(id), self.module.types.intern(TypeKind::Kernel(id)))
            }
            _ => return None,
        })
    }

    fn integer(&mut self, bytes: u32, signed: bool) -> Option<Ty> {
        let bits = matches!(bytes, 1 | 2 | 4 | 8).then_some((bytes * 8) as u8)?;
        Some(self.module.types.int(Int { bits, signed }))
    }

    /// A pointer as a value: to a struct typed, to anything else a number.
    fn pointee(&mut self, view: &View, pointee: TypeId) -> Ty {
        self.kernel_struct_pointer(view, pointee, false).unwrap_or(Ty::U64)
    }

    /// A pointer to a struct or union of the kernel's; `None` for what is something else.
    pub(super) fn kernel_struct_pointer(
        &mut self,
        view: &View,
        pointee: TypeId,
        nullable: bool,
    ) -> Option<Ty> {
        let (id, Some(Type::Struct(_) | Type::Union(_))) = view.resolved(pointee) else { return None };
        let id = self.composite(view, id);
        let pointee = self.module.types.intern(TypeKind::Kernel(id));
        Some(self.module.types.pointer(pointee, Region::Kernel, nullable))
    }

    /// The unit to load for a bit-field, as loaders compute it (`bpf_core_calc_field_relo` in
    /// libbpf's relo_core.c): of the declared type, and wider while the field does not fit.
    fn bit_field(&mut self, hop: &mut Hop, found: &Found<'_>) -> BitField {
        let (first, bits) = (found.offset, u32::from(found.bits));
        let mut bytes = self.module.types.size(hop.ty).clamp(1, 8);
        let start = |bytes: u32| first / 8 / bytes * bytes;
        while bytes < 8 && first + bits > (start(bytes) + bytes) * 8 {
            bytes *= 2;
        }
        hop.offset = hop.offset - first / 8 + start(bytes);
        let unit = self.integer(bytes, false).unwrap_or(Ty::U64);
        let left = 64u32.saturating_sub(first + bits - start(bytes) * 8);
        BitField { unit, left, right: 64 - bits }
    }

    // ---- uses ----

    /// `(NAME-FIELD p [index])` and `(NAME-FIELD-ptr p [index])`
    pub(super) fn kernel_access(&mut self, index: usize, address: bool, call: &Call<'a>) -> ExprId {
        let import = self.imports[index].clone();
        if import.reader != Reader::Pointer {
            return self.record_access(&import, call);
        }
        let (pointer, element) = match call.args {
            [pointer] => (*pointer, None),
            [pointer, element] => (*pointer, Some(*element)),
            args => {
                let message = format!("a member is read through a pointer, and {} given", given(args.len()));
                return self.fail_at(&codes::ARITY, call.span, message);
            }
        };
        let Some(mut at) = self.kernel_base(pointer, import.root) else {
            return self.add(ExprKind::Error, Ty::ERROR, call.span);
        };
        let Some((last, first)) = import.hops.split_last() else { return at };
        for hop in first {
            at = self.read_hop(at, hop, call);
        }
        let mut last = last.clone();
        if let Some(element) = element
            && self.element_of(&mut last, element).is_none()
        {
            return self.add(ExprKind::Error, Ty::ERROR, call.span);
        }
        match address {
            true if last.bits.is_some() => {
                self.fail_at(&codes::NOT_A_PLACE, call.span, "a bit-field has no address")
            }
            true => self.hop_address(at, &last, call.span),
            false if self.module.types.is_aggregate(last.ty) => self.whole(&last, call),
            false => self.read_hop(at, &last, call),
        }
    }

    /// `(tp-FIELD [index])`
    fn record_access(&mut self, import: &Import, call: &Call<'a>) -> ExprId {
        let element = match (call.args, import.hops.first().map(|hop| self.kind(hop.ty))) {
            ([], _) => None,
            ([element], Some(TypeKind::Array { .. })) => Some(*element),
            (args, _) => {
                let message =
                    format!("a field of the record takes no argument, and {} given", given(args.len()));
                return self.fail_at(&codes::ARITY, call.span, message);
            }
        };
        let (Some(hop), Some(hook)) = (import.hops.first(), self.hook) else {
            return self.add(ExprKind::Error, Ty::ERROR, call.span);
        };
        if hook.ty != ProgramType::Tracepoint {
            let message = format!("a {} program gets no record of a tracepoint", hook.ty.row().name);
            let error = Diagnostic::error(&codes::FIELD_ACCESS, call.span, message);
            return self
                .fail(error.help("programs in sections such as \"tracepoint/sched/sched_switch\" do"));
        }
        let mut hop = hop.clone();
        if let Some(element) = element
            && self.element_of(&mut hop, element).is_none()
        {
            return self.add(ExprKind::Error, Ty::ERROR, call.span);
        }
        let base = self.context(call.span);
        match import.reader {
            Reader::Elsewhere => {
                let place = self.read_hop(base, &hop, call);
                let place = self.convert(place, Ty::U64);
                let low = self.add(ExprKind::Int(0xffff), Ty::U64, call.span);
                let at = self.add(ExprKind::Binary(Binary::And, place, low), Ty::U64, call.span);
                let at = self.convert(at, Ty::I64);
                let ty = self.module.types.pointer(Ty::U8, Region::Ctx, false);
                let base = self.context(call.span);
                self.add(ExprKind::Advance(base, at), ty, call.span)
            }
            _ if self.module.types.is_aggregate(hop.ty) => self.hop_address(base, &hop, call.span),
            _ => self.read_hop(base, &hop, call),
        }
    }

    /// The address to start from: a BTF pointer to the struct, or a number.
    fn kernel_base(&mut self, datum: DatumId, root: KernelId) -> Option<ExprId> {
        let value = self.value(datum);
        let value = self.settled(value);
        let ty = self.ty(value);
        if ty == Ty::ERROR {
            return None;
        }
        if self.module.types.as_int(ty).is_some() {
            return Some(self.convert(value, Ty::U64));
        }
        let wanted = TypeKind::Kernel(root);
        if self.module.types.as_pointer(ty).is_some_and(|p| self.kind(p.pointee) == wanted) {
            return Some(value);
        }
        let name = self.module.types.kernel[root].name.clone();
        let message = format!("this is {}, and a kernel `{name}` is wanted here", self.show(ty));
        let error = Diagnostic::error(&codes::TYPE_MISMATCH, self.span(datum), message);
        self.fail(error.help("that is a BTF pointer to one, or its address as a u64"));
        None
    }

    /// Makes a hop to an array one to its element.
    fn element_of(&mut self, hop: &mut Hop, datum: DatumId) -> Option<()> {
        let TypeKind::Array { element, count } = self.kind(hop.ty) else {
            let message = format!("this member is {}, not an array", self.show(hop.ty));
            self.fail_at(&codes::TYPE_MISMATCH, self.span(datum), message);
            return None;
        };
        let index = self.constant_value(datum)?;
        let Some(index) = u32::try_from(index).ok().filter(|index| *index < count) else {
            let message = format!("there is no element {index}: the array has {count}, numbered from 0");
            self.fail_at(&codes::OUT_OF_BOUNDS, self.span(datum), message);
            return None;
        };
        hop.path.push(Step::Element(index));
        hop.offset += index * self.module.types.size(element);
        hop.ty = element;
        Some(())
    }

    /// A struct or array is not a value.
    fn whole(&mut self, hop: &Hop, call: &Call<'_>) -> ExprId {
        let name = self.text(call.name);
        let message = format!("this member is {}, which is no value", self.show(hop.ty));
        let error = Diagnostic::error(&codes::TYPE_MISMATCH, call.span, message);
        self.fail(match self.kind(hop.ty) {
            TypeKind::Array { .. } => error.help(format!(
                "`({name} p 0)` reads an element, and `({name}-ptr p)` is the address, for `probe-read-kernel`"
            )),
            _ => error.help(format!("import the member that you want of it, or take its address: `({name}-ptr p)`")),
        })
    }

    fn question(&mut self, hop: &Hop, question: Question, answer: u32, ty: Ty, span: Span) -> ExprId {
        let core = Core { root: Root::Struct(hop.root), path: hop.path.clone(), question, answer };
        let Self { cores, module, .. } = self;
        let id = *cores.entry(core.clone()).or_insert_with(|| module.cores.push(core));
        self.add(ExprKind::Core(id), ty, span)
    }

    /// Where a hop goes to: a pointer from a pointer, a number from a number.
    fn hop_address(&mut self, base: ExprId, hop: &Hop, span: Span) -> ExprId {
        match self.module.types.as_pointer(self.ty(base)) {
            Some(pointer) => {
                let offset = self.question(hop, Question::Offset, hop.offset, Ty::I64, span);
                let ty = self.module.types.pointer(hop.ty, pointer.region, false);
                self.add(ExprKind::Advance(base, offset), ty, span)
            }
            None => {
                let offset = self.question(hop, Question::Offset, hop.offset, Ty::U64, span);
                self.add(ExprKind::Binary(Binary::Add, base, offset), Ty::U64, span)
            }
        }
    }

    fn read_hop(&mut self, base: ExprId, hop: &Hop, call: &Call<'a>) -> ExprId {
        let unit = hop.bits.map_or(hop.ty, |bits| bits.unit);
        let address = self.hop_address(base, hop, call.span);
        let value = match self.module.types.as_pointer(self.ty(address)) {
            Some(_) => self.add(ExprKind::Load(address, 0), unit, call.span),
            None => self.probe(address, unit, call),
        };
        match hop.bits {
            Some(bits) => self.extract(value, hop, bits, call.span),
            None => value,
        }
    }

    /// Reads what is at an address that is a number.
    fn probe(&mut self, address: ExprId, ty: Ty, call: &Call<'a>) -> ExprId {
        let Some(read) = helper::find("probe_read_kernel") else { return address };
        if let Some(error) = self.refused(read, call) {
            let error = error.note("it is what reads kernel memory at an address that is a number");
            return self
                .fail(error.help("a BTF pointer, as `get-current-task-btf` gives, is read without it"));
        }
        let ty = if self.module.types.as_pointer(ty).is_some() { Ty::U64 } else { ty };
        self.add(ExprKind::ProbeRead(address), ty, call.span)
    }

    /// A bit-field of the unit that holds it.
    fn extract(&mut self, unit: ExprId, hop: &Hop, bits: BitField, span: Span) -> ExprId {
        let signed = self.module.types.as_int(hop.ty).is_some_and(|int| int.signed);
        let wide = if signed { Ty::I64 } else { Ty::U64 };
        let unit = self.convert(unit, wide);
        let left = self.question(hop, Question::ShiftLeft, bits.left, wide, span);
        let right = self.question(hop, Question::ShiftRight, bits.right, wide, span);
        let high = self.add(ExprKind::Binary(Binary::Shl, unit, left), wide, span);
        let low = self.add(ExprKind::Binary(Binary::Shr, high, right), wide, span);
        self.convert(low, hop.ty)
    }
}

/// A member of a struct in BTF.
struct Found<'v> {
    name: &'v str,
    ty: TypeId,
    /// Bits from the struct's start.
    offset: u32,
    bits: u8,
}

/// How deeply anonymous structs are looked into; C code does not nest them further.
const ANONYMOUS_DEPTH: u32 = 16;

/// The member called `name`, also of anonymous structs inside.
fn member<'v>(view: &'v View, of: TypeId, name: &str) -> Option<Found<'v>> {
    find(view, of, ANONYMOUS_DEPTH, &|n| n == name)
        .or_else(|| find(view, of, ANONYMOUS_DEPTH, &|n| n.eq_ignore_ascii_case(name)))
}

fn find<'v>(view: &'v View, of: TypeId, depth: u32, is: &dyn Fn(&str) -> bool) -> Option<Found<'v>> {
    let (Type::Struct(composite) | Type::Union(composite)) = view.get(of)? else { return None };
    composite.members.iter().find_map(|member| {
        let name = view.str(member.name);
        if is(name) {
            return Some(Found { name, ty: member.ty, offset: member.offset, bits: member.bits });
        }
        if !name.is_empty() || depth == 0 {
            return None;
        }
        let inner = find(view, view.resolved(member.ty).0, depth - 1, is)?;
        Some(Found { offset: inner.offset + member.offset, ..inner })
    })
}

fn member_names<'v>(view: &'v View, of: TypeId, names: &mut Vec<&'v str>, depth: u32) {
    let Some(Type::Struct(composite) | Type::Union(composite)) = view.get(of) else { return };
    for member in &composite.members {
        match view.str(member.name) {
            "" if depth < ANONYMOUS_DEPTH => {
                member_names(view, view.resolved(member.ty).0, names, depth + 1);
            }
            name => names.push(name),
        }
    }
}
