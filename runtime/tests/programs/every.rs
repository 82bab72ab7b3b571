//! A program in every section that the compiler supports.

use bpfl_runtime::host;
use bpfl_stdlib::catalog::{program::ProgramType, returns, section};

use crate::{ready, session, told};

/// What follows the slash in sections that need it.
const TARGETS: &[(&str, &str)] = &[
    ("tp_btf", "sched_switch"),
    ("fentry", "tcp_connect"),
    ("fexit", "tcp_connect"),
    ("fsession", "tcp_connect"),
    ("fmod_ret", "bpf_modify_return_test"),
    ("lsm", "file_open"),
    ("lsm_cgroup", "socket_post_create"),
    ("iter", "task"),
];

/// Options of the kernel that not every one has: what the refusal of programs of a section says then.
const ABSENT: &[&str] = &["fentry", "fexit", "fsession", "fmod_ret", "lsm", "lsm_cgroup", "lirc_mode2"];

#[test]
fn a_program_in_every_section_loads() {
    if !ready() {
        return;
    }
    let mut loaded = 0;
    // What replaces a function is loaded for one (`replace.rs`).
    for row in section::ALL.iter().filter(|row| row.ty != ProgramType::Ext) {
        let bare = row.name.trim_end_matches(".s");
        let target = TARGETS.iter().find(|(name, _)| *name == bare).map(|(_, target)| format!("/{target}"));
        let section = format!("{}{}", row.name, target.unwrap_or_default());
        let verdict = returns::range(row.ty, row.attach_type).map_or(0, |(least, _)| least.max(0));
        // What a function of a table is called with depends on the table.
        let table = match row.ty {
            ProgramType::StructOps => {
                "(defmap t :type :struct-ops :value tcp_congestion_ops :values ((ssthresh p)))"
            }
            _ => "",
        };
        let mut session = session(&format!("(defprog p (:section \"{section}\") {verdict}) {table}"));
        let new = row.attach_type.is_some_and(|at| at.since > host::kernel());
        match session.load() {
            Ok(()) => loaded += 1,
            Err(_) if new => println!("not here: {section} is newer than this kernel"),
            Err(error) if ABSENT.contains(&bare) => println!("not here: {section}: {error}"),
            Err(error) => panic!("{section}: {}", told(&error)),
        }
    }
    assert!(loaded > 80, "only {loaded} sections");
}
