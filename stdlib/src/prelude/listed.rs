//! What the prelude defines, for readers: the text of its files, of which a definition is in lines of its
//! own, with what is said of it in comments before.

use super::FILES;

/// A macro.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Macro {
    /// Its name.
    pub name: &'static str,
    /// Its lambda list, without the parentheses.
    pub parameters: &'static str,
    /// What is said of it, in lines; none where its name says all.
    pub about: Vec<&'static str>,
}

/// A field of a protocol's header, which two macros read: `tcp-seq`, and `tcp-seq-ptr` for its address.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct HeaderField {
    /// The header.
    pub header: &'static str,
    /// The field.
    pub name: &'static str,
    /// From which byte of the header on.
    pub offset: u32,
    /// Its type, as it is written.
    pub ty: &'static str,
    /// Whether it is in network order, and read in the host's.
    pub net_order: bool,
}

/// All macros but the readers of headers.
pub fn macros() -> impl Iterator<Item = Macro> {
    FILES.iter().flat_map(|(_, text)| macros_of(text))
}

/// The fields of all headers.
pub fn fields() -> impl Iterator<Item = HeaderField> {
    FILES.iter().flat_map(|(_, text)| fields_of(text))
}

fn macros_of(text: &'static str) -> Vec<Macro> {
    let (mut found, mut about) = (Vec::new(), Vec::new());
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let start = at;
        at += line.len();
        let line = line.trim_end();
        if let Some(comment) = line.strip_prefix("; ") {
            about.push(comment);
        } else if let Some(rest) = line.strip_prefix("(defmacro ") {
            let name = rest.split(' ').next().unwrap_or_default();
            let behind = start + "(defmacro ".len() + name.len();
            let parameters = text.get(behind..).and_then(in_parentheses).unwrap_or_default();
            found.push(Macro { name, parameters, about: std::mem::take(&mut about) });
        } else {
            about.clear();
        }
    }
    found
}

fn fields_of(text: &'static str) -> Vec<HeaderField> {
    let (mut found, mut header) = (Vec::new(), None);
    for line in text.lines() {
        match (line.strip_prefix("(defheader "), header) {
            (Some(name), _) => header = Some(name),
            (None, Some(of)) if line.starts_with("  (") => found.extend(field(of, line)),
            _ => header = None,
        }
    }
    found
}

/// `(name :offset n :type type [:net-order t])`
fn field(header: &'static str, line: &'static str) -> Option<HeaderField> {
    let (name, rest) = line.trim_start().strip_prefix('(')?.split_once(" :offset ")?;
    let (offset, rest) = rest.split_once(" :type ")?;
    let (ty, net_order) = match rest.split_once(" :net-order") {
        Some((ty, _)) => (ty, true),
        None => (rest.trim_end_matches(')'), false),
    };
    // The parenthesis of `(array u8 6)` went with the others.
    let ty = if ty.starts_with('(') { &rest[..=ty.len()] } else { ty };
    Some(HeaderField { header, name, offset: offset.parse().ok()?, ty, net_order })
}

/// What is in the parentheses that `text` starts with.
fn in_parentheses(text: &'static str) -> Option<&'static str> {
    let start = text.find('(')? + 1;
    let mut depth = 1;
    for (at, c) in text[start..].char_indices() {
        match c {
            '(' => depth += 1,
            ')' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return Some(&text[start..start + at]);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn macros_have_parameters_and_what_is_said_of_them() {
        let find = |name: &str| macros().find(|one| one.name == name).unwrap();
        let vlan = find("with-vlan");
        assert_eq!(vlan.parameters, "(data data-end header) &body body");
        assert_eq!(vlan.about.len(), 1);
        assert!(find("vlan-id").about.is_empty());
        // Each definition of the files is among them.
        let written = FILES.iter().map(|(_, text)| text.matches("\n(defmacro ").count()).sum::<usize>();
        assert_eq!(macros().count(), written);
        assert!(macros().all(|one| !one.parameters.is_empty()));
    }

    #[test]
    fn fields_have_places_and_types() {
        let find =
            |header: &str, name: &str| fields().find(|one| one.header == header && one.name == name).unwrap();
        let port = find("tcp", "dst-port");
        assert_eq!((port.offset, port.ty, port.net_order), (2, "u16", true));
        assert_eq!(find("eth", "src").ty, "(array u8 6)");
        assert_eq!(find("ipv4", "ttl").ty, "u8");

        let written = FILES.iter().map(|(_, text)| text.matches(" :offset ").count()).sum::<usize>();
        assert_eq!(fields().count(), written);
    }
}
