//! What userspace is told that calls something where it does not belong: definitions inside of other forms,
//! and functions that are the kernel's.

use bpfl_compiler::{
    eval::{Env, Origin, convert},
    hir::build::definitions,
    read::{self, Data},
    source::SourceMap,
};

use super::{Repl, definitions::Definition};

impl Repl<'_> {
    /// Evaluates forms that nobody has written.
    fn evaluate_text(&mut self, text: &str) {
        let (mut sources, data) = (SourceMap::new(), Data::new());
        let file = sources.add("", text);
        let mut diagnostics = bpfl_compiler::diagnostic::Diagnostics::default();
        for form in read::read(&sources, file, self.names, &data, &mut diagnostics) {
            let form = convert::value(self.names, &data, form, |_| Origin::None);
            self.interp.restart();
            // They define macros and functions, which has nothing that could fail.
            let _ = self.interp.eval(&form, &Env::default());
        }
    }

    /// Definitions stand at the top level.
    pub(super) fn explain_definitions(&mut self) {
        for name in definitions() {
            let symbol = self.interp.symbol(name);
            if !self.interp.has_function(symbol.folded) {
                let why = format!("`{name}` stands by itself at the prompt, not inside of another form");
                self.evaluate_text(&format!("(defmacro {name} (&rest parts) (error \"~a\" {why:?}))"));
            }
        }
    }

    /// Functions with types are for programs.
    pub(super) fn explain_functions(&mut self, new: &[Definition]) {
        for definition in new.iter().filter(|definition| definition.head == "defun") {
            let name = &definition.name;
            // Userspace may have one of that name.
            if self.interp.has_function(self.interp.symbol(name).folded) {
                continue;
            }
            let why = format!(
                "`{name}` is a function of programs, for its parameters have types; call it in a program, or define it \
                 without types for userspace"
            );
            self.evaluate_text(&format!("(defun {name} (&rest arguments) (error \"~a\" {why:?}))"));
        }
    }
}
