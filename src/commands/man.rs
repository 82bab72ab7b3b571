//! `bpfl man`: the manual pages.

use std::{fs, path::Path};

use clap::CommandFactory;

use crate::{
    cli::{Cli, Man},
    failure::{Failure, Outcome},
    output,
};

/// Runs the command.
pub fn run(args: &Man) -> Outcome {
    match &args.directory {
        Some(directory) => write_all(directory)?,
        None => output::print(main_page()?)?,
    }
    Ok(0)
}

fn main_page() -> Result<Vec<u8>, Failure> {
    let mut page = Vec::new();
    let rendered = clap_mangen::Man::new(Cli::command()).render(&mut page);
    rendered.map_err(|error| Failure::new(format!("the page cannot be written ({error})")))?;
    Ok(page)
}

fn write_all(directory: &Path) -> Result<(), Failure> {
    let made = fs::create_dir_all(directory);
    made.and_then(|()| clap_mangen::generate_to(Cli::command(), directory)).map_err(|error| {
        let name = directory.display();
        Failure::new(format!("the pages cannot be written to `{name}` ({error}); name another directory"))
    })
}
