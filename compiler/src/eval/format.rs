//! `format`: a control string and arguments in, text out.
//!
//! The directives are parsed into a tree first, so that an iteration over many elements parses
//! nothing twice.

use super::{Exit, Interp, Kind, Result, Value, error, on_stack, print};

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
        upper: bool,
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

struct Parser<'c> {
    chars: &'c [char],
    at: usize,
    depth: u32,
}

/// What ended a list of parts: the closing character, and its modifiers.
type End = Option<(char, bool)>;

impl Parser<'_> {
    fn next(&mut self) -> Option<char> {
        let c = self.chars.get(self.at).copied();
        self.at += 1;
        c
    }

    /// The parts up to one of the closing directives `ends`, or the end.
    fn parts(&mut self, ends: &[char]) -> Result<(Vec<Part>, End)> {
        let mut parts = Vec::new();
        let mut text = String::new();
        while let Some(c) = self.next() {
            if c != '~' {
                text.push(c);
                continue;
            }
            if !text.is_empty() {
                parts.push(Part::Text(std::mem::take(&mut text)));
            }
            let (params, colon, at) = self.prefix();
            let name = self.next().ok_or_else(|| Exit::error("the format ends with a tilde"))?;
            if ends.contains(&name) {
                return Ok((parts, Some((name, colon))));
            }
            parts.push(self.directive(name, params, colon, at)?);
        }
        if !text.is_empty() {
            parts.push(Part::Text(text));
        }
        match ends.last() {
            Some(end) => Err(Exit::error(format!("`~{end}` is missing in this format"))),
            None => Ok((parts, None)),
        }
    }

    fn prefix(&mut self) -> (Vec<Option<Param>>, bool, bool) {
        let mut params = Vec::new();
        let mut current = None;
        let (mut colon, mut at) = (false, false);
        loop {
            match self.chars.get(self.at) {
                Some('\'') => {
                    current = self.chars.get(self.at + 1).map(|c| Param::Char(*c));
                    self.at += 2;
                }
                Some('v' | 'V') => {
                    current = Some(Param::Argument);
                    self.at += 1;
                }
                Some(c) if c.is_ascii_digit() || *c == '-' => current = Some(Param::Number(self.number())),
                Some(',') => {
                    params.push(current.take());
                    self.at += 1;
                }
                Some(':') => {
                    colon = true;
                    self.at += 1;
                }
                Some('@') => {
                    at = true;
                    self.at += 1;
                }
                _ => break,
            }
        }
        if current.is_some() || !params.is_empty() {
            params.push(current);
        }
        (params, colon, at)
    }

    fn number(&mut self) -> i64 {
        let start = self.at;
        self.at += 1;
        while self.chars.get(self.at).is_some_and(char::is_ascii_digit) {
            self.at += 1;
        }
        self.chars[start..self.at].iter().collect::<String>().parse().unwrap_or(i64::MAX)
    }

    fn directive(&mut self, name: char, params: Vec<Option<Param>>, colon: bool, at: bool) -> Result<Part> {
        self.depth += 1;
        if self.depth > 100 {
            return Err(Exit::error("this format is nested too deeply"));
        }
        let part = match name {
            '{' => Part::Each { body: self.parts(&['}'])?.0, sublists: colon, rest: at },
            '(' => Part::Case { body: self.parts(&[')'])?.0, upper: colon && at },
            '[' => {
                let (mut arms, mut default) = (Vec::new(), false);
                loop {
                    let (arm, end) = self.parts(&[';', ']'])?;
                    arms.push(arm);
                    match end {
                        Some((';', colon)) => default |= colon,
                        _ => break,
                    }
                }
                Part::Choose { arms, default, truth: colon, given: at }
            }
            '\n' => {
                while self.chars.get(self.at).is_some_and(|c| c.is_whitespace()) {
                    self.at += 1;
                }
                Part::Text(String::new())
            }
            _ => Part::Directive { name: name.to_ascii_lowercase(), params, colon, at },
        };
        self.depth -= 1;
        Ok(part)
    }
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
            Part::Each { body, sublists, rest } => self.each(body, *sublists, *rest)?,
            Part::Choose { arms, default, truth, given } => {
                return self.choose(arms, *default, *truth, *given);
            }
            Part::Case { body, upper } => {
                let before = std::mem::take(&mut self.out);
                let goes = self.write(body)?;
                let inner = std::mem::replace(&mut self.out, before);
                self.out.push_str(&if *upper { inner.to_uppercase() } else { inner.to_lowercase() });
                return Ok(goes);
            }
        }
        Ok(true)
    }

    fn each(&mut self, body: &[Part], sublists: bool, rest: bool) -> Result<()> {
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
        let result = self.rounds(body, items, sublists);
        (self.args, self.next) = outer;
        result
    }

    fn rounds(&mut self, body: &[Part], items: Vec<Value>, sublists: bool) -> Result<()> {
        if sublists {
            for item in items {
                self.args = item.elements().ok_or_else(|| error::wanted("a list", &item))?;
                self.next = 0;
                self.write(body)?;
            }
            return Ok(());
        }
        (self.args, self.next) = (items, 0);
        while self.next < self.args.len() {
            let before = self.next;
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

    fn character(&self, params: &[Option<Param>], index: usize, default: char) -> char {
        match params.get(index).copied().flatten() {
            Some(Param::Char(c)) => c,
            _ => default,
        }
    }

    fn directive(&mut self, name: char, params: &[Option<Param>], colon: bool, at: bool) -> Result<()> {
        match name {
            'a' | 's' | 'w' => {
                let width = self.width(params)?;
                let value = self.argument()?;
                let text = if name == 'a' { self.interp.plain(&value) } else { self.interp.readable(&value) };
                let pad = self.character(params, 3, ' ');
                self.pad(&text, width, pad, at);
            }
            'd' => self.integer(params, 10, colon, at)?,
            'x' => self.integer(params, 16, colon, at)?,
            'o' => self.integer(params, 8, colon, at)?,
            'b' => self.integer(params, 2, colon, at)?,
            'r' => {
                let radix = self.number(params, 0)?.unwrap_or(10).clamp(2, 36) as u32;
                self.integer(params.get(1..).unwrap_or_default(), radix, colon, at)?;
            }
            'f' | '$' => self.float(params, name == '$')?,
            'c' => {
                let value = self.argument()?;
                let text = self.interp.plain(&value);
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
                if !self.out.is_empty() && !self.out.ends_with('\n') {
                    self.out.push('\n');
                }
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
        let line = self.out.rsplit('\n').next().unwrap_or("").chars().count();
        self.out.extend(std::iter::repeat_n(' ', column.saturating_sub(line).max(usize::from(line > 0))));
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

    fn integer(&mut self, params: &[Option<Param>], radix: u32, commas: bool, plus: bool) -> Result<()> {
        let width = self.width(params)?;
        let pad = self.character(params, 1, ' ');
        let value = self.argument()?;
        let text = match value.kind {
            Kind::Int(n) => {
                let digits = in_radix(n.unsigned_abs(), radix);
                let digits = if commas { grouped(&digits) } else { digits };
                let sign = if n < 0 {
                    "-"
                } else if plus {
                    "+"
                } else {
                    ""
                };
                format!("{sign}{digits}")
            }
            _ => self.interp.plain(&value),
        };
        self.pad(&text, width, pad, true);
        Ok(())
    }

    fn float(&mut self, params: &[Option<Param>], money: bool) -> Result<()> {
        let (width, digits) = match money {
            true => (0, Some(self.number(params, 0)?.unwrap_or(2))),
            false => (self.width(params)?, self.number(params, 1)?),
        };
        let value = self.argument()?;
        let number = match value.kind {
            Kind::Int(n) => n as f64,
            Kind::Float(n) => n,
            _ => return Err(error::wanted("a number", &value)),
        };
        let text = match digits {
            Some(digits) => format!("{number:.*}", digits.clamp(0, 100) as usize),
            None => print::float(number),
        };
        self.pad(&text, width, ' ', true);
        Ok(())
    }
}

fn in_radix(mut value: u128, radix: u32) -> String {
    let mut digits = Vec::new();
    loop {
        digits.push(char::from_digit((value % u128::from(radix)) as u32, radix).unwrap_or('?'));
        value /= u128::from(radix);
        if value == 0 {
            break;
        }
    }
    digits.iter().rev().collect()
}

/// With a comma after every three digits.
fn grouped(digits: &str) -> String {
    let count = digits.chars().count();
    let comma = |(i, c): (usize, char)| {
        let comma = i > 0 && (count - i).is_multiple_of(3);
        comma.then_some(',').into_iter().chain([c])
    };
    digits.chars().enumerate().flat_map(comma).collect()
}
