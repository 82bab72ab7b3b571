//! Keys and values of maps as text: Lisp data, which can be read back, and JSON.

use std::fmt::{self, Display, Formatter, Write};

use bpfl_compiler::{
    diagnostic::Diagnostics,
    names::Names,
    read::{Data, Datum, DatumId, read},
    source::SourceMap,
};
use bpfl_runtime::value::Value;
use serde::{Serialize, Serializer};

/// The value that `text` is as a datum, or what is wrong with it.
///
/// Integers, floats, strings, characters; symbols and keywords name enumerators, `t` and `nil` are truth
/// values; `#(…)` is an array, `(:field value …)` a struct, another list an array too.
pub fn parse(text: &str) -> Result<Value, String> {
    let (names, data, mut sources) = (Names::new(), Data::new(), SourceMap::new());
    let file = sources.add("argument", text);
    let mut diagnostics = Diagnostics::default();
    let forms = read(&sources, file, &names, &data, &mut diagnostics);
    if let Some(problem) = diagnostics.iter().next() {
        return Err(problem.message.clone());
    }
    let [form] = forms[..] else {
        return Err(format!("it has {} data, and one is wanted", forms.len()));
    };
    Reader { names: &names, data: &data }.value(form)
}

struct Reader<'a> {
    names: &'a Names,
    data: &'a Data,
}

impl Reader<'_> {
    fn value(&self, id: DatumId) -> Result<Value, String> {
        Ok(match self.data.get(id) {
            Datum::Int(number) => Value::Int(number),
            Datum::Float(bits) => Value::Float(f64::from_bits(bits)),
            Datum::Char(c) => Value::Int(u32::from(c).into()),
            Datum::Str(text) => Value::Text(String::from_utf8_lossy(self.data.string(text)).into_owned()),
            Datum::Symbol(name) => match self.names.text(self.names.folded(name)) {
                "t" => Value::Bool(true),
                "nil" => Value::Bool(false),
                name => Value::Text(name.into()),
            },
            Datum::Keyword(name) => Value::Text(self.names.text(name).into()),
            Datum::Vector(items) => Value::Array(self.all(self.data.children(items))?),
            Datum::List(items) => self.list(self.data.children(items))?,
            Datum::Dotted(_) | Datum::Error => return Err("a dotted list is no value of a map".into()),
        })
    }

    fn all(&self, items: &[DatumId]) -> Result<Vec<Value>, String> {
        items.iter().map(|item| self.value(*item)).collect()
    }

    /// A record if it starts with a keyword.
    fn list(&self, items: &[DatumId]) -> Result<Value, String> {
        match items.first().map(|first| self.data.get(*first)) {
            Some(Datum::Keyword(_)) => {
                items.chunks(2).map(|pair| self.field(pair)).collect::<Result<_, _>>().map(Value::Struct)
            }
            _ => self.all(items).map(Value::Array),
        }
    }

    fn field(&self, pair: &[DatumId]) -> Result<(String, Value), String> {
        let Datum::Keyword(name) = self.data.get(pair[0]) else {
            return Err("a record is fields, each a keyword and its value".into());
        };
        let name = self.names.text(name).to_string();
        let value = pair.get(1).ok_or_else(|| format!("the field `:{name}` has no value"))?;
        Ok((name, self.value(*value)?))
    }
}

/// As Lisp data.
pub struct Lisp<'a>(pub &'a Value);

impl Display for Lisp<'_> {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        match self.0 {
            Value::Int(number) | Value::Enum { number, name: None } => number.fmt(out),
            Value::Bool(flag) => out.write_str(if *flag { "t" } else { "nil" }),
            Value::Float(number) => write!(out, "{number:?}"),
            Value::Enum { name: Some(name), .. } => out.write_str(name),
            Value::Text(text) => quoted(out, text),
            Value::Array(each) | Value::PerCpu(each) => {
                listed(out, "#(", each, |out, each| Lisp(each).fmt(out))
            }
            Value::Bytes(bytes) => listed(out, "#(", bytes, |out, byte| byte.fmt(out)),
            Value::Struct(fields) => listed(out, "(", fields, |out, (name, value)| {
                write!(out, ":{} {}", name.replace('_', "-"), Lisp(value))
            }),
        }
    }
}

fn listed<T>(
    out: &mut Formatter<'_>,
    start: &str,
    items: &[T],
    one: impl Fn(&mut Formatter<'_>, &T) -> fmt::Result,
) -> fmt::Result {
    out.write_str(start)?;
    for (i, item) in items.iter().enumerate() {
        if i > 0 {
            out.write_char(' ')?;
        }
        one(out, item)?;
    }
    out.write_char(')')
}

/// A string whose quotes and backslashes are escaped.
fn quoted(out: &mut Formatter<'_>, text: &str) -> fmt::Result {
    out.write_char('"')?;
    for c in text.chars() {
        match c {
            '"' | '\\' => write!(out, "\\{c}")?,
            c => out.write_char(c)?,
        }
    }
    out.write_char('"')
}

/// As JSON. Numbers beyond 64 bits are strings; an enumerator is its name.
pub struct Json<'a>(pub &'a Value);

impl Serialize for Json<'_> {
    fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Value::Int(number) | Value::Enum { number, name: None } => integer(*number, out),
            Value::Bool(flag) => out.serialize_bool(*flag),
            Value::Float(number) => out.serialize_f64(*number),
            Value::Enum { name: Some(text), .. } | Value::Text(text) => out.serialize_str(text),
            Value::Array(each) | Value::PerCpu(each) => out.collect_seq(each.iter().map(Json)),
            Value::Bytes(bytes) => out.collect_seq(bytes),
            Value::Struct(fields) => out.collect_map(fields.iter().map(|(name, value)| (name, Json(value)))),
        }
    }
}

fn integer<S: Serializer>(number: i128, out: S) -> Result<S::Ok, S::Error> {
    match (i64::try_from(number), u64::try_from(number)) {
        (Ok(number), _) => out.serialize_i64(number),
        (_, Ok(number)) => out.serialize_u64(number),
        _ => out.collect_str(&number),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lisp(value: &Value) -> String {
        Lisp(value).to_string()
    }

    #[test]
    fn what_is_printed_can_be_read_back() {
        let fields = vec![("a_b".to_string(), Value::Int(-1)), ("c".to_string(), Value::Array(vec![]))];
        let value =
            Value::Array(vec![Value::Struct(fields), Value::Text("a\"\\b".into()), Value::Bool(true)]);
        assert_eq!(lisp(&value), r##"#((:a-b -1 :c #()) "a\"\\b" t)"##);
        let read = parse(&lisp(&value)).unwrap();
        assert_eq!(lisp(&read), lisp(&value));
    }

    #[test]
    fn what_is_no_datum_is_refused() {
        for text in ["", "1 2", "(1", "(:a)", "(:a 1 b 2)", "(1 . 2)"] {
            assert!(parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn numbers_keep_all_their_digits_in_json() {
        let json = |value: &Value| serde_json::to_string(&Json(value)).unwrap();
        assert_eq!(json(&Value::Float(f64::NAN)), "null");
        assert_eq!(json(&Value::Int(u64::MAX.into())), u64::MAX.to_string());
        assert_eq!(json(&Value::Int(-1)), "-1");
        assert_eq!(json(&Value::Int(1 << 70)), format!("\"{}\"", 1i128 << 70));
    }
}
