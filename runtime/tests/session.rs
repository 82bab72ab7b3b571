//! Sessions against the running kernel: what a process in a cgroup of its own sends is what the map
//! says, and nothing is left when a session ends. Without the privilege these tests say so and
//! pass.

use std::{
    env,
    net::UdpSocket,
    process::{Command, Stdio},
};

use bpfl_compiler::{
    diagnostic::{Diagnostics, render::render},
    driver::{Options, compile},
    source::SourceMap,
};
use bpfl_runtime::{
    attach::Target,
    attached_programs,
    cgroup::{ChildCgroup, Hierarchy, spawn},
    host,
    session::{Session, SessionError},
    value::Value,
};

const SOURCE: &str = include_str!("../../examples/count-egress.lisp");
/// `BPF_CGROUP_INET_EGRESS` of include/uapi/linux/bpf.h.
const EGRESS: u32 = 1;
/// Tells the test binary, started again, how many packets to send and where to.
const ORDER: &str = "BPFL_TEST_SEND";

fn object() -> Vec<u8> {
    let mut sources = SourceMap::new();
    let file = sources.add("count-egress.lisp", SOURCE);
    let mut diagnostics = Diagnostics::default();
    let compiled = compile(&mut sources, file, &Options::default(), &mut diagnostics);
    compiled.unwrap_or_else(|| panic!("{}", render(&sources, diagnostics.iter(), false))).object
}

/// A cgroup of this test's own, or `None` where programs cannot be attached.
fn cgroup() -> Option<ChildCgroup> {
    let report = host::report();
    if !report.ready {
        println!("skipped: this user cannot attach programs here: {:?}", report.checks.last());
        return None;
    }
    let hierarchy = Hierarchy::find().expect("a ready host has cgroup v2");
    let own = hierarchy.own().expect("a process is in a cgroup");
    Some(ChildCgroup::create(&own).expect("a ready host lets us make cgroups"))
}

/// Not a test of its own: the child process that sends packets.
#[test]
fn sender() {
    let Ok(order) = env::var(ORDER) else { return };
    let (count, to) = order.split_once(' ').expect("a count and an address");
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    for _ in 0..count.parse::<u32>().unwrap() {
        socket.send_to(b"counted", to).unwrap();
    }
}

fn send(cgroup: &ChildCgroup, count: u32) {
    let receiver = UdpSocket::bind("127.0.0.1:0").unwrap();
    let mut command = Command::new(env::current_exe().unwrap());
    command.args(["--exact", "sender"]).stdout(Stdio::null());
    command.env(ORDER, format!("{count} {}", receiver.local_addr().unwrap()));
    let mut child = spawn(command, cgroup).unwrap();
    assert!(child.wait().unwrap().success());
}

#[test]
fn the_map_counts_every_packet_that_the_cgroup_sends() {
    for count in [0, 1, 7, 100] {
        let Some(cgroup) = cgroup() else { return };
        let mut session = Session::open(object()).unwrap();
        session.attach("count-egress", &Target::cgroup(cgroup.path())).unwrap();
        send(&cgroup, count);
        let counted = session.map("pkt-count").unwrap().lookup(&Value::Int(0)).unwrap();
        assert_eq!(counted, Some(Value::Int(i128::from(count))));
    }
}

#[test]
fn packets_of_other_processes_are_not_counted() {
    let Some(cgroup) = cgroup() else { return };
    let mut session = Session::open(object()).unwrap();
    session.attach_all(&Target::cgroup(cgroup.path())).unwrap();
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    socket.send_to(b"not counted", socket.local_addr().unwrap()).unwrap();
    assert_eq!(session.map("pkt_count").unwrap().lookup(&Value::Int(0)).unwrap(), Some(Value::Int(0)));
}

#[test]
fn what_is_no_cgroup_cannot_be_attached_to() {
    if cgroup().is_none() {
        return;
    }
    let mut session = Session::open(object()).unwrap();
    for (path, reason) in [("/proc", "no cgroup v2 directory"), ("/no/such/place", "cannot be opened")] {
        let error = session.attach_all(&Target::cgroup(path)).unwrap_err();
        assert!(error.to_string().contains(reason), "{error}");
    }
}

#[test]
fn dropping_a_session_detaches() {
    let Some(cgroup) = cgroup() else { return };
    let mut session = Session::open(object()).unwrap();
    let target = Target::cgroup(cgroup.path());
    let link = session.attach("count_egress", &target).unwrap();
    assert_eq!(attached_programs(&cgroup, EGRESS).unwrap().len(), 1);
    assert!(session.detach(link).unwrap());
    assert!(!session.detach(link).unwrap());
    assert_eq!(attached_programs(&cgroup, EGRESS).unwrap(), []);
    session.attach("COUNT-EGRESS", &target).unwrap();
    drop(session);
    assert_eq!(attached_programs(&cgroup, EGRESS).unwrap(), []);
}

#[test]
fn entries_are_set_and_read_through_their_types() {
    if cgroup().is_none() {
        return;
    }
    let mut session = Session::open(object()).unwrap();
    let map = session.map("pkt-count").unwrap();
    map.update(&Value::Int(0), &Value::Int(i128::from(u64::MAX)), 0).unwrap();
    assert_eq!(map.entries().unwrap(), [(Value::Int(0), Value::Int(i128::from(u64::MAX)))]);
    let error = map.update(&Value::Int(0), &Value::Int(-1), 0).unwrap_err();
    assert!(error.to_string().contains("does not fit"), "{error}");
    assert_eq!(map.lookup(&Value::Int(1)).unwrap(), None);
    assert!(map.delete(&Value::Int(0)).is_err(), "no entry of an array can go");
}

#[test]
fn opening_describes_and_names_are_suggested() {
    let mut session = Session::open(object()).unwrap();
    let spec = session.spec();
    let program = spec.program("count-egress").unwrap();
    assert_eq!((program.name.as_str(), program.section.as_str()), ("count_egress", "cgroup_skb/egress"));
    let map = spec.map("pkt-count").unwrap();
    assert_eq!((map.kind.name, map.key.size(), map.value.size(), map.max_entries), ("array", 4, 8, 1));
    assert_eq!(spec.license, "GPL");
    let error = session.attach("count-ingress", &Target::cgroup("/")).unwrap_err();
    assert!(error.to_string().contains("did you mean `count_egress`?"), "{error}");
    let error = session.map("pkt-cuont").err().expect("there is no such map");
    assert!(error.to_string().contains("did you mean `pkt_count`?"), "{error}");
}

#[test]
fn what_is_no_object_is_refused_and_damage_does_no_harm() {
    let text = Session::open("(defmap".as_bytes().to_vec());
    assert!(matches!(text, Err(SessionError::Spec(_))));
    let whole = object();
    for (at, _) in whole.iter().enumerate() {
        for wrong in [0, 0xff] {
            let mut damaged = whole.clone();
            damaged[at] = wrong;
            let _ = Session::open(damaged);
        }
    }
    let mut cut = whole;
    // Whatever is left of it: an error or an object, never a panic.
    for length in (0..cut.len()).rev().step_by(37) {
        cut.truncate(length);
        let _ = Session::open(cut.clone());
    }
}

#[test]
fn a_cgroup_is_removed_with_its_scope_and_stays_with_who_is_in_it() {
    let Some(cgroup) = cgroup() else { return };
    let path = cgroup.path().to_path_buf();
    let mut command = Command::new("sleep");
    command.arg("60");
    let mut child = spawn(command, &cgroup).unwrap();
    assert_eq!(cgroup.pids(), [child.id()]);
    assert!(!cgroup.wait_empty(std::time::Duration::from_millis(50)));
    child.kill().unwrap();
    child.wait().unwrap();
    cgroup.remove().unwrap();
    assert!(!path.exists());
}
