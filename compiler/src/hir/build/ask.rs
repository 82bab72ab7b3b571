//! Questions about the running kernel's types, which the loader answers: whether there is a member, how
//! large it is, which value an enumerator has.
//!
//! They may be asked of what the BTF at hand does not know: "is it there" is then no until the loader
//! finds it. Size and value must be known, so that there is something to start from.

use super::{Builder, forms::Call};
use crate::{
    btf::view::View,
    diagnostic::{Diagnostic, codes},
    hir::{
        ExprId, ExprKind, Ty,
        kernel::{Core, Enumerator, Question, Root, Shape, Step},
    },
    names::nearest,
    read::DatumId,
    source::Span,
};

/// `(kernel-struct-exists STRUCT)` and `(kernel-struct-size STRUCT)`
pub fn of_struct<'a>(b: &mut Builder<'a>, call: &Call<'a>, question: Question) -> ExprId {
    let Some(name) = b.kernel_name(call.args[0]) else {
        return b.add(ExprKind::Error, Ty::ERROR, call.span);
    };
    let Some(view) = b.kernel_types(call.span) else {
        return b.add(ExprKind::Error, Ty::ERROR, call.span);
    };
    let found = view.composite(&name);
    let root = match found {
        Some(id) => b.composite(view, id),
        None if question == Question::StructExists => b.kernel_named(&name),
        None => return b.unknown_kernel_struct(view, &name, call.args[0]),
    };
    let answer = match question {
        Question::StructExists => u32::from(found.is_some()),
        _ => b.module.types.kernel[root].size,
    };
    b.ask(Core { root: Root::Struct(root), path: Vec::new(), question, answer }, call.span)
}

/// `(kernel-field-exists STRUCT FIELD)` and `(kernel-field-size STRUCT FIELD)`
pub fn of_field<'a>(b: &mut Builder<'a>, call: &Call<'a>, question: Question) -> ExprId {
    let names = (b.kernel_name(call.args[0]), b.kernel_name(call.args[1]));
    let ((Some(name), Some(field)), Some(view)) = (names, b.kernel_types(call.span)) else {
        return b.add(ExprKind::Error, Ty::ERROR, call.span);
    };
    let Some(id) = view.composite(&name) else { return b.unknown_kernel_struct(view, &name, call.args[0]) };
    let root = b.composite(view, id);
    let (path, answer) = match b.member_step(view, (id, root), &field) {
        Some((step, size)) => (step, if question == Question::Exists { 1 } else { size }),
        None if question == Question::Exists => (b.step(root, &field, 0, 0, Shape::Int(Ty::U32)), 0),
        None => {
            b.unknown_member(view, id, &field, b.span(call.args[1]));
            return b.add(ExprKind::Error, Ty::ERROR, call.span);
        }
    };
    let path: Vec<Step> = vec![path];
    b.ask(Core { root: Root::Struct(root), path, question, answer }, call.span)
}

/// `(kernel-enum-exists ENUM MEMBER)` and `(kernel-enum-value ENUM MEMBER)`
pub fn of_enum<'a>(b: &mut Builder<'a>, call: &Call<'a>, question: Question) -> ExprId {
    let names = (b.kernel_name(call.args[0]), b.kernel_spelling(call.args[1]));
    let ((Some(name), Some(member)), Some(view)) = (names, b.kernel_types(call.span)) else {
        return b.add(ExprKind::Error, Ty::ERROR, call.span);
    };
    let known = view.enumeration(&name);
    let values = known.as_ref().map_or(&[][..], |known| &known.values);
    let found = values.iter().find(|(own, _)| view.str(*own).eq_ignore_ascii_case(&member));
    let spelling = found.map_or(member.clone(), |(own, _)| view.str(*own).into());
    let value = found.map(|(_, value)| *value);
    if value.is_none() && question == Question::EnumValue {
        let message = format!("the kernel's enum `{name}` has no `{member}`");
        let mut error = Diagnostic::error(&codes::UNKNOWN_FIELD, b.span(call.args[1]), message);
        let names: Vec<&str> = match known {
            Some(_) => values.iter().map(|(own, _)| view.str(*own)).collect(),
            None => view.enumerations().collect(),
        };
        let wanted = if known.is_some() { &member } else { &name };
        if let Some(near) = nearest(wanted, names) {
            error = error.help(format!("did you mean `{near}`?"));
        }
        return b.fail(error);
    }
    let Ok(number) = u32::try_from(value.unwrap_or(0)) else {
        let message = format!("`{member}` is not a number from 0 to {}", u32::MAX);
        return b.fail_at(&codes::LITERAL_RANGE, call.span, message);
    };
    let answer = if question == Question::EnumExists { u32::from(value.is_some()) } else { number };
    let root = Root::Enumerator(Enumerator { tag: name, name: spelling, value: number });
    b.ask(Core { root, path: Vec::new(), question, answer }, call.span)
}

impl<'a> Builder<'a> {
    /// The answer to a question as a value: a bool or a u64.
    fn ask(&mut self, core: Core, span: Span) -> ExprId {
        let exists = core.question.is_existence();
        let Self { cores, module, .. } = self;
        let id = *cores.entry(core.clone()).or_insert_with(|| module.cores.push(core));
        let answer = self.add(ExprKind::Core(id), Ty::U64, span);
        if exists { self.convert(answer, Ty::BOOL) } else { answer }
    }

    /// A name of the kernel's, which writes `_`.
    fn kernel_name(&mut self, datum: DatumId) -> Option<String> {
        Some(self.kernel_spelling(datum)?.to_ascii_lowercase())
    }

    fn kernel_spelling(&mut self, datum: DatumId) -> Option<String> {
        let name = self.data.symbol(datum).map(|name| self.text(name).replace('-', "_"));
        if name.is_none() {
            let error = Diagnostic::error(&codes::MALFORMED, self.span(datum), "a name is wanted here");
            self.report(error.help("write `(kernel-field-exists task_struct tgid)`"));
        }
        name
    }

    fn unknown_kernel_struct(&mut self, view: &View, name: &str, datum: DatumId) -> ExprId {
        self.unknown_struct(view, name, self.span(datum));
        self.add(ExprKind::Error, Ty::ERROR, self.span(datum))
    }
}
