//! `format`: a control string and arguments in, text out.
//!
//! The directives are parsed into a tree first, so that an iteration over many elements parses
//! nothing twice.

mod number;
mod parse;

use super::{Exit, Interp, Kind, Result, Value, error, on_stack};
use parse::Parser;

/// A part of a control string.
enum Part {
    Text(String),
    /// A directive by its character, with parameters and modifiers.
    Directive {
        name: char,
        params: Vec<Option<Param>>,
        colon: bool,
        at: bool,
    },
    /// `~{…~}`
    Each {
        body: Vec<Part>,
        sublists: bool,
        rest: bool,
        /// The most rounds, if it is given.
        most: Vec<Option<Param>>,
        /// Whether there is a round for nothing, too.
        once: bool,
    },
    /// `~[…~;…~]`
    Choose {
        arms: Vec<Vec<Part>>,
        default: bool,
        truth: bool,
        given: bool,
    },
    /// `~(…~)`
    Case {
        body: Vec<Part>,
        /// `:`: each word with a capital.
        words: bool,
        /// `@`: the first word with one; with both all in capitals.
        first: bool,
    },
}

/// A parameter before a directive.
#[derive(Clone, Copy)]
enum Param {
    Number(i64),
    Char(char),
    /// `v`: taken from the arguments.
    Argument,
}

/// Formats `args` as `control` says.
pub fn format(interp: &mut Interp<'_>, control: &str, args: &[Value]) -> Result<String> {
    let chars: Vec<char> = control.chars().collect();
    let mut parser = Parser { chars: &chars, at: 0, depth: 0 };
    let (parts, end) = parser.parts(&[])?;
    debug_assert!(end.is_none());
    let mut writer = Writer { interp, args: args.to_vec(), next: 0, out: String::new() };
    writer.write(&parts)?;
    let out = writer.out;
    interp.spend(out.len())?;
    Ok(out)
}

struct Writer<'w, 'n> {
    interp: &'w mut Interp<'n>,
    args: Vec<Value>,
    next: usize,
    out: String,
}

/// The greatest width or count.
const MOST: usize = 1 << 16;

/// Whether to go on after a part; `~^` says no.
type Goes = bool;

impl Writer<'_, '_> {
    fn write(&mut self, parts: &[Part]) -> Result<Goes> {
        for part in parts {
            if !on_stack(|| self.part(part))? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn argument(&mut self) -> Result {
        let value = self.args.get(self.next).cloned();
        self.next += 1;
        value.ok_or_else(|| Exit::error("the format wants more arguments than there are"))
    }

    fn part(&mut self, part: &Part) -> Result<Goes> {
        match part {
            Part::Text(text) => self.out.push_str(text),
            Part::Directive { name: '^', .. } => return Ok(self.next < self.args.len()),
            Part::Directive { name, params, colon, at } => self.directive(*name, params, *colon, *at)?,
            Part::Each { body, sublists, rest, most, once } => {
                let most =
                    self.number(most, 0)?.map_or(usize::MAX, |most| usize::try_from(most).unwrap_or(0));
                self.each(body, *sublists, *rest, (most, *once))?;
            }
            Part::Choose { arms, default, truth, given } => {
                return self.choose(arms, *default, *truth, *given);
            }
            Part::Case { body, words, first } => {
                let before = std::mem::take(&mut self.out);
                let goes = self.write(body)?;
                let inner = std::mem::replace(&mut self.out, before);
                self.out.push_str(&match (words, first) {
                    (true, true) => inner.to_uppercase(),
                    (false, false) => inner.to_lowercase(),
                    (all, _) => capitalized(&inner, *all),
                });
                return Ok(goes);
            }
        }
        Ok(true)
    }

    fn each(&mut self, body: &[Part], sublists: bool, rest: bool, rounds: (usize, bool)) -> Result<()> {
        let items = match rest {
            true => {
                let items = self.args.get(self.next..).unwrap_or_default().to_vec();
                self.next = self.args.len();
                items
            }
            false => {
                let list = self.argument()?;
                list.elements().ok_or_else(|| error::wanted("a list", &list))?
            }
        };
        let outer = (std::mem::take(&mut self.args), self.next);
        let result = self.rounds(body, items, sublists, rounds);
        (self.args, self.next) = outer;
        result
    }

    fn rounds(
        &mut self,
        body: &[Part],
        items: Vec<Value>,
        sublists: bool,
        (most, once): (usize, bool),
    ) -> Result<()> {
        if sublists {
            for item in items.into_iter().take(most) {
                self.args = item.elements().ok_or_else(|| error::wanted("a list", &item))?;
                self.next = 0;
                self.write(body)?;
            }
            return Ok(());
        }
        (self.args, self.next) = (items, 0);
        let mut round = 0;
        while round < most && (self.next < self.args.len() || once && round == 0) {
            let before = self.next;
            round += 1;
            if !self.write(body)? || self.next == before {
                break;
            }
        }
        Ok(())
    }

    fn choose(&mut self, arms: &[Vec<Part>], default: bool, truth: bool, given: bool) -> Result<Goes> {
        let value = self.argument()?;
        let arm = match (given, truth, &value.kind) {
            (true, ..) if value.is_nil() => None,
            (true, ..) => {
                // The arm uses the argument.
                self.next -= 1;
                arms.first()
            }
            (_, true, _) => arms.get(usize::from(!value.is_nil())),
            (_, _, Kind::Int(n)) => {
                let chosen = usize::try_from(*n).ok().and_then(|n| arms.get(n));
                chosen.or(arms.last().filter(|_| default))
            }
            _ => return Err(error::wanted("an integer", &value)),
        };
        arm.map_or(Ok(true), |arm| self.write(arm))
    }

    /// Parameter `index` as a number.
    fn number(&mut self, params: &[Option<Param>], index: usize) -> Result<Option<i64>> {
        Ok(match params.get(index).copied().flatten() {
            Some(Param::Number(n)) => Some(n),
            Some(Param::Char(c)) => Some(i64::from(u32::from(c))),
            Some(Param::Argument) => match self.argument()?.kind {
                Kind::Int(n) => i64::try_from(n).ok(),
                _ => None,
            },
            None => None,
        })
    }

    /// Parameter `index` as a character.
    fn character(&mut self, params: &[Option<Param>], index: usize, default: char) -> Result<char> {
        let value = match params.get(index).copied().flatten() {
            None => return Ok(default),
            Some(Param::Char(c)) => return Ok(c),
            Some(Param::Argument) => self.argument()?,
            Some(Param::Number(n)) => i128::from(n).into(),
        };
        match value.kind {
            Kind::Char(c) => Ok(c),
            Kind::Nil => Ok(default),
            _ => Err(error::wanted("a character", &value)),
        }
    }

    fn directive(&mut self, name: char, params: &[Option<Param>], colon: bool, at: bool) -> Result<()> {
        match name {
            'a' | 's' | 'w' => {
                let width = self.width(params)?;
                let (step, least) =
                    (self.number(params, 1)?.unwrap_or(1), self.number(params, 2)?.unwrap_or(0));
                let (step, least) =
                    (step.clamp(1, MOST as i64) as usize, least.clamp(0, MOST as i64) as usize);
                let pad = self.character(params, 3, ' ')?;
                let value = self.argument()?;
                let text = if name == 'a' { self.interp.plain(&value) } else { self.interp.readable(&value) };
                // Padding comes in steps behind the least of it.
                let own = text.chars().count();
                let missing = width.saturating_sub(own + least).next_multiple_of(step);
                self.pad(&text, own + least + missing, pad, at);
            }
            'd' => self.integer(params, 10, colon, at)?,
            'x' => self.integer(params, 16, colon, at)?,
            'o' => self.integer(params, 8, colon, at)?,
            'b' => self.integer(params, 2, colon, at)?,
            'r' => {
                let radix = self.number(params, 0)?.unwrap_or(10).clamp(2, 36) as u32;
                self.integer(params.get(1..).unwrap_or_default(), radix, colon, at)?;
            }
            'f' | '$' => self.float(params, name == '$', at)?,
            'c' => {
                let value = self.argument()?;
                if !matches!(value.kind, Kind::Char(_)) {
                    return Err(error::wanted("a character", &value));
                }
                let text = if at { self.interp.readable(&value) } else { self.interp.plain(&value) };
                self.out.push_str(&text);
            }
            'p' => {
                if colon {
                    self.next = self.next.saturating_sub(1);
                }
                let one = matches!(self.argument()?.kind, Kind::Int(1));
                self.out.push_str(match (at, one) {
                    (true, true) => "y",
                    (true, false) => "ies",
                    (false, true) => "",
                    (false, false) => "s",
                });
            }
            '%' => self.repeat('\n', params)?,
            '~' => self.repeat('~', params)?,
            '|' => self.repeat('\u{c}', params)?,
            '&' => {
                let count = if params.is_empty() { 1 } else { self.width(params)? };
                let fresh = self.out.is_empty() || self.out.ends_with('\n');
                self.out.extend(std::iter::repeat_n('\n', count.saturating_sub(usize::from(fresh))));
            }
            't' => self.tabulate(params)?,
            '*' => {
                let by = self.number(params, 0)?;
                self.next = match (at, colon) {
                    (true, _) => by.unwrap_or(0).max(0) as usize,
                    (_, true) => self.next.saturating_sub(by.unwrap_or(1).max(0) as usize),
                    _ => self.next + by.unwrap_or(1).max(0) as usize,
                };
            }
            '?' => {
                let (control, args) = (self.argument()?, self.argument()?);
                let Kind::Str(control) = &control.kind else {
                    return Err(error::wanted("a string", &control));
                };
                let args = args.elements().ok_or_else(|| error::wanted("a list", &args))?;
                let text = self.interp.nested(|interp| format(interp, control, &args))?;
                self.out.push_str(&text);
            }
            _ => return Err(Exit::error(format!("`~{name}` is no directive of format"))),
        }
        Ok(())
    }

    /// The least width.
    fn width(&mut self, params: &[Option<Param>]) -> Result<usize> {
        let width = self.number(params, 0)?.unwrap_or(0).max(0);
        match usize::try_from(width).ok().filter(|width| *width <= MOST) {
            Some(width) => Ok(width),
            None => Err(Exit::error(format!("{width} is more than a format takes: {MOST} is the most"))),
        }
    }

    fn repeat(&mut self, c: char, params: &[Option<Param>]) -> Result<()> {
        let count = if params.is_empty() { 1 } else { self.width(params)? };
        self.out.extend(std::iter::repeat_n(c, count));
        Ok(())
    }

    /// Spaces up to a column of the line.
    fn tabulate(&mut self, params: &[Option<Param>]) -> Result<()> {
        let column = self.width(params)?;
        let step = self.number(params, 1)?.map(|step| usize::try_from(step).unwrap_or(0).min(MOST));
        let line = self.out.rsplit('\n').next().unwrap_or("").chars().count();
        let spaces = match (column.checked_sub(line).filter(|spaces| *spaces > 0), step) {
            (Some(spaces), _) => spaces,
            (None, None) => usize::from(line > 0),
            (None, Some(0)) => 0,
            (None, Some(step)) => step - (line - column) % step,
        };
        self.out.extend(std::iter::repeat_n(' ', spaces));
        Ok(())
    }

    fn pad(&mut self, text: &str, width: usize, pad: char, before: bool) {
        let missing = width.saturating_sub(text.chars().count());
        if before {
            self.out.extend(std::iter::repeat_n(pad, missing));
        }
        self.out.push_str(text);
        if !before {
            self.out.extend(std::iter::repeat_n(pad, missing));
        }
    }
}

/// With a capital at the start of each word, or of the first.
fn capitalized(text: &str, all: bool) -> String {
    let (mut within, mut done) = (false, false);
    let one = |c: char| {
        let starts = c.is_alphanumeric() && !within && (all || !done);
        within = c.is_alphanumeric();
        done |= within;
        if starts { c.to_uppercase().collect::<String>() } else { c.to_lowercase().collect() }
    };
    text.chars().map(one).collect()
}
