//! What has been defined for the kernel so far: forms by what they define.
//!
//! A definition takes the place of those before it of the same name. Always holds: a definition comes after
//! those that it mentions, as a file would have them, in whatever order they were typed.

use std::collections::{HashMap, HashSet};

use bpfl_compiler::{
    eval::{Interp, Kind, Value},
    names::Name,
};

/// Definitions whose names are those of kernel objects: a second one takes the place of the first, whatever
/// both are.
const OBJECTS: &[&str] =
    &["defconstant", "defglobal", "defkfunc", "defmap", "defparameter", "defprog", "defun", "defvar"];
/// Definitions of types.
const TYPES: &[&str] = &["defstruct", "defunion", "defheader"];
/// What is called by its name.
const CALLED: &[&str] = &["defmacro", "defun"];

/// What a name names: one of several spaces.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
enum Space {
    Object,
    Type,
    Called,
    /// Of the forms that start with this name.
    Own(Name),
}

type Key = (Space, Name);

/// A form that defines something.
#[derive(Clone)]
pub struct Definition {
    keys: Vec<Key>,
    /// The name that it defines, as it was typed.
    pub name: String,
    /// The form's first word, in lower case.
    pub head: String,
    pub form: Value,
    /// The names that the form has in it.
    mentions: HashSet<Name>,
}

impl Definition {
    /// What `form` defines. `named` is the form that says so: the same, or what it expands to.
    pub fn new(interp: &Interp<'_>, form: Value, named: &Value) -> Self {
        let names = interp.names();
        let items = named.elements().unwrap_or_default();
        let head = items.first().and_then(Value::symbol).map(|symbol| symbol.folded);
        let text = head.map_or("", |head| names.text(head)).to_string();
        let defined = items.get(1).and_then(|name| name.symbol().or_else(|| name.pair()?.0.symbol()));
        let spaces = [(Space::Object, OBJECTS), (Space::Type, TYPES), (Space::Called, CALLED)];
        let mut keys: Vec<Space> = Vec::new();
        keys.extend(spaces.iter().filter(|(_, heads)| heads.contains(&&*text)).map(|(space, _)| *space));
        if let Some(head) = head.filter(|_| keys.is_empty()) {
            keys.push(Space::Own(head));
        }
        let key = defined.map(|symbol| names.kernel(symbol.name));
        // One without a name takes no other's place.
        let keys = key.map(|key| keys.into_iter().map(|space| (space, key)).collect()).unwrap_or_default();
        let mut mentions = HashSet::new();
        mentioned(interp, &form, &mut mentions);
        let name = defined.map_or_else(|| text.clone(), |symbol| interp.text(symbol).to_string());
        Self { keys, name, head: text, form, mentions }
    }

    /// Whether it defines what is called so, where `-` and `_` are alike.
    pub fn is(&self, name: Name) -> bool {
        self.keys.iter().any(|(_, own)| *own == name)
    }
}

/// All names in a form.
fn mentioned(interp: &Interp<'_>, form: &Value, found: &mut HashSet<Name>) {
    match &form.kind {
        Kind::Symbol(symbol) => {
            found.insert(interp.names().kernel(symbol.name));
        }
        Kind::Cons(_) => {
            let (items, tail) = form.dotted();
            items.iter().for_each(|item| mentioned(interp, item, found));
            mentioned(interp, &tail, found);
        }
        Kind::Vector(items) => items.borrow().iter().for_each(|item| mentioned(interp, item, found)),
        _ => {}
    }
}

/// All definitions, in an order in which they can be compiled.
#[derive(Clone, Default)]
pub struct Definitions(Vec<Definition>);

impl Definitions {
    /// These and `new`, which take the places of those of the same names.
    pub fn with(&self, new: &[Definition]) -> Self {
        let mut all = self.0.clone();
        for definition in new {
            let replaced = |old: &Definition| old.keys.iter().any(|key| definition.keys.contains(key));
            match all.iter().position(replaced) {
                Some(at) => {
                    all[at] = definition.clone();
                    let mut index = 0;
                    all.retain(|old| {
                        index += 1;
                        index - 1 == at || !replaced(old)
                    });
                }
                None => all.push(definition.clone()),
            }
        }
        Self(ordered(all))
    }

    /// The forms.
    pub fn forms(&self) -> impl Iterator<Item = &Value> {
        self.0.iter().map(|definition| &definition.form)
    }

    pub fn iter(&self) -> std::slice::Iter<'_, Definition> {
        self.0.iter()
    }
}

/// Each definition after those that it mentions, else in their order.
fn ordered(all: Vec<Definition>) -> Vec<Definition> {
    let mut by_name: HashMap<Name, Vec<usize>> = HashMap::new();
    for (index, definition) in all.iter().enumerate() {
        definition.keys.iter().for_each(|(_, name)| by_name.entry(*name).or_default().push(index));
    }
    let (mut order, mut seen) = (Vec::with_capacity(all.len()), vec![false; all.len()]);
    for index in 0..all.len() {
        // What is to be placed, and whether what it mentions has been.
        let mut waiting = vec![(index, false)];
        while let Some((index, ready)) = waiting.pop() {
            if ready {
                order.push(index);
            } else if !std::mem::replace(&mut seen[index], true) {
                waiting.push((index, true));
                let mut needed: Vec<usize> = all[index]
                    .mentions
                    .iter()
                    .filter_map(|name| by_name.get(name))
                    .flatten()
                    .copied()
                    .collect();
                // The first comes off last.
                needed.sort_unstable_by(|a, b| b.cmp(a));
                waiting.extend(needed.into_iter().filter(|index| !seen[*index]).map(|index| (index, false)));
            }
        }
    }
    let mut places: Vec<Option<Definition>> = all.into_iter().map(Some).collect();
    order.into_iter().filter_map(|index| places[index].take()).collect()
}
