//! `bpfl reference DIR`: the kernel catalogue in, the book's reference chapters out, as Markdown.
//!
//! The chapters say what `bpfl explain` says, with more room. They are kept in
//! `book/src/reference`, and the suite fails when they are not what this writes; it writes them
//! when BPFL_BLESS is 1.

mod error;
mod helper;
mod map;
mod markdown;
mod program;

use std::{fs, path::Path};

use bpfl_stdlib::catalog::about::ABOUT;

use crate::{
    cli::Reference,
    failure::{Failure, Outcome},
};

/// Runs the command.
pub fn run(args: &Reference) -> Outcome {
    let written = fs::create_dir_all(&args.directory).and_then(|()| write(&args.directory));
    written.map_err(|error| {
        let name = args.directory.display();
        Failure::new(format!("the chapters cannot be written to `{name}` ({error}); name another directory"))
    })?;
    Ok(0)
}

fn write(directory: &Path) -> std::io::Result<()> {
    chapters().into_iter().try_for_each(|(name, text)| fs::write(directory.join(format!("{name}.md")), text))
}

/// The chapters, each with the name of its file.
fn chapters() -> Vec<(&'static str, String)> {
    let programs = ABOUT.iter().map(|about| (about.ty.row().name, program::chapter(about)));
    let others = [("helpers", helper::chapter()), ("maps", map::chapter()), ("errors", error::chapter())];
    programs.chain(others).collect()
}
