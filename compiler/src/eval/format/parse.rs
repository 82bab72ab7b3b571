//! Control strings to parts.

use super::{Exit, Param, Part, Result};

/// What directives take: characters, how many parameters, and which modifiers.
const TAKEN: &[(&str, usize, &str)] = &[
    ("asw", 4, "@"),
    ("dxob", 4, ":@"),
    ("r", 5, ":@"),
    ("f", 5, "@"),
    ("$", 1, "@"),
    ("c", 0, "@"),
    ("p", 0, ":@"),
    ("%~|&", 1, ""),
    ("t", 2, ""),
    ("*", 1, ":@"),
    ("?^\n", 0, ""),
    ("{", 1, ":@"),
    ("([", 0, ":@"),
];

/// Refuses what would be passed over.
fn check(name: char, params: &[Option<Param>], colon: bool, at: bool) -> Result<()> {
    let row = TAKEN.iter().find(|(names, ..)| names.contains(name));
    let Some((_, most, modifiers)) = row else {
        return Err(Exit::error(format!("`~{name}` is no directive of format")));
    };
    let shown = if name == '\n' { "a tilde at the end of a line".into() } else { format!("`~{name}`") };
    for (given, modifier) in [(colon, ':'), (at, '@')] {
        if given && !modifiers.contains(modifier) {
            return Err(Exit::error(format!("{shown} takes no `{modifier}` here")));
        }
    }
    match (name, params.len()) {
        ('r', 0) => Err(Exit::error("`~r` takes a radix here: `~2r`")),
        (_, given) if given > *most => {
            let plural = if *most == 1 { "parameter" } else { "parameters" };
            Err(Exit::error(format!("{shown} takes {most} {plural} here, and {given} are given")))
        }
        ('f', _) if params.iter().skip(2).take(2).any(Option::is_some) => {
            Err(Exit::error("`~f` takes a width, digits and, as the fifth, a character to pad with here"))
        }
        _ => Ok(()),
    }
}

/// Reads a control string.
pub struct Parser<'c> {
    pub chars: &'c [char],
    pub at: usize,
    pub depth: u32,
}

/// What ended a list of parts: the closing character, and its modifiers.
pub type End = Option<(char, bool)>;

impl Parser<'_> {
    fn next(&mut self) -> Option<char> {
        let c = self.chars.get(self.at).copied();
        self.at += 1;
        c
    }

    /// The parts up to one of the closing directives `ends`, or the end.
    pub fn parts(&mut self, ends: &[char]) -> Result<(Vec<Part>, End)> {
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
        let name = name.to_ascii_lowercase();
        check(name, &params, colon, at)?;
        let part = match name {
            '{' => {
                let (body, end) = self.parts(&['}'])?;
                Part::Each {
                    body,
                    sublists: colon,
                    rest: at,
                    most: params,
                    once: end.is_some_and(|end| end.1),
                }
            }
            '(' => Part::Case { body: self.parts(&[')'])?.0, words: colon, first: at },
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
            _ => Part::Directive { name, params, colon, at },
        };
        self.depth -= 1;
        Ok(part)
    }
}
