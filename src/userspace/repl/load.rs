//! Files: what they define for the kernel together, then their other forms in turn, as `bpfl run` does.

use std::{fs, path::Path};

use bpfl_compiler::{
    diagnostic::{Diagnostic, codes, render::render},
    eval::Env,
    read::DatumId,
};

use super::{Done, FormKind, Repl, Trouble};
use crate::{
    failure::Failure,
    input, output,
    userspace::{objects, world},
};

impl Repl<'_> {
    /// `(load "file")`
    pub(super) fn load_form(&mut self, form: DatumId) -> Done {
        let parts = self.data.list(form).unwrap_or_default().to_vec();
        let [_, path] = parts[..] else {
            return Err(self.say_at(form, "`load` takes the name of one file"));
        };
        let path = self.value(path);
        self.interp.restart();
        let path =
            self.interp.eval(&path, &Env::default()).and_then(|path| objects::name(&self.interp, &path));
        let path = path.map_err(|exit| self.trouble(exit))?;
        self.load(Path::new(&path))
    }

    /// Loads a file as `bpfl run` does: first what it defines for the kernel, then the rest in turn.
    pub(super) fn load(&mut self, path: &Path) -> Done {
        let name = path.display();
        let text =
            fs::read(path).map_err(|error| Failure::new(format!("`{name}` cannot be read ({error})")))?;
        let host = world(&mut self.interp).map_err(|_| Trouble::Said)?;
        let text = String::from_utf8(text)
            .map_err(|error| input::not_utf8(&mut host.sources, &name.to_string(), &error))?;
        let file = host.sources.add(name.to_string(), text);
        let (forms, start) = self.read(file);
        let kinds: Vec<FormKind> = forms.iter().map(|form| self.kinds.learn(&self.data, *form)).collect();
        let of_kernel = |kind: &FormKind| matches!(kind, FormKind::Kernel | FormKind::Both);
        let own = |form: &DatumId| !matches!(self.head(*form), "deftest" | "in-package" | "declaim");
        let (ours, theirs): (Vec<_>, Vec<_>) =
            forms.into_iter().zip(kinds).partition(|(_, kind)| of_kernel(kind));
        let ours: Vec<DatumId> = ours.into_iter().map(|(form, _)| form).filter(own).collect();
        if !ours.is_empty() {
            self.define(&ours, start)?;
        }
        for (form, _) in theirs {
            let done = self.form(form, start);
            if let Some(ended) = self.settle(done) {
                return Err(Trouble::Ended(ended));
            }
        }
        Ok(())
    }

    fn say_at(&mut self, form: DatumId, message: &str) -> Trouble {
        let span = self.data.span(form);
        if let Ok(host) = world(&mut self.interp) {
            let diagnostic = Diagnostic::error(&codes::UNHANDLED, span, message);
            output::tell(&render(&host.sources, [&diagnostic], output::color()));
        }
        Trouble::Said
    }
}
