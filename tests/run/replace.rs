//! Objects that take the place of others while programs are attached and packets go by.

use std::process::{Child, Command, Stdio};

use bpfl_compiler::{
    diagnostic::Diagnostics,
    driver::{Options, compile},
    source::SourceMap,
};
use bpfl_runtime::{
    attach::{Manner, Target},
    cgroup::{ChildCgroup, spawn},
    session::Session,
    value::Value,
};
use bpfl_stdlib::catalog::{attach::CGROUP_INET_EGRESS, mode};

use crate::setup::{Folder, attached, cgroup, eventually, text};

fn object(source: &str) -> Vec<u8> {
    let (mut sources, mut diagnostics) = (SourceMap::new(), Diagnostics::default());
    let file = sources.add("replace.lisp", source);
    let compiled = compile(&mut sources, file, &Options::default(), &mut diagnostics);
    compiled.unwrap_or_else(|| panic!("{source}: {:?}", diagnostics.iter().next())).object
}

/// Counts packets in a map, and those of this version in another.
fn counter(version: usize) -> Vec<u8> {
    object(&format!(
        "(defmap all :type :array :key u32 :value u64 :max-entries 1)
         (defmap each :type :array :key u32 :value u64 :max-entries 32)
         (defvar seen u64)
         (defprog count (:section \"cgroup_skb/egress\")
           (incf (getmap all 0)) (incf (getmap each {version})) (incf seen) 1)"
    ))
}

/// Whether nothing is attached: a process that another test is starting may have a link for a moment.
fn gone(cgroup: &ChildCgroup) -> bool {
    eventually(|| attached(cgroup, &CGROUP_INET_EGRESS).is_empty())
}

fn entry(session: &mut Session, map: &str, key: usize) -> i128 {
    let value = session.map(map).unwrap().lookup(&Value::Int(key as i128)).unwrap();
    value.and_then(|value| value.as_int()).unwrap()
}

/// Sends packets from inside a cgroup, one after another.
fn sender(cgroup: &ChildCgroup, count: usize) -> Child {
    let mut command = Command::new("bash");
    command.args(["-c", &format!("for ((i = 0; i < {count}; i++)); do echo hi >/dev/udp/127.0.0.1/9; done")]);
    spawn(command, cgroup).unwrap()
}

/// The most packets that are sent while programs change.
const MOST: usize = 400_000;

/// Sends packets for as long as there is the file `go`, and prints how many.
fn stream(cgroup: &ChildCgroup, go: &str) -> Child {
    let mut command = Command::new("bash");
    let more = format!("[[ -e {go} && $i -lt {MOST} ]]");
    let script = format!("i=0; while {more}; do echo hi >/dev/udp/127.0.0.1/9; i=$((i + 1)); done; echo $i");
    command.args(["-c", &script]).stdout(Stdio::piped());
    spawn(command, cgroup).unwrap()
}

#[test]
fn no_packet_is_missed_while_a_program_is_replaced() {
    let Some(cgroup) = cgroup() else { return };
    const VERSIONS: usize = 20;
    let folder = Folder::new("stream");
    let go = folder.write("go", "");
    let mut session = Session::open(counter(0)).unwrap();
    session.attach("count", &Target::cgroup(cgroup.path())).unwrap();
    let mut child = stream(&cgroup, &go);
    for version in 1..VERSIONS {
        // Some packets for each version: the first of its own tells that it runs.
        assert!(eventually(|| entry(&mut session, "each", version - 1) > 0), "{:?}", child.try_wait());
        let replaced = session.replace(counter(version)).unwrap();
        assert_eq!(replaced.len(), 1);
        assert_eq!((replaced[0].program.as_str(), replaced[0].manner), ("count", Manner::InPlace));
        assert_eq!(attached(&cgroup, &CGROUP_INET_EGRESS).len(), 1);
    }
    assert!(eventually(|| entry(&mut session, "each", VERSIONS - 1) > 0));
    std::fs::remove_file(go).unwrap();
    let sent = text(&child.wait_with_output().unwrap().stdout);
    let sent: i128 = sent.trim().parse().unwrap();
    let each: i128 = (0..VERSIONS).map(|version| entry(&mut session, "each", version)).sum();
    assert_eq!((entry(&mut session, "all", 0), each), (sent, sent));
    assert_eq!(session.global("seen").unwrap(), Value::Int(sent));
    assert!((0..VERSIONS).all(|version| entry(&mut session, "each", version) > 0));
    drop(session);
    assert!(gone(&cgroup));
}

#[test]
fn the_same_object_replaces_nothing() {
    let Some(cgroup) = cgroup() else { return };
    let mut session = Session::open(counter(0)).unwrap();
    session.attach("count", &Target::cgroup(cgroup.path())).unwrap();
    let before = attached(&cgroup, &CGROUP_INET_EGRESS);
    assert_eq!(session.replace(counter(0)).unwrap(), []);
    assert_eq!(attached(&cgroup, &CGROUP_INET_EGRESS), before);
}

#[test]
fn a_refused_program_leaves_the_old_one_attached() {
    let Some(cgroup) = cgroup() else { return };
    let mut session = Session::open(counter(0)).unwrap();
    session.attach("count", &Target::cgroup(cgroup.path())).unwrap();
    let before = attached(&cgroup, &CGROUP_INET_EGRESS);
    // Reads behind the end of the context, which the compiler takes on trust.
    let refused = object(
        "(defmap all :type :array :key u32 :value u64 :max-entries 2)
         (defprog count (:section \"cgroup_skb/egress\") (incf (getmap all 0)) (asm #x61 0 (ctx-ptr) 4000 0) 1)",
    );
    let error = session.replace(refused).unwrap_err().to_string();
    assert!(error.contains("verifier refused `count`"), "{error}");
    let elsewhere = object("(defprog count (:section \"cgroup_skb/ingress\") 1)");
    let error = session.replace(elsewhere).unwrap_err().to_string();
    assert!(error.starts_with("`count` is attached as cgroup_skb/egress; detach it before"), "{error}");
    assert_eq!(attached(&cgroup, &CGROUP_INET_EGRESS), before);
    assert!(sender(&cgroup, 2).wait().unwrap().success());
    assert_eq!((entry(&mut session, "all", 0), entry(&mut session, "each", 0)), (2, 2));
}

#[test]
fn what_is_defined_otherwise_is_made_anew_and_the_rest_goes_on() {
    let Some(cgroup) = cgroup() else { return };
    let source = |slots: usize, start: u64, step: u64| {
        object(&format!(
            "(defmap kept :type :array :key u32 :value u64 :max-entries 1)
             (defmap changed :type :array :key u32 :value u64 :max-entries {slots})
             (defvar hits u64)
             (defvar start u64 {start})
             (defvar other u64 8)
             (defun step-by ((n u64)) :returns u64 (+ n {step}))
             (defprog count (:section \"cgroup_skb/egress\")
               (incf (getmap kept 0) (step-by 0)) (incf hits) 1)
             (defprog idle (:section \"cgroup_skb/egress\") (incf (getmap changed 0)) 1)"
        ))
    };
    let mut session = Session::open(source(1, 5, 1)).unwrap();
    session.set_global("other", &Value::Int(9)).unwrap();
    let cgroup_target = Target::cgroup(cgroup.path());
    session.attach("count", &cgroup_target).unwrap();
    session.attach("idle", &cgroup_target).unwrap();
    let send = || assert!(sender(&cgroup, 3).wait().unwrap().success());
    send();
    // Only the function that `count` calls has changed.
    let names = |all: Vec<bpfl_runtime::session::Replacement>| -> Vec<String> {
        all.into_iter().map(|one| one.program).collect()
    };
    assert_eq!(names(session.replace(source(1, 5, 10)).unwrap()), ["count"]);
    send();
    let counts = |session: &mut Session| (entry(session, "kept", 0), entry(session, "changed", 0));
    assert_eq!(counts(&mut session), (33, 6));
    // A map with more room, and a variable with another first value.
    session.set_global("start", &Value::Int(77)).unwrap();
    assert_eq!(names(session.replace(source(2, 6, 10)).unwrap()), ["idle"]);
    send();
    assert_eq!(counts(&mut session), (63, 3));
    let values = ["hits", "start", "other"].map(|name| session.global(name).unwrap());
    assert_eq!(values, [9, 6, 9].map(Value::Int));
}

#[test]
fn programs_of_events_are_attached_before_the_old_ones_go() {
    let Some(_cgroup) = cgroup() else { return };
    let source = |version: usize| {
        object(&format!(
            "(defmap each :type :array :key u32 :value u64 :max-entries 4)
             (defprog calls (:section \"tp/syscalls/sys_enter_getpgid\") (incf (getmap each {version})) 0)"
        ))
    };
    let mut session = Session::open(source(0)).unwrap();
    session.attach("calls", &Target::Event("tp/syscalls/sys_enter_getpgid".into())).unwrap();
    let call = || rustix::process::getpgid(None).unwrap();
    call();
    let replaced = session.replace(source(1)).unwrap();
    assert_eq!(replaced.iter().map(|one| one.manner).collect::<Vec<_>>(), [Manner::Beside]);
    call();
    let (old, new) = (entry(&mut session, "each", 0), entry(&mut session, "each", 1));
    assert!(old >= 1 && new >= 1, "{old} {new}");
}

#[test]
fn a_program_follows_its_variables_to_where_they_are() {
    let Some(cgroup) = cgroup() else { return };
    let source = |more: &str| {
        object(&format!(
            "(defvar hits u64) {more}
             (defprog count (:section \"cgroup_skb/egress\") (incf hits) 1)"
        ))
    };
    let mut session = Session::open(source("")).unwrap();
    session.attach("count", &Target::cgroup(cgroup.path())).unwrap();
    assert!(sender(&cgroup, 3).wait().unwrap().success());
    // Its code is the same, and its variable at the same place of a section that is another one.
    assert_eq!(session.replace(source("(defvar more u64)")).unwrap().len(), 1);
    assert!(sender(&cgroup, 2).wait().unwrap().success());
    assert_eq!(session.global("hits").unwrap(), Value::Int(5));
    // The words that it prints are others.
    let words = |text: &str| {
        object(&format!("(defprog count (:section \"cgroup_skb/egress\") (printk \"{text}\") 1)"))
    };
    session.replace(words("one")).unwrap();
    assert_eq!(session.replace(words("one")).unwrap().len(), 0);
    assert_eq!(session.replace(words("two")).unwrap().len(), 1);
}

#[test]
fn programs_that_no_link_holds_are_replaced_too() {
    let Some(cgroup) = cgroup() else { return };
    for mode in mode::ALL {
        let mut session = Session::open(counter(0)).unwrap();
        session.set_attach_mode(mode);
        session.attach("count", &Target::cgroup(cgroup.path())).unwrap();
        let before = attached(&cgroup, &CGROUP_INET_EGRESS);
        assert_eq!(session.replace(counter(1)).unwrap().len(), 1);
        let after = attached(&cgroup, &CGROUP_INET_EGRESS);
        assert!(after.len() == 1 && after != before, "{} {before:?} {after:?}", mode.name);
        assert!(sender(&cgroup, 2).wait().unwrap().success());
        assert_eq!((entry(&mut session, "each", 0), entry(&mut session, "each", 1)), (0, 2), "{}", mode.name);
        drop(session);
        assert!(gone(&cgroup), "{}", mode.name);
    }
}
