//! Programs beside others of their cgroup and of those above it: which run, in which order, and how
//! that is shown.

use std::{fs, path::Path, process::Command};

use bpfl_compiler::{
    diagnostic::Diagnostics,
    driver::{Options, compile},
    source::SourceMap,
};
use bpfl_runtime::{
    attach::{AttachError, Target},
    cgroup::{ChildCgroup, spawn},
    session::{Session, SessionError},
    value::Value,
};
use bpfl_stdlib::catalog::mode::{AttachMode, EXCLUSIVE, MULTI, OVERRIDE, PREORDER};

use crate::setup::{bpfl, cgroup, output, refused, text};

/// Each program writes its digit behind those that ran before it.
const DIGITS: &str = "
    (defvar order u64)
    (defprog one (:section \"cgroup_skb/egress\") (setf order (+ (* order 10) 1)) 1)
    (defprog two (:section \"cgroup_skb/egress\") (setf order (+ (* order 10) 2)) 1)
    (defprog three (:section \"cgroup_skb/egress\") (setf order (+ (* order 10) 3)) 1)
    (defprog four (:section \"cgroup_skb/egress\") (setf order (+ (* order 10) 4)) 1)";

/// A cgroup, one in it, and a session that is to be attached to them.
struct Nest {
    session: Session,
    inner: ChildCgroup,
    outer: ChildCgroup,
}

impl Nest {
    fn new() -> Option<Self> {
        let outer = cgroup()?;
        let inner = ChildCgroup::create(outer.path()).unwrap();
        let mut sources = SourceMap::new();
        let file = sources.add("digits.lisp", DIGITS);
        let compiled = compile(&mut sources, file, &Options::default(), &mut Diagnostics::default());
        Some(Self { session: Session::open(compiled.expect("it compiles").object).unwrap(), inner, outer })
    }

    fn attach(&mut self, name: &str, to: &Path, mode: &'static AttachMode) -> Result<(), SessionError> {
        self.session.set_attach_mode(mode);
        self.session.attach(name, &Target::cgroup(to)).map(drop)
    }

    /// Attaches what can be.
    fn put(&mut self, name: &str, inner: bool, mode: &'static AttachMode) {
        let to = if inner { self.inner.path() } else { self.outer.path() }.to_path_buf();
        self.attach(name, &to, mode).unwrap();
    }

    /// What attaching to the inner cgroup is refused for.
    fn refusal(&mut self, name: &str, mode: &'static AttachMode) -> SessionError {
        let to = self.inner.path().to_path_buf();
        self.attach(name, &to, mode).unwrap_err()
    }

    /// The digits of one packet that is sent in a cgroup.
    fn digits(&mut self, inner: bool) -> u64 {
        self.session.map(".bss").unwrap().update(&Value::Int(0), &digits(0), 0).unwrap();
        let mut command = Command::new("bash");
        command.args(["-c", "echo hi >/dev/udp/127.0.0.1/9"]);
        let cgroup = if inner { &self.inner } else { &self.outer };
        assert!(spawn(command, cgroup).unwrap().wait().unwrap().success());
        let value = self.session.map(".bss").unwrap().lookup(&Value::Int(0)).unwrap().unwrap();
        value.field("order").and_then(Value::as_int).unwrap().try_into().unwrap()
    }

    /// What `bpfl list attached` shows of the inner cgroup, with the numbers of programs left out.
    fn shown(&self) -> Vec<[String; 4]> {
        let got = output(&["list", "attached", "--cgroup", self.inner.path().to_str().unwrap()]);
        let line = |line: &str| {
            let cells: Vec<_> = line.split("  ").map(str::trim).filter(|cell| !cell.is_empty()).collect();
            let [event, order, name, id, mode, cgroup] = cells[..] else { panic!("{line}") };
            assert!(id.starts_with("id ") && event == "cgroup_skb/egress", "{line}");
            [order, name, mode, cgroup].map(String::from)
        };
        text(&got.stdout).lines().map(line).collect()
    }
}

fn digits(of: i128) -> Value {
    Value::Struct(vec![("order".into(), Value::Int(of))])
}

/// Rows as `shown` gives them: name, mode, and whether it is the inner cgroup's.
fn rows(nest: &Nest, wanted: &[(&str, &str, bool)]) -> Vec<[String; 4]> {
    let row = |(index, (name, mode, inner)): (usize, &(&str, &str, bool))| {
        let cgroup = if *inner { nest.inner.path() } else { nest.outer.path() };
        let order = (index + 1).to_string();
        [order, (*name).into(), (*mode).into(), fs::canonicalize(cgroup).unwrap().display().to_string()]
    };
    wanted.iter().enumerate().map(row).collect()
}

#[test]
fn programs_of_child_cgroups_run_before_those_above() {
    let Some(mut nest) = Nest::new() else { return };
    nest.put("one", false, &MULTI);
    nest.put("two", true, &MULTI);
    nest.put("three", false, &MULTI);
    nest.put("four", true, &MULTI);
    assert_eq!((nest.digits(true), nest.digits(false)), (2413, 13));
    let wanted = [("two", true), ("four", true), ("one", false), ("three", false)];
    let wanted = wanted.map(|(name, inner)| (name, "multi", inner));
    assert_eq!(nest.shown(), rows(&nest, &wanted));
    nest.session.detach_all();
    assert_eq!((nest.digits(true), nest.shown()), (0, Vec::new()));
}

#[test]
fn preorder_puts_a_parents_program_first() {
    let Some(mut nest) = Nest::new() else { return };
    nest.put("one", false, &MULTI);
    nest.put("three", true, &MULTI);
    nest.session.set_attach_mode(&PREORDER);
    match nest.session.attach("two", &Target::cgroup(nest.outer.path())) {
        Err(error @ SessionError::Attach(AttachError::NoMode { .. })) => return println!("skipped: {error}"),
        other => other.unwrap(),
    };
    assert_eq!((nest.digits(true), nest.digits(false)), (231, 21));
    let wanted = [("two", "preorder", false), ("three", "multi", true), ("one", "multi", false)];
    assert_eq!(nest.shown(), rows(&nest, &wanted));
}

#[test]
fn override_lets_a_child_run_its_own_instead() {
    let Some(mut nest) = Nest::new() else { return };
    nest.put("one", false, &OVERRIDE);
    assert_eq!(nest.digits(true), 1);
    nest.put("two", true, &OVERRIDE);
    assert_eq!((nest.digits(true), nest.digits(false)), (2, 1));
    assert_eq!(nest.shown(), rows(&nest, &[("two", "override", true)]));
    nest.session.detach_all();
    assert_eq!((nest.digits(true), nest.digits(false)), (0, 0));
}

#[test]
fn exclusive_leaves_no_room_below() {
    let Some(mut nest) = Nest::new() else { return };
    nest.put("one", false, &EXCLUSIVE);
    assert_eq!(nest.digits(true), 1);
    for mode in [&MULTI, &OVERRIDE, &EXCLUSIVE] {
        let path = nest.inner.path().display().to_string();
        let wanted = format!(
            "`two` cannot be attached as {} beside what is attached to `{path}` or above it; `bpfl list attached \
             --cgroup {path}` shows that",
            mode.name
        );
        assert_eq!(nest.refusal("two", mode).to_string(), wanted);
    }
    assert_eq!(nest.shown(), rows(&nest, &[("one", "exclusive", false)]));
}

#[test]
fn the_mode_of_a_run_is_an_option() {
    let Some(mut nest) = Nest::new() else { return };
    nest.put("one", false, &OVERRIDE);
    let path = nest.inner.path().to_str().unwrap();
    let file = crate::setup::example("count-egress.lisp");
    let run = |mode: &str| {
        let mut command = bpfl(&["run", &file, "--cgroup", path, "--for=10ms", "--attach-mode", mode]);
        command.output().unwrap()
    };
    assert_eq!(run("override").status.code(), Some(0));
    assert_eq!(run("multi").status.code(), Some(0), "below one that may be overridden, all is allowed");
    assert_eq!(nest.shown(), rows(&nest, &[("one", "override", false)]), "a run has left something");
    let got = run("overide");
    assert!(text(&got.stderr).contains("possible values: multi, preorder, override, exclusive"));
    let mut own = bpfl(&["run", &file, "--cgroup", nest.outer.path().to_str().unwrap(), "--for=10ms"]);
    assert!(refused(&mut own).contains("`count_egress` cannot be attached as multi beside what is attached"));
}
