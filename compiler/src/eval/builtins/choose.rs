//! Elements of sequences that are looked for, counted or taken out, as `:test`, `:key` and the like say.

use std::ops::Range;

use super::{Keys, builtin, index, int, list, sequence, sequence_like};
use crate::eval::{Builtin, Exit, Interp, MANY, Result, Value};

pub const ROWS: &[Builtin] = &[
    builtin("find", 2, MANY, |interp, args| find(interp, args, Test::Item)),
    builtin("find-if", 2, MANY, |interp, args| find(interp, args, Test::If)),
    builtin("find-if-not", 2, MANY, |interp, args| find(interp, args, Test::IfNot)),
    builtin("position", 2, MANY, |interp, args| position(interp, args, Test::Item)),
    builtin("position-if", 2, MANY, |interp, args| position(interp, args, Test::If)),
    builtin("position-if-not", 2, MANY, |interp, args| position(interp, args, Test::IfNot)),
    builtin("member", 2, MANY, |interp, args| member(interp, args, Test::Item)),
    builtin("member-if", 2, MANY, |interp, args| member(interp, args, Test::If)),
    builtin("assoc", 2, MANY, |interp, args| pair_with(interp, args, |pair| pair.pair().map(|(key, _)| key))),
    builtin("rassoc", 2, MANY, |interp, args| {
        pair_with(interp, args, |pair| pair.pair().map(|(_, value)| value))
    }),
    builtin("count", 2, MANY, |interp, args| count(interp, args, Test::Item)),
    builtin("count-if", 2, MANY, |interp, args| count(interp, args, Test::If)),
    builtin("count-if-not", 2, MANY, |interp, args| count(interp, args, Test::IfNot)),
    builtin("remove", 2, MANY, |interp, args| remove(interp, args, Test::Item)),
    builtin("remove-if", 2, MANY, |interp, args| remove(interp, args, Test::If)),
    builtin("remove-if-not", 2, MANY, |interp, args| remove(interp, args, Test::IfNot)),
    builtin("delete", 2, MANY, |interp, args| remove(interp, args, Test::Item)),
    builtin("delete-if", 2, MANY, |interp, args| remove(interp, args, Test::If)),
    builtin("delete-if-not", 2, MANY, |interp, args| remove(interp, args, Test::IfNot)),
];

/// How an element is chosen.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Test {
    /// It is the first argument.
    Item,
    /// The first argument says so.
    If,
    /// The first argument does not say so.
    IfNot,
}

/// The options of functions that take any sequence, and of those that walk a list.
const RANGED: &[&str] = &["test", "key", "from-end", "start", "end"];
const COUNTED: &[&str] = &["test", "key", "from-end", "start", "end", "count"];
const WALKING: &[&str] = &["test", "key"];

/// What `:test` and `:key` say, and the rest of the choice.
struct Chooser<'v> {
    what: &'v Value,
    how: Test,
    keys: Keys<'v>,
}

impl<'v> Chooser<'v> {
    fn new(interp: &Interp<'_>, args: &'v [Value], how: Test, known: &[&'static str]) -> Result<Self> {
        let keys = Keys::parse(interp, &args[2..], known)?;
        match how != Test::Item && keys.get("test").is_some() {
            true => Err(Exit::error("there is no option `:test` here: the function says which")),
            false => Ok(Self { what: &args[0], how, keys }),
        }
    }

    fn chooses(&self, interp: &mut Interp<'_>, item: &Value) -> Result<bool> {
        let item = self.keys.part(interp, item)?;
        Ok(match (self.how, self.keys.get("test")) {
            (Test::Item, None) => self.what.same(&item),
            (Test::Item, Some(test)) => !interp.apply(test, vec![self.what.clone(), item])?.is_nil(),
            (Test::If, _) => !interp.apply(self.what, vec![item])?.is_nil(),
            (Test::IfNot, _) => interp.apply(self.what, vec![item])?.is_nil(),
        })
    }

    /// Where elements are that are chosen, at most so many; those at the end of the sequence when it is looked at
    /// from there.
    fn chosen(&self, interp: &mut Interp<'_>, items: &[Value], most: usize) -> Result<Vec<usize>> {
        let range = self.keys.range(items.len(), "start", "end")?;
        let order: Vec<usize> = match self.keys.get("from-end") {
            Some(_) => range.rev().collect(),
            None => range.collect(),
        };
        let mut chosen = Vec::new();
        for at in order {
            if chosen.len() == most {
                break;
            }
            if self.chooses(interp, &items[at])? {
                chosen.push(at);
            }
        }
        Ok(chosen)
    }
}

impl Keys<'_> {
    /// What `:key` takes of an element.
    pub(super) fn part(&self, interp: &mut Interp<'_>, item: &Value) -> Result {
        match self.get("key") {
            Some(key) => interp.apply(key, vec![item.clone()]),
            None => Ok(item.clone()),
        }
    }

    /// The part of a sequence of so many elements that two options say.
    pub(super) fn range(&self, count: usize, start: &str, end: &str) -> Result<Range<usize>> {
        let start = self.get(start).map_or(Ok(0), index)?;
        let end = self.get(end).map_or(Ok(count), index)?;
        match start <= end && end <= count {
            true => Ok(start..end),
            false => Err(Exit::error(format!("{start} to {end} is no part of {count} elements"))),
        }
    }
}

fn first(interp: &mut Interp<'_>, args: &[Value], how: Test) -> Result<Option<(usize, Value)>> {
    let chooser = Chooser::new(interp, args, how, RANGED)?;
    let items = sequence(&args[1])?;
    let found = chooser.chosen(interp, &items, 1)?.first().copied();
    Ok(found.map(|at| (at, items[at].clone())))
}

fn find(interp: &mut Interp<'_>, args: &[Value], how: Test) -> Result {
    Ok(first(interp, args, how)?.map_or(Value::NIL, |(_, item)| item))
}

fn position(interp: &mut Interp<'_>, args: &[Value], how: Test) -> Result {
    Ok(first(interp, args, how)?.map_or(Value::NIL, |(at, _)| (at as i128).into()))
}

fn member(interp: &mut Interp<'_>, args: &[Value], how: Test) -> Result {
    let chooser = Chooser::new(interp, args, how, WALKING)?;
    let mut at = args[1].clone();
    while let Some((item, rest)) = at.pair() {
        interp.spend(1)?;
        if chooser.chooses(interp, &item)? {
            return Ok(at);
        }
        at = rest;
    }
    Ok(Value::NIL)
}

fn pair_with(interp: &mut Interp<'_>, args: &[Value], part: fn(&Value) -> Option<Value>) -> Result {
    let chooser = Chooser::new(interp, args, Test::Item, WALKING)?;
    for pair in list(&args[1])? {
        if let Some(part) = part(&pair)
            && chooser.chooses(interp, &part)?
        {
            return Ok(pair);
        }
    }
    Ok(Value::NIL)
}

fn count(interp: &mut Interp<'_>, args: &[Value], how: Test) -> Result {
    let chooser = Chooser::new(interp, args, how, RANGED)?;
    let count = chooser.chosen(interp, &sequence(&args[1])?, usize::MAX)?.len();
    Ok((count as i128).into())
}

fn remove(interp: &mut Interp<'_>, args: &[Value], how: Test) -> Result {
    let chooser = Chooser::new(interp, args, how, COUNTED)?;
    let items = sequence(&args[1])?;
    let most = chooser.keys.get("count").map(int).transpose()?;
    let most = most.map_or(usize::MAX, |most| usize::try_from(most.max(0)).unwrap_or(usize::MAX));
    let mut stays = vec![true; items.len()];
    chooser.chosen(interp, &items, most)?.into_iter().for_each(|at| stays[at] = false);
    let kept = items.into_iter().zip(stays).filter_map(|(item, stays)| stays.then_some(item));
    Ok(sequence_like(&args[1], kept.collect()))
}
