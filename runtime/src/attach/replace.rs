//! Another program in the place of one that is attached.
//!
//! Where the kernel can change the program of a link, no event is missed and none is seen twice. Events of
//! tracing have no such links: there the new program is attached before the old one is detached, so that none
//! is missed. Two programs cannot stand at one place of netfilter: there is a moment without either.

use std::{io, os::fd::AsFd};

use super::{Held, Link, Target};
use crate::sys;

/// How a program takes the place of another.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Manner {
    /// In its link, which stays.
    InPlace,
    /// In a link of its own, before the old one goes.
    Beside,
    /// In a link of its own, after the old one has gone.
    After,
}

impl Manner {
    /// For programs that are attached to `target`.
    pub(crate) fn of(target: &Target) -> Self {
        match target {
            Target::Cgroup(_) | Target::Map(_) | Target::Interface(_) => Self::InPlace,
            Target::Network | Target::Traffic { .. } | Target::Socket => Self::InPlace,
            Target::Event(_) => Self::Beside,
            Target::Netfilter(_) => Self::After,
        }
    }
}

impl Link {
    /// Makes `program` the one that is attached, at once.
    pub(crate) fn update(&mut self, program: impl AsFd) -> io::Result<()> {
        match &mut self.held {
            Held::Links { links } => links.iter().try_for_each(|link| sys::update_link(link, &program)),
            Held::Attached { attached } => attached.update(program),
            Held::Filter { filter } => filter.update(program.as_fd()),
            Held::Socket { held } => held.update(program),
        }
    }
}
