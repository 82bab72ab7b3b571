//! Which target a program gets, as far as an object tells.

use bpfl_stdlib::catalog::{attach::TargetKind, section};

use super::*;
use crate::{
    btf::shape::Shape,
    map::kind,
    spec::{Making, MapSpec, ObjectSpec},
};

fn program(section: &str) -> ProgramSpec {
    ProgramSpec {
        name: "p".into(),
        section: section.into(),
        row: section::find(section),
        code: Vec::new(),
        lines: Vec::new(),
        references: Vec::new(),
    }
}

fn map(name: &str, kind: u32) -> MapSpec {
    let shape = std::sync::Arc::new(Shape::of_size(4));
    let kind = kind::find(kind);
    let (key, value) = (shape.clone(), shape);
    MapSpec {
        name: name.into(),
        kind,
        key,
        value,
        max_entries: 1,
        entries: Vec::new(),
        flags: 0,
        pinned: false,
        globals: false,
        making: Making::default(),
    }
}

const ARRAY: u32 = 2;
const SOCKMAP: u32 = 15;
const SOCKHASH: u32 = 18;

fn object(maps: Vec<MapSpec>) -> ObjectSpec {
    ObjectSpec { maps, ..ObjectSpec::default() }
}

#[test]
fn every_hook_of_cgroups_and_sockmaps_can_be_attached() {
    let targets = [Target::cgroup("/c"), Target::map("m")];
    for row in section::ALL.iter().filter(|row| row.name != "lsm_cgroup") {
        let wanted = match row.attach_type.map(|at| at.target) {
            Some(TargetKind::Cgroup) => &targets[0],
            Some(TargetKind::SockMap) => &targets[1],
            _ => continue,
        };
        assert_eq!(choose(&object(Vec::new()), &program(row.name), &targets).unwrap(), *wanted);
    }
}

#[test]
fn each_program_gets_the_target_of_its_kind() {
    let targets = [Target::cgroup("/c"), Target::map("m")];
    let none = object(Vec::new());
    for (section, target) in [("sockops", 0), ("cgroup/dev", 0), ("sk_msg", 1), ("sk_skb/stream_parser", 1)] {
        assert_eq!(choose(&none, &program(section), &targets).unwrap(), targets[target]);
    }
}

#[test]
fn the_only_map_of_sockets_need_not_be_named() {
    let one = object(vec![map("counts", ARRAY), map("socks", SOCKHASH)]);
    assert_eq!(choose(&one, &program("sk_msg"), &[]).unwrap(), Target::map("socks"));
    let two = object(vec![map("a", SOCKMAP), map("b", SOCKHASH)]);
    let error = choose(&two, &program("sk_msg"), &[]).unwrap_err().to_string();
    assert_eq!(error, "`p` is attached to a sockmap or sockhash; name `a` or `b`");
    let error = check(&one, &program("sk_msg"), &Target::map("counts")).unwrap_err().to_string();
    assert_eq!(error, "map `counts` is of type array, which holds no sockets; name `socks`");
    let error = check(&one, &program("sk_msg"), &Target::cgroup("/c")).unwrap_err().to_string();
    assert_eq!(error, "`p` is attached to a sockmap or sockhash, not to the cgroup `/c`");
}

#[test]
fn sections_that_leave_it_open_are_refused_with_those_that_do_not() {
    let error = target_kind(&program("sk_skb")).unwrap_err().to_string();
    assert!(error.contains("`sk_skb/stream_parser` or `sk_skb/stream_verdict`"), "{error}");
}
