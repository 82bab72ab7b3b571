//! Options of functions: keywords, each with a value.

use bpfl_compiler::eval::{Exit, Interp, Kind, Value};

use super::object::wanted;

type Got<T> = Result<T, Exit>;

/// Keywords and their values.
pub struct Keys<'v>(Vec<(&'static str, &'v Value)>);

impl<'v> Keys<'v> {
    /// Reads `args`, which may have the keywords `known`, in lower case.
    pub fn read(interp: &Interp<'_>, args: &'v [Value], known: &[&'static str]) -> Got<Self> {
        let mut found = Vec::new();
        for pair in args.chunks(2) {
            let [Value { kind: Kind::Keyword(keyword), .. }, value] = pair else {
                return Err(Exit::error("options are keywords, each with a value").at(pair[0].origin));
            };
            let name = interp.names().text(keyword.folded);
            let Some(known) = known.iter().find(|known| **known == name) else {
                let all: Vec<_> = known.iter().map(|known| format!(":{known}")).collect();
                let message = format!("there is no option `:{name}` here; there are {}", all.join(", "));
                return Err(Exit::error(message).at(pair[0].origin));
            };
            found.push((*known, value));
        }
        Ok(Self(found))
    }

    /// The value of an option, if it is given.
    pub fn get(&self, name: &str) -> Option<&'v Value> {
        self.0.iter().find(|(own, _)| *own == name).map(|(_, value)| *value)
    }

    /// Whether an option is given and true.
    pub fn is(&self, name: &str) -> bool {
        self.get(name).is_some_and(|value| !value.is_nil())
    }

    /// A number of an unsigned type; `otherwise` where it is not given.
    pub fn number<T: TryFrom<i128>>(&self, name: &str, otherwise: T) -> Got<T> {
        self.get(name).map_or(Ok(otherwise), |value| number(name, value))
    }
}

/// The number that `value`, which is called `name`, is.
pub fn number<T: TryFrom<i128>>(name: &str, value: &Value) -> Got<T> {
    let Kind::Int(number) = value.kind else { return Err(wanted("a number", value)) };
    let bits = size_of::<T>() * 8;
    T::try_from(number)
        .map_err(|_| Exit::error(format!("{number} does not fit `{name}`, which has {bits} bits")))
}
