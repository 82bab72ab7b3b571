//! Program types, in words: their fields and rights, what they return, a program.

use bpfl_stdlib::catalog::{
    about,
    attach::AttachType,
    context::{Field, Kind, Shape},
    program::ProgramType,
    returns::{self, Verdict},
    section,
    set::Widths,
};

/// An attach type, or none.
pub type Hook = Option<&'static AttachType>;

/// The type of a field.
pub fn kind(field: &Field) -> String {
    let number = |sign| match field.count {
        Some(count) => format!("(array {sign}{} {count})", field.width * 8),
        None => format!("{sign}{}", field.width * 8),
    };
    let text = match field.kind {
        Kind::Unsigned => return number('u'),
        Kind::Signed => return number('i'),
        Kind::Packet => "packet",
        Kind::PacketEnd => "packet-end",
        Kind::PacketMeta => "metadata",
        Kind::OptVal => "optval",
        Kind::OptValEnd => "optval-end",
        Kind::Sock { nullable: true, .. } => "socket or null",
        Kind::Sock { .. } => "socket",
        Kind::FlowKeys => "flow keys",
        Kind::Kernel(name) => return format!("struct {name}"),
        Kind::Padding => "padding",
    };
    text.into()
}

/// The widths of an access in bytes, from the narrowest; where parts of the field can be had only
/// from its first byte on, that too.
pub fn widths(field: &Field, shape: Shape) -> String {
    let all = |widths: Widths| widths.iter().map(|width| width.to_string()).collect::<Vec<_>>().join(",");
    let has_more = |width: &u32| 2 * width <= field.size();
    let anywhere = shape.front.iter().filter(has_more).all(|width| shape.rest.contains(width));
    match anywhere {
        true => all(shape.front),
        false => format!("{} at its start", all(shape.front)),
    }
}

/// The hooks of programs of type `ty`, those alike in `what` together.
pub fn groups<T: PartialEq>(ty: ProgramType, what: impl Fn(Hook) -> T) -> Vec<(T, Vec<Hook>)> {
    let mut groups: Vec<(T, Vec<Hook>)> = Vec::new();
    for hook in ty.hooks() {
        let value = what(hook);
        match groups.iter_mut().find(|(known, _)| *known == value) {
            Some((_, hooks)) => hooks.push(hook),
            None => groups.push((value, vec![hook])),
        }
    }
    groups
}

/// The sections of these hooks.
pub fn names(ty: ProgramType, hooks: &[Hook]) -> Vec<&'static str> {
    hooks.iter().map(|hook| section::hook_name(ty, *hook)).collect()
}

/// What programs return, hooks alike together.
pub fn verdicts(ty: ProgramType) -> Vec<(&'static Verdict, Vec<Hook>)> {
    let groups = groups(ty, |hook| returns::of(ty, hook));
    groups.into_iter().filter_map(|(verdict, hooks)| Some((verdict?, hooks))).collect()
}

/// The values that the verifier lets pass.
pub fn range(verdict: &Verdict) -> String {
    match verdict.range {
        Some((min, max)) if min == max => format!("{min}"),
        Some((min, max)) => format!("{min} to {max}"),
        None => "any".into(),
    }
}

/// A program of this type, in lines.
pub fn example(ty: ProgramType) -> Option<String> {
    about::of(ty).map(|about| about.example.to_string()).or_else(|| counter(ty))
}

/// A program that counts how often it runs.
fn counter(ty: ProgramType) -> Option<String> {
    let hook = section::default_of(ty).or_else(|| section::ALL.iter().find(|row| row.ty == ty));
    let row = hook?;
    let value = returns::of(ty, row.attach_type).and_then(|verdict| {
        let passes = |name: &str| name.ends_with("PASS") || name.ends_with("_OK") || name.ends_with("ACCEPT");
        let named = verdict.meanings.iter().find(|meaning| passes(meaning.name)).map(|m| m.name.to_string());
        named.or_else(|| verdict.range.map(|(_, max)| max.min(1).to_string()))
    });
    let value = value.unwrap_or_else(|| "0".into());
    let section = if row.target { format!("{}/…", row.name) } else { row.name.into() };
    let name = ty.row().name;
    Some(format!(
        "(defmap hits :type :array :key u32 :value u64 :max-entries 1)\n\
         (defprog count-hits (:type :{name} :section \"{section}\")\n  \
         (incf (getmap hits 0))\n  {value})\n"
    ))
}
