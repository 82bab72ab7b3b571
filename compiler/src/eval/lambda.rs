//! Lambda lists: the parameters of functions, and the patterns of macros.

use super::{Env, Exit, Interp, Kind, Origin, Result, Symbol, Value, error, free::Pending, on_stack};
use crate::names::Name;

/// Parsed parameters.
#[derive(Default)]
pub struct LambdaList {
    whole: Option<Name>,
    required: Vec<Pattern>,
    optional: Vec<Optional>,
    rest: Option<Pattern>,
    keys: Option<Vec<Keyed>>,
    other_keys: bool,
    aux: Vec<(Name, Value)>,
}

/// What an argument is bound to: a name, or names for its parts.
enum Pattern {
    Name(Name),
    Parts(Box<LambdaList>),
}

/// A parameter that may be left out.
struct Optional {
    pattern: Pattern,
    default: Value,
    supplied: Option<Name>,
}

/// One that is named in the call.
struct Keyed {
    keyword: Name,
    parameter: Optional,
}

/// What kind of parameters follow.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Section {
    Required,
    Optional,
    Rest,
    Key,
    Aux,
    Whole,
    Nothing,
}

const SECTIONS: &[(&str, Section)] = &[
    ("&optional", Section::Optional),
    ("&rest", Section::Rest),
    ("&body", Section::Rest),
    ("&key", Section::Key),
    ("&aux", Section::Aux),
    ("&whole", Section::Whole),
];

/// The most lists in each other.
const MOST_LEVELS: u32 = 200;

/// What holds for the whole of a list, the lists within it included.
struct Parser<'a, 'h> {
    interp: &'a Interp<'h>,
    /// Whether a list may stand for a name.
    parts: bool,
    /// How many lists it is in.
    depth: u32,
    /// The names so far, and where they are.
    seen: Vec<(Name, Origin)>,
}

impl Parser<'_, '_> {
    /// The name of a parameter, which is new.
    fn name(&mut self, name: Option<Symbol>, item: &Value) -> Result<Name> {
        let name = name.ok_or_else(|| not_a_parameter(item))?;
        if let Some((_, first)) = self.seen.iter().find(|(seen, _)| *seen == name.folded) {
            let message = format!("the parameter `{}` is there twice", self.interp.text(name));
            return Err(Exit::pointing_at(item.origin, message, Some(*first)));
        }
        self.seen.push((name.folded, item.origin));
        Ok(name.folded)
    }
}

impl LambdaList {
    /// Parses a list of parameters; `parts` says whether a list may stand for a name.
    pub fn parse(interp: &Interp<'_>, list: &Value, parts: bool) -> Result<Self> {
        Self::parse_part(&mut Parser { interp, parts, depth: 0, seen: Vec::new() }, list)
    }

    fn parse_part(parser: &mut Parser<'_, '_>, list: &Value) -> Result<Self> {
        let (items, tail) = list.dotted();
        if parser.depth > MOST_LEVELS || matches!(tail.kind, Kind::Cons(_)) {
            return Err(Exit::error("this list of parameters has no end, or goes too deep").at(list.origin));
        }
        let mut parsed = Self::default();
        let mut section = Section::Required;
        for item in &items {
            let marker = item.symbol().map(|symbol| parser.interp.names.text(symbol.folded));
            if let Some((_, next)) = SECTIONS.iter().find(|(name, _)| Some(*name) == marker) {
                section = *next;
                if section == Section::Key {
                    parsed.keys.get_or_insert_default();
                }
                continue;
            }
            if marker == Some("&allow-other-keys") {
                parsed.other_keys = true;
                continue;
            }
            section = parsed.parameter(parser, section, item)?;
        }
        match tail.kind {
            Kind::Nil => {}
            _ => parsed.rest = Some(Pattern::parse(parser, &tail)?),
        }
        Ok(parsed)
    }

    fn parameter(&mut self, parser: &mut Parser<'_, '_>, section: Section, item: &Value) -> Result<Section> {
        match section {
            Section::Required => self.required.push(Pattern::parse(parser, item)?),
            Section::Optional => self.optional.push(Optional::parse(parser, item)?),
            Section::Key => {
                let keyed = Keyed::parse(parser, item)?;
                self.keys.get_or_insert_default().push(keyed);
            }
            Section::Aux => {
                let (name, form) = match item.elements() {
                    Some(pair) if pair.len() == 2 => (pair[0].symbol(), pair[1].clone()),
                    _ => (item.symbol(), Value::NIL),
                };
                self.aux.push((parser.name(name, item)?, form));
            }
            Section::Whole => {
                self.whole = Some(parser.name(item.symbol(), item)?);
                return Ok(Section::Required);
            }
            Section::Rest => {
                self.rest = Some(Pattern::parse(parser, item)?);
                return Ok(Section::Nothing);
            }
            Section::Nothing => {
                return Err(Exit::error("only `&key` and `&aux` follow the rest").at(item.origin));
            }
        }
        Ok(section)
    }

    /// Gives the forms in it to who frees them.
    pub(super) fn give(&mut self, pending: &mut Pending) {
        let keyed = self.keys.iter_mut().flatten().map(|key| &mut key.parameter);
        self.optional.iter_mut().chain(keyed).for_each(|one| pending.value(&mut one.default));
        self.aux.iter_mut().for_each(|(_, form)| pending.value(form));
    }

    /// Binds the arguments of a call of `name`.
    pub fn bind(
        &self,
        interp: &mut Interp<'_>,
        name: Option<Symbol>,
        args: Vec<Value>,
        env: &Env,
    ) -> Result<Env> {
        let (min, given) = (self.required.len(), args.len());
        let most = min + self.optional.len();
        let open = self.rest.is_some() || self.keys.is_some();
        if given < min || (!open && given > most) {
            let name = name.map_or("lambda", |name| interp.text(name));
            return Err(error::arity(name, min, if open { super::MANY } else { most }, given));
        }
        self.bind_items(interp, args, Value::NIL, env.clone())
    }

    /// Binds the parts of a macro call.
    pub fn destructure(&self, interp: &mut Interp<'_>, form: &Value, args: Value, env: &Env) -> Result<Env> {
        let mut env = env.clone();
        if let Some(whole) = self.whole {
            env = env.bind(whole, form.clone());
        }
        self.take_apart(interp, &args, env).map_err(|exit| match exit {
            Exit::Error(condition) => Exit::Error(condition).at(form.origin),
            other => other,
        })
    }

    fn take_apart(&self, interp: &mut Interp<'_>, list: &Value, env: Env) -> Result<Env> {
        let (items, tail) = list.dotted();
        let (min, given) = (self.required.len(), items.len());
        let most = min + self.optional.len();
        let open = self.rest.is_some() || self.keys.is_some();
        let proper = tail.is_nil() || self.rest.is_some();
        if given < min || (!open && given > most) || !proper {
            let wanted = match (open, min == most) {
                (true, _) => format!("at least {min}"),
                (false, true) => min.to_string(),
                (false, false) => format!("{min} to {most}"),
            };
            return Err(
                Exit::error(format!("{wanted} forms are wanted here, and there are {given}")).at(list.origin)
            );
        }
        self.bind_items(interp, items, tail, env)
    }

    fn bind_items(
        &self,
        interp: &mut Interp<'_>,
        items: Vec<Value>,
        tail: Value,
        mut env: Env,
    ) -> Result<Env> {
        let mut items = items.into_iter();
        for pattern in &self.required {
            let item = items.next().unwrap_or_default();
            env = pattern.bind(interp, item, env)?;
        }
        for optional in &self.optional {
            env = optional.bind(interp, items.next(), env)?;
        }
        let rest: Vec<Value> = items.collect();
        if let Some(pattern) = &self.rest {
            let list = Value::list_with_tail(rest.clone(), tail);
            env = pattern.bind(interp, list, env)?;
        }
        if let Some(keys) = &self.keys {
            env = self.bind_keys(interp, keys, &rest, env)?;
        }
        for (name, form) in &self.aux {
            let value = interp.eval(form, &env)?;
            env = env.bind(*name, value);
        }
        Ok(env)
    }

    fn bind_keys(
        &self,
        interp: &mut Interp<'_>,
        keys: &[Keyed],
        rest: &[Value],
        mut env: Env,
    ) -> Result<Env> {
        for pair in rest.chunks(2) {
            let (keyword, known) = match &pair[0].kind {
                Kind::Keyword(keyword) => {
                    (interp.text(*keyword), keys.iter().any(|key| key.keyword == keyword.folded))
                }
                _ => return Err(error::wanted("a keyword", &pair[0]).at(pair[0].origin)),
            };
            if !known && !self.other_keys {
                return Err(Exit::error(format!("there is no option `:{keyword}` here")).at(pair[0].origin));
            }
            if pair.len() == 1 {
                return Err(Exit::error(format!("`:{keyword}` has no value")).at(pair[0].origin));
            }
        }
        for key in keys {
            let given = rest.chunks_exact(2).find(|pair| match &pair[0].kind {
                Kind::Keyword(keyword) => keyword.folded == key.keyword,
                _ => false,
            });
            env = key.parameter.bind(interp, given.map(|pair| pair[1].clone()), env)?;
        }
        Ok(env)
    }
}

fn not_a_parameter(item: &Value) -> Exit {
    Exit::error(format!("this is {}, not a parameter", item.type_name())).at(item.origin)
}

impl Pattern {
    fn parse(parser: &mut Parser<'_, '_>, item: &Value) -> Result<Self> {
        match &item.kind {
            Kind::Symbol(symbol) => Ok(Self::Name(parser.name(Some(*symbol), item)?)),
            Kind::Cons(_) | Kind::Nil if parser.parts => {
                parser.depth += 1;
                let list = on_stack(|| LambdaList::parse_part(parser, item))?;
                parser.depth -= 1;
                Ok(Self::Parts(Box::new(list)))
            }
            _ => Err(not_a_parameter(item)),
        }
    }

    fn bind(&self, interp: &mut Interp<'_>, value: Value, env: Env) -> Result<Env> {
        match self {
            Self::Name(name) => Ok(env.bind(*name, value)),
            Self::Parts(list) => match value.kind {
                Kind::Cons(_) | Kind::Nil => on_stack(|| list.take_apart(interp, &value, env)),
                _ => Err(error::wanted("a list", &value).at(value.origin)),
            },
        }
    }
}

impl Optional {
    /// `name`, `(name)`, `(name default)` or `(name default supplied)`
    fn parse(parser: &mut Parser<'_, '_>, item: &Value) -> Result<Self> {
        let items = match item.elements() {
            Some(items) if !items.is_empty() => items,
            _ => vec![item.clone()],
        };
        let pattern = Pattern::parse(parser, &items[0])?;
        let supplied = match items.get(2) {
            Some(name) => Some(parser.name(name.symbol(), name)?),
            None => None,
        };
        Ok(Self { pattern, default: items.get(1).cloned().unwrap_or_default(), supplied })
    }

    fn bind(&self, interp: &mut Interp<'_>, given: Option<Value>, env: Env) -> Result<Env> {
        let there = interp.truth(given.is_some());
        let value = match given {
            Some(value) => value,
            None => interp.eval(&self.default, &env)?,
        };
        let env = self.pattern.bind(interp, value, env)?;
        Ok(match self.supplied {
            Some(name) => env.bind(name, there),
            None => env,
        })
    }
}

impl Keyed {
    /// As [`Optional`], and `((:keyword name) …)`.
    fn parse(parser: &mut Parser<'_, '_>, item: &Value) -> Result<Self> {
        let first = item.pair().map(|(first, _)| first);
        if let Some((keyword, rest)) = first.as_ref().and_then(Value::pair)
            && let Kind::Keyword(keyword) = keyword.kind
        {
            let name = rest.pair().map(|(name, _)| name).unwrap_or_default();
            let tail = item.pair().map(|(_, tail)| tail).unwrap_or_default();
            let parameter = Optional::parse(parser, &Value::cons(name, tail))?;
            return Ok(Self { keyword: keyword.folded, parameter });
        }
        // Only a name says by which keyword it is given.
        let parts = std::mem::replace(&mut parser.parts, false);
        let parameter = Optional::parse(parser, item)?;
        parser.parts = parts;
        match parameter.pattern {
            Pattern::Name(keyword) => Ok(Self { keyword, parameter }),
            Pattern::Parts(_) => Err(not_a_parameter(item)),
        }
    }
}
