//! Every hook of cgroups and maps of sockets against the running kernel: loaded, attached as what
//! the section says, and gone with the session. Without the privilege these tests say so and pass.

use std::{
    io::{Read, Write},
    net::{TcpListener, TcpStream},
    time::{Duration, Instant},
};

use bpfl_compiler::{
    diagnostic::{Diagnostics, render::render},
    driver::{Options, compile},
    source::SourceMap,
};
use bpfl_runtime::{
    attach::Target,
    attached_programs,
    cgroup::{ChildCgroup, Hierarchy},
    host,
    session::Session,
    value::Value,
};
use bpfl_stdlib::catalog::{
    attach::{AttachType, CGROUP_INET4_CONNECT, CGROUP_UNIX_CONNECT, CGROUP_UNIX_GETPEERNAME, TargetKind},
    section,
};

fn session(source: &str) -> Session {
    let mut sources = SourceMap::new();
    let file = sources.add("hook.lisp", source);
    let mut diagnostics = Diagnostics::default();
    let compiled = compile(&mut sources, file, &Options::default(), &mut diagnostics);
    let compiled = compiled.unwrap_or_else(|| panic!("{}", render(&sources, diagnostics.iter(), false)));
    Session::open(compiled.object).unwrap()
}

fn cgroup() -> Option<ChildCgroup> {
    let report = host::report();
    if !report.ready {
        println!("skipped: this user cannot attach programs here: {:?}", report.checks.last());
        return None;
    }
    let own = Hierarchy::find().and_then(|hierarchy| hierarchy.own()).unwrap();
    Some(ChildCgroup::create(&own).unwrap())
}

/// The sections whose programs are attached to a target of `kind`.
fn sections(kind: TargetKind) -> impl Iterator<Item = (&'static str, &'static AttachType)> {
    let rows = section::ALL.iter().filter(|row| row.btf_prefix().is_none());
    rows.filter_map(|row| Some((row.name, row.attach_type?))).filter(move |(_, at)| at.target == kind)
}

/// Waits until `condition` holds: a process that another test is just starting has our links until
/// it executes.
fn eventually(mut condition: impl FnMut() -> bool) -> bool {
    let start = Instant::now();
    while !condition() {
        if start.elapsed() > Duration::from_secs(5) {
            return false;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    true
}

#[test]
fn every_hook_of_a_cgroup() {
    let Some(cgroup) = cgroup() else { return };
    let target = Target::cgroup(cgroup.path());
    for (section, at) in sections(TargetKind::Cgroup) {
        let mut session = session(&format!("(defprog p (:section \"{section}\") 1)"));
        let attached = || attached_programs(&cgroup, at.number).map(|ids| ids.len()).unwrap();
        session.attach("p", &target).unwrap_or_else(|error| panic!("{section}: {error}"));
        assert_eq!(attached(), 1, "{section}");
        drop(session);
        assert!(eventually(|| attached() == 0), "{section}");
    }
}

#[test]
fn every_hook_of_a_map_of_sockets() {
    if cgroup().is_none() {
        return;
    }
    for (section, at) in sections(TargetKind::SockMap) {
        for kind in ["sockmap", "sockhash"] {
            let map = format!("(defmap m :type :{kind} :key u32 :value u64 :max-entries 2)");
            let mut session = session(&format!("{map} (defprog p (:section \"{section}\") SK_PASS)"));
            session.attach_all(&Target::map("m")).unwrap_or_else(|error| panic!("{section}: {error}"));
            let mut attached =
                || attached_programs(session.map("m").unwrap().fd().unwrap(), at.number).unwrap().len();
            assert_eq!(attached(), 1, "{section}");
            session.detach_all();
            let mut attached =
                || attached_programs(session.map("m").unwrap().fd().unwrap(), at.number).unwrap().len();
            assert!(eventually(|| attached() == 0), "{section}");
        }
    }
}

#[test]
fn all_or_none_are_attached() {
    let Some(cgroup) = cgroup() else { return };
    let programs = "(defprog a (:section \"cgroup/connect4\") 1) (defprog b (:section \"sk_msg\") SK_PASS)";
    let mut session = session(programs);
    let error = session.attach_all(&Target::cgroup(cgroup.path())).unwrap_err().to_string();
    assert_eq!(error, "`b` is attached to a sockmap or sockhash; define one with `defmap`");
    assert_eq!(session.attached().count(), 0);
    session.attach_some(&["a"], &[Target::cgroup(cgroup.path())]).unwrap();
    assert_eq!(session.attached().map(|(name, _)| name).collect::<Vec<_>>(), ["a"]);
}

/// The program is loaded past aya, and its globals are found all the same.
#[test]
fn a_verdict_alone_decides_on_streams() {
    if cgroup().is_none() {
        return;
    }
    let mut session = session(
        "(defmap m :type :sockmap :key u32 :value u64 :max-entries 2)
         (defvar seen u64)
         (defprog p (:section \"sk_skb/verdict\") (incf seen (u64 (ctx len))) SK_DROP)",
    );
    session.attach_all(&Target::map("m")).unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let mut client = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
    let mut server = listener.accept().unwrap().0;
    session.sockmap_update("m", &Value::Int(0), &server).unwrap();
    client.write_all(b"dropped").unwrap();
    let mut seen = || {
        let value = session.map(".bss").unwrap().lookup(&Value::Int(0)).unwrap().unwrap();
        value.field("seen").and_then(Value::as_int).unwrap()
    };
    assert!(eventually(|| seen() == 7), "the program did not run");
    drop(session);
    client.write_all(b"arrives").unwrap();
    let mut got = [0; 7];
    server.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
    server.read_exact(&mut got).unwrap();
    assert_eq!(&got, b"arrives");
}

#[test]
fn programs_of_all_sections_stand_in_one_object() {
    let Some(cgroup) = cgroup() else { return };
    let mut session = session(
        "(defprog a (:section \"cgroup/connect_unix\") 1)
         (defprog b (:section \"cgroup/connect4\") 1)
         (defprog c (:section \"cgroup/getpeername_unix\") 1)",
    );
    session.attach_all(&Target::cgroup(cgroup.path())).unwrap();
    let count = |at: &AttachType| attached_programs(&cgroup, at.number).unwrap().len();
    let all = || [&CGROUP_UNIX_CONNECT, &CGROUP_INET4_CONNECT, &CGROUP_UNIX_GETPEERNAME].map(count);
    assert_eq!(all(), [1, 1, 1]);
    drop(session);
    assert!(eventually(|| all() == [0, 0, 0]));
}
