//! Programs of every type against the running kernel: loaded, run with `BPF_PROG_TEST_RUN`, or attached
//! to something of the test's own. Tracing programs count only what this process does. Without the
//! privilege these tests say so and pass, and so they do where the kernel lacks something.

mod arena;
mod clang;
mod clsact;
mod every;
mod iterate;
mod kernel;
mod kptr;
mod network;
mod relocate;
mod replace;
mod ring;
mod run;
mod tables;
mod trace;
mod vm;

use bpfl_compiler::{
    diagnostic::{Diagnostics, render::render},
    driver::{Options, compile},
    kernel_btf::KernelBtf,
    source::SourceMap,
};
use bpfl_runtime::{
    KERNEL_BTF, host,
    session::{Session, SessionError},
    value::Value,
};

/// Whether this user may load programs; says so when not.
fn ready() -> bool {
    let ready = host::report().ready;
    if !ready {
        println!("skipped: this user cannot attach programs here");
    }
    ready
}

/// The object of a source.
fn session(source: &str) -> Session {
    Session::open(compiled(source, kernel_types())).unwrap()
}

/// The running kernel's types.
fn kernel_types() -> KernelBtf {
    KernelBtf::new(|| std::fs::read(KERNEL_BTF).map_err(|error| error.to_string()))
}

/// The bytes of it, compiled for the kernel's types `btf`.
fn compiled(source: &str, btf: KernelBtf) -> Vec<u8> {
    let mut sources = SourceMap::new();
    let file = sources.add("program.lisp", source);
    let mut diagnostics = Diagnostics::default();
    let options = Options { btf, ..Options::default() };
    let compiled = compile(&mut sources, file, &options, &mut diagnostics);
    let compiled = compiled.unwrap_or_else(|| panic!("{}", render(&sources, diagnostics.iter(), false)));
    compiled.object
}

/// A global that starts as zero.
fn global(session: &mut Session, name: &str) -> i128 {
    let value = session.map(".bss").unwrap().lookup(&Value::Int(0)).unwrap().unwrap();
    value.field(name).and_then(Value::as_int).unwrap()
}

/// An error with what stands behind it.
fn told(error: &SessionError) -> String {
    match error {
        SessionError::Load(load) => format!("{error}\n{}", load.verifier_log().unwrap_or_default()),
        _ => error.to_string(),
    }
}
