//! `bpfl gen`: an object or a source file in, definitions for userspace in another language out.

mod c;
mod clash;
mod go;
mod model;
mod python;
mod rust;
mod skeleton;

use std::path::Path;

use bpfl_runtime::spec::ObjectSpec;
use model::Model;
use skeleton::Skeleton;

use crate::{
    cli::{Gen, Language},
    failure::{Failure, Outcome},
    input::{self, Input},
    output,
};

/// Runs the command.
pub fn run(args: &Gen) -> Outcome {
    let (object, constants) = match input::read(&args.file, &args.compile)? {
        Input::Object(bytes) => (bytes, Vec::new()),
        Input::Lisp(source) if source.is_script() => return Err(is_script(&args.file)),
        Input::Lisp(source) => {
            let (compiled, _) = source.with_all_types().compile_with_sources()?;
            (compiled.object, compiled.constants)
        }
    };
    let file = args.file.display().to_string();
    let spec = ObjectSpec::parse(&object).map_err(|error| Failure::new(format!("`{file}`: {error}")))?;
    let source = args.file.file_name().map_or_else(|| file.clone(), |name| name.to_string_lossy().into());
    let model = Model::new(source, &spec, &constants);
    clash::check(&model, args.language)?;
    let text = match args.language {
        Language::C => c::write(&model),
        Language::Rust => rust::write(&model),
        Language::Go => go::write(&model),
        Language::Python => python::write(&model),
        Language::BpfSkeleton => {
            let name = args.name.clone().unwrap_or_else(|| named_after(&args.file));
            let sections = model::sections(&spec, &name);
            skeleton::write(&model, &Skeleton { name: &name, object: &object, spec: &spec, sections })
        }
    };
    output::print(text)?;
    Ok(0)
}

/// What a script defines is compiled when its sessions are entered, so there is no one object of it.
fn is_script(file: &Path) -> Failure {
    let name = file.display();
    Failure::new(format!(
        "`{name}` is a script, whose userspace is in it already; put its structs, maps and programs into a file of \
         their own, `(include \"…\")` that in the script, and name it here"
    ))
}

/// `count_egress` for `examples/count-egress.lisp`
fn named_after(file: &Path) -> String {
    let stem = file.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    let name = stem.replace(|c: char| !c.is_ascii_alphanumeric(), "_");
    match name.starts_with(|c: char| c.is_ascii_alphabetic()) {
        true => name,
        false => format!("bpf_{name}"),
    }
}
