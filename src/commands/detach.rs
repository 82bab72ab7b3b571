//! `bpfl detach`: programs that outlive what attached them.

use std::{io, path::Path};

use bpfl_runtime::{
    inventory::{self, Attachment, Held, ProgramInfo, Unpinned},
    name,
};

use super::ps::refused;
use crate::{
    cli::Detach,
    failure::{Failure, Outcome},
    output,
};

/// Runs the command.
pub fn run(args: &Detach) -> Outcome {
    match args.what.contains('/') {
        true => directory(Path::new(&args.what)),
        false => program(&args.what),
    }
}

fn directory(path: &Path) -> Outcome {
    let shown = path.display();
    let removed = inventory::unpin(path).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => Failure::new(format!("there is no directory `{shown}`; check the path")),
        _ => Failure::new(format!("`{shown}` cannot be cleared of pins ({error})")),
    })?;
    if removed.is_empty() {
        let text =
            format!("nothing is pinned in `{shown}`; name the directory that `bpfl run --pin` was given");
        return Err(Failure::new(text));
    }
    removed.iter().for_each(tell);
    Ok(0)
}

fn tell(Unpinned { held, path, filters }: &Unpinned) {
    let (what, more) = match (held, filters) {
        (Held::Link(_), _) => ("link", String::new()),
        (Held::Map(_), _) => ("map", String::new()),
        (_, 0) => ("program", "; no filter of it is in this network namespace".into()),
        (_, 1) => ("program", ", and its filter is removed".into()),
        (_, several) => ("program", format!(", and its {several} filters are removed")),
    };
    output::note(&format!("{what} `{}` is no longer pinned{more}", path.display()));
}

fn program(text: &str) -> Outcome {
    let program = find(text)?;
    let ProgramInfo { id, name, .. } = &program;
    let mut attachments = inventory::attachments().map_err(refused)?;
    attachments.retain(|attachment| attachment.program == *id);
    if attachments.is_empty() {
        return Err(Failure::new(format!("program `{name}` is attached to nothing that is known of here")));
    }
    for attachment in &attachments {
        inventory::detach(attachment).map_err(|error| kept(&program, attachment, &error))?;
        output::note(&format!("`{name}` detached from {}", place(attachment)));
    }
    Ok(0)
}

fn place(of: &Attachment) -> String {
    format!("{} {}", of.event, of.place).trim_end().into()
}

/// Why it is still attached.
fn kept(program: &ProgramInfo, attachment: &Attachment, error: &io::Error) -> Failure {
    let (name, place) = (&program.name, place(attachment));
    // `EOPNOTSUPP`: links of this kind go with who holds them.
    match error.kind() {
        io::ErrorKind::Unsupported => Failure::new(format!(
            "`{name}` cannot be detached from {place} by others than those who hold it; `bpfl ps {name}` says who \
             does: end the process, or remove the pin"
        )),
        _ => Failure::new(format!("`{name}` cannot be detached from {place} ({error})")),
    }
}

/// The program with this id or name.
fn find(text: &str) -> Result<ProgramInfo, Failure> {
    let all = inventory::programs().map_err(refused)?;
    let is = |program: &&ProgramInfo| match text.parse::<u32>() {
        Ok(id) => program.id == id,
        Err(_) => name::same(&program.name, text),
    };
    let found: Vec<_> = all.iter().filter(is).collect();
    match found.as_slice() {
        [program] => Ok((*program).clone()),
        [] => {
            let near = name::near(text, all.iter().map(|program| program.name.as_str()));
            let advice = near.map_or_else(
                || "`bpfl ps` lists those that there are; a directory of pins is written with a `/`".into(),
                |near| format!("did you mean `{near}`?"),
            );
            Err(Failure::new(format!("there is no program `{text}`; {advice}")))
        }
        several => {
            let ids: Vec<_> = several.iter().map(|program| program.id.to_string()).collect();
            let (count, ids) = (ids.len(), ids.join(", "));
            Err(Failure::new(format!(
                "there are {count} programs called `{text}`; name one by its id: {ids}"
            )))
        }
    }
}
