//! Files with several programs: which are attached, to what, and that nothing is left behind.

use std::{
    io::{BufRead, BufReader},
    process::{Child, Command, Output, Stdio},
};

use aya::programs::loaded_programs;
use bpfl_runtime::cgroup::{ChildCgroup, Hierarchy};
use bpfl_stdlib::catalog::attach::{
    AttachType, CGROUP_INET_SOCK_CREATE, CGROUP_INET_SOCK_RELEASE, CGROUP_SOCK_OPS,
};
use rustix::process::{Pid, Signal, kill_process};

use crate::setup::{Folder, attached, bpfl, cgroup, eventually, example, refusal, text};

fn count(cgroup: &ChildCgroup, at: &AttachType) -> usize {
    attached(cgroup, at).len()
}

/// A `bpfl run` that has said what it attached.
struct Running {
    child: Child,
    note: String,
}

impl Running {
    fn start(args: &[&str]) -> Self {
        let mut child = bpfl(args).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut note = String::new();
        BufReader::new(child.stderr.take().unwrap()).read_line(&mut note).unwrap();
        Self { child, note }
    }

    fn end(mut self, signal: Signal) -> Option<i32> {
        kill_process(Pid::from_child(&self.child), signal).unwrap();
        self.child.wait().unwrap().code()
    }
}

#[test]
fn all_programs_of_a_file_are_attached() {
    let Some(cgroup) = cgroup() else { return };
    let path = cgroup.path().to_str().unwrap();
    let running = Running::start(&["run", &example("one-udp-socket.lisp"), "--cgroup", path]);
    assert_eq!(running.note, format!("note: `sock`, `sock_release` attached to the cgroup `{path}`\n"));
    let both = || (count(&cgroup, &CGROUP_INET_SOCK_CREATE), count(&cgroup, &CGROUP_INET_SOCK_RELEASE));
    assert_eq!(both(), (1, 1));
    assert_eq!(running.end(Signal::TERM), Some(143));
    assert!(eventually(|| both() == (0, 0)));
}

const GUARDED: &str = r#"
(defmap opened :type :hash :key u32 :value u64 :max-entries 64)
(defmap asked :type :array :key u32 :value u64 :max-entries 1)
(defprog devices (:type :cgroup-device)
  (incf (getmap opened (ctx minor)))
  (if (and (= (ctx major) 1) (= (ctx minor) 5)) 0 1))
(defprog settings (:type :cgroup-sysctl)
  (let ((name (make-buffer)))
    (incf (getmap asked 0))
    (if (and (= (ctx write) 0) (> (sysctl-get-name (ctx-ptr) (buffer-text-ptr name) 32 0) 0)
             (= (memcmp (buffer-text-ptr name) "kernel/ostype" 14) 0))
      0
      1)))
(defstruct buffer (text (array u8 32)))
"#;

/// What a command in the cgroup may open, and which settings it may read.
#[test]
fn devices_and_settings_are_guarded() {
    let Some(_) = cgroup() else { return };
    let folder = Folder::new("run-hooks-guarded");
    let file = folder.write("guarded.lisp", GUARDED);
    let tried = "head -c 1 /dev/zero; head -c 1 /dev/null && echo null; \
                 cat /proc/sys/kernel/ostype; cat /proc/sys/kernel/osrelease >/dev/null && echo release";
    let got = bpfl(&["run", &file, "--json", "--", "sh", "-c", tried]).output().unwrap();
    assert_eq!(text(&got.stdout), "null\nrelease\n", "{}", text(&got.stderr));
    let said = text(&got.stderr);
    let lines = |word: &str| said.lines().filter(|line| line.contains(word)).count();
    assert_eq!((lines("/dev/zero"), lines("/proc/sys/kernel/ostype")), (1, 1), "{said}");
    assert!(said.contains(r#""map":"opened""#) && said.contains(r#""map":"asked""#), "{said}");
}

#[test]
fn only_the_named_programs_are_attached() {
    let Some(cgroup) = cgroup() else { return };
    let (file, path) = (example("one-udp-socket.lisp"), cgroup.path().to_str().unwrap());
    let running = Running::start(&["run", &file, "--cgroup", path, "--prog", "sock-release"]);
    assert_eq!(running.note, format!("note: `sock_release` attached to the cgroup `{path}`\n"));
    let both = || (count(&cgroup, &CGROUP_INET_SOCK_CREATE), count(&cgroup, &CGROUP_INET_SOCK_RELEASE));
    assert_eq!(both(), (0, 1));
    assert_eq!(running.end(Signal::INT), Some(130));
    assert!(eventually(|| both() == (0, 0)));
    let error = refusal(&["run", &file, "--cgroup", path, "--prog", "sock,sock-relaese"]);
    assert!(error.contains("no program `sock-relaese`; did you mean `sock_release`?"), "{error}");
    assert_eq!(both(), (0, 0));
}

#[test]
fn each_program_goes_where_it_belongs() {
    let Some(cgroup) = cgroup() else { return };
    let path = cgroup.path().to_str().unwrap();
    let running = Running::start(&["run", &example("sockops-fill.lisp"), "--cgroup", path]);
    let note =
        format!("note: `fill` attached to the cgroup `{path}`; `redirect` attached to the map `sockets`\n");
    assert_eq!(running.note, note);
    assert_eq!(count(&cgroup, &CGROUP_SOCK_OPS), 1);
    assert_eq!(running.end(Signal::TERM), Some(143));
    assert!(eventually(|| count(&cgroup, &CGROUP_SOCK_OPS) == 0));
}

/// The ids of the loaded programs of that name.
fn loaded(name: &str) -> usize {
    loaded_programs().flatten().filter(|info| info.name_as_str() == Some(name)).count()
}

#[test]
fn a_program_on_a_map_goes_with_the_run_however_it_ends() {
    let Some(_) = cgroup() else { return };
    for (signal, status) in [(Signal::TERM, Some(143)), (Signal::KILL, None)] {
        // A name that no other test uses.
        let source = "(defmap socks :type :sockmap :key u32 :value u64 :max-entries 2)
                      (defprog run-hooks-msg (:section \"sk_msg\") SK_PASS)";
        let folder = Folder::new("run-hooks");
        let running = Running::start(&["run", &folder.write("msg.lisp", source), "--map", "socks"]);
        assert_eq!(running.note, "note: `run_hooks_msg` attached to the map `socks`\n");
        assert_eq!(loaded("run_hooks_msg"), 1);
        assert_eq!(running.end(signal), status);
        assert!(eventually(|| loaded("run_hooks_msg") == 0), "the program is still loaded");
    }
}

#[test]
fn targets_that_do_not_suit_are_refused_with_those_that_do() {
    let Some(_) = cgroup() else { return };
    let file = example("msg-redirect.lisp");
    let cases: &[(&[&str], &str)] = &[
        (&[], "`verdict` is attached to a sockmap or sockhash; name `sock_map` or `sock_hash`"),
        (&["--map", "verdicts"], "map `verdicts` is of type array, which holds no sockets; name `sock_map`"),
        (&["--map", "sock-mpa"], "no map `sock-mpa`; did you mean `sock_map`?"),
    ];
    for (args, wanted) in cases {
        let error = refusal(&[&["run", &file], *args].concat());
        assert!(error.contains(wanted), "{error}");
    }
}

#[test]
fn a_target_that_nothing_is_attached_to_is_noted() {
    let Some(cgroup) = cgroup() else { return };
    let path = cgroup.path().to_str().unwrap();
    let (count, message) = (example("count-egress.lisp"), example("msg-owner.lisp"));
    let cases: &[(&[&str], &str)] = &[
        (&[&count, "--cgroup", path, "--map", "pkt-count"], "--map says nothing"),
        (&[&message, "--cgroup", path], "--cgroup says nothing"),
    ];
    for (args, wanted) in cases {
        let got = bpfl(&[&["run", "--for", "10ms"], *args].concat()).output().unwrap();
        let said = text(&got.stderr);
        assert!(got.status.success() && said.contains(wanted), "{said}");
    }
}

/// bpfl where cgroup v2 is not mounted: in a mount namespace of its own.
fn without_cgroups(args: &[&str]) -> Option<Output> {
    let mount = Hierarchy::find().unwrap().mount;
    let script = "umount -l \"$0\" && exec \"$@\"";
    let mut command = Command::new("unshare");
    command.args(["--mount", "sh", "-c", script, mount.to_str().unwrap(), env!("CARGO_BIN_EXE_bpfl")]);
    let works = Command::new("unshare").args(["--mount", "true"]).status();
    works.is_ok_and(|status| status.success()).then(|| command.args(args).output().unwrap())
}

#[test]
fn only_programs_of_cgroups_need_cgroups() {
    let Some(_) = cgroup() else { return };
    let Some(got) = without_cgroups(&["run", &example("msg-owner.lisp"), "--for=10ms"]) else {
        return println!("skipped: there are no mount namespaces here");
    };
    assert_eq!(text(&got.stderr), "note: `owner_only` attached to the map `sockets`\n");
    assert_eq!(got.status.code(), Some(0));
    let got = without_cgroups(&["run", &example("sockops-fill.lisp"), "--for=10ms"]).unwrap();
    assert!(text(&got.stderr).starts_with("error: cgroup v2 is not mounted; as root, `mkdir -p"));
    assert_eq!(got.status.code(), Some(1));
    let only = &["run", &example("sockops-fill.lisp"), "--for=10ms", "--prog=redirect"];
    assert_eq!(without_cgroups(only).unwrap().status.code(), Some(0));
}
