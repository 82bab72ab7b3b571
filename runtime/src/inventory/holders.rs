//! Which processes hold descriptors of programs, maps and links.

use std::{collections::BTreeMap, fs, path::Path};

use super::Held;

/// A process.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Holder {
    /// Its id.
    pub pid: u32,
    /// Its name.
    pub name: String,
}

/// The processes by what they hold.
pub type Holders = BTreeMap<Held, Vec<Holder>>;

/// All of them, as far as this user may look; those of other users take CAP_SYS_PTRACE.
pub fn holders() -> Holders {
    let mut all = Holders::new();
    for entry in fs::read_dir("/proc").into_iter().flatten().flatten() {
        if let Some(pid) = entry.file_name().to_str().and_then(|name| name.parse().ok()) {
            add(&mut all, pid, &entry.path());
        }
    }
    all.values_mut().for_each(|processes| processes.sort());
    all
}

fn add(all: &mut Holders, pid: u32, process: &Path) {
    let mut name = None;
    for entry in fs::read_dir(process.join("fd")).into_iter().flatten().flatten() {
        if !is_bpf(&entry.path()) {
            continue;
        }
        let text = fs::read_to_string(process.join("fdinfo").join(entry.file_name()));
        let Some(held) = text.ok().as_deref().and_then(Held::parse) else { continue };
        let name = name.get_or_insert_with(|| comm(process));
        let (processes, own) = (all.entry(held).or_default(), Holder { pid, name: name.clone() });
        if !processes.contains(&own) {
            processes.push(own);
        }
    }
}

/// `anon_inode:bpf-prog`, `anon_inode:bpf-map`, `anon_inode:[bpf-link]` …: only these are looked into.
fn is_bpf(descriptor: &Path) -> bool {
    let target = fs::read_link(descriptor).unwrap_or_default();
    let name = target.to_str().and_then(|target| target.strip_prefix("anon_inode:"));
    name.is_some_and(|name| name.trim_start_matches('[').starts_with("bpf"))
}

fn comm(process: &Path) -> String {
    fs::read_to_string(process.join("comm")).unwrap_or_default().trim_end().into()
}
