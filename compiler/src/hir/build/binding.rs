//! `let`, `let*`, `setf`, `incf`, `decf`.

use super::{
    Builder,
    forms::Call,
    param::ParamType,
    place::{Place, Sharing},
};
use crate::{
    diagnostic::{Diagnostic, codes},
    hir::{Atomic, Binary, ExprId, ExprKind, MapUse, Ty, VarId},
    names::Name,
    read::DatumId,
    source::Span,
};

/// A binding's parts: `(name init)`, `(name type init)`, `(name)` or `name`.
struct Clause {
    name: Name,
    span: Span,
    ty: Option<ParamType>,
    init: Option<DatumId>,
}

/// `(let …)`: all initialisers, then all names.
pub fn bind_in_parallel<'a>(b: &mut Builder<'a>, call: &Call<'a>) -> ExprId {
    bind(b, call, false)
}

/// `(let* …)`: each initialiser sees the names before it.
pub fn bind_in_turn<'a>(b: &mut Builder<'a>, call: &Call<'a>) -> ExprId {
    bind(b, call, true)
}

fn bind<'a>(b: &mut Builder<'a>, call: &Call<'a>, in_turn: bool) -> ExprId {
    let (declared, body) = b.declarations(&call.args[1..]);
    let mark = b.scope.mark();
    let bindings = b.bindings(call.args[0], &declared, in_turn);
    let body = b.body(body, call.span, call.used);
    b.scope.reset(mark);
    let ty = b.ty(body);
    let never = bindings.iter().any(|(_, init)| b.ty(*init) == Ty::NEVER);
    b.add(ExprKind::Let(bindings, body), if never { Ty::NEVER } else { ty }, call.span)
}

impl<'a> Builder<'a> {
    /// Binds the clauses of a `let`. The names are in scope afterwards.
    pub(super) fn bindings(
        &mut self,
        clauses: DatumId,
        declared: &[(Name, ParamType)],
        in_turn: bool,
    ) -> Vec<(VarId, ExprId)> {
        let Some(items) = self.list(clauses) else {
            let span = self.span(clauses);
            let error = Diagnostic::error(&codes::MALFORMED, span, "a list of bindings is wanted here");
            self.report(error.help("write `((name value) …)`, with two opening parentheses"));
            return Vec::new();
        };
        let mark = self.scope.mark();
        let mut bindings = Vec::with_capacity(items.len());
        for clause in items.iter().filter_map(|item| self.clause(*item)).collect::<Vec<_>>() {
            let folded = self.names.folded(clause.name);
            let binding = self.bind_clause(&clause, declared);
            match in_turn {
                true => self.scope.bind(folded, binding.0),
                false => self.scope.bind_pending(folded, binding.0),
            }
            bindings.push(binding);
        }
        self.scope.settle(mark);
        bindings
    }

    /// Binds one clause, `(name value)`. The name is in scope afterwards.
    pub(super) fn single_binding(&mut self, item: DatumId) -> Vec<(VarId, ExprId)> {
        let Some(clause) = self.clause(item) else { return Vec::new() };
        let binding = self.bind_clause(&clause, &[]);
        self.scope.bind(self.names.folded(clause.name), binding.0);
        vec![binding]
    }

    fn clause(&mut self, item: DatumId) -> Option<Clause> {
        let span = self.span(item);
        if let Some(name) = self.data.symbol(item) {
            return Some(Clause { name, span, ty: None, init: None });
        }
        let parts = self.items(item).unwrap_or(&[]);
        let name = parts.first().and_then(|first| self.data.symbol(*first));
        let (ty, init) = match (name, parts) {
            (Some(_), [_]) => (None, None),
            (Some(_), [_, init]) => (None, Some(*init)),
            // A type with a mistake fits everywhere, so that the name is known all the same.
            (Some(_), [_, ty, init]) => (Some(self.binding_type(*ty)), Some(*init)),
            _ => {
                let error = Diagnostic::error(&codes::MALFORMED, span, "this is not a binding");
                self.report(error.help("write `(name value)`, or `(name type value)` to fix its type"));
                return None;
            }
        };
        Some(Clause { name: name?, span: self.span(parts[0]), ty, init })
    }

    /// A binding's type: any, or where a pointer is meant what it points to.
    fn binding_type(&mut self, datum: DatumId) -> ParamType {
        let head = self.items(datum).and_then(|items| items.first().copied());
        let pointer =
            head.is_some_and(|head| self.is_symbol(head, "ptr") || self.is_symbol(head, "nullable"));
        let ty = match pointer {
            true => self.param_type(datum),
            false => self.parse_type(datum).map(ParamType::Value),
        };
        ty.unwrap_or(ParamType::Value(Ty::ERROR))
    }

    /// `init` as a value of the type that a binding says.
    fn as_declared(&mut self, init: ExprId, ty: ParamType) -> ExprId {
        let ParamType::Pointer { nullable, .. } = ty else {
            return match ty {
                ParamType::Value(ty) => self.store_as(init, ty),
                _ => init,
            };
        };
        if [Ty::ERROR, Ty::NEVER].contains(&self.ty(init)) {
            return init;
        }
        let may_be_null = self.module.types.as_pointer(self.ty(init)).is_some_and(|p| p.nullable);
        if may_be_null && !nullable {
            let message = format!("this may be null, and {} may not", self.show_param(ty));
            let error = Diagnostic::error(&codes::MAY_BE_NULL, self.expr_span(init), message);
            return self.fail(error.help("bind it and test it: `(when-let ((p …)) …)`"));
        }
        match self.as_param(ty, init) {
            Some(init) => init,
            None => {
                let (is, wanted) = (self.show(self.ty(init)), self.show_param(ty));
                let message = format!("this is {is}, and {wanted} is wanted here");
                self.fail_at(&codes::TYPE_MISMATCH, self.expr_span(init), message)
            }
        }
    }

    fn bind_clause(&mut self, clause: &Clause, declared: &[(Name, ParamType)]) -> (VarId, ExprId) {
        let folded = self.names.folded(clause.name);
        let declared = declared.iter().find(|(name, _)| *name == folded).map(|(_, ty)| *ty);
        let init = match clause.init {
            Some(init) => self.value(init),
            None => self.nil(clause.span),
        };
        let init = match clause.ty.or(declared) {
            Some(ty) => self.as_declared(init, ty),
            None => self.settled(init),
        };
        let ty = match clause.ty.or(declared) {
            Some(ParamType::Value(ty)) => ty,
            _ => self.ty(init),
        };
        (self.variable(Some(clause.name), ty, clause.span), init)
    }

    /// Splits `(declare (type T name…) …)` forms off the front of a body.
    fn declarations(&mut self, body: &'a [DatumId]) -> (Vec<(Name, ParamType)>, &'a [DatumId]) {
        let mut declared = Vec::new();
        let mut rest = body;
        while let [first, tail @ ..] = rest {
            let Some([head, specs @ ..]) = self.items(*first) else { break };
            if !self.is_symbol(*head, "declare") {
                break;
            }
            specs.iter().for_each(|spec| self.declaration(*spec, &mut declared));
            rest = tail;
        }
        (declared, rest)
    }

    fn declaration(&mut self, spec: DatumId, declared: &mut Vec<(Name, ParamType)>) {
        let Some([head, ty, names @ ..]) = self.items(spec) else { return };
        if !self.is_symbol(*head, "type") {
            return; // `ignore`, `optimize` and the like say nothing about BPF.
        }
        let ty = self.binding_type(*ty);
        if ty == ParamType::Value(Ty::ERROR) {
            return;
        }
        declared.extend(names.iter().filter_map(|name| Some((self.symbol(*name)?, ty))));
    }
}

/// `(setf place value …)`: the value is the last one, as stored.
pub fn setf<'a>(b: &mut Builder<'a>, call: &Call<'a>) -> ExprId {
    if !call.args.len().is_multiple_of(2) {
        let error = Diagnostic::error(&codes::ARITY, call.span, "a place has no value");
        return b.fail(error.help("`setf` takes pairs: `(setf place value …)`"));
    }
    let stores: Vec<_> = call
        .args
        .chunks_exact(2)
        .map(|pair| {
            let place = b.place(pair[0]);
            let value = b.value(pair[1]);
            let span = if call.args.len() == 2 { call.span } else { b.span(pair[0]).to(b.span(pair[1])) };
            b.write(place, value, span)
        })
        .collect();
    match stores[..] {
        [] => b.nil(call.span),
        [only] => only,
        _ => b.seq(stores, call.span),
    }
}

/// `(rotatef a b c)`: a becomes what b was, b what c was, c what a was.
pub fn rotatef<'a>(b: &mut Builder<'a>, call: &Call<'a>) -> ExprId {
    let mut bindings = Vec::new();
    let places: Vec<_> = call.args.iter().map(|arg| b.place(*arg)).collect();
    let places: Vec<_> = places.into_iter().map(|place| b.hold_place(place, &mut bindings)).collect();
    let mut values = Vec::new();
    for place in &places {
        let again = b.place_again(place, call.span);
        let value = b.read_place(again, call.span);
        let (var, value) = b.hold(value);
        bindings.push((var, value));
        values.push(var);
    }
    let mut stores = Vec::new();
    for (i, place) in places.iter().enumerate() {
        let again = b.place_again(place, call.span);
        let value = b.read_var(values[(i + 1) % values.len()], call.span);
        stores.push(b.write(again, value, call.span));
    }
    let body = b.add(ExprKind::Seq(stores), Ty::NOTHING, call.span);
    b.add(ExprKind::Let(bindings, body), Ty::NOTHING, call.span)
}

/// A place whose subforms are in variables, so that it can be used more than once.
struct HeldPlace {
    place: Place,
    subform: Option<VarId>,
}

/// `(incf place [n])` and `(decf place [n])`: the value is the new one, as stored.
pub fn step<'a>(b: &mut Builder<'a>, call: &Call<'a>, op: Binary) -> ExprId {
    let place = b.place(call.args[0]);
    let amount = match call.args.get(1) {
        Some(amount) => b.value(*amount),
        None => b.literal(1, call.span),
    };
    match place {
        Place::Error => b.add(ExprKind::Error, Ty::ERROR, call.span),
        Place::Element { map, key } => step_element(b, call, op, map, key, amount),
        Place::Memory { ptr, offset, ty, sharing: Sharing::Shared } => {
            step_atomically(b, call, op, (ptr, offset, ty), amount)
        }
        Place::Swapped(_, inner) if !matches!(*inner, Place::Memory { .. }) => {
            let error = Diagnostic::error(&codes::NOT_A_PLACE, call.span, "this cannot be changed in place");
            b.fail(error.help("read it, swap it, and set it: `(setf place …)`"))
        }
        Place::Bits { ptr, .. } => match b.bits_steppable(ptr, call.span) {
            Ok(()) => step_plainly(b, call, op, place, amount),
            Err(error) => error,
        },
        _ => step_plainly(b, call, op, place, amount),
    }
}

/// Reads the place, changes what is there and writes it: after the place's subforms and the amount, as
/// Common Lisp has it, so that what these do to the place counts.
fn step_plainly<'a>(
    b: &mut Builder<'a>,
    call: &Call<'a>,
    op: Binary,
    place: Place,
    amount: ExprId,
) -> ExprId {
    let mut bindings = Vec::new();
    let held = b.hold_place(place, &mut bindings);
    let again = b.place_again(&held, call.span);
    let old = b.read_place(again, call.span);
    let amount = b.hold_amount(amount, b.ty(old), &mut bindings);
    let new = b.operate(op, old, amount, call.span);
    let again = b.place_again(&held, call.span);
    let stored = b.write(again, new, call.span);
    let ty = b.ty(stored);
    match bindings[..] {
        [] => stored,
        _ => b.add(ExprKind::Let(bindings, stored), ty, call.span),
    }
}

/// The amount as something to add, of type `ty`.
pub(super) fn delta(b: &mut Builder<'_>, op: Binary, amount: ExprId, ty: Ty, span: Span) -> ExprId {
    let amount = b.store_as(amount, ty);
    if op == Binary::Add {
        return amount;
    }
    if let (Some(value), Some(int)) = (b.constant(amount), b.module.types.as_int(ty)) {
        return b.add(ExprKind::Int(int.wrap(-value)), ty, span);
    }
    let zero = b.add(ExprKind::Int(0), ty, span);
    let negated = b.operate(Binary::Sub, zero, amount, span);
    b.store_as(negated, ty)
}

fn step_element<'a>(
    b: &mut Builder<'a>,
    call: &Call<'a>,
    op: Binary,
    map: MapUse,
    key: ExprId,
    amount: ExprId,
) -> ExprId {
    let ty = b.module.maps[map.map].value;
    let per_cpu = b.module.maps[map.map].kind.per_cpu;
    if !b.is_changed(map, call.span) {
        return b.add(ExprKind::Error, Ty::ERROR, call.span);
    }
    if let Err(error) = b.steppable(ty, per_cpu, call.span) {
        return error;
    }
    let delta = delta(b, op, amount, ty, call.span);
    let kind = ExprKind::MapAdd { map, key, delta, used: call.used };
    b.add(kind, if call.used { ty } else { Ty::NOTHING }, call.span)
}

fn step_atomically<'a>(
    b: &mut Builder<'a>,
    call: &Call<'a>,
    op: Binary,
    (ptr, offset, ty): (ExprId, i32, Ty),
    amount: ExprId,
) -> ExprId {
    if let Err(error) = b.steppable(ty, false, call.span) {
        return error;
    }
    let (span, add) = (call.span, Atomic::Add);
    let value = delta(b, op, amount, ty, span);
    if !call.used {
        let kind = ExprKind::Atomic { op: add, ptr, offset, value, fetch: false };
        return b.add(kind, Ty::NOTHING, span);
    }
    // The pointer comes before the amount, as written.
    let ((pointer, ptr), (amount, value)) = (b.hold(ptr), b.hold(value));
    let (p, v, again) = (b.read_var(pointer, span), b.read_var(amount, span), b.read_var(amount, span));
    let old = b.add(ExprKind::Atomic { op: add, ptr: p, offset, value: v, fetch: true }, ty, span);
    let new = b.operate(Binary::Add, old, again, span);
    let new = b.store_as(new, ty);
    b.add(ExprKind::Let(vec![(pointer, ptr), (amount, value)], new), ty, span)
}

impl Builder<'_> {
    fn hold_place(&mut self, mut place: Place, bindings: &mut Vec<(VarId, ExprId)>) -> HeldPlace {
        let subform = place.subform().map(|subform| *subform);
        let subform = subform.map(|subform| {
            let (var, subform) = self.hold(subform);
            bindings.push((var, subform));
            var
        });
        HeldPlace { place, subform }
    }

    fn place_again(&mut self, held: &HeldPlace, span: Span) -> Place {
        let mut place = held.place.clone();
        if let (Some(var), Some(subform)) = (held.subform, place.subform()) {
            *subform = self.read_var(var, span);
        }
        place
    }

    /// The amount by which a place of type `ty` is stepped, in a variable unless it is a constant.
    fn hold_amount(&mut self, amount: ExprId, ty: Ty, bindings: &mut Vec<(VarId, ExprId)>) -> ExprId {
        if self.constant(amount).is_some() || [Ty::ERROR, Ty::NEVER].contains(&self.ty(amount)) {
            return amount;
        }
        let amount = match (self.ty(amount), self.module.types.as_int(ty)) {
            (Ty::LITERAL, Some(int)) => {
                let wide = self.module.types.int(int.widened());
                self.store_as(amount, wide)
            }
            _ => amount,
        };
        let (span, (var, value)) = (self.expr_span(amount), self.hold(amount));
        bindings.push((var, value));
        self.read_var(var, span)
    }

    /// Whether a bit-field can be stepped: its neighbours are read and written with it.
    fn bits_steppable(&mut self, ptr: ExprId, span: Span) -> Result<(), ExprId> {
        let pointer = self.module.types.as_pointer(self.ty(ptr));
        if !pointer.is_some_and(|pointer| pointer.region.is_shared()) {
            return Ok(());
        }
        let message = "other CPUs share this place, and no atomic changes a bit-field";
        let error = Diagnostic::error(&codes::BAD_OPERAND, span, message)
            .help("make the field a u32 or u64, which is counted atomically")
            .help("or, where losing a count is harmless, write `(setf place (+ place 1))`");
        Err(self.fail(error))
    }

    /// Whether a place of type `ty` can be stepped: plainly when it is the CPU's own, else by an
    /// atomic, which exist for 4 and 8 bytes (`BPF_ATOMIC` in `kernel/bpf/verifier.c`).
    fn steppable(&mut self, ty: Ty, own: bool, span: Span) -> Result<(), ExprId> {
        let size = self.module.types.size(ty);
        if self.module.types.as_int(ty).is_none() {
            let message = format!("this place holds {}, and a number is wanted here", self.show(ty));
            return Err(self.fail_at(&codes::TYPE_MISMATCH, span, message));
        }
        if own || size >= 4 {
            return Ok(());
        }
        let message = format!("other CPUs share this place, and atomics are 4 or 8 bytes wide, not {size}");
        let error = Diagnostic::error(&codes::BAD_OPERAND, span, message)
            .help("make the value a u32 or u64, which is counted atomically")
            .help("or, where losing a count is harmless, write `(setf place (+ place 1))`");
        Err(self.fail(error))
    }
}
