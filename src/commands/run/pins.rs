//! `--pin DIR` and `--keep`: maps, and with `--keep` links, that outlive the run.
//!
//! Maps are pinned as DIR/NAME, links as DIR/links/PROGRAM. Always holds: when the run fails before it
//! has ended, what it pinned is removed again.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use bpfl_runtime::{inventory::LINKS, session::Session};

use crate::{cli::Run, failure::Failure};

/// What was pinned.
#[derive(Default)]
pub(super) struct Pins {
    made: Vec<PathBuf>,
}

impl Drop for Pins {
    fn drop(&mut self) {
        for path in self.made.iter().rev() {
            // What somebody else has removed meanwhile is gone.
            let _ = if path.is_dir() { fs::remove_dir(path) } else { fs::remove_file(path) };
        }
    }
}

impl Pins {
    /// Pins what `args` ask for, once it is attached.
    pub(super) fn make(args: &Run, session: &mut Session) -> Result<Self, Failure> {
        let mut pins = Self::default();
        let Some(directory) = &args.pin else { return Ok(pins) };
        pins.directory(directory)?;
        let maps: Vec<_> = session.spec().maps.iter().map(|map| map.name.clone()).collect();
        for map in maps {
            // A BPF file system takes no dots in names.
            let path = directory.join(map.replace('.', "_"));
            session.pin_map(&map, &path)?;
            pins.made.push(path);
        }
        if args.keep {
            pins.links(directory, session)?;
        }
        Ok(pins)
    }

    fn links(&mut self, directory: &Path, session: &mut Session) -> Result<(), Failure> {
        let directory = directory.join(LINKS);
        self.directory(&directory)?;
        let links: Vec<_> = session.links().map(|(link, program)| (link, program.to_string())).collect();
        for (link, program) in links {
            let path = directory.join(&program);
            session.pin_link(link, &path)?;
            // One attachment may be several links, whose pins are numbered.
            let more = (1..).map(|number| directory.join(format!("{program}-{number}")));
            self.made.extend(std::iter::once(path).chain(more.take_while(|path| path.exists())));
        }
        Ok(())
    }

    /// Makes a directory and those above it that are not there.
    fn directory(&mut self, path: &Path) -> Result<(), Failure> {
        let missing: Vec<_> = path.ancestors().take_while(|above| !above.exists()).collect();
        for path in missing.into_iter().rev() {
            fs::create_dir(path).map_err(|error| refused(path, &error))?;
            self.made.push(path.into());
        }
        Ok(())
    }

    /// The run has ended as it should: they stay.
    pub(super) fn keep(mut self) {
        self.made.clear();
    }
}

fn refused(path: &Path, error: &io::Error) -> Failure {
    let why = "name one in a BPF file system, such as below /sys/fs/bpf";
    Failure::new(format!("the directory `{}` cannot be made ({error}); {why}", path.display()))
}
