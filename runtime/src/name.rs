//! Names of kernel things, where `-` and `_` are alike and case does not count.

/// Whether two spellings name the same thing.
///
/// ```
/// assert!(bpfl_runtime::name::same("pkt-count", "pkt_count"));
/// ```
pub fn same(a: &str, b: &str) -> bool {
    a.len() == b.len() && a.bytes().zip(b.bytes()).all(|(a, b)| fold(a) == fold(b))
}

fn fold(byte: u8) -> u8 {
    match byte {
        b'-' => b'_',
        other => other.to_ascii_lowercase(),
    }
}

/// The name among `known` that `wanted` was most likely meant to be, if one is near.
pub fn near<'a>(wanted: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let folded = |name: &str| name.bytes().map(|b| char::from(fold(b))).collect::<String>();
    let wanted = folded(wanted);
    let score = |name: &str| strsim::jaro_winkler(&wanted, &folded(name));
    let best = known.into_iter().map(|name| (score(name), name)).max_by(|a, b| a.0.total_cmp(&b.0));
    best.filter(|(score, _)| *score > 0.8).map(|(_, name)| name)
}

/// The end of a "there is no such …" message: what was probably meant, or all there is.
pub fn suggestion(wanted: &str, known: &[&str]) -> String {
    match (near(wanted, known.iter().copied()), known) {
        (_, []) => "there is none at all".into(),
        (Some(name), _) => format!("did you mean `{name}`?"),
        (None, known) => format!("there is {}", listed(known)),
    }
}

fn listed(names: &[&str]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_misses_are_suggested() {
        let known = ["pkt_count", "drops"];
        assert_eq!(near("pkt-cuont", known), Some("pkt_count"));
        assert_eq!(near("zzz", known), None);
        assert_eq!(suggestion("zzz", &known), "there is `pkt_count`, `drops`");
        assert_eq!(suggestion("zzz", &[]), "there is none at all");
    }
}
