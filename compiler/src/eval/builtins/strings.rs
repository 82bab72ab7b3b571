//! Strings, characters and symbols.

use super::{Keys, builtin, index, int, sequence, text};
use crate::eval::{Builtin, Exit, Interp, Kind, MANY, Result, Symbol, Value, error};

pub const ROWS: &[Builtin] = &[
    builtin("string", 1, 1, |interp, args| Ok(text(interp, &args[0])?.into())),
    builtin("string=", 2, 2, |interp, args| {
        let same = text(interp, &args[0])? == text(interp, &args[1])?;
        Ok(interp.truth(same))
    }),
    builtin("string/=", 2, 2, |interp, args| {
        let same = text(interp, &args[0])? == text(interp, &args[1])?;
        Ok(interp.truth(!same))
    }),
    builtin("string-equal", 2, 2, |interp, args| {
        let same = text(interp, &args[0])?.to_lowercase() == text(interp, &args[1])?.to_lowercase();
        Ok(interp.truth(same))
    }),
    builtin("string<", 2, 2, |interp, args| {
        let less = text(interp, &args[0])? < text(interp, &args[1])?;
        Ok(interp.truth(less))
    }),
    builtin("string>", 2, 2, |interp, args| {
        let greater = text(interp, &args[0])? > text(interp, &args[1])?;
        Ok(interp.truth(greater))
    }),
    builtin("string-upcase", 1, 1, |interp, args| Ok(text(interp, &args[0])?.to_uppercase().into())),
    builtin("string-downcase", 1, 1, |interp, args| Ok(text(interp, &args[0])?.to_lowercase().into())),
    builtin("string-trim", 2, 2, |interp, args| trim(interp, args, true, true)),
    builtin("string-left-trim", 2, 2, |interp, args| trim(interp, args, true, false)),
    builtin("string-right-trim", 2, 2, |interp, args| trim(interp, args, false, true)),
    builtin("concatenate", 1, MANY, concatenate),
    builtin("char", 2, 2, |interp, args| {
        let (text, at) = (text(interp, &args[0])?, index(&args[1])?);
        let c = text.chars().nth(at).ok_or_else(|| Exit::error(format!("there is no character {at}")))?;
        Ok(Kind::Char(c).into())
    }),
    builtin("char-code", 1, 1, |_, args| Ok(i128::from(u32::from(char(&args[0])?)).into())),
    builtin("code-char", 1, 1, |_, args| {
        let code = u32::try_from(int(&args[0])?).ok().and_then(char::from_u32);
        Ok(Kind::Char(code.ok_or_else(|| Exit::error("no character has this code"))?).into())
    }),
    builtin("char-upcase", 1, 1, |_, args| Ok(Kind::Char(char(&args[0])?.to_ascii_uppercase()).into())),
    builtin("char-downcase", 1, 1, |_, args| Ok(Kind::Char(char(&args[0])?.to_ascii_lowercase()).into())),
    builtin("char=", 1, MANY, |interp, args| {
        let chars = args.iter().map(char).collect::<Result<Vec<_>>>()?;
        Ok(interp.truth(chars.windows(2).all(|pair| pair[0] == pair[1])))
    }),
    builtin("digit-char-p", 1, 2, |_, args| {
        let radix = args.get(1).map_or(Ok(10), int)?.clamp(2, 36) as u32;
        Ok(char(&args[0])?.to_digit(radix).map_or(Value::NIL, |digit| i128::from(digit).into()))
    }),
    builtin("alpha-char-p", 1, 1, |interp, args| Ok(interp.truth(char(&args[0])?.is_alphabetic()))),
    builtin("parse-integer", 1, MANY, parse_integer),
    builtin("symbol-name", 1, 1, |interp, args| match args[0].kind {
        Kind::Symbol(symbol) | Kind::Keyword(symbol) => Ok(interp.text(symbol).into()),
        Kind::Nil => Ok("nil".into()),
        _ => Err(error::wanted("a symbol", &args[0])),
    }),
    builtin("intern", 1, 2, |interp, args| Ok(Kind::Symbol(spelled(interp, &args[0])?).into())),
    builtin("make-symbol", 1, 1, |interp, args| {
        let text = text(interp, &args[0])?;
        Ok(Kind::Symbol(interp.gensym(&text)).into())
    }),
    builtin("symbolicate", 1, MANY, |interp, args| {
        let parts = args.iter().map(|arg| text(interp, arg)).collect::<Result<Vec<_>>>()?;
        Ok(Kind::Symbol(interp.symbol(&parts.concat())).into())
    }),
    builtin("make-keyword", 1, 1, |interp, args| Ok(Kind::Keyword(spelled(interp, &args[0])?).into())),
    builtin("gensym", 0, 1, |interp, args| {
        let prefix = args.first().map_or(Ok("g".into()), |prefix| text(interp, prefix))?;
        Ok(Kind::Symbol(interp.gensym(&prefix)).into())
    }),
    builtin("split-string", 2, 2, |interp, args| {
        let (whole, separator) = (text(interp, &args[0])?, text(interp, &args[1])?);
        if separator.is_empty() {
            return Err(Exit::error("a separator has a character at least"));
        }
        Ok(Value::list(whole.split(separator.as_str()).map(Value::from).collect::<Vec<_>>()))
    }),
];

fn char(value: &Value) -> Result<char> {
    match value.kind {
        Kind::Char(c) => Ok(c),
        _ => Err(error::wanted("a character", value)),
    }
}

fn spelled(interp: &Interp<'_>, value: &Value) -> Result<Symbol> {
    let text = text(interp, value)?;
    let fits = !text.is_empty() && !text.contains(|c: char| c.is_whitespace() || "()'`,;\"".contains(c));
    if fits { Ok(interp.symbol(&text)) } else { Err(Exit::error(format!("{text:?} cannot be a symbol"))) }
}

fn trim(interp: &mut Interp<'_>, args: &[Value], left: bool, right: bool) -> Result {
    let bag: Vec<char> = sequence(&args[0])?.iter().map(char).collect::<Result<_>>()?;
    let whole = text(interp, &args[1])?;
    let mut part = whole.as_str();
    if left {
        part = part.trim_start_matches(&bag[..]);
    }
    if right {
        part = part.trim_end_matches(&bag[..]);
    }
    Ok(part.into())
}

/// `(concatenate 'string a b …)`, and `'list`, `'vector`
fn concatenate(interp: &mut Interp<'_>, args: &[Value]) -> Result {
    let name = args[0].symbol().map_or("", |symbol| interp.names().text(symbol.folded));
    if name == "string" {
        let parts = args[1..].iter().map(|part| match part.kind {
            Kind::Str(_) | Kind::Char(_) => text(interp, part),
            _ => {
                let chars = sequence(part)?;
                chars.iter().map(char).collect::<Result<String>>()
            }
        });
        let whole = parts.collect::<Result<Vec<_>>>()?.concat();
        interp.spend(whole.len())?;
        return Ok(whole.into());
    }
    let mut items = Vec::new();
    for part in &args[1..] {
        items.extend(sequence(part)?);
    }
    interp.spend(items.len())?;
    match name {
        "list" => Ok(Value::list(items)),
        "vector" => Ok(Value::vector(items)),
        _ => Err(Exit::error("`concatenate` makes a `'string`, a `'list` or a `'vector`")),
    }
}

/// As much of a text as is a sign and digits.
fn beginning(text: &str, radix: u32) -> &str {
    let of_number = |(at, c): (usize, char)| c.is_digit(radix) || at == 0 && matches!(c, '+' | '-');
    let end = text.char_indices().find(|one| !of_number(*one)).map_or(text.len(), |(at, _)| at);
    &text[..end]
}

fn parse_integer(interp: &mut Interp<'_>, args: &[Value]) -> Result {
    let keys = Keys::parse(interp, &args[1..], &["radix", "junk-allowed", "start", "end"])?;
    let whole = text(interp, &args[0])?;
    let radix = keys.get("radix").map_or(Ok(10), int)?;
    let radix = u32::try_from(radix).ok().filter(|radix| (2..=36).contains(radix));
    let radix = radix.ok_or_else(|| Exit::error("a radix is 2 to 36"))?;
    let start = keys.get("start").map_or(Ok(0), index)?;
    let end = keys.get("end").map_or(Ok(whole.chars().count()), index)?;
    let part: String = whole.chars().take(end).skip(start).collect();
    let number = |text: &str| i128::from_str_radix(text, radix);
    match number(part.trim()) {
        Ok(value) => Ok(value.into()),
        Err(_) if keys.get("junk-allowed").is_some_and(|allowed| !allowed.is_nil()) => {
            Ok(number(beginning(part.trim(), radix)).map_or(Value::NIL, Value::from))
        }
        Err(_) => Err(Exit::error(format!("{part:?} is no integer"))),
    }
}
