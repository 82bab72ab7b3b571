//! The command line.

mod run;
mod tools;

use std::{
    io::{IsTerminal, stdin, stdout},
    path::{Path, PathBuf},
    time::Duration,
};

use bpfl_compiler::{
    driver::{Cpu, Options, Stage},
    inputs::Files,
    kernel_btf::KernelBtf,
};
use bpfl_stdlib::catalog::{machine::Machine, version::Version};
use clap::{Args, Parser, Subcommand, ValueEnum, ValueHint};
use clap_complete::Shell;

pub use run::Run;
pub use tools::{Detach, Entry, MapCommand, MapList, One, Ps};

use crate::duration;

/// A Lisp for BPF: compiles programs for the kernel, loads and runs them.
#[derive(Debug, Parser)]
#[command(name = "bpfl", version, max_term_width = 100, arg_required_else_help = true)]
pub struct Cli {
    /// Whether messages are coloured.
    #[arg(long, global = true, value_enum, default_value_t = Color::Auto, value_name = "WHEN")]
    pub color: Color,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

impl Cli {
    /// Whether messages are coloured: a repl that is no dialogue has none, wherever its messages go.
    pub fn color(&self) -> Color {
        let dialogue = || stdin().is_terminal() && stdout().is_terminal();
        match self.command {
            Command::Repl(_) if self.color == Color::Auto && !dialogue() => Color::Never,
            _ => self.color,
        }
    }
}

/// When to use colours.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub enum Color {
    /// On terminals, unless the environment has NO_COLOR.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// What bpfl can do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Compile a source file into a BPF object
    Build(Build),
    /// Say what is wrong with a source file, and write nothing
    Check(Check),
    /// Show a source file with its macros expanded
    Expand(Expand),
    /// Load a file's programs, attach them, and show their maps until told to stop
    Run(Run),
    /// Define, attach, look and detach interactively; what stands in the files is loaded first
    Repl(Repl),
    /// Run the tests of source files: their `deftest` forms
    Test(Test),
    /// Show the machine code of an object or a source file
    Disasm(Disasm),
    /// Write a file's structs and constants for userspace in another language
    Gen(Gen),
    /// List what the kernel accepts: program types, attach types, helpers, map kinds, sections,
    /// constants; or what is attached to a cgroup
    List(List),
    /// List the programs that are loaded: what they are attached to, and which processes hold them
    Ps(Ps),
    /// Detach programs that outlive what attached them: all below a directory of pins, or one by name
    Detach(Detach),
    /// List the maps that are in the kernel, and read and change their entries
    #[command(subcommand)]
    Map(MapCommand),
    /// Explain a diagnostic's code, a program type, a helper, a map kind, a form or a macro
    Explain(Explain),
    /// Say what of this machine is ready for BPF, and how to mend what is not
    Doctor(Doctor),
    /// Print a completion script for a shell
    Completions(Completions),
    /// Print the manual page, or write all of them into a directory
    Man(Man),
    /// Write the book's reference chapters into a directory
    #[command(hide = true)]
    Reference(Reference),
}

/// How to compile.
#[derive(Debug, Args)]
pub struct Compile {
    /// The instruction set: v1, v2, v3 or v4 [default: v3, or what the target kernel has]
    #[arg(long, value_name = "SET")]
    pub cpu: Option<Cpu>,
    /// The oldest kernel that is to take the programs, such as 5.15: what it lacks is an error
    #[arg(long, value_name = "VERSION", value_parser = target_kernel)]
    pub target_kernel: Option<Version>,
    /// The machine whose registers probes read: x86-64 or arm64 [default: this one]
    #[arg(long, value_name = "MACHINE")]
    pub machine: Option<Machine>,
    /// The kernel's BTF, for programs that read its structs [default: the running kernel's]
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub btf: Option<PathBuf>,
}

fn target_kernel(text: &str) -> Result<Version, String> {
    Version::parse(text).ok_or_else(|| format!("`{text}` is no kernel version; write it as in 5.15"))
}

impl Compile {
    /// The same for the compiler.
    pub fn options(&self) -> Options {
        let path = self.btf.clone().unwrap_or_else(|| bpfl_runtime::KERNEL_BTF.into());
        let read = move || {
            std::fs::read(&path).map_err(|error| format!("`{}` cannot be read: {error}", path.display()))
        };
        let include = |path: &Path| std::fs::read_to_string(path).map_err(|error| error.to_string());
        Options {
            cpu: self.cpu.unwrap_or_else(|| self.target_kernel.map_or(Cpu::default(), Cpu::of)),
            target: self.target_kernel,
            machine: self.machine.unwrap_or_default(),
            btf: KernelBtf::new(read),
            files: Files::new(include),
            all_types: false,
        }
    }
}

/// `bpfl build`.
#[derive(Debug, Args)]
pub struct Build {
    /// The source file; `-` is standard input
    #[arg(value_hint = ValueHint::FilePath)]
    pub file: PathBuf,
    /// Where to write; `-` is standard output [default: FILE's name with `.o`, in the working directory]
    #[arg(short, long, value_name = "OUT", value_hint = ValueHint::FilePath)]
    pub output: Option<PathBuf>,
    /// What to make: the object, or what a stage before it made, as text on standard output
    #[arg(long, value_enum, default_value_t = Emit::Obj, value_name = "STAGE")]
    pub emit: Emit,
    /// How to compile.
    #[command(flatten)]
    pub compile: Compile,
}

/// What `build` makes.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub enum Emit {
    /// The data as read
    Datum,
    /// The data with macros expanded
    Expand,
    /// The typed program
    Hir,
    /// SSA, before optimisation
    Ir,
    /// SSA, after optimisation
    Opt,
    /// BPF assembly with source lines
    Asm,
    /// The ELF object
    Obj,
}

impl Emit {
    /// The stage to print; `None` for the object, which is no text.
    pub fn stage(self) -> Option<Stage> {
        match self {
            Self::Datum => Some(Stage::Datum),
            Self::Expand => Some(Stage::Expand),
            Self::Hir => Some(Stage::Hir),
            Self::Ir => Some(Stage::Ir),
            Self::Opt => Some(Stage::Opt),
            Self::Asm => Some(Stage::Asm),
            Self::Obj => None,
        }
    }
}

/// `bpfl check`.
#[derive(Debug, Args)]
pub struct Check {
    /// The source file; `-` is standard input
    #[arg(value_hint = ValueHint::FilePath)]
    pub file: PathBuf,
    /// How to compile.
    #[command(flatten)]
    pub compile: Compile,
}

/// `bpfl expand`.
#[derive(Debug, Args)]
pub struct Expand {
    /// The source file; `-` is standard input
    #[arg(value_hint = ValueHint::FilePath)]
    pub file: PathBuf,
    /// Only the first step of each call
    #[arg(long)]
    pub once: bool,
    /// Only the top-level form with this number, from 1
    #[arg(long, value_name = "N")]
    pub form: Option<usize>,
    /// How to compile.
    #[command(flatten)]
    pub compile: Compile,
}

/// `bpfl repl`.
#[derive(Debug, Args)]
#[command(after_help = "\
`,help` shows the commands. Where standard input or output is no terminal there is no prompt, and the exit
status is 1 when a form has failed.")]
pub struct Repl {
    /// Source files to load first
    #[arg(value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub files: Vec<PathBuf>,
    /// Show the verifier's whole log when the kernel refuses a program
    #[arg(long)]
    pub verifier_log: bool,
    /// How to compile.
    #[command(flatten)]
    pub compile: Compile,
}

/// `bpfl test`.
#[derive(Debug, Args)]
#[command(after_help = "\
The exit status is 0 when tests passed and none failed, 1 when one failed, and 77 when none could be
run. Where this user may not load programs, they run in the userspace VM; tests that need more of the
kernel are skipped, with the reason.")]
pub struct Test {
    /// The source files [default: all .lisp files here that have tests]
    #[arg(value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub files: Vec<PathBuf>,
    /// Only tests with this in their name; may be given several times
    #[arg(long, short, value_name = "TEXT")]
    pub filter: Vec<String>,
    /// Report in the Test Anything Protocol
    #[arg(long)]
    pub tap: bool,
    /// Run programs in the userspace VM, as it is done where this user may not load them
    #[arg(long)]
    pub vm: bool,
    /// How long a test may take
    #[arg(long, value_name = "TIME", default_value = "30s", value_parser = duration::parse)]
    pub timeout: Duration,
    /// How to compile.
    #[command(flatten)]
    pub compile: Compile,
}

/// `bpfl disasm`.
#[derive(Debug, Args)]
pub struct Disasm {
    /// An object or a source file; `-` is standard input
    #[arg(value_hint = ValueHint::FilePath)]
    pub file: PathBuf,
    /// How to compile.
    #[command(flatten)]
    pub compile: Compile,
}

/// `bpfl gen`.
#[derive(Debug, Args)]
pub struct Gen {
    /// The language; bpf-skeleton is a header in C for libbpf, with the object in it
    #[arg(value_enum)]
    pub language: Language,
    /// A source file or an object; `-` is standard input
    #[arg(value_hint = ValueHint::FilePath)]
    pub file: PathBuf,
    /// What the skeleton is called [default: after the file]
    #[arg(long, value_name = "NAME", value_parser = identifier)]
    pub name: Option<String>,
    /// How to compile.
    #[command(flatten)]
    pub compile: Compile,
}

/// A language of `bpfl gen`.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub enum Language {
    /// A header in C.
    C,
    /// A module in Rust.
    Rust,
    /// A file in Go.
    Go,
    /// A module in Python, for ctypes.
    Python,
    /// A header in C for libbpf.
    BpfSkeleton,
}

/// A name that C takes.
fn identifier(text: &str) -> Result<String, String> {
    let letters = text.chars().all(|c| c == '_' || c.is_ascii_alphanumeric());
    match letters && text.starts_with(|c: char| c == '_' || c.is_ascii_alphabetic()) {
        true => Ok(text.into()),
        false => Err("a name of letters, digits and `_` is wanted".into()),
    }
}

/// `bpfl list`.
#[derive(Debug, Args)]
pub struct List {
    /// What to list
    #[arg(value_enum)]
    pub what: Listing,
    /// Only names that contain this; `-` and `_` are alike
    pub pattern: Option<String>,
    /// Only what is for programs of this type, such as cgroup-sock
    #[arg(long, value_name = "TYPE")]
    pub prog: Option<String>,
    /// Only what is for this attach type, by its name or its section
    #[arg(long, value_name = "ATTACH")]
    pub attach: Option<String>,
    /// The cgroup whose attached programs are listed [default: the one that bpfl is in]
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub cgroup: Option<PathBuf>,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

/// What `list` lists.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub enum Listing {
    /// Program types
    Programs,
    /// Attach types
    Attach,
    /// Helpers
    Helpers,
    /// Map kinds
    Maps,
    /// Section names
    Sections,
    /// Constants of the kernel's headers
    Constants,
    /// What runs for the events in a cgroup: its own programs and inherited ones, in their order
    Attached,
    /// All of it, a row for each access, helper and return value of each hook
    Facts,
}

/// `bpfl explain`.
#[derive(Debug, Args)]
pub struct Explain {
    /// A code such as E0107, a program type such as cgroup-sock, a helper such as sk-storage-get, a
    /// map kind such as hash, or a form such as with-tcp
    #[arg(value_name = "TOPIC")]
    pub topic: String,
}

/// `bpfl doctor`.
#[derive(Debug, Args)]
#[command(after_help = "The exit status is 0 when this user can load and attach a cgroup_skb program.")]
pub struct Doctor {
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

/// `bpfl completions`.
#[derive(Debug, Args)]
pub struct Completions {
    /// The shell
    #[arg(value_enum)]
    pub shell: Shell,
}

/// `bpfl man`.
#[derive(Debug, Args)]
pub struct Man {
    /// The directory to write the pages into
    #[arg(value_hint = ValueHint::DirPath)]
    pub directory: Option<PathBuf>,
}

/// `bpfl reference`.
#[derive(Debug, Args)]
pub struct Reference {
    /// The directory to write the chapters into
    #[arg(value_hint = ValueHint::DirPath)]
    pub directory: PathBuf,
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_well_formed() {
        super::Cli::command().debug_assert();
    }
}
