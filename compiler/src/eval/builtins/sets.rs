//! Lists as sets, and sequences in sequences: elements that are like each other.

use super::{Keys, builtin, sequence, sequence_like};
use crate::eval::{Builtin, Interp, MANY, Result, Value};

pub const ROWS: &[Builtin] = &[
    builtin("remove-duplicates", 1, MANY, remove_duplicates),
    builtin("adjoin", 2, MANY, adjoin),
    builtin("union", 2, MANY, |interp, args| {
        let like = Like::new(interp, &args[2..], &[])?;
        let (mut all, more) = (sequence(&args[0])?, sequence(&args[1])?);
        all.extend(like.among(interp, more, &all.clone(), false)?);
        Ok(Value::list(all))
    }),
    builtin("intersection", 2, MANY, |interp, args| among(interp, args, true)),
    builtin("set-difference", 2, MANY, |interp, args| among(interp, args, false)),
    builtin("search", 2, MANY, search),
];

/// When elements are like each other: as `:test` says, else as `equal` does, of what `:key` takes of them.
struct Like<'v> {
    keys: Keys<'v>,
}

impl<'v> Like<'v> {
    fn new(interp: &Interp<'_>, options: &'v [Value], more: &[&'static str]) -> Result<Self> {
        Ok(Self { keys: Keys::parse(interp, options, &[&["test", "key"], more].concat())? })
    }

    fn parts(&self, interp: &mut Interp<'_>, items: &[Value]) -> Result<Vec<Value>> {
        items.iter().map(|item| self.keys.part(interp, item)).collect()
    }

    fn alike(&self, interp: &mut Interp<'_>, a: &Value, b: &Value) -> Result<bool> {
        interp.spend(1)?;
        match self.keys.get("test") {
            Some(test) => Ok(!interp.apply(test, vec![a.clone(), b.clone()])?.is_nil()),
            None => Ok(a.equal(b)),
        }
    }

    fn any(&self, interp: &mut Interp<'_>, parts: &[Value], part: &Value) -> Result<bool> {
        for one in parts {
            if self.alike(interp, one, part)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// The items that are in the others, or are not.
    fn among(
        &self,
        interp: &mut Interp<'_>,
        items: Vec<Value>,
        others: &[Value],
        wanted: bool,
    ) -> Result<Vec<Value>> {
        let others = self.parts(interp, others)?;
        let mut found = Vec::new();
        for item in items {
            let part = self.keys.part(interp, &item)?;
            if self.any(interp, &others, &part)? == wanted {
                found.push(item);
            }
        }
        Ok(found)
    }
}

fn among(interp: &mut Interp<'_>, args: &[Value], wanted: bool) -> Result {
    let like = Like::new(interp, &args[2..], &[])?;
    Ok(Value::list(like.among(interp, sequence(&args[0])?, &sequence(&args[1])?, wanted)?))
}

fn adjoin(interp: &mut Interp<'_>, args: &[Value]) -> Result {
    let like = Like::new(interp, &args[2..], &[])?;
    let new = like.among(interp, vec![args[0].clone()], &sequence(&args[1])?, false)?;
    Ok(Value::list_with_tail(new, args[1].clone()))
}

/// Of elements that are alike the last one stays, or the first one `:from-end`.
fn remove_duplicates(interp: &mut Interp<'_>, args: &[Value]) -> Result {
    let like = Like::new(interp, &args[1..], &["from-end"])?;
    let items = sequence(&args[0])?;
    let parts = like.parts(interp, &items)?;
    let first = like.keys.get("from-end").is_some();
    let mut kept = Vec::new();
    for (at, item) in items.iter().enumerate() {
        let others = if first { &parts[..at] } else { &parts[at + 1..] };
        if !like.any(interp, others, &parts[at])? {
            kept.push(item.clone());
        }
    }
    Ok(sequence_like(&args[0], kept))
}

/// `(search wanted sequence)`: where the one starts in the other.
fn search(interp: &mut Interp<'_>, args: &[Value]) -> Result {
    let like = Like::new(interp, &args[2..], &["from-end", "start1", "end1", "start2", "end2"])?;
    let (wanted, all) = (sequence(&args[0])?, sequence(&args[1])?);
    let wanted = &wanted[like.keys.range(wanted.len(), "start1", "end1")?];
    let range = like.keys.range(all.len(), "start2", "end2")?;
    let (wanted, all) = (like.parts(interp, wanted)?, like.parts(interp, &all[..range.end])?);
    let Some(last) = range.end.checked_sub(wanted.len()).filter(|last| *last >= range.start) else {
        return Ok(Value::NIL);
    };
    let mut places: Vec<usize> = (range.start..=last).collect();
    if like.keys.get("from-end").is_some() {
        places.reverse();
    }
    for at in places {
        let mut same = true;
        for (one, other) in wanted.iter().zip(&all[at..]) {
            same = same && like.alike(interp, one, other)?;
        }
        if same {
            return Ok((at as i128).into());
        }
    }
    Ok(Value::NIL)
}
