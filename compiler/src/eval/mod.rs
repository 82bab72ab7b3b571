//! The evaluator: the Lisp that macros are written in, and userspace programs.
//!
//! Values go in, values come out. A form is a value; what it does is looked up by the name at its
//! head, in this order: local functions and macros, [special forms](special), functions,
//! macros. Evaluation is bounded in steps and in depth when the host says so, errors are
//! conditions with a place, and nothing here does IO: what prints goes to the [`Host`].

mod builtins;
pub mod convert;
mod definitions;
mod env;
mod error;
mod format;
mod free;
mod host;
mod lambda;
mod print;
pub mod special;
pub mod table;
pub mod value;

#[cfg(test)]
mod tests;

use std::{collections::HashMap, rc::Rc};

pub use env::Env;
pub use error::{Condition, Exit, Pointing, Result};
pub use host::{Alone, Builtin, Host, Limits, MACRO_LIMITS, MANY};
pub use value::{Function, Kind, Origin, Symbol, Value};

use crate::{
    diagnostic::Diagnostics,
    names::{Name, Names, nearest},
    read::{self, Data},
    source::SourceMap,
};
use env::{Callee, Meant};
use special::Special;
use value::Closure;

/// How many steps there are between two polls of the host.
const POLL: u64 = 1 << 10;

/// Does something that needs a little stack, and may do so within itself, on as much as there must be.
#[inline]
fn on_stack<T>(work: impl FnOnce() -> T) -> T {
    stacker::maybe_grow(128 * 1024, 2 * 1024 * 1024, work)
}

/// An evaluator and all that was defined in it.
pub struct Interp<'n> {
    names: &'n Names,
    host: Box<dyn Host>,
    specials: HashMap<Name, &'static Special>,
    functions: HashMap<Name, Rc<Function>>,
    macros: HashMap<Name, Rc<Function>>,
    variables: HashMap<Name, Value>,
    symbol_macros: HashMap<Name, Value>,
    limits: Limits,
    steps: u64,
    total: u64,
    depth: u32,
    blocks: u64,
    gensyms: u64,
    /// What is printed, where it is caught, innermost last.
    captured: Vec<String>,
    /// All values of the last form, when it gave other than one.
    multiple: Option<Vec<Value>>,
    t: Symbol,
}

impl<'n> Interp<'n> {
    /// An evaluator with the standard functions.
    pub fn new(names: &'n Names, host: Box<dyn Host>, limits: Limits) -> Self {
        let t = names.intern("t");
        let mut interp = Self {
            names,
            host,
            specials: special::all().map(|row| (names.intern(row.name), row)).collect(),
            functions: HashMap::new(),
            macros: HashMap::new(),
            variables: HashMap::new(),
            symbol_macros: HashMap::new(),
            limits,
            steps: 0,
            total: 0,
            depth: 0,
            blocks: 0,
            gensyms: 0,
            captured: Vec::new(),
            multiple: None,
            t: Symbol { name: t, folded: t },
        };
        builtins::all().for_each(|builtin| interp.define_builtin(builtin));
        interp
    }

    // ---- symbols ----

    /// The symbol spelled `text`.
    pub fn symbol(&self, text: &str) -> Symbol {
        let name = self.names.intern(text);
        Symbol { name, folded: self.names.folded(name) }
    }

    /// A symbol's text.
    pub fn text(&self, symbol: Symbol) -> &'n str {
        self.names.text(symbol.name)
    }

    /// `t` or `nil`.
    pub fn truth(&self, truth: bool) -> Value {
        if truth { Kind::Symbol(self.t).into() } else { Value::NIL }
    }

    /// Whether a value is the symbol `text`, given in lower case.
    pub fn is(&self, value: &Value, text: &str) -> bool {
        value.symbol().is_some_and(|symbol| self.names.text(symbol.folded) == text)
    }

    /// A symbol that no source can spell.
    pub fn gensym(&mut self, prefix: &str) -> Symbol {
        self.gensyms += 1;
        // What starts so is no symbol when it is read.
        self.symbol(&format!("#:{prefix}{}", self.gensyms))
    }

    // ---- evaluation ----

    /// Starts a new evaluation: the limits count from here.
    pub fn restart(&mut self) {
        (self.steps, self.depth) = (0, 0);
    }

    /// The value of `form`.
    pub fn eval(&mut self, form: &Value, env: &Env) -> Result {
        self.multiple = None;
        match &form.kind {
            Kind::Symbol(symbol) => self.variable(*symbol, form, env),
            Kind::Cons(_) => self.deeper(form, env),
            _ => Ok(form.clone()),
        }
    }

    fn deeper(&mut self, form: &Value, env: &Env) -> Result {
        self.nested(|interp| interp.call_form(form, env)).map_err(|exit| exit.at(form.origin))
    }

    /// Does what may come to do itself again: it counts as a form within a form.
    #[inline]
    fn nested<T>(&mut self, work: impl FnOnce(&mut Self) -> Result<T>) -> Result<T> {
        self.burn()?;
        self.depth += 1;
        let result = on_stack(|| work(self));
        self.depth -= 1;
        result
    }

    fn burn(&mut self) -> Result<()> {
        self.spend(1)?;
        if self.depth >= self.limits.depth {
            return Err(Exit::error("this evaluation goes too deep: a recursion without an end?"));
        }
        Ok(())
    }

    /// Counts `amount` steps: a form evaluated, a round of a loop, an element made.
    fn spend(&mut self, amount: usize) -> Result<()> {
        let before = self.steps;
        self.steps += amount as u64;
        self.total += amount as u64;
        let beyond = |limit: u64, spent: u64| limit > 0 && spent > limit;
        if beyond(self.limits.steps, self.steps) || beyond(self.limits.total, self.total) {
            return Err(Exit::error("this evaluation has no end in sight: it was stopped"));
        }
        if before / POLL != self.steps / POLL {
            self.host.poll().map_err(Exit::Stopped)?;
        }
        Ok(())
    }

    fn variable(&mut self, symbol: Symbol, form: &Value, env: &Env) -> Result {
        match env.find(symbol.folded) {
            Some(Meant::Value(value)) => return Ok(value),
            Some(Meant::Form(form)) => return self.nested(|interp| interp.eval(&form, env)),
            None => {}
        }
        if symbol == self.t {
            return Ok(form.clone());
        }
        if let Some(value) = self.variables.get(&symbol.folded) {
            return Ok(value.clone());
        }
        if let Some(form) = self.symbol_macro(symbol.folded) {
            return self.nested(|interp| interp.eval(&form, env));
        }
        let text = self.text(symbol);
        match bpfl_stdlib::catalog::constant::find(text) {
            Some(row) => Ok(i128::from(row.value).into()),
            None => {
                let number = text.starts_with(|c: char| c.is_ascii_digit() || "+-.".contains(c))
                    && text.contains(|c: char| c.is_ascii_digit());
                let why =
                    if number { ", and no number is written so: `100`, `-0.5`, `#xff` are" } else { "" };
                let message = format!("there is no variable called `{text}`{why}");
                Err(Exit::of("unbound-variable", message).at(form.origin))
            }
        }
    }

    fn call_form(&mut self, form: &Value, env: &Env) -> Result {
        let Some((head, rest)) = form.pair() else { return Ok(form.clone()) };
        let Some(symbol) = head.symbol() else {
            return match head.pair() {
                Some((lambda, _)) if self.is(&lambda, "lambda") => {
                    let function = self.eval(&head, env)?;
                    let args = self.arguments(&rest, env)?;
                    self.apply(&function, args)
                }
                _ => {
                    Err(Exit::error(format!("a form starts with a name, and this with {}", head.type_name())))
                }
            };
        };
        match env.callee(symbol.folded) {
            Some(Callee::Function(function)) => {
                let args = self.arguments(&rest, env)?;
                return self.call(&function, args);
            }
            Some(Callee::Macro(expander)) => return self.call_macro(&expander, form, env),
            None => {}
        }
        if let Some(special) = self.specials.get(&symbol.folded).copied() {
            let args = self.listed(&rest)?;
            special.check(args.len())?;
            return (special.eval)(self, &args, env);
        }
        if let Some(function) = self.functions.get(&symbol.folded).cloned() {
            let args = self.arguments(&rest, env)?;
            return self.call(&function, args);
        }
        match self.macro_named(symbol.folded) {
            Some(expander) => self.call_macro(&expander, form, env),
            None => Err(self.unknown_function(symbol)),
        }
    }

    fn unknown_function(&self, symbol: Symbol) -> Exit {
        let text = self.text(symbol);
        let near = self.near_function(text).map(|near| format!("; did you mean `{near}`?"));
        let near = near.unwrap_or_default();
        Exit::of("undefined-function", format!("there is no function called `{text}`{near}"))
    }

    /// The function, macro or special form whose name is most like `text`, if any is like it.
    pub fn near_function(&self, text: &str) -> Option<&str> {
        let known = self.functions.keys().chain(self.specials.keys()).chain(self.macros.keys());
        let mut names: Vec<&str> = known.map(|name| self.names.text(*name)).collect();
        // A hash map's order differs from run to run; what is suggested must not.
        names.sort_unstable();
        nearest(text, names)
    }

    fn call_macro(&mut self, expander: &Rc<Function>, form: &Value, env: &Env) -> Result {
        let expansion = self.expand(expander, form)?;
        self.eval(&expansion, env)
    }

    /// The form that a macro makes of a call of it.
    pub fn expand(&mut self, expander: &Rc<Function>, form: &Value) -> Result {
        let Function::Closure(closure) = &**expander else {
            return Err(Exit::error("this macro has no definition"));
        };
        let args = form.pair().map_or(Value::NIL, |(_, args)| args);
        let env = closure.params.destructure(self, form, args, &closure.env)?;
        self.block_body(closure, &env)
    }

    /// The elements of a form's tail.
    fn listed(&self, rest: &Value) -> Result<Vec<Value>> {
        rest.elements().ok_or_else(|| Exit::error("a form is a proper list: `(f x)`"))
    }

    fn arguments(&mut self, rest: &Value, env: &Env) -> Result<Vec<Value>> {
        let mut args = self.listed(rest)?;
        for arg in &mut args {
            *arg = self.eval(arg, env)?;
        }
        Ok(args)
    }

    /// Evaluates the text of definitions that the evaluator makes itself.
    fn eval_text(&mut self, text: &str) -> Result<()> {
        let (data, mut diagnostics) = (Data::new(), Diagnostics::default());
        let mut sources = SourceMap::new();
        let file = sources.add("definitions", text);
        for form in read::read(&sources, file, self.names, &data, &mut diagnostics) {
            let form = convert::value(self.names, &data, form, |_| Origin::None);
            self.eval(&form, &Env::default())?;
        }
        Ok(())
    }

    /// The forms in turn, for the last one's value.
    pub fn progn(&mut self, forms: &[Value], env: &Env) -> Result {
        let mut last = Value::NIL;
        for form in forms {
            last = self.eval(form, env)?;
        }
        Ok(last)
    }

    // ---- calls ----

    /// Calls a function, or the function that a symbol names.
    pub fn apply(&mut self, function: &Value, args: Vec<Value>) -> Result {
        let function = self.function(function)?;
        self.call(&function, args)
    }

    /// A function, or the one that a symbol names.
    pub fn function(&self, value: &Value) -> Result<Rc<Function>> {
        match &value.kind {
            Kind::Function(function) => Ok(function.clone()),
            Kind::Symbol(symbol) => {
                let found = self.functions.get(&symbol.folded).cloned();
                found.ok_or_else(|| self.unknown_function(*symbol))
            }
            _ => Err(Exit::error(format!("this is {}, and a function is wanted here", value.type_name()))),
        }
    }

    fn call(&mut self, function: &Rc<Function>, args: Vec<Value>) -> Result {
        match &**function {
            Function::Builtin(builtin) => {
                if args.len() < builtin.min || args.len() > builtin.max {
                    return Err(error::arity(builtin.name, builtin.min, builtin.max, args.len()));
                }
                self.multiple = None;
                (builtin.call)(self, &args)
            }
            Function::Closure(closure) => {
                let env = closure.params.bind(self, closure.name, args, &closure.env)?;
                self.block_body(closure, &env)
            }
        }
    }

    fn block_body(&mut self, closure: &Closure, env: &Env) -> Result {
        match closure.block {
            Some(block) => self.in_block(block.folded, env, |interp, env| interp.eval(&closure.body, env)),
            None => self.eval(&closure.body, env),
        }
    }

    /// Evaluates within a block of that name.
    fn in_block(&mut self, name: Name, env: &Env, body: impl FnOnce(&mut Self, &Env) -> Result) -> Result {
        self.blocks += 1;
        let id = self.blocks;
        match body(self, &env.bind_block(name, id)) {
            Err(Exit::Return(to, value)) if to == id => Ok(value),
            other => other,
        }
    }
}
