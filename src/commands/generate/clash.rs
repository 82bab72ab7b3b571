//! Names that become one in a language, or that it cannot have.

use std::collections::HashMap;

use super::model::{Form, Model, Slot, camel};
use crate::{cli::Language, failure::Failure};

/// Refuses definitions that the language's compiler would refuse for their names.
pub fn check(model: &Model, language: Language) -> Result<(), Failure> {
    if let Some((name, _)) =
        model.constants.iter().find(|(name, _)| name.starts_with(|c: char| c.is_ascii_digit()))
    {
        let name = name.to_lowercase();
        return Err(Failure::new(format!(
            "the constant `{name}` starts with a digit, as no name does elsewhere"
        )));
    }
    let mut file = Space::default();
    let mut all = file_names(model, language).into_iter();
    all.try_for_each(|(spelled, what)| file.add(spelled, what))?;
    for definition in &model.definitions {
        let mut fields = Space::default();
        for name in field_names(&definition.form) {
            let what = format!("the field `{name}` of `{}`", definition.name);
            fields.add(member(language, &name), what)?;
        }
    }
    Ok(())
}

/// What is called how in one place.
#[derive(Default)]
struct Space(HashMap<String, String>);

impl Space {
    fn add(&mut self, spelled: String, what: String) -> Result<(), Failure> {
        let name = spelled.rsplit(' ').next().unwrap_or_default().to_string();
        match self.0.insert(spelled, what.clone()) {
            None => Ok(()),
            Some(first) => Err(Failure::new(format!(
                "{first} and {what} would both be called `{name}`; rename one of them"
            ))),
        }
    }
}

/// The names of a whole file, each behind the kind of names that must differ from it.
fn file_names(model: &Model, language: Language) -> Vec<(String, String)> {
    let mut names = Vec::new();
    let bare = matches!(language, Language::C | Language::Rust | Language::BpfSkeleton);
    let constants: Vec<_> =
        if bare { model.bare_constants().collect() } else { model.constants.iter().collect() };
    for (name, _) in constants {
        let spelled = if language == Language::Go { camel(&name.to_lowercase()) } else { name.clone() };
        names.push((format!("value {spelled}"), format!("the constant `{name}`")));
    }
    for definition in &model.definitions {
        let (spelled, of) = (ty(language, &definition.name), &definition.name);
        // C and Rust tell types from values.
        let space = if bare { "type" } else { "value" };
        let word = match &definition.form {
            Form::Struct { .. } => "struct",
            Form::Union(_) => "union",
            Form::Enum { members, .. } => {
                let one = |(name, _): &(String, i128)| {
                    Some((
                        format!("value {}", enumerator(language, of, name)?),
                        format!("`{name}` of the enum `{of}`"),
                    ))
                };
                names.extend(members.iter().filter_map(one));
                "enum"
            }
        };
        names.push((format!("{space} {spelled}"), format!("the {word} `{of}`")));
    }
    names
}

fn ty(language: Language, name: &str) -> String {
    match language {
        Language::Rust | Language::Go => camel(name),
        _ => super::c::escaped(name),
    }
}

/// How a member of an enumeration is called, where that is a name of the whole file.
fn enumerator(language: Language, of: &str, name: &str) -> Option<String> {
    match language {
        Language::C | Language::BpfSkeleton => Some(super::c::escaped(name)),
        Language::Rust => Some(name.to_uppercase()),
        Language::Go => Some(camel(of) + &camel(&name.to_lowercase())),
        Language::Python => None,
    }
}

fn member(language: Language, name: &str) -> String {
    match language {
        Language::Go => camel(name),
        Language::C | Language::BpfSkeleton => super::c::escaped(name),
        Language::Rust | Language::Python => name.into(),
    }
}

fn field_names(form: &Form) -> Vec<String> {
    match form {
        Form::Struct { slots, .. } => slots.iter().flat_map(slot_names).collect(),
        Form::Union(parts) => parts.iter().map(|(name, _)| name.clone()).collect(),
        Form::Enum { .. } => Vec::new(),
    }
}

fn slot_names(slot: &Slot) -> Vec<String> {
    match slot {
        Slot::Field(name, _) => vec![name.clone()],
        Slot::Bits { fields, .. } => fields.iter().map(|(name, ..)| name.clone()).collect(),
        Slot::Padding(_) => Vec::new(),
    }
}
