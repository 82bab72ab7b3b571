//! What runs for the events in a cgroup, in the order in which it runs.

use bpfl_runtime::{
    attach::{Member, chain},
    cgroup::{Hierarchy, resolve},
    host::capability,
};
use bpfl_stdlib::catalog::{attach::AttachType, section};
use serde_json::json;

use super::{Row, filter::Filter};
use crate::{cli::List, failure::Failure, output};

/// The rows for the cgroup that `--cgroup` means.
pub fn rows(args: &List, filter: &Filter) -> Result<Vec<Row>, Failure> {
    let hierarchy = Hierarchy::find()?;
    let path = match &args.cgroup {
        Some(path) => {
            let found = resolve(&hierarchy, path)?;
            found.note.iter().for_each(|note| output::note(note));
            found.path
        }
        None => hierarchy.own()?,
    };
    // Those above it are told by their paths.
    let path = path.canonicalize().unwrap_or(path);
    let members = chain(&hierarchy, &path).map_err(|error| match error.kind() {
        std::io::ErrorKind::PermissionDenied => {
            let advice = capability::advice(&[&capability::NET_ADMIN]);
            Failure::new(format!("asking what is attached was not permitted; {advice}"))
        }
        _ => Failure::new(format!("`{}` cannot be asked what is attached ({error})", path.display())),
    })?;
    let wanted = members.iter().filter(|one| filter.attach.is_none_or(|at| at == one.at));
    let wanted = wanted.filter(|one| filter.program.is_none_or(|ty| ty.row().attach.contains(&one.at)));
    Ok(wanted.filter(|one| filter.names(one.name.as_deref().unwrap_or(""))).map(row).collect())
}

fn row(of: &Member) -> Row {
    let cgroup = of.cgroup.as_ref().map(|path| path.display().to_string());
    let mode = of.mode.map(|mode| mode.name);
    Row {
        columns: vec![
            event(of.at).into(),
            of.order.to_string(),
            of.name.clone().unwrap_or_else(|| "?".into()),
            format!("id {}", of.id),
            mode.unwrap_or("").into(),
            cgroup.clone().unwrap_or_default(),
        ],
        json: json!({
            "attach": of.at.c_name, "order": of.order, "id": of.id, "name": of.name, "mode": mode,
            "cgroup": cgroup,
        }),
    }
}

/// An attach type by the section of its programs.
fn event(at: &'static AttachType) -> &'static str {
    section::ALL.iter().find(|row| row.attach_type == Some(at)).map_or(at.name, |row| row.name)
}
