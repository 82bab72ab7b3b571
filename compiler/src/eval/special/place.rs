//! Places: what `setf` and its kin change. The subforms of a place are evaluated once.

use super::{Special, special};
use crate::eval::{Env, Exit, Interp, Kind, MANY, Result, Symbol, Value, env::Meant, error};

pub const FORMS: &[Special] = &[
    special("setf", 0, MANY, setf),
    special("setq", 0, MANY, setf),
    special("incf", 1, 2, |interp, args, env| step(interp, args, env, "+")),
    special("decf", 1, 2, |interp, args, env| step(interp, args, env, "-")),
    special("push", 2, 2, push),
    special("pushnew", 2, MANY, pushnew),
    special("pop", 1, 1, pop),
    special("rotatef", 2, MANY, rotatef),
];

/// Something that can be read and set.
pub enum Place {
    /// A variable.
    Variable(Symbol),
    /// What a function of these arguments gives.
    Call(Symbol, Vec<Value>),
}

impl Interp<'_> {
    /// The place that `form` names.
    pub fn place(&mut self, form: &Value, env: &Env) -> Result<Place> {
        if let Some(symbol) = form.symbol() {
            return match env.find(symbol.folded) {
                Some(Meant::Form(form)) => self.nested(|interp| interp.place(&form, env)),
                Some(Meant::Value(_)) => Ok(Place::Variable(symbol)),
                None => match self.symbol_macro(symbol.folded) {
                    Some(form) => self.nested(|interp| interp.place(&form, env)),
                    None => Ok(Place::Variable(symbol)),
                },
            };
        }
        let head = form.pair().and_then(|(head, rest)| Some((head.symbol()?, rest)));
        let Some((head, rest)) = head else { return Err(error::wanted("a place", form).at(form.origin)) };
        if let Some(expander) = self.macro_named(head.folded) {
            let form = self.expand(&expander, form)?;
            return self.nested(|interp| interp.place(&form, env));
        }
        let args = self.arguments(&rest, env)?;
        Ok(Place::Call(head, args))
    }

    /// What the place holds.
    pub fn read(&mut self, place: &Place, env: &Env) -> Result {
        match place {
            Place::Variable(symbol) => self.eval(&Kind::Symbol(*symbol).into(), env),
            Place::Call(head, args) => self.apply(&Kind::Symbol(*head).into(), args.clone()),
        }
    }

    /// Sets it.
    pub fn write(&mut self, place: &Place, value: &Value, env: &Env) -> Result<()> {
        match place {
            Place::Variable(symbol) => {
                if !env.set(symbol.folded, value) {
                    self.set_variable(*symbol, value.clone());
                }
                Ok(())
            }
            Place::Call(head, args) => self.write_call(*head, args, value),
        }
    }

    fn write_call(&mut self, head: Symbol, args: &[Value], value: &Value) -> Result<()> {
        let name = self.names().text(head.folded);
        match (name, args) {
            ("car" | "first", [list]) => set_car(list, value),
            ("cdr" | "rest", [list]) => set_cdr(list, value),
            ("second", [list]) => set_car(&nth_cdr(self, list, 1)?, value),
            ("third", [list]) => set_car(&nth_cdr(self, list, 2)?, value),
            ("nth", [n, list]) | ("elt", [list @ Value { kind: Kind::Cons(_), .. }, n]) => {
                set_car(&nth_cdr(self, list, index(n)?)?, value)
            }
            ("aref" | "svref" | "elt", [Value { kind: Kind::Vector(items), .. }, n]) => {
                let (at, mut items) = (index(n)?, items.borrow_mut());
                let len = items.len();
                let outside = || Exit::error(format!("there is no element {at}: there are {len}"));
                *items.get_mut(at).ok_or_else(outside)? = value.clone();
                Ok(())
            }
            ("gethash", [key, Value { kind: Kind::Table(table), .. }, ..]) => {
                let set = table.borrow_mut().set(key.clone(), value.clone());
                set.map_err(|_| error::endless_key())
            }
            _ => self.write_by_function(head, args, value),
        }
    }

    /// `(setf (f a …) v)` calls the function `(setf f)`, which is called `setf-f` here, with v and
    /// the arguments.
    fn write_by_function(&mut self, head: Symbol, args: &[Value], value: &Value) -> Result<()> {
        let setter = self.symbol(&format!("setf-{}", self.names().text(head.folded)));
        match self.functions.get(&setter.folded).cloned() {
            Some(function) => {
                let args = std::iter::once(value.clone()).chain(args.iter().cloned()).collect();
                self.call(&function, args).map(|_| ())
            }
            None => Err(Exit::error(format!("`({} …)` cannot be set", self.text(head)))),
        }
    }
}

fn index(value: &Value) -> Result<usize> {
    match value.kind {
        Kind::Int(n) => usize::try_from(n).map_err(|_| Exit::error(format!("{n} is no index"))),
        _ => Err(error::wanted("an index", value)),
    }
}

fn nth_cdr(interp: &mut Interp<'_>, list: &Value, n: usize) -> Result {
    let mut at = list.clone();
    for _ in 0..n {
        let Some((_, rest)) = at.pair() else { return Ok(Value::NIL) };
        interp.spend(1)?;
        at = rest;
    }
    Ok(at)
}

fn set_car(list: &Value, value: &Value) -> Result<()> {
    match &list.kind {
        Kind::Cons(cons) => {
            *cons.car.borrow_mut() = value.clone();
            Ok(())
        }
        _ => Err(error::wanted("a pair", list)),
    }
}

fn set_cdr(list: &Value, value: &Value) -> Result<()> {
    match &list.kind {
        Kind::Cons(cons) => {
            *cons.cdr.borrow_mut() = value.clone();
            Ok(())
        }
        _ => Err(error::wanted("a pair", list)),
    }
}

fn setf(interp: &mut Interp<'_>, args: &[Value], env: &Env) -> Result {
    let mut last = Value::NIL;
    for pair in args.chunks(2) {
        let [place, form] = pair else { return Err(Exit::error("a place without a value")) };
        let place = interp.place(place, env)?;
        last = interp.eval(form, env)?;
        interp.write(&place, &last, env)?;
    }
    Ok(last)
}

fn step(interp: &mut Interp<'_>, args: &[Value], env: &Env, operation: &str) -> Result {
    let place = interp.place(&args[0], env)?;
    let by = match args.get(1) {
        Some(form) => interp.eval(form, env)?,
        None => 1.into(),
    };
    let old = interp.read(&place, env)?;
    let operation = Kind::Symbol(interp.symbol(operation)).into();
    let new = interp.apply(&operation, vec![old, by])?;
    interp.write(&place, &new, env)?;
    Ok(new)
}

fn push(interp: &mut Interp<'_>, args: &[Value], env: &Env) -> Result {
    let item = interp.eval(&args[0], env)?;
    let place = interp.place(&args[1], env)?;
    let list = Value::cons(item, interp.read(&place, env)?);
    interp.write(&place, &list, env)?;
    Ok(list)
}

fn pushnew(interp: &mut Interp<'_>, args: &[Value], env: &Env) -> Result {
    let item = interp.eval(&args[0], env)?;
    let place = interp.place(&args[1], env)?;
    let list = interp.read(&place, env)?;
    if list.elements().unwrap_or_default().iter().any(|one| one.equal(&item)) {
        return Ok(list);
    }
    let list = Value::cons(item, list);
    interp.write(&place, &list, env)?;
    Ok(list)
}

fn pop(interp: &mut Interp<'_>, args: &[Value], env: &Env) -> Result {
    let place = interp.place(&args[0], env)?;
    let list = interp.read(&place, env)?;
    let (first, rest) = list.pair().unwrap_or_default();
    interp.write(&place, &rest, env)?;
    Ok(first)
}

fn rotatef(interp: &mut Interp<'_>, args: &[Value], env: &Env) -> Result {
    let places = args.iter().map(|form| interp.place(form, env)).collect::<Result<Vec<_>>>()?;
    let mut values = places.iter().map(|place| interp.read(place, env)).collect::<Result<Vec<_>>>()?;
    values.rotate_left(1);
    for (place, value) in places.iter().zip(&values) {
        interp.write(place, value, env)?;
    }
    Ok(Value::NIL)
}
