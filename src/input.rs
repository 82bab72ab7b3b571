//! FILE arguments: what a path names, read and compiled.
//!
//! A path comes in; a BPF object goes out, or diagnostics are printed. `-` is standard input. What
//! starts with ELF's magic number is an object, anything else is Lisp.

use std::{
    fs::{self, File},
    io::{self, Read},
    path::{Path, PathBuf},
    string::FromUtf8Error,
};

use bpfl_compiler::{
    diagnostic::{Diagnostic, Diagnostics, codes, render::render},
    driver::{self, Compiled, Expand, Options, Stage},
    source::{FileId, SourceMap, Span},
};

use crate::{
    cli::Compile,
    failure::{FAILED, Failure, Outcome},
    output, userspace,
};

const ELF_MAGIC: &[u8] = b"\x7fELF";
/// Larger files are refused: no source is that large, and positions are 32 bits wide.
const MOST_BYTES: u64 = 1 << 30;

/// What a FILE is.
pub enum Input {
    /// An ELF object.
    Object(Vec<u8>),
    /// Source text.
    Lisp(Source),
}

/// Source text, ready to be compiled.
pub struct Source {
    sources: SourceMap,
    file: FileId,
    diagnostics: Diagnostics,
    options: Options,
}

/// Whether a FILE argument means standard input.
pub fn is_stdin(path: &Path) -> bool {
    path == Path::new("-")
}

/// Reads the file at `path`.
pub fn read(path: &Path, compile: &Compile) -> Result<Input, Failure> {
    let name = if is_stdin(path) { "<stdin>".into() } else { path.display().to_string() };
    let mut sources = SourceMap::new();
    match read_bytes(path) {
        Ok(bytes) if bytes.starts_with(ELF_MAGIC) => Ok(Input::Object(bytes)),
        Ok(bytes) => text(sources, name, bytes, compile).map(Input::Lisp),
        Err(problem) => {
            let file = sources.add(name.as_str(), "");
            let message = format!("`{name}` cannot be read: {}", problem.reason);
            let diagnostic =
                Diagnostic::error(&codes::UNREADABLE_FILE, sources.whole(file), message).help(problem.help);
            Err(refuse(&sources, diagnostic))
        }
    }
}

/// As [`read`], where only Lisp will do.
pub fn read_lisp(path: &Path, compile: &Compile) -> Result<Source, Failure> {
    match read(path, compile)? {
        Input::Lisp(source) => Ok(source),
        Input::Object(_) => {
            let name = path.display();
            Err(Failure::new(format!(
                "`{name}` is an object already; `bpfl disasm {name}` shows what it holds"
            )))
        }
    }
}

/// Why a file cannot be read, and what to do.
struct Problem {
    reason: String,
    help: String,
}

fn read_bytes(path: &Path) -> Result<Vec<u8>, Problem> {
    let explain = |error: io::Error| explain(path, &error);
    let mut bytes = Vec::new();
    let reader: Box<dyn Read> = match is_stdin(path) {
        true => Box::new(io::stdin().lock()),
        false => Box::new(File::open(path).map_err(explain)?),
    };
    reader.take(MOST_BYTES + 1).read_to_end(&mut bytes).map_err(explain)?;
    if bytes.len() as u64 > MOST_BYTES {
        let reason = "it is larger than 1 GiB".into();
        return Err(Problem { reason, help: "split the program into smaller files".into() });
    }
    Ok(bytes)
}

fn explain(path: &Path, error: &io::Error) -> Problem {
    let (reason, help) = match error.kind() {
        io::ErrorKind::NotFound => ("there is no such file".into(), near_file(path)),
        io::ErrorKind::IsADirectory => ("it is a directory".into(), lisp_in(path)),
        io::ErrorKind::PermissionDenied => {
            ("permission denied".into(), "make it readable for this user, or run as its owner".into())
        }
        _ => (error.to_string(), "name a file that can be read".into()),
    };
    Problem { reason, help }
}

fn near_file(path: &Path) -> String {
    let directory = path.parent().filter(|p| *p != Path::new("")).unwrap_or(Path::new("."));
    let names: Vec<_> = lisp_files(directory).iter().map(|file| file.display().to_string()).collect();
    // What all of them end with makes none alike.
    let stem = |name: &str| name.strip_suffix(".lisp").unwrap_or(name).to_string();
    let wanted = stem(&path.display().to_string());
    let stems: Vec<_> = names.iter().map(|name| stem(name)).collect();
    match bpfl_runtime::name::near(&wanted, stems.iter().map(String::as_str)) {
        Some(near) => format!("did you mean `{near}.lisp`?"),
        None => "check the spelling and the working directory".into(),
    }
}

fn lisp_in(directory: &Path) -> String {
    match lisp_files(directory).first() {
        Some(file) => format!("name a file in it, such as `{}`", file.display()),
        None => "name a source file".into(),
    }
}

/// The `.lisp` files in `directory`, in order of their names.
pub fn lisp_files(directory: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(directory).into_iter().flatten().flatten();
    let paths = entries.map(|entry| directory.join(entry.file_name()));
    let mut files: Vec<_> = paths.filter(|p| p.extension().is_some_and(|e| e == "lisp")).collect();
    files.sort();
    files.iter().map(|file| file.strip_prefix(".").unwrap_or(file).to_path_buf()).collect()
}

fn text(mut sources: SourceMap, name: String, bytes: Vec<u8>, compile: &Compile) -> Result<Source, Failure> {
    match String::from_utf8(bytes) {
        Ok(text) => {
            let file = sources.add(name, text);
            let options = compile.options();
            Ok(Source { sources, file, diagnostics: Diagnostics::default(), options })
        }
        Err(error) => Err(not_utf8(&mut sources, &name, &error)),
    }
}

/// Says where a file is not text.
pub fn not_utf8(sources: &mut SourceMap, name: &str, error: &FromUtf8Error) -> Failure {
    let (bytes, valid) = (error.as_bytes(), error.utf8_error().valid_up_to());
    let file = sources.add(name, String::from_utf8_lossy(bytes));
    let start = sources.whole(file).start + valid as u32;
    let wrong = bytes.get(valid).copied().unwrap_or(0);
    // The byte at fault is shown as U+FFFD, which is three bytes long.
    let span = Span::new(start, start + 3);
    let message = format!("`{name}` is not UTF-8: byte {wrong:#04x} belongs to no character");
    let diagnostic = Diagnostic::error(&codes::NOT_UTF8, span, message)
        .help("save the file as UTF-8, e.g. with `iconv -f LATIN1 -t UTF-8`");
    refuse(sources, diagnostic)
}

fn refuse(sources: &SourceMap, diagnostic: Diagnostic) -> Failure {
    output::tell(&render(sources, [&diagnostic], output::color()));
    Failure::Said(FAILED)
}

impl Source {
    /// Whether it has forms for userspace, so that it is to be run and not only attached.
    pub fn is_script(&self) -> bool {
        userspace::is_script(&self.sources, self.file)
    }

    /// Checks a script without running it.
    pub fn check_script(self) -> Outcome {
        userspace::check(self.sources, self.file, self.options)
    }

    /// Runs its tests.
    pub fn test(
        self,
        plan: &userspace::test::Plan<'_>,
        report: &mut userspace::test::Report,
    ) -> Result<(), Failure> {
        userspace::test::Suite::new(self.sources, self.file, self.options).run(plan, report)
    }

    /// Evaluates it.
    pub fn run_script(self, how: userspace::Running) -> Outcome {
        userspace::run(self.sources, self.file, self.options, how)
    }

    /// Has all structs that it defines among the object's types.
    pub fn with_all_types(mut self) -> Self {
        self.options.all_types = true;
        self
    }

    /// Compiles it to an object and prints the diagnostics.
    pub fn compile(self) -> Result<Vec<u8>, Failure> {
        self.compile_with_sources().map(|(compiled, _)| compiled.object)
    }

    /// As [`Source::compile`]; gives the sources too, for messages about the object.
    pub fn compile_with_sources(mut self) -> Result<(Compiled, SourceMap), Failure> {
        let Self { sources, file, diagnostics, options } = &mut self;
        let compiled = driver::compile(sources, *file, options, diagnostics);
        let compiled = self.finish(compiled)?;
        Ok((compiled, self.sources))
    }

    /// Compiles it up to `stage`, whose result it gives as text, and prints the diagnostics.
    pub fn print(mut self, stage: Stage) -> Result<String, Failure> {
        let Self { sources, file, diagnostics, options } = &mut self;
        let text = driver::print(sources, *file, stage, options, diagnostics);
        self.finish(text)
    }

    /// Its top-level forms as text, with macros expanded; prints the diagnostics.
    pub fn expand(mut self, how: Expand) -> Result<Vec<String>, Failure> {
        let Self { sources, file, diagnostics, options } = &mut self;
        let forms = driver::expand(sources, *file, how, options, diagnostics);
        self.finish(Some(forms))
    }

    fn finish<T>(&mut self, result: Option<T>) -> Result<T, Failure> {
        self.diagnostics.sort();
        output::tell(&render(&self.sources, self.diagnostics.iter(), output::color()));
        match result {
            Some(result) if !self.diagnostics.has_errors() => Ok(result),
            None if !self.diagnostics.has_errors() => {
                Err(Failure::new("the compiler gave up without saying why; this is a bug in bpfl"))
            }
            _ => Err(Failure::Said(FAILED)),
        }
    }
}
