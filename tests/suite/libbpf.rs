//! libbpf opens what the compiler writes: a program in every section, a map of every kind, every example.
//!
//! `bpftool gen skeleton` opens an object with libbpf, and writes what it has found in it. Nothing is loaded
//! and nothing attached. A libbpf that does not know a section or a kind of map opens the object all the
//! same: the program and the map are there, and whoever loads them has to say what they are.

use std::{fs, path::Path, process::Command};

use bpfl_compiler::{diagnostic::Diagnostics, driver, kernel_btf::KernelBtf, source::SourceMap};
use bpfl_stdlib::catalog::{
    map::{EntriesRule, KeyRule, MAPS, MapKind},
    program::ProgramType,
    returns, section,
};
use libtest_mimic::{Failed, Trial};

use crate::{command::Folder, compile};

/// What follows the slash in sections that need it.
const TARGETS: &[(&str, &str)] = &[
    ("tp_btf", "sched_switch"),
    ("fentry", "tcp_connect"),
    ("fexit", "tcp_connect"),
    ("fsession", "tcp_connect"),
    ("fmod_ret", "tcp_connect"),
    ("lsm", "file_open"),
    ("lsm_cgroup", "file_open"),
    ("iter", "task"),
];

/// Kinds that the compiler does not make yet.
const NOT_YET: &[&str] = &["struct-ops", "insn-array"];

/// A test's name and what it does.
type Row = (&'static str, fn() -> Result<(), String>);

/// All tests.
pub fn tests() -> Vec<Trial> {
    let missing = Command::new("bpftool").arg("version").output().is_err();
    if missing {
        eprintln!("skipped: what libbpf opens, for there is no `bpftool` here");
    }
    let rows: [Row; 3] = [
        ("libbpf/opens-a-program-in-every-section", sections),
        ("libbpf/opens-a-map-of-every-kind", maps),
        ("libbpf/opens-every-example", examples),
    ];
    let test = |(name, body): Row| {
        Trial::test(name, move || body().map_err(Failed::from)).with_ignored_flag(missing)
    };
    rows.into_iter().map(test).collect()
}

/// The skeleton of an object.
fn skeleton(folder: &Path, object: &[u8]) -> Result<String, String> {
    let path = folder.join("opened.o");
    fs::write(&path, object).map_err(|error| error.to_string())?;
    let output =
        Command::new("bpftool").args(["gen", "skeleton"]).arg(&path).args(["name", "opened"]).output();
    let output = output.map_err(|error| error.to_string())?;
    match output.status.success() {
        true => Ok(String::from_utf8_lossy(&output.stdout).into_owned()),
        false => Err(String::from_utf8_lossy(&output.stderr).into_owned()),
    }
}

/// The skeleton of a text, which must have these members.
fn opened(folder: &Path, text: &str, members: &[&str]) -> Result<(), String> {
    let found = skeleton(folder, &compile::object("opened.lisp", text)?)?;
    match members.iter().find(|member| !found.contains(**member)) {
        None => Ok(()),
        Some(member) => Err(format!("libbpf finds no `{member}`")),
    }
}

fn sections() -> Result<(), String> {
    let folder = Folder::new()?;
    let mut count = 0;
    for row in section::ALL.iter() {
        let bare = row.name.trim_end_matches(".s");
        let target = TARGETS.iter().find(|(name, _)| *name == bare).map(|(_, target)| format!("/{target}"));
        let section = format!("{}{}", row.name, target.unwrap_or_default());
        let verdict = returns::range(row.ty, row.attach_type).map_or(0, |(least, _)| least.max(0));
        // A program of struct_ops is one of a table's functions, and does not stand alone.
        let table = match row.ty {
            ProgramType::StructOps => {
                "(defmap t :type :struct-ops :value tcp_congestion_ops :values ((ssthresh p)))"
            }
            _ => "",
        };
        let text =
            format!("(defvar seen u64)\n(defprog p (:section \"{section}\") (incf seen) {verdict})\n{table}");
        opened(folder.path(), &text, &["struct bpf_program *p;", " seen;"])
            .map_err(|problem| format!("{section}: {problem}"))?;
        count += 1;
    }
    if count > 100 { Ok(()) } else { Err(format!("only {count} sections")) }
}

/// A definition of a map of this kind, and what is needed besides.
fn definition(kind: &MapKind) -> String {
    let sizes = [0, 4, 8, 16];
    let key = match kind.key {
        KeyRule::Index => " :key u32".into(),
        rule => sizes
            .iter()
            .find(|n| rule.accepts(**n))
            .filter(|n| **n > 0)
            .map_or_else(String::new, |n| format!(" :key-size {n}")),
    };
    let value = sizes.iter().find(|n| kind.value.accepts(**n)).filter(|n| **n > 0);
    let value = value.map_or_else(String::new, |n| format!(" :value-size {n}"));
    let entries = [0, 1, 4096].into_iter().find(|n| kind.entries.accepts(*n)).unwrap_or(1);
    let entries = match kind.entries {
        EntriesRule::Some => " :max-entries 1".into(),
        _ if entries > 0 => format!(" :max-entries {entries}"),
        _ => String::new(),
    };
    match kind.inner {
        true => format!(
            "(defmap inner :type :array :key u32 :value u64 :max-entries 1)\n\
             (defmap m :type :{} :key u32 :max-entries 1 :inner inner)\n",
            kind.name
        ),
        false => format!("(defmap m :type :{}{key}{value}{entries})\n", kind.name),
    }
}

fn maps() -> Result<(), String> {
    let folder = Folder::new()?;
    for kind in MAPS {
        let text = definition(kind) + "(defprog p (:section \"cgroup_skb/egress\") 1)";
        if NOT_YET.contains(&kind.name) {
            match compile::object("opened.lisp", &text) {
                Ok(_) => return Err(format!("`:{}` compiles now: take it out of NOT_YET", kind.name)),
                Err(_) => continue,
            }
        }
        let found = opened(folder.path(), &text, &["struct bpf_map *m;", "struct bpf_program *p;"]);
        found.map_err(|problem| format!("{}: {problem}\n{text}", kind.name))?;
    }
    Ok(())
}

fn examples() -> Result<(), String> {
    let folder = Folder::new()?;
    let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples");
    let mut count = 0;
    for entry in fs::read_dir(examples).into_iter().flatten().flatten() {
        let path = entry.path();
        let Some(object) = kernel_object(&path) else { continue };
        skeleton(folder.path(), &object).map_err(|problem| format!("{}: {problem}", path.display()))?;
        count += 1;
    }
    if count > 20 { Ok(()) } else { Err(format!("only {count} examples")) }
}

/// The object of an example; of scripts, which have userspace forms, none.
fn kernel_object(path: &Path) -> Option<Vec<u8>> {
    let text = fs::read_to_string(path).ok().filter(|text| !text.contains("(bpf:"))?;
    let btf = KernelBtf::new(|| fs::read("/sys/kernel/btf/vmlinux").map_err(|error| error.to_string()));
    let options = driver::Options { btf, ..compile::options(&text) };
    let (mut sources, mut diagnostics) = (SourceMap::new(), Diagnostics::default());
    let file = sources.add(path.display().to_string(), text);
    Some(driver::compile(&mut sources, file, &options, &mut diagnostics)?.object)
}
