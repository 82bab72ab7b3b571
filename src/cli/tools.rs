//! The commands that look at what is in the kernel, whoever put it there, and change it.

use clap::{Args, Subcommand};

/// `bpfl ps`.
#[derive(Debug, Args)]
pub struct Ps {
    /// Only programs with this in their name; `-` and `_` are alike
    pub pattern: Option<String>,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

/// `bpfl detach`.
#[derive(Debug, Args)]
#[command(after_help = "\
A directory is one of `bpfl run --pin DIR`: its pins of links and maps are removed, then the directory. A program
is detached from whatever it is attached to, also where a killed process has left it, as on a sockmap or as a filter
of tc.")]
pub struct Detach {
    /// The directory of the pins, with a `/` in it, or a program's name or id
    pub what: String,
}

/// `bpfl map`.
#[derive(Debug, Subcommand)]
pub enum MapCommand {
    /// List the maps that there are
    List(MapList),
    /// Show all entries of a map
    Dump(One),
    /// Show the value under a key; the exit status is 1 when there is none
    Get(Entry),
    /// Set the value under a key
    Set {
        /// Which.
        #[command(flatten)]
        entry: Entry,
        /// The value, as Lisp data such as 7, #(1 2 3) or (:field 1 :other 2); of a per-CPU map, a
        /// vector of one for each possible CPU
        #[arg(allow_negative_numbers = true)]
        value: String,
    },
    /// Delete an entry; the exit status is 1 when there is none
    Rm(Entry),
}

/// `bpfl map list`.
#[derive(Debug, Args)]
pub struct MapList {
    /// Only maps with this in their name; `-` and `_` are alike
    pub pattern: Option<String>,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

/// A map.
#[derive(Debug, Args)]
pub struct One {
    /// The map: its name, its id, or the path that it is pinned as
    pub map: String,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

/// An entry of a map.
#[derive(Debug, Args)]
pub struct Entry {
    /// The map: its name, its id, or the path that it is pinned as
    pub map: String,
    /// The key, as Lisp data such as 7, #(1 2 3) or (:field 1 :other 2)
    #[arg(allow_negative_numbers = true)]
    pub key: String,
}
