//! Which rows a listing has: `[PATTERN] [--prog TYPE] [--attach ATTACH]`.

use bpfl_runtime::name;
use bpfl_stdlib::catalog::{
    attach::{self, AttachType},
    facts::Hook,
    program::{PROGRAMS, ProgramType},
    section,
};

use crate::{cli::List, failure::Failure};

/// What the user asks for.
pub struct Filter {
    pattern: String,
    /// Programs of this type.
    pub program: Option<ProgramType>,
    /// For this attach type.
    pub attach: Option<&'static AttachType>,
}

fn folded(text: &str) -> String {
    text.to_lowercase().replace('_', "-")
}

impl Filter {
    /// Reads the arguments.
    pub fn new(args: &List) -> Result<Self, Failure> {
        let program = args.prog.as_deref().map(program).transpose()?;
        let attach = args.attach.as_deref().map(|name| attach_type(name, program)).transpose()?;
        Ok(Self { pattern: folded(args.pattern.as_deref().unwrap_or("")), program, attach })
    }

    /// Whether a row called `name` is asked for.
    pub fn names(&self, name: &str) -> bool {
        folded(name).contains(&self.pattern)
    }

    /// Whether programs of type `ty` are asked for.
    pub fn program(&self, ty: ProgramType) -> bool {
        self.program.is_none_or(|wanted| wanted == ty) && self.attach.is_none_or(|at| takes(ty, at))
    }

    /// Whether a hook is asked for.
    pub fn hook(&self, hook: Hook) -> bool {
        let attach = self.attach.is_none_or(|wanted| hook.attach == Some(wanted));
        self.program.is_none_or(|wanted| wanted == hook.ty) && attach
    }

    /// Whether all hooks are asked for.
    pub fn is_open(&self) -> bool {
        self.program.is_none() && self.attach.is_none()
    }

    /// The hooks of `ty` that are asked for.
    pub fn hooks(&self, ty: ProgramType) -> impl Iterator<Item = Hook> + '_ {
        let hooks = ty.hooks().map(move |attach| Hook { ty, attach });
        hooks.filter(|hook| self.hook(*hook))
    }
}

fn takes(ty: ProgramType, attach: &'static AttachType) -> bool {
    ty.row().attach.contains(&attach)
}

/// The program type that `text` names.
pub fn program(text: &str) -> Result<ProgramType, Failure> {
    ProgramType::find(&text.trim_start_matches(':').to_lowercase()).ok_or_else(|| {
        let names: Vec<_> = PROGRAMS.iter().map(|row| row.name).collect();
        Failure::new(format!("there is no program type `{text}`; {}", name::suggestion(text, &names)))
    })
}

/// An attach type by its name, or by a section or the end of one: `cgroup/connect4`, `connect4`.
fn attach_type(text: &str, program: Option<ProgramType>) -> Result<&'static AttachType, Failure> {
    let fits = |row: &&'static section::Section| program.is_none_or(|ty| ty == row.ty);
    let last = |row: &section::Section| row.name.rsplit('/').next() == Some(text);
    let by_section = section::find(text).filter(fits).and_then(|row| row.attach_type);
    let by_end = || section::ALL.iter().filter(fits).find(|row| last(row)).and_then(|row| row.attach_type);
    by_section.or_else(|| attach::find(text)).or_else(by_end).ok_or_else(|| {
        let names: Vec<_> = attach::ALL.iter().map(|row| row.name).collect();
        Failure::new(format!("there is no attach type `{text}`; {}", name::suggestion(text, &names)))
    })
}
