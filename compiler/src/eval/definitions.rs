//! What an evaluator knows by name, and where it prints.

use std::rc::Rc;

use super::{Builtin, Env, Exit, Function, Host, Interp, Kind, Result, Symbol, Value, special::Special};
use crate::names::{Name, Names};

impl<'n> Interp<'n> {
    /// Adds a function written in Rust.
    pub fn define_builtin(&mut self, builtin: &'static Builtin) {
        let name = self.names.intern(builtin.name);
        self.functions.insert(name, Rc::new(Function::Builtin(builtin)));
    }

    /// Adds a special form of the host's.
    pub fn define_special(&mut self, form: &'static Special) {
        self.specials.insert(self.names.intern(form.name), form);
    }

    /// Prints, to the host unless it is caught.
    ///
    /// # Errors
    /// When the host ends the evaluation, for nobody can read it.
    pub fn print(&mut self, text: &str) -> Result<()> {
        match self.captured.last_mut() {
            Some(caught) => {
                caught.push_str(text);
                Ok(())
            }
            None => self.host.print(text).map_err(Exit::Stopped),
        }
    }

    /// Prints to a stream, where one is given that is no name for standard output.
    ///
    /// # Errors
    /// When the stream takes no text, or no more.
    pub fn write_to(&mut self, stream: Option<&Value>, text: &str) -> std::result::Result<(), Exit> {
        let Some(Kind::Host(object)) = stream.map(|stream| &stream.kind) else {
            return self.print(text);
        };
        match object.write(text) {
            Some(written) => written.map_err(|error| Exit::of("stream-error", error)),
            None => Err(Exit::of("type-error", "this is no stream that takes text")),
        }
    }

    /// Gives several values: the first is the value.
    pub fn give(&mut self, values: Vec<Value>) -> Value {
        let first = values.first().cloned().unwrap_or_default();
        self.multiple = Some(values);
        first
    }

    /// Defines a function.
    pub fn define_function(&mut self, name: Symbol, function: Rc<Function>) {
        self.functions.insert(name.folded, function);
        self.macros.remove(&name.folded);
    }

    /// Defines a macro.
    pub fn define_macro(&mut self, name: Symbol, expander: Rc<Function>) {
        if self.functions.get(&name.folded).is_some_and(|own| !matches!(**own, Function::Builtin(_))) {
            self.functions.remove(&name.folded);
        }
        self.macros.insert(name.folded, expander);
    }

    /// Defines a symbol macro.
    pub fn define_symbol_macro(&mut self, name: Symbol, form: Value) {
        self.symbol_macros.insert(name.folded, form);
    }

    /// Sets a global variable, defined or not.
    pub fn set_variable(&mut self, name: Symbol, value: Value) {
        self.variables.insert(name.folded, value);
    }

    /// The macro of that folded name.
    pub fn macro_named(&self, name: Name) -> Option<Rc<Function>> {
        self.macros.get(&name).cloned()
    }

    /// The symbol macro of that folded name.
    pub fn symbol_macro(&self, name: Name) -> Option<Value> {
        self.symbol_macros.get(&name).cloned()
    }

    /// Whether there is a function of that folded name.
    pub fn has_function(&self, name: Name) -> bool {
        self.functions.contains_key(&name) || self.specials.contains_key(&name)
    }

    /// The names of all special forms, functions and macros, in lower case.
    pub fn callables(&self) -> impl Iterator<Item = &'n str> {
        let names = self.specials.keys().chain(self.functions.keys()).chain(self.macros.keys());
        names.map(|name| self.names.text(*name))
    }

    /// The names of the global variables, in lower case.
    pub fn variable_names(&self) -> impl Iterator<Item = &'n str> {
        self.variables.keys().chain(self.symbol_macros.keys()).map(|name| self.names.text(*name))
    }

    /// The value of a global variable.
    pub fn global_variable(&self, name: Symbol) -> Option<Value> {
        self.variables.get(&name.folded).cloned()
    }

    /// Forgets what stands for this name as a variable.
    pub fn forget_variable(&mut self, name: Symbol) {
        self.variables.remove(&name.folded);
        self.symbol_macros.remove(&name.folded);
    }

    /// All values of a form.
    pub fn eval_all(&mut self, form: &Value, env: &Env) -> Result<Vec<Value>> {
        let value = self.eval(form, env)?;
        Ok(self.multiple.take().unwrap_or_else(|| vec![value]))
    }

    /// The folded names of all macros.
    pub fn macro_names(&self) -> impl Iterator<Item = Name> {
        self.macros.keys().copied()
    }

    /// The host.
    pub fn host(&mut self) -> &mut dyn Host {
        &mut *self.host
    }

    /// The interner.
    pub fn names(&self) -> &'n Names {
        self.names
    }
}
