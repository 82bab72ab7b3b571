//! `defprog`.

use bpfl_stdlib::catalog::{
    attach::AttachType,
    program::{PROGRAMS, ProgramType, gpl_compatible},
    section::{self, Section},
};

use super::{Builder, Global, options::Options, top::Definition};
use crate::{
    diagnostic::{Diagnostic, codes},
    hir::{ExprId, Program, Ty, TypeKind},
    names::nearest,
    read::{Datum, DatumId},
};

/// What the program whose body is being built is.
#[derive(Clone, Copy)]
pub struct Hook {
    /// Its type.
    pub ty: ProgramType,
    /// What it is attached as, where its section says.
    pub attach: Option<&'static AttachType>,
    /// Whether its licence is compatible with the GPL.
    pub gpl: bool,
    /// Whether it may sleep.
    pub sleepable: bool,
    /// Whether what is being built is called later, where nothing may.
    pub later: bool,
}

impl<'a> Builder<'a> {
    /// Enters a program's name, before any body is built.
    pub(super) fn declare_program(&mut self, definition: Definition<'a>) -> Option<Definition<'a>> {
        self.define(&definition, Global::Program).then_some(definition)
    }

    /// `(defprog name (:type type :section section …) body…)`
    pub(super) fn defprog(&mut self, definition: Definition<'a>) {
        let Some([options, body @ ..]) = Some(definition.rest).filter(|rest| !rest.is_empty()) else {
            let error = Diagnostic::error(&codes::MALFORMED, definition.span, "this program has no options");
            self.report(
                error.help("write `(defprog name (:type :cgroup-skb :section \"cgroup_skb/egress\") body…)`"),
            );
            return;
        };
        let Some(items) = self.items(*options) else {
            let error =
                Diagnostic::error(&codes::MALFORMED, self.span(*options), "a list of options is wanted here");
            self.report(error.help("write `(:type :cgroup-skb :section \"cgroup_skb/egress\")`"));
            return;
        };
        let options = Options::parse(self, items, &Self::program_options());
        let license = options.get("license").and_then(|datum| self.license(datum));
        let Some((ty, section)) = self.type_and_section(&options, &definition) else { return };
        let seen_as = self.replaces(ty, &options).unwrap_or(ty);
        let text = options.get("section").and_then(|datum| self.string(datum, "section"));
        let license = license.unwrap_or_else(|| "GPL".into());
        let before = self.diagnostics.error_count();
        self.unsound = false;
        let at = options.get("section").map_or(definition.name_span, |datum| self.span(datum));
        let name = text.as_deref().unwrap_or(section.name);
        let signature = match ty {
            ProgramType::StructOps => self.ops_signature(definition.name, definition.name_span),
            _ => self.signature(section, name, at),
        };
        let Some(signature) = signature else { return };
        let (attach, sleepable) = (section.attach_type, section.sleepable);
        self.hook =
            Some(Hook { ty: seen_as, attach, gpl: gpl_compatible(&license), sleepable, later: false });
        self.signature = signature;
        let (body, called) = match self.replacement(&options, &definition, body) {
            Some(Some(built)) => (built.body, Some((built.params, built.proto))),
            Some(None) => return self.hook = None,
            None => (self.program_body(body, &definition), None),
        };
        self.hook = None;
        let symbol = self.symbol_of(&definition);
        if self.unsound || self.diagnostics.error_count() > before {
            return; // The others are proven all the same, to report all there is in one run.
        }
        self.module.programs.push(Program {
            symbol,
            ty,
            section,
            section_name: text.unwrap_or_else(|| section.name.into()),
            license,
            seen_as,
            called,
            body,
            span: definition.name_span,
        });
    }

    fn program_body(&mut self, body: &'a [DatumId], definition: &Definition<'_>) -> ExprId {
        let body = match body {
            [doc, rest @ ..] if !rest.is_empty() && matches!(self.data.get(*doc), Datum::Str(_)) => rest,
            _ => body,
        };
        if body.is_empty() {
            let error = Diagnostic::error(&codes::MALFORMED, definition.span, "this program does nothing");
            return self.fail(error.help("its last form is what it returns: `1` lets a packet pass"));
        }
        let value = self.body(body, definition.span, true);
        self.returned(value)
    }

    /// `value` as what a program returns: a C `int`, or what the function of a table does.
    pub(super) fn returned(&mut self, value: ExprId) -> ExprId {
        if let TypeKind::Ptr(_) = self.kind(self.ty(value)) {
            let error = Diagnostic::error(
                &codes::TYPE_MISMATCH,
                self.expr_span(value),
                "a program returns a number, and this is a pointer",
            );
            return self.fail(error.help("to return whether there is one, write `(if p 1 0)`"));
        }
        self.store_as(value, self.signature.returns.unwrap_or(Ty::I32))
    }

    /// An object has one licence, so all programs of a file have the same.
    fn license(&mut self, datum: DatumId) -> Option<String> {
        let text = self.string(datum, "license")?;
        let span = self.span(datum);
        match self.module.programs.values().find(|program| program.license != text) {
            Some(other) => {
                let message =
                    format!("this program's licence is \"{text}\", another's is \"{}\"", other.license);
                let error =
                    Diagnostic::error(&codes::BAD_OPTION, span, message).also(other.span, "the other one");
                self.report(
                    error.help("an object file has one licence: give both the same, or make two files"),
                );
                None
            }
            None => Some(text),
        }
    }

    fn string(&mut self, datum: DatumId, option: &str) -> Option<String> {
        if let Datum::Str(id) = self.data.get(datum) {
            return Some(String::from_utf8_lossy(self.data.string(id)).into_owned());
        }
        let message = format!("`:{option}` is a string");
        self.report(Diagnostic::error(&codes::BAD_OPTION, self.span(datum), message));
        None
    }

    fn type_and_section(
        &mut self,
        options: &Options,
        definition: &Definition<'_>,
    ) -> Option<(ProgramType, &'static Section)> {
        let ty = match options.get("type") {
            Some(datum) => Some(self.program_type(datum)?),
            None => None,
        };
        let section = match options.get("section") {
            Some(datum) => Some(self.section(datum)?),
            None => None,
        };
        match (ty, section) {
            (ty, Some(section)) => {
                let own = section.ty;
                if ty.is_some_and(|ty| ty != own) {
                    self.disagreement(options, section);
                }
                Some((own, section))
            }
            (Some(ty), None) => self.only_section(ty, definition).map(|section| (ty, section)),
            (None, None) => {
                let message = "this program has neither `:type` nor `:section`";
                let error = Diagnostic::error(&codes::BAD_OPTION, definition.name_span, message);
                self.report(
                    error.help("write `(:type :cgroup-skb :section \"cgroup_skb/egress\")`, for example"),
                );
                None
            }
        }
    }

    fn disagreement(&mut self, options: &Options, section: &Section) {
        let (Some(ty), Some(at)) = (options.get("type"), options.get("section")) else { return };
        let message = format!("section `{}` is for another program type", section.name);
        let error = Diagnostic::error(&codes::SECTION_MISMATCH, self.span(at), message)
            .also(self.span(ty), "this type")
            .help(format!("leave `:type` out, or write `:type :{}`", section.ty.row().name));
        self.report(error);
    }

    pub(super) fn program_type(&mut self, datum: DatumId) -> Option<ProgramType> {
        let names = || PROGRAMS.iter().map(|row| row.name);
        let text = match self.data.get(datum) {
            Datum::Keyword(name) | Datum::Symbol(name) => self.text(self.names.folded(name)),
            _ => "",
        };
        let found = ProgramType::find(text);
        if found.is_none() {
            let message = format!("there is no program type `:{text}`");
            let help = match nearest(text, names()) {
                Some(near) => format!("did you mean `:{near}`?"),
                None => {
                    format!("types are {}", names().map(|n| format!(":{n}")).collect::<Vec<_>>().join(", "))
                }
            };
            let error = Diagnostic::error(&codes::UNKNOWN_PROGRAM_TYPE, self.span(datum), message);
            self.report(error.help(help));
        }
        found
    }

    fn section(&mut self, datum: DatumId) -> Option<&'static Section> {
        let text = self.string(datum, "section")?;
        let found = section::find(&text);
        if found.is_none() {
            let names = section::ALL.iter().map(|row| row.name);
            let message = format!("there is no section `{text}`");
            let help = match nearest(&text, names) {
                Some(near) => format!("did you mean \"{near}\"?"),
                None => "`bpfl list sections` shows them all; \"cgroup_skb/egress\" is one".into(),
            };
            let error = Diagnostic::error(&codes::UNKNOWN_SECTION, self.span(datum), message);
            self.report(error.help(help));
        }
        found
    }

    /// The section of a type that has only one.
    fn only_section(&mut self, ty: ProgramType, definition: &Definition<'_>) -> Option<&'static Section> {
        if let Some(section) = section::default_of(ty) {
            return Some(section);
        }
        // Some hooks have two names; one of them is enough.
        let first = |row: &&Section| section::of(ty, row.attach_type) == Some(*row);
        let sections = section::ALL.iter().filter(|row| row.ty == ty).filter(first);
        let names: Vec<_> = sections.map(|row| format!("\"{}\"", row.name)).collect();
        let message = format!("a {} program can be for several events", ty.row().name);
        let error = Diagnostic::error(&codes::UNKNOWN_SECTION, definition.name_span, message);
        self.report(error.help(format!("say which: `:section` is one of {}", names.join(", "))));
        None
    }
}
