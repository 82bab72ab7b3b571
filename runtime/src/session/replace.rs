//! Another object in the place of a session's: programs that are attached are replaced, maps that are the same
//! go on with what is in them.
//!
//! The bytes of the new object go in; which attached programs were replaced, and how, comes out. Always
//! holds: when something is refused, the session is what it was, and what was attached still is.

use std::collections::HashSet;

use object::{Object as _, ObjectSection as _};

use super::{Attachment, LinkId, Session, SessionError};
use crate::{
    attach::{self, AttachError, Link, Manner, Place, Target},
    btf::shape::Field,
    load::{LoadError, Loaded},
    spec::{Fingerprints, ObjectSpec, ProgramSpec, TableMember, TableSpec, TableValue},
    sys::RawMap,
};

/// A program that took the place of one that is attached.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Replacement {
    /// Its name.
    pub program: String,
    /// Which attachment it is in.
    pub link: LinkId,
    /// How it got there.
    pub manner: Manner,
}

/// What goes on from one object to the next.
struct Goes {
    /// Programs that do the same and whose maps go on.
    programs: HashSet<String>,
    maps: HashSet<String>,
}

impl Goes {
    /// What goes on from `old` in `new`.
    fn on(old: &Session, new: &Session) -> Result<Self, SessionError> {
        let (before, after) =
            (Fingerprints::of(&old.spec, old.original())?, Fingerprints::of(&new.spec, &new.bytes)?);
        let mut maps: HashSet<String> = new.spec.maps.iter().map(|map| map.name.clone()).collect();
        maps.retain(|name| before.same_map(&after, name));
        // A map that holds one which is made anew is made anew itself.
        let lost = |maps: &HashSet<String>| {
            let own = new.spec.maps.iter().filter(|map| maps.contains(&map.name));
            let mut of_maps = own.filter(|map| {
                map.entries.iter().any(|(_, name)| !maps.contains(name) && new.spec.map(name).is_ok())
            });
            of_maps.next().map(|map| map.name.clone())
        };
        while let Some(name) = lost(&maps) {
            maps.remove(&name);
        }
        let is_map = |name: &str| new.spec.maps.iter().any(|map| map.name == name);
        let same = |program: &&ProgramSpec| {
            after.uses(&program.name).all(|name| maps.contains(name) || !is_map(name))
                && before.same_program(&after, &program.name)
        };
        let programs = new.spec.programs.iter().filter(same).map(|program| program.name.clone());
        Ok(Self { programs: programs.collect(), maps })
    }

    /// How what is attached is replaced; `None` when it goes on.
    fn manner(&self, attachment: &Attachment, next: &ObjectSpec) -> Option<Manner> {
        next.program(&attachment.program).ok()?;
        if let Target::Map(map) = &attachment.target
            && next.map(map).is_ok_and(|map| !self.maps.contains(&map.name))
        {
            return Some(Manner::Beside);
        }
        (!self.programs.contains(&attachment.program)).then(|| Manner::of(&attachment.target))
    }
}

impl Session {
    /// The object as it was opened.
    fn original(&self) -> &[u8] {
        self.original.as_deref().unwrap_or(&self.bytes)
    }

    /// Makes `bytes` the session's object. Programs that are attached and no longer the same are
    /// replaced where they are attached, without a gap where the kernel can. Maps that are defined
    /// as before keep what is in them, and so do global variables.
    ///
    /// # Errors
    /// When the bytes are no object, lack a program that is attached or have it for another hook, or
    /// the kernel refuses a program. Then all is as it was before.
    pub fn replace(&mut self, bytes: impl Into<Vec<u8>>) -> Result<Vec<Replacement>, SessionError> {
        let mut next = Self::open(bytes)?;
        next.mode = self.mode;
        next.before.pins.clone_from(&self.before.pins);
        let goes = Goes::on(self, &next)?;
        self.check_attached(&next.spec, &goes)?;
        self.carry_variables(&mut next)?;
        let Some(old) = &mut self.loaded else {
            self.take(next);
            return Ok(Vec::new());
        };
        let maps = goes.maps.iter().map(String::as_str);
        let programs = self.spec.programs.iter().filter(|program| goes.programs.contains(&program.name));
        let (kept, filled) = (old.keep(maps, programs)?, old.is_filled());
        let mut loaded = Loaded::following(&next.spec, &next.bytes, &next.before, kept)?;
        let wanted = wanted(&next.spec, &self.links, filled);
        loaded.prepare(&next.spec, wanted.into_iter())?;
        let replaced = exchange(&self.spec, &next.spec, &mut self.links, old, &mut loaded, &goes)?;
        // What is attached is the new object's by now, whatever becomes of the entries.
        let entered = if filled { loaded.enter(&next.spec) } else { Ok(()) };
        self.loaded = Some(loaded);
        self.take(next);
        entered?;
        Ok(replaced)
    }

    fn take(&mut self, next: Self) {
        // It is taken apart: one that has no loaded object, links or sockets has nothing to undo.
        let Self { spec, bytes, original, before, .. } = next;
        (self.spec, self.bytes, self.original, self.before) = (spec, bytes, original, before);
    }

    /// Refuses an object that lacks what is attached, or has it for another hook.
    fn check_attached(&self, next: &ObjectSpec, goes: &Goes) -> Result<(), SessionError> {
        for attachment in self.links.iter().flatten() {
            let name = &attachment.program;
            if let Some(table) = self.spec.table(name) {
                same_table(table, next, goes)?;
                continue;
            }
            let section = &self.spec.program(name)?.section;
            let new = next.programs.iter().find(|program| program.name == *name);
            if new.is_none_or(|program| program.section != *section) {
                let (program, section) = (name.clone(), section.clone());
                return Err(AttachError::InUse { program, section }.into());
            }
        }
        Ok(())
    }

    /// Gives the variables of `next` that this object has too, with the same type and first value, the
    /// values that they have now.
    fn carry_variables(&self, next: &mut Self) -> Result<(), SessionError> {
        let mut carried = Vec::new();
        for map in next.spec.maps.iter().filter(|map| map.globals) {
            let Ok(own) = self.spec.map(&map.name) else { continue };
            let now = self.section_now(&own.name)?;
            let (before, after) =
                (first_values(self.original(), &own.name), first_values(&next.bytes, &map.name));
            for field in super::globals::fields(map) {
                let Some(old) = super::globals::fields(own).iter().find(|old| old.name == field.name) else {
                    continue;
                };
                let same = old.shape == field.shape && part(&before, old) == part(&after, field);
                if let Some(value) = part(&now, old).filter(|_| same) {
                    carried.push((map.name.clone(), field.bit_offset / 8, value.to_vec()));
                }
            }
        }
        carried.into_iter().for_each(|(section, offset, bytes)| next.put(&section, offset, bytes));
        Ok(())
    }

    /// What is in a section of variables.
    fn section_now(&self, section: &str) -> Result<Vec<u8>, SessionError> {
        if let Some(loaded) = &self.loaded {
            let failed = |source| LoadError::Map { map: section.into(), source };
            let fd = loaded.map(section)?;
            let value = RawMap::new(fd, 1).and_then(|map| map.lookup(&0u32.to_ne_bytes())).map_err(failed)?;
            return Ok(value.unwrap_or_default());
        }
        let mut bytes = first_values(&self.bytes, section);
        for (_, offset, set) in self.before.globals.iter().filter(|(own, ..)| own == section) {
            if let Some(room) = bytes.get_mut(*offset..offset + set.len()) {
                room.copy_from_slice(set);
            }
        }
        Ok(bytes)
    }
}

/// Refuses another table in the place of one that is registered: the kernel would have to take it anew.
fn same_table(table: &TableSpec, next: &ObjectSpec, goes: &Goes) -> Result<(), AttachError> {
    let goes_on = |member: &TableMember| match &member.value {
        TableValue::Program(name) => goes.programs.contains(name),
        _ => true,
    };
    let same = next.table(&table.name).is_some_and(|new| format!("{new:?}") == format!("{table:?}"));
    match same && table.members.iter().all(goes_on) {
        true => Ok(()),
        false => {
            let (program, section) = (table.name.clone(), format!("table of `{}`", table.kernel));
            Err(AttachError::InUse { program, section })
        }
    }
}

/// What an object says of a section of variables: zeroes where it takes no space.
fn first_values(bytes: &[u8], section: &str) -> Vec<u8> {
    let Ok(file) = object::File::parse(bytes) else { return Vec::new() };
    let Some(section) = file.section_by_name(section) else { return Vec::new() };
    let mut values = section.data().map(<[u8]>::to_vec).unwrap_or_default();
    values.resize(usize::try_from(section.size()).unwrap_or(0), 0);
    values
}

fn part<'b>(bytes: &'b [u8], field: &Field) -> Option<&'b [u8]> {
    let start = field.bit_offset / 8;
    bytes.get(start..start + field.shape.size())
}

/// The programs of the new object that must be loaded before the old ones go.
fn wanted<'s>(spec: &'s ObjectSpec, links: &[Option<Attachment>], filled: bool) -> Vec<&'s ProgramSpec> {
    let attached = |name: &str| links.iter().flatten().any(|attachment| attachment.program == name);
    let held = |name: &str| spec.maps.iter().any(|map| map.entries.iter().any(|(_, entry)| entry == name));
    spec.programs.iter().filter(|one| attached(&one.name) || filled && held(&one.name)).collect()
}

/// Puts the programs of the new object in the place of the old ones wherever they are attached, or
/// nowhere.
fn exchange(
    old_spec: &ObjectSpec,
    spec: &ObjectSpec,
    links: &mut [Option<Attachment>],
    old: &mut Loaded,
    new: &mut Loaded,
    goes: &Goes,
) -> Result<Vec<Replacement>, SessionError> {
    let place =
        |(index, link): (usize, &Option<Attachment>)| Some((index, goes.manner(link.as_ref()?, spec)?));
    let places: Vec<(usize, Manner)> = links.iter().enumerate().filter_map(place).collect();
    let mut undone = Vec::new();
    for (index, manner) in &places {
        let Some(attachment) = &mut links[*index] else { continue };
        match put(attachment, *manner, spec, new) {
            Ok(before) => undone.push((*index, before)),
            Err(error) => {
                undone.into_iter().rev().for_each(|(index, before)| {
                    if let Some(attachment) = &mut links[index] {
                        put_back(attachment, before, old_spec, old);
                    }
                });
                return Err(error);
            }
        }
    }
    let replacement = |(index, manner): (usize, Manner)| {
        let program = links[index].as_ref()?.program.clone();
        Some(Replacement { program, link: LinkId(index), manner })
    };
    Ok(places.into_iter().filter_map(replacement).collect())
}

/// How to go back.
enum Before {
    /// The link has another program now.
    Updated,
    /// There was this link.
    Link(Link),
    /// The link was closed.
    Closed,
}

fn put(
    attachment: &mut Attachment,
    manner: Manner,
    spec: &ObjectSpec,
    new: &mut Loaded,
) -> Result<Before, SessionError> {
    match manner {
        Manner::InPlace => {
            let program = new.program(spec.program(&attachment.program)?)?;
            let refused = |source| AttachError::Kernel { program: attachment.program.clone(), source };
            attachment.link.update(program).map_err(refused)?;
            Ok(Before::Updated)
        }
        Manner::Beside => {
            let link = attach_again(attachment, spec, new)?;
            Ok(Before::Link(std::mem::replace(&mut attachment.link, link)))
        }
        Manner::After => {
            attachment.link = Link::of(Vec::new());
            attachment.link = attach_again(attachment, spec, new)?;
            Ok(Before::Closed)
        }
    }
}

fn put_back(attachment: &mut Attachment, before: Before, spec: &ObjectSpec, old: &mut Loaded) {
    let program = spec.program(&attachment.program).map_err(SessionError::from);
    // What was there a moment ago is taken back; if it is not, there is no more that could be done.
    let _ = match before {
        Before::Link(link) => {
            attachment.link = link;
            Ok(())
        }
        Before::Updated => program.and_then(|program| {
            let program = old.program(program)?;
            attachment.link.update(program).map_err(|error| LoadError::Other(error.into()).into())
        }),
        Before::Closed => {
            attachment.link = Link::of(Vec::new());
            attach_again(attachment, spec, old).map(|link| attachment.link = link)
        }
    };
}

/// Attaches the program of an attachment to its target once more.
fn attach_again(
    attachment: &Attachment,
    spec: &ObjectSpec,
    loaded: &mut Loaded,
) -> Result<Link, SessionError> {
    let program = spec.program(&attachment.program)?;
    let place = match &attachment.target {
        Target::Map(map) => Place::Fd(super::own_map(loaded, spec.map(map)?)?),
        target => attach::open(program, target)?,
    };
    let handle = loaded.program(program)?;
    Ok(attach::attach(program, handle, &attachment.target, &place, attachment.mode)?)
}
