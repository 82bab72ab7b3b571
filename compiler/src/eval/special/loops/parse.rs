//! Clauses to a plan.

use super::{Action, Driver, How, Plan};
use crate::{
    eval::{Exit, Interp, Kind, Result, Value},
    names::Name,
};

/// Parses the clauses of a `loop`.
pub fn parse(interp: &Interp<'_>, args: &[Value]) -> Result<Plan> {
    let mut parser = Parser { interp, rest: args, depth: 0 };
    let mut plan = Plan::default();
    while let Some(word) = parser.word() {
        parser.rest = &parser.rest[1..];
        parser.clause(&mut plan, word)?;
    }
    match parser.rest.first() {
        None => Ok(plan),
        Some(other) => {
            Err(Exit::error("a clause of `loop` starts with a word such as `for`").at(other.origin))
        }
    }
}

struct Parser<'p, 'n> {
    interp: &'p Interp<'n>,
    rest: &'p [Value],
    /// How many conditions it is under.
    depth: u32,
}

/// The most conditions in each other.
const MOST_CONDITIONS: u32 = 100;

const GATHERERS: &[(&str, How)] = &[
    ("collect", How::Collect),
    ("collecting", How::Collect),
    ("append", How::Append),
    ("appending", How::Append),
    ("nconc", How::Append),
    ("sum", How::Sum),
    ("summing", How::Sum),
    ("count", How::Count),
    ("counting", How::Count),
    ("maximize", How::Maximize),
    ("minimize", How::Minimize),
];

impl<'p> Parser<'p, '_> {
    /// The word that comes next, if one does.
    fn word(&self) -> Option<&'p str> {
        match self.rest.first()?.kind {
            Kind::Symbol(symbol) | Kind::Keyword(symbol) => Some(self.interp.names().text(symbol.folded)),
            _ => None,
        }
    }

    fn accept(&mut self, words: &[&str]) -> Option<&'p str> {
        let word = self.word().filter(|word| words.contains(word))?;
        self.rest = &self.rest[1..];
        Some(word)
    }

    fn form(&mut self) -> Result {
        let (first, rest) =
            self.rest.split_first().ok_or_else(|| Exit::error("`loop` ends within a clause"))?;
        self.rest = rest;
        Ok(first.clone())
    }

    /// The compound forms that come next.
    fn forms(&mut self) -> Vec<Value> {
        let count = self.rest.iter().take_while(|form| matches!(form.kind, Kind::Cons(_))).count();
        let (forms, rest) = self.rest.split_at(count);
        self.rest = rest;
        forms.to_vec()
    }

    fn name(&mut self) -> Result<Name> {
        let form = self.form()?;
        Ok(form.symbol().ok_or_else(|| Exit::error("a name is wanted here").at(form.origin))?.folded)
    }

    fn clause(&mut self, plan: &mut Plan, word: &str) -> Result<()> {
        let mut parallel = false;
        match word {
            "named" => plan.name = Some(self.name()?),
            "with" => loop {
                let pattern = self.form()?;
                let value = if self.accept(&["="]).is_some() { self.form()? } else { Value::NIL };
                plan.with.push((pattern, value));
                if self.accept(&["and"]).is_none() {
                    break;
                }
            },
            "for" | "as" => loop {
                let driver = self.driver()?;
                plan.drivers.push((driver, parallel));
                parallel = self.accept(&["and"]).is_some();
                if !parallel {
                    break;
                }
            },
            "repeat" => plan.drivers.push((Driver::Repeat(self.form()?), false)),
            "initially" => plan.initially.extend(self.forms()),
            "finally" => {
                match self.accept(&["return"]) {
                    Some(_) => {
                        let form = self.form()?;
                        let head = Kind::Symbol(self.interp.symbol("return")).into();
                        plan.finally.push(Value::list([head, form]));
                    }
                    None => drop(self.accept(&["do"])),
                }
                plan.finally.extend(self.forms());
            }
            _ => {
                let action = self.action(word)?;
                plan.body.push(action);
            }
        }
        Ok(())
    }

    fn driver(&mut self) -> Result<Driver> {
        let pattern = self.form()?;
        let word = self.word().unwrap_or("");
        let at = self.rest.first().map(|form| form.origin).unwrap_or_default();
        if RANGE.contains(&word) {
            return self.range(pattern);
        }
        self.form()?;
        match word {
            "in" | "on" => {
                let list = self.form()?;
                let step = if self.accept(&["by"]).is_some() { Some(self.form()?) } else { None };
                Ok(Driver::List { pattern, list, step, tails: word == "on" })
            }
            "across" => Ok(Driver::Across { pattern, vector: self.form()? }),
            "=" => {
                let first = self.form()?;
                let then = if self.accept(&["then"]).is_some() { Some(self.form()?) } else { None };
                Ok(Driver::Equals { pattern, first, then })
            }
            "being" => self.hash(pattern),
            _ => Err(Exit::error("`for x` goes on with `in`, `on`, `across`, `from`, `=` or `being`").at(at)),
        }
    }

    fn range(&mut self, pattern: Value) -> Result<Driver> {
        let (mut from, mut to, mut by, mut down, mut below) = (None, None, None, false, false);
        while let Some(word) = self.accept(RANGE) {
            let form = self.form()?;
            match word {
                "from" | "upfrom" => from = Some(form),
                "downfrom" => (from, down) = (Some(form), true),
                "to" | "upto" => to = Some(form),
                "below" => (to, below) = (Some(form), true),
                "downto" => (to, down) = (Some(form), true),
                "above" => (to, down, below) = (Some(form), true, true),
                _ => by = Some(form),
            }
        }
        Ok(Driver::Range { pattern, from, to, by, down, below })
    }

    /// `being the hash-keys of table [using (hash-value v)]`
    fn hash(&mut self, pattern: Value) -> Result<Driver> {
        self.accept(&["the", "each"]);
        let what = self.accept(&["hash-keys", "hash-key", "hash-values", "hash-value"]);
        let Some(what) = what else {
            return Err(Exit::error("`being the` goes on with `hash-keys` or `hash-values`"));
        };
        self.accept(&["of", "in"]);
        let table = self.form()?;
        let other = match self.accept(&["using"]) {
            Some(_) => self.form()?.elements().and_then(|parts| parts.get(1).cloned()),
            None => None,
        };
        Ok(Driver::Hash { pattern, other, table, keys: what.starts_with("hash-key") })
    }

    fn action(&mut self, word: &str) -> Result<Action> {
        if let Some((_, how)) = GATHERERS.iter().find(|(name, _)| *name == word) {
            let form = self.form()?;
            let into = if self.accept(&["into"]).is_some() { Some(self.name()?) } else { None };
            return Ok(Action::Gather { how: *how, form, into });
        }
        Ok(match word {
            "do" | "doing" => Action::Do(self.forms()),
            "while" => Action::EndIf(self.form()?, false),
            "until" => Action::EndIf(self.form()?, true),
            "return" => Action::Return(self.form()?),
            "always" => Action::Claim(self.form()?, true),
            "never" => Action::Claim(self.form()?, false),
            "thereis" => Action::Thereis(self.form()?),
            "if" | "when" | "unless" => {
                let test = self.form()?;
                let then = self.actions()?;
                let otherwise = if self.accept(&["else"]).is_some() { self.actions()? } else { Vec::new() };
                self.accept(&["end"]);
                Action::If { test, wanted: word != "unless", then, otherwise }
            }
            _ => return Err(Exit::error(format!("`loop` has no clause `{word}`"))),
        })
    }

    /// Clauses joined by `and`.
    fn actions(&mut self) -> Result<Vec<Action>> {
        self.depth += 1;
        if self.depth > MOST_CONDITIONS {
            return Err(Exit::error(format!(
                "more than {MOST_CONDITIONS} conditions are in each other here"
            )));
        }
        let mut actions = Vec::new();
        loop {
            let word = self.word().ok_or_else(|| Exit::error("a clause is wanted here"))?;
            self.rest = &self.rest[1..];
            actions.push(self.action(word)?);
            if self.accept(&["and"]).is_none() {
                self.depth -= 1;
                return Ok(actions);
            }
        }
    }
}

const RANGE: &[&str] = &["from", "upfrom", "downfrom", "to", "upto", "below", "downto", "above", "by"];
