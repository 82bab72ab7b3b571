//! `bpfl ps`: the programs that are loaded, what they are attached to, and who holds them.

use std::{collections::BTreeSet, io, path::PathBuf, time::Duration};

use bpfl_runtime::{
    host::capability,
    inventory::{self, Attachment, Held, Holder, Holders, ProgramInfo},
};
use serde::Serialize;
use serde_json::{Value as Json, json};

use crate::{
    cli::Ps,
    failure::{Failure, Outcome},
    grid::{Stream, grid},
    output,
};

/// Runs the command.
pub fn run(args: &Ps) -> Outcome {
    let mut programs = inventory::programs().map_err(refused)?;
    programs.retain(|program| args.pattern.as_deref().is_none_or(|wanted| has(&program.name, wanted)));
    let world = World {
        attachments: inventory::attachments().map_err(refused)?,
        holders: inventory::holders(),
        pins: inventory::pins(),
    };
    let text = match args.json {
        true => pretty(programs.iter().map(|program| world.json(program)).collect::<Vec<_>>())?,
        false => world.table(&programs, args.pattern.as_deref()),
    };
    output::print(text)?;
    Ok(0)
}

/// Whether `name` contains `wanted`, where `-` and `_` are alike and case does not count.
pub(super) fn has(name: &str, wanted: &str) -> bool {
    let folded = |text: &str| text.to_lowercase().replace('_', "-");
    folded(name).contains(&folded(wanted))
}

/// Why what is in the kernel cannot be listed.
pub(super) fn refused(error: io::Error) -> Failure {
    match error.kind() {
        io::ErrorKind::PermissionDenied => {
            let advice = capability::advice(&[&capability::SYS_ADMIN]);
            Failure::new(format!("listing what is in the kernel was not permitted; {advice}"))
        }
        _ => Failure::new(format!("what is in the kernel cannot be listed ({error})")),
    }
}

/// JSON as it is printed.
pub(super) fn pretty(json: impl Serialize) -> Result<String, Failure> {
    let text = serde_json::to_string_pretty(&json);
    text.map(|text| text + "\n")
        .map_err(|error| Failure::new(format!("the list cannot be written ({error})")))
}

/// What there is beside the programs.
struct World {
    attachments: Vec<Attachment>,
    holders: Holders,
    pins: Vec<(Held, PathBuf)>,
}

impl World {
    fn attached<'a>(&'a self, program: &ProgramInfo) -> impl Iterator<Item = &'a Attachment> + use<'a> {
        let id = program.id;
        self.attachments.iter().filter(move |attachment| attachment.program == id)
    }

    /// The program and its links.
    fn held(&self, program: &ProgramInfo) -> Vec<Held> {
        let links = self.attached(program).filter_map(|attachment| attachment.link);
        std::iter::once(Held::Program(program.id)).chain(links.map(Held::Link)).collect()
    }

    /// Who holds it or one of its links. We are one ourselves of those that we look at.
    fn holders(&self, program: &ProgramInfo) -> BTreeSet<&Holder> {
        let held = self.held(program);
        held.iter().flat_map(|held| self.holders.get(held).into_iter().flatten()).collect()
    }

    fn pins(&self, program: &ProgramInfo) -> Vec<String> {
        let held = self.held(program);
        let own = self.pins.iter().filter(|(pinned, _)| held.contains(pinned));
        own.map(|(_, path)| path.display().to_string()).collect()
    }

    fn json(&self, program: &ProgramInfo) -> Json {
        let attached = self
            .attached(program)
            .map(|one| json!({ "event": one.event, "place": one.place, "link": one.link }));
        let processes =
            self.holders(program).into_iter().map(|one| json!({ "pid": one.pid, "name": one.name }));
        json!({
            "id": program.id,
            "name": program.name,
            "type": program.type_name(),
            "attached": attached.collect::<Vec<_>>(),
            "processes": processes.collect::<Vec<_>>(),
            "pins": self.pins(program),
            "age_seconds": program.age.as_secs(),
            "run_count": program.run_count,
            "run_time_ns": u64::try_from(program.run_time.as_nanos()).unwrap_or(u64::MAX),
            "verified_instructions": program.verified,
        })
    }

    fn table(&self, programs: &[ProgramInfo], pattern: Option<&str>) -> String {
        if programs.is_empty() {
            return pattern.map_or_else(
                || "no program is loaded\n".into(),
                |pattern| format!("no program has `{pattern}` in its name\n"),
            );
        }
        // Without `kernel.bpf_stats_enabled` the kernel does not count, and columns of zeros say nothing.
        let counted = programs.iter().any(|program| program.run_count > 0);
        let mut header = vec!["id", "name", "type", "attached to", "held by", "loaded"];
        if counted {
            header.extend(["runs", "ns per run"]);
        }
        let rows = programs.iter().map(|program| self.row(program, counted));
        grid(&header, &rows.collect(), Stream::Out)
    }

    fn row(&self, program: &ProgramInfo, counted: bool) -> Vec<String> {
        let attached = self.attached(program).map(|one| format!("{} {}", one.event, one.place));
        let attached: Vec<_> = attached.map(|text| text.trim_end().to_string()).collect();
        let processes = self.holders(program).into_iter().map(|one| format!("{} ({})", one.name, one.pid));
        let mut held: Vec<_> = processes.chain(self.pins(program)).collect();
        if held.is_empty() && self.attached(program).any(Attachment::is_own_filter) {
            held.push("nobody: left behind".into());
        }
        let mut row = vec![
            program.id.to_string(),
            program.name.clone(),
            program.type_name(),
            attached.join("\n"),
            held.join("\n"),
            age(program.age),
        ];
        if counted {
            let each = program.run_time.as_nanos().checked_div(program.run_count.into()).unwrap_or(0);
            row.extend([program.run_count.to_string(), each.to_string()]);
        }
        row
    }
}

/// `3s`, `12m`, `5h 3m`, `2d 4h`: how long ago.
fn age(time: Duration) -> String {
    let seconds = time.as_secs();
    let (minutes, hours, days) = (seconds / 60, seconds / 3600, seconds / 86400);
    let text = match (days, hours, minutes) {
        (0, 0, 0) => format!("{seconds}s"),
        (0, 0, _) => format!("{minutes}m"),
        (0, ..) => format!("{hours}h {}m", minutes % 60),
        _ => format!("{days}d {}h", hours % 24),
    };
    text + " ago"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ages_have_two_units_at_most() {
        let shown = |seconds| age(Duration::from_secs(seconds));
        assert_eq!([0, 59, 60, 3599].map(shown), ["0s ago", "59s ago", "1m ago", "59m ago"]);
        assert_eq!([3600, 86399, 90000].map(shown), ["1h 0m ago", "23h 59m ago", "1d 1h ago"]);
    }
}
