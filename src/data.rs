//! Keys and values of maps as text: Lisp data, which can be read back, and JSON.

use std::fmt::Write;

use bpfl_compiler::{
    diagnostic::Diagnostics,
    names::Names,
    read::{Data, Datum, DatumId, read},
    source::SourceMap,
};
use bpfl_runtime::value::Value;
use serde_json::{Map, Number, Value as Json};

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
pub fn lisp(value: &Value) -> String {
    match value {
        Value::Int(number) | Value::Enum { number, name: None } => number.to_string(),
        Value::Bool(flag) => (if *flag { "t" } else { "nil" }).into(),
        Value::Float(number) => format!("{number:?}"),
        Value::Enum { name: Some(name), .. } => name.clone(),
        Value::Text(text) => quoted(text),
        Value::Array(each) | Value::PerCpu(each) => vector(each.iter().map(lisp)),
        Value::Bytes(bytes) => vector(bytes.iter().map(u8::to_string)),
        Value::Struct(fields) => {
            let field =
                |(name, value): &(String, Value)| format!(":{} {}", name.replace('_', "-"), lisp(value));
            format!("({})", fields.iter().map(field).collect::<Vec<_>>().join(" "))
        }
    }
}

fn vector(items: impl Iterator<Item = String>) -> String {
    format!("#({})", items.collect::<Vec<_>>().join(" "))
}

/// A string whose quotes and backslashes are escaped.
fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for c in text.chars() {
        let _ = match c {
            '"' | '\\' => write!(quoted, "\\{c}"),
            c => write!(quoted, "{c}"),
        };
    }
    quoted + "\""
}

/// As JSON. Numbers beyond 64 bits are strings; an enumerator is its name.
pub fn json(value: &Value) -> Json {
    match value {
        Value::Int(number) | Value::Enum { number, name: None } => integer(*number),
        Value::Bool(flag) => (*flag).into(),
        Value::Float(number) => Number::from_f64(*number).map_or(Json::Null, Json::Number),
        Value::Enum { name: Some(name), .. } => name.clone().into(),
        Value::Text(text) => text.clone().into(),
        Value::Array(each) | Value::PerCpu(each) => each.iter().map(json).collect(),
        Value::Bytes(bytes) => bytes.iter().copied().map(Json::from).collect(),
        Value::Struct(fields) => {
            let fields = fields.iter().map(|(name, value)| (name.clone(), json(value)));
            Json::Object(fields.collect::<Map<_, _>>())
        }
    }
}

fn integer(number: i128) -> Json {
    let narrow = i64::try_from(number).map(Json::from).or_else(|_| u64::try_from(number).map(Json::from));
    narrow.unwrap_or_else(|_| number.to_string().into())
}

#[cfg(test)]
mod tests {
    use super::*;

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
        assert_eq!(json(&Value::Int(u64::MAX.into())).to_string(), u64::MAX.to_string());
        assert_eq!(json(&Value::Int(-1)).to_string(), "-1");
        assert_eq!(json(&Value::Int(1 << 70)).to_string(), format!("\"{}\"", 1i128 << 70));
    }
}
