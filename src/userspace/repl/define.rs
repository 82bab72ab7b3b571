//! Definitions for the kernel: compiled with all others, and put in the place of what was there.
//!
//! Always holds: a definition that does not compile, or that the kernel refuses, leaves everything as it was.

use std::{cell::RefCell, collections::HashSet, rc::Rc};

use bpfl_compiler::{
    driver::Compiled,
    eval::{Env, Kind, Value, convert},
    hir::build::is_definition,
    read::DatumId,
};
use bpfl_runtime::{
    attach::Manner,
    session::{Replacement, Session},
    spec::ObjectSpec,
};

use super::{Done, Repl, Trouble, definitions::Definition, describe};
use crate::{
    refusal::{self, Origin},
    userspace::{
        kind::is_shared,
        object::{Handle, What},
        session, world,
    },
};

/// How often a macro may lead to another.
const MOST_EXPANSIONS: usize = 100;

/// What stands for the session in places of global variables.
const SESSION: &str = "%session";

impl Repl<'_> {
    /// Adds what forms define, which are of the input from `start` on, and says what that is.
    pub(super) fn define(&mut self, forms: &[DatumId], start: u32) -> Done {
        let new: Vec<Definition> = forms.iter().flat_map(|form| self.definitions_of(*form)).collect();
        let all = self.definitions.with(&new);
        let forms: Vec<Value> = all.forms().cloned().collect();
        let compiled = session::compile_forms(&mut self.interp, &forms, start).map_err(|_| Trouble::Said)?;
        let replaced = self.enter(compiled)?;
        self.definitions = all;
        let world = world(&mut self.interp).map_err(|_| Trouble::Said)?;
        world.definitions = forms;
        world.shapes.clear();
        self.bind();
        let shared: Vec<Value> = self
            .definitions
            .iter()
            .filter(|one| is_shared(&one.head) && new.iter().any(|new| new.form.same(&one.form)))
            .map(|one| one.form.clone())
            .collect();
        for form in shared {
            self.interp.restart();
            self.interp.eval(&form, &Env::default()).map_err(|exit| self.trouble(exit))?;
        }
        self.explain_functions(&new);
        self.teach();
        self.report(&new, &replaced);
        Ok(())
    }

    /// `(bpf:map …)` and `(bpf:prog …)`, which stand in the bodies of sessions.
    pub(super) fn define_inline(&mut self, form: DatumId, start: u32) -> Done {
        let value = self.value(form);
        let (head, rest) = value.pair().unwrap_or_default();
        let definition = session::inline_of(&self.interp, &value).unwrap_or("defmap");
        let symbol = Value::from(Kind::Symbol(self.interp.symbol(definition))).at(head.origin);
        let value = Value::cons(symbol, rest).at(value.origin);
        let form = convert::written(self.names, &self.data, &value);
        let form = form.map_err(|exit| self.trouble(exit))?;
        self.define(&[form], start)
    }

    /// What a form defines: several things where it is the call of a macro that does.
    fn definitions_of(&mut self, form: DatumId) -> Vec<Definition> {
        let mut parts = self.parts(form, MOST_EXPANSIONS);
        if let [(_, named)] = parts[..] {
            // Expanded anew each time, so that it follows its macro.
            parts = vec![(form, named)];
        }
        let definition = |(form, named): (DatumId, DatumId)| {
            Definition::new(&self.interp, self.value(form), &self.value(named))
        };
        parts.into_iter().map(definition).collect()
    }

    /// The definitions that a form is or expands to, each with what names it.
    fn parts(&mut self, form: DatumId, patience: usize) -> Vec<(DatumId, DatumId)> {
        let head = self.head(form);
        if head == "progn" {
            let parts = self.data.list(form).unwrap_or_default().iter().skip(1).copied().collect::<Vec<_>>();
            return parts.into_iter().flat_map(|part| self.parts(part, patience)).collect();
        }
        if is_definition(head) || is_shared(head) || patience == 0 {
            return vec![(form, form)];
        }
        match self.kinds.expansion(&self.data, form) {
            Some(expansion) => self.parts(expansion, patience - 1),
            None => vec![(form, form)],
        }
    }

    /// Makes what was compiled the session's object.
    fn enter(&mut self, compiled: Compiled) -> Done<Vec<Replacement>> {
        let Compiled { object, places, structs, .. } = compiled;
        let entered = match &self.session {
            Some(session) => session.borrow_mut().replace(object.as_slice()),
            None => Session::open(object.as_slice()).map(|session| {
                self.session = Some(Rc::new(RefCell::new(session)));
                Vec::new()
            }),
        };
        let host = world(&mut self.interp).map_err(|_| Trouble::Said)?;
        match entered {
            Ok(replaced) => {
                // What inline sessions are from is of no more use: they have ended.
                host.places = places;
                self.structs = structs;
                Ok(replaced)
            }
            Err(error) => {
                let spec = ObjectSpec::parse(&object).unwrap_or_default();
                let mut origin = Origin::compiled(std::mem::take(&mut host.sources), places);
                let failure = refusal::explain(self.verifier_log, &spec, &mut origin, &error);
                host.sources = origin.sources;
                Err(Trouble::Say(failure))
            }
        }
    }

    /// Binds the names of maps, programs and variables to those of the session.
    fn bind(&mut self) {
        for name in std::mem::take(&mut self.bound) {
            let symbol = self.interp.symbol(&name);
            self.interp.forget_variable(symbol);
        }
        let Some(session) = self.session.clone() else { return };
        let (mut things, mut variables) = (Vec::new(), Vec::new());
        {
            let session = session.borrow();
            let spec = session.spec();
            let maps = spec.maps.iter().filter(|map| !map.globals);
            things.extend(maps.map(|map| (map.name.clone(), What::Map(map.name.clone()))));
            things
                .extend(spec.programs.iter().map(|one| (one.name.clone(), What::Program(one.name.clone()))));
            variables.extend(session.globals().into_iter().map(ToString::to_string));
        }
        let owner = self.interp.symbol(SESSION);
        self.interp.set_variable(owner, Handle::value(&session, What::Session));
        let reader = Value::from(Kind::Symbol(self.interp.symbol("bpf:global")));
        for (name, what) in things {
            for spelling in spellings(&name) {
                let symbol = self.interp.symbol(&spelling);
                self.interp.set_variable(symbol, Handle::value(&session, what.clone()));
                self.bound.push(spelling);
            }
        }
        for name in variables {
            let place = Value::list([reader.clone(), Kind::Symbol(owner).into(), Value::from(name.as_str())]);
            for spelling in spellings(&name) {
                let symbol = self.interp.symbol(&spelling);
                self.interp.define_symbol_macro(symbol, place.clone());
                self.bound.push(spelling);
            }
        }
    }

    /// Says what was defined, and which programs were replaced for it.
    fn report(&mut self, new: &[Definition], replaced: &[Replacement]) {
        let mut said = HashSet::new();
        for definition in new {
            let symbol = definition.name.replace('-', "_");
            let mut line = describe::line(self, definition);
            if let Some(how) = manner(replaced, &symbol).filter(|_| said.insert(symbol)) {
                line.push_str(&format!("; {how}"));
            }
            self.print(&format!("{line}\n"));
        }
        for one in replaced {
            if said.insert(one.program.clone())
                && let Some(how) = manner(replaced, &one.program)
            {
                self.print(&format!("{}: {how}\n", describe::lisp_name(&one.program)));
            }
        }
    }
}

fn spellings(name: &str) -> [String; 2] {
    [name.to_string(), describe::lisp_name(name)]
}

/// How a program was replaced, if it was.
fn manner(replaced: &[Replacement], program: &str) -> Option<String> {
    let own: Vec<&Replacement> = replaced.iter().filter(|one| one.program == program).collect();
    let how = match own.first()?.manner {
        Manner::InPlace => "replaced without a gap",
        Manner::Beside => "replaced: attached before the old one was detached",
        Manner::After => "replaced: detached, then attached anew",
    };
    Some(match own.len() {
        1 => how.into(),
        links => format!("{how}, in {links} links"),
    })
}
