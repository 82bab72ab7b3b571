//! What can go wrong with a session.

use std::{io, path::PathBuf};

use crate::{
    attach::AttachError,
    load::LoadError,
    map::MapError,
    pin::PinError,
    run::RunError,
    spec::{NoSuch, SpecError},
    value::EncodeError,
};

/// What can go wrong with a session.
#[derive(Debug, thiserror::Error)]
pub enum SessionError {
    /// The file cannot be read.
    #[error("`{path}` cannot be read ({source})")]
    File {
        /// The file.
        path: String,
        /// The system's reason.
        source: io::Error,
    },
    /// The bytes are no BPF object.
    #[error(transparent)]
    Spec(#[from] SpecError),
    /// No program or map of that name.
    #[error(transparent)]
    NoSuch(#[from] NoSuch),
    /// The object cannot be loaded.
    #[error(transparent)]
    Load(#[from] LoadError),
    /// The program cannot be run.
    #[error(transparent)]
    Run(#[from] RunError),
    /// The program cannot be attached.
    #[error(transparent)]
    Attach(#[from] AttachError),
    /// A variable that the programs rely on not to change.
    #[error("`{name}` is read-only once the object is loaded; set it before")]
    ReadOnly {
        /// The variable.
        name: String,
    },
    /// A variable cannot hold a value.
    #[error("the value does not suit the variable `{name}`: {source}")]
    Variable {
        /// The variable.
        name: String,
        /// Why.
        source: EncodeError,
    },
    /// Something cannot be pinned.
    #[error(transparent)]
    Pin(#[from] PinError),
    /// A pin keeps a program attached.
    #[error(
        "`{program}` stays attached: it is pinned as `{}`, and its link goes only when nothing holds it ({source}); remove \
         the pin first, with `bpf:unpin` or `rm`",
        pin.display()
    )]
    Kept {
        /// The program.
        program: String,
        /// The pin.
        pin: PathBuf,
        /// The kernel's reason.
        source: io::Error,
    },
    /// A map cannot be read or changed.
    #[error(transparent)]
    Map(#[from] MapError),
}
