//! `bpfl build`: a source file in, an object or a stage's text out.

use std::{
    ffi::OsString,
    fs,
    path::{Path, PathBuf},
};

use crate::{
    cli::Build,
    failure::{Failure, Outcome},
    input, output,
};

/// Runs the command.
pub fn run(args: &Build) -> Outcome {
    let source = input::read_lisp(&args.file, &args.compile)?;
    match args.emit.stage() {
        Some(stage) => {
            let text = source.print(stage)?;
            write(args.output.as_deref().unwrap_or(Path::new("-")), &args.file, text.as_bytes())?;
        }
        None => {
            let object = source.compile()?;
            let output = args.output.clone().unwrap_or_else(|| default_output(&args.file));
            write(&output, &args.file, &object)?;
        }
    }
    Ok(0)
}

/// The file's name with `.o`, in the working directory; standard input makes `out.o`.
fn default_output(file: &Path) -> PathBuf {
    let stem = file.file_stem().filter(|_| !input::is_stdin(file));
    let mut name = OsString::from(stem.unwrap_or("out".as_ref()));
    name.push(".o");
    name.into()
}

fn write(output: &Path, source: &Path, bytes: &[u8]) -> Result<(), Failure> {
    if input::is_stdin(output) {
        return output::print(bytes);
    }
    if is_same(output, source) {
        let name = output.display();
        return Err(Failure::new(format!("`{name}` would overwrite the source; name another file with -o")));
    }
    fs::write(output, bytes).map_err(|error| {
        let name = output.display();
        Failure::new(format!("`{name}` cannot be written ({error}); name another file with -o"))
    })
}

fn is_same(output: &Path, source: &Path) -> bool {
    let full = |path: &Path| fs::canonicalize(path).ok();
    full(output).is_some() && full(output) == full(source)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn objects_are_written_to_the_working_directory() {
        for (file, output) in [("examples/count-egress.lisp", "count-egress.o"), ("-", "out.o"), ("a", "a.o")]
        {
            assert_eq!(default_output(Path::new(file)), Path::new(output));
        }
    }
}
