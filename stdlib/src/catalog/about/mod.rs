//! What the rows of the other tables mean to somebody who writes a program: what a program type is
//! for, when each attach type runs, what a field holds, what a map kind is good for.
//!
//! `bpfl explain` prints it and the book's reference chapters are made of it. Only the types that
//! the book has a chapter on have a row.

mod field;
mod map;
mod table;

pub use field::meaning;
pub use map::use_of;
pub use table::ABOUT;

use super::{
    attach::{AttachType, TargetKind},
    program::ProgramType,
};

/// What is to be known about a program type beside its tables.
#[derive(Debug)]
pub struct About {
    /// The type.
    pub ty: ProgramType,
    /// What its programs are for, in a sentence or two.
    pub purpose: &'static str,
    /// When a program runs, for each attach type.
    pub events: &'static [(&'static AttachType, &'static str)],
    /// What else the kernel does, a sentence or two each, as Markdown.
    pub notes: &'static [&'static str],
    /// A program that compiles.
    pub example: &'static str,
}

impl About {
    /// When a program for `attach` runs.
    pub fn event(&self, attach: &AttachType) -> Option<&'static str> {
        self.events.iter().find(|(known, _)| *known == attach).map(|(_, event)| *event)
    }
}

/// The row of a program type.
pub fn of(ty: ProgramType) -> Option<&'static About> {
    ABOUT.iter().find(|row| row.ty == ty)
}

/// Where programs with such a target are attached, and for whom they run then.
pub const fn attaching(target: TargetKind) -> Option<&'static str> {
    Some(match target {
        TargetKind::Cgroup => {
            "To a directory of the cgroup v2 hierarchy. They run for the processes in it and in all \
             cgroups below it. Several programs may be attached to one cgroup, and those of a child \
             run before those of its parents."
        }
        TargetKind::SockMap => {
            "To a sockmap or a sockhash. They run for the sockets that are put into it from then on. Each \
             keeps them until it is closed or taken out of the map, also when the map has other \
             programs by then or none."
        }
        _ => return None,
    })
}
