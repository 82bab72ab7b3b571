//! Userspace Lisp: scripts that load, attach, read and end.

use std::{
    io::{BufRead, BufReader, Read},
    process::{Child, Command, Stdio},
};

use bpfl_runtime::cgroup::{ChildCgroup, spawn};
use bpfl_stdlib::catalog::attach::CGROUP_INET_EGRESS;
use rustix::process::{Pid, Signal, kill_process};

use crate::setup::{Folder, attached, bpfl, cgroup, eventually, example, output, refusal, text};

/// A script with CGROUP for the cgroup's path and OBJECT for that of count-egress's object.
fn script(folder: &Folder, cgroup: &ChildCgroup, body: &str) -> String {
    let object = folder.write("count-egress.o", "");
    assert!(output(&["build", &example("count-egress.lisp"), "-o", &object]).status.success());
    let path = cgroup.path().to_str().unwrap();
    folder.write("script.lisp", body.replace("CGROUP", path).replace("OBJECT", &object))
}

/// Sends `count` packets from inside a cgroup.
fn send(cgroup: &ChildCgroup, count: usize) {
    let mut command = Command::new("bash");
    command.args(["-c", &"echo hi >/dev/udp/127.0.0.1/9;".repeat(count)]);
    assert!(spawn(command, cgroup).unwrap().wait().unwrap().success());
}

/// A script that runs, and what it prints.
struct Running {
    child: Child,
    lines: BufReader<std::process::ChildStdout>,
}

impl Running {
    fn start(path: &str) -> Self {
        let mut command = bpfl(&["run", path, "--for", "20s"]);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap());
        Self { child, lines }
    }

    fn line(&mut self) -> String {
        let mut line = String::new();
        self.lines.read_line(&mut line).unwrap();
        line
    }

    /// The rest of what it prints, and its status.
    fn finish(mut self) -> (String, Option<i32>) {
        let mut rest = String::new();
        self.lines.read_to_string(&mut rest).unwrap();
        (rest, self.child.wait().unwrap().code())
    }
}

/// The loader that opens, finds, loads and attaches, step by step.
const STEPS: &str = r#"
(let* ((obj (bpf:open-object "OBJECT"))
       (prog (bpf:find-program obj "count-egress"))
       (loaded (bpf:load-program prog)))
  (attach-cgroup loaded "CGROUP" :attach-type +bpf-cgroup-inet-egress+)
  (let ((map (bpf:find-map obj "pkt-count")))
    (format t "packets: ~a~%" (bpf:map-lookup map 0))
    (loop until (>= (bpf:map-lookup map 0) 3) do (sleep 0.02))
    (format t "packets: ~a~%" (bpf:map-lookup map 0))))
"#;

/// The session over an object, without an end of its own.
const SESSION: &str = r#"
(with-bpf-session (session "OBJECT")
  (bpf:attach session "count-egress" :cgroup-path "CGROUP")
  (let ((map (bpf:find-map session "pkt-count")))
    (loop (format t "packets: ~a~%" (bpf:map-lookup map 0)) (sleep 0.02))))
"#;

#[test]
fn an_object_is_loaded_and_attached_step_by_step() {
    let Some(cgroup) = cgroup() else { return };
    let folder = Folder::new("steps");
    let mut running = Running::start(&script(&folder, &cgroup, STEPS));
    assert_eq!(running.line(), "packets: 0\n");
    send(&cgroup, 3);
    assert_eq!(running.finish(), ("packets: 3\n".into(), Some(0)));
    assert!(attached(&cgroup, &CGROUP_INET_EGRESS).is_empty());
}

#[test]
fn a_session_ends_with_every_signal() {
    let Some(cgroup) = cgroup() else { return };
    let folder = Folder::new("session");
    let path = script(&folder, &cgroup, SESSION);
    for (signal, status) in [(Signal::INT, 130), (Signal::TERM, 143), (Signal::HUP, 129)] {
        let mut running = Running::start(&path);
        assert_eq!(running.line(), "packets: 0\n");
        assert_eq!(attached(&cgroup, &CGROUP_INET_EGRESS).len(), 1);
        send(&cgroup, 2);
        while running.line() != "packets: 2\n" {}
        kill_process(Pid::from_child(&running.child), signal).unwrap();
        assert_eq!(running.finish().1, Some(status));
        assert!(attached(&cgroup, &CGROUP_INET_EGRESS).is_empty(), "{signal:?}");
    }
    let mut running = Running::start(&path);
    running.line();
    running.child.kill().unwrap();
    assert_eq!(running.finish().1, None);
    assert!(eventually(|| attached(&cgroup, &CGROUP_INET_EGRESS).is_empty()), "it was killed");
}

/// A program and its two loaders as people write them, who name the whole hierarchy.
const PRINTED: [&str; 3] = [
    r#"
(defmap pkt-count :type :array
  :key-size 4
  :value-size 8
  :max-entries 1)

(defprog count-egress (:type :cgroup-skb
                     :section "cgroup_skb/egress")
  (let ((key (u32 0))
        (val (map-lookup pkt-count key)))
    (when val
      (atomic-add val 1)))
  1)
"#,
    r#"
(let* ((obj (bpf:open-object "count-egress.o"))
       (prog (bpf:find-program obj "count-egress"))
       (loaded (bpf:load-program prog)))
  (attach-cgroup loaded "/sys/fs/cgroup"
                 :attach-type +bpf-cgroup-inet-egress+)
  ;; read the counter
  (let ((map (bpf:find-map obj "pkt-count")))
    (format t "packets: ~a~%" (bpf:map-lookup map 0))))
"#,
    r#"
(with-bpf-session (session "count-egress.o")
  (bpf:attach session "count-egress"
              :cgroup-path "/sys/fs/cgroup")
  ;; session auto-detaches on scope exit
  (let ((map (bpf:find-map session "pkt-count")))
    (loop
      (sleep 1)
      (format t "packets: ~a~%" (bpf:map-lookup map 0)))))
"#,
];

/// bpfl in a mount namespace of its own, in which a cgroup is where the whole hierarchy is elsewhere.
fn beneath(cgroup: &ChildCgroup, folder: &Folder, args: &[&str]) -> Command {
    let mut command = Command::new("unshare");
    let script = "mount --bind \"$1\" /sys/fs/cgroup && shift && exec \"$@\"";
    command.args(["--mount", "sh", "-c", script, "sh", cgroup.path().to_str().unwrap()]);
    command.arg(env!("CARGO_BIN_EXE_bpfl")).args(args).stdin(Stdio::null());
    folder.inside(&mut command);
    command
}

#[test]
fn loaders_run_as_they_are_printed() {
    let Some(cgroup) = cgroup() else { return };
    let folder = Folder::new("printed");
    for (name, text) in ["count-egress.lisp", "steps.lisp", "session.lisp"].iter().zip(PRINTED) {
        folder.write(name, text);
    }
    assert!(folder.inside(&mut bpfl(&["build", "count-egress.lisp"])).status().unwrap().success());
    let got = beneath(&cgroup, &folder, &["run", "steps.lisp"]).output().unwrap();
    assert_eq!((text(&got.stdout).as_str(), text(&got.stderr).as_str()), ("packets: 0\n", ""));
    let mut command = beneath(&cgroup, &folder, &["run", "session.lisp", "--for", "2500ms"]);
    let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    assert!(eventually(|| attached(&cgroup, &CGROUP_INET_EGRESS).len() == 1));
    send(&cgroup, 3);
    let got = child.wait_with_output().unwrap();
    assert_eq!((text(&got.stdout).as_str(), text(&got.stderr).as_str()), ("packets: 3\npackets: 3\n", ""));
    assert_eq!(got.status.code(), Some(0));
    assert!(attached(&cgroup, &CGROUP_INET_EGRESS).is_empty());
}

/// Programs and maps in the script itself; values of all kinds.
const INLINE: &str = r#"
(defconstant +slots+ 4)
(defstruct event (pid u32) (name (array u8 4)) (score i64))
(defmacro count-one () '(incf (getmap pkt-count 0)))
(defvar seen u64 0)
(defvar limit u32 7 :section :rodata)
(defun show (what value) (format t "~a: ~a~%" what value))

(with-bpf-session ()
  (bpf:map pkt-count :type :array :key-size 4 :value-size 8 :max-entries 1)
  (bpf:map events :type :hash :key u32 :value event :max-entries +slots+)
  (bpf:map per-cpu :type :percpu-array :key u32 :value u64 :max-entries 1)
  (bpf:prog count-egress (:section "cgroup_skb/egress") (count-one) (incf seen limit) 1)
  (setf (bpf:global pkt-count "limit") 5)
  (let ((link (bpf:attach count-egress "CGROUP")))
    (show "ready" (bpf:map-ref pkt-count 0))
    (loop until (= (bpf:map-ref pkt-count 0) 2) do (sleep 0.02))
    (show "seen" (bpf:global pkt-count "seen"))
    (show "detached" (list (bpf:detach link) (bpf:detach link))))
  (setf (bpf:map-ref events 1) (make-event :pid 7 :score -9))
  (bpf:map-update events 2 (make-event :pid 8 :name #(104 105 0 0)))
  (do-map-entries (k v events) (show k (list (event-pid v) (event-name v) (event-score v))))
  (show "keys" (bpf:map-keys events))
  (show "gone" (list (bpf:map-delete events 1) (bpf:map-delete events 1) (bpf:map-lookup events 1)))
  (show "per cpu" (reduce #'+ (bpf:map-ref per-cpu 0)))
  (flet ((refusal (f) (handler-case (progn (funcall f) "none") (error (e) (princ-to-string e)))))
    (show "range" (refusal (lambda () (bpf:map-update pkt-count 0 -1))))
    (show "kind" (refusal (lambda () (bpf:map-update events 1 5))))
    (show "absent" (refusal (lambda () (bpf:find-map pkt-count "pkt-cout"))))
    (show "late" (refusal (lambda () (setf (bpf:global pkt-count "limit") 6))))
    (show "global" (refusal (lambda () (bpf:global pkt-count "sen"))))
    (show "type" (refusal (lambda () (attach-cgroup count-egress "CGROUP"
                                                    :attach-type +bpf-cgroup-inet-ingress+))))))
"#;

#[test]
fn a_script_defines_what_it_loads_and_reads_every_kind_of_value() {
    let Some(cgroup) = cgroup() else { return };
    let folder = Folder::new("inline");
    let mut running = Running::start(&script(&folder, &cgroup, INLINE));
    assert_eq!(running.line(), "ready: 0\n");
    send(&cgroup, 2);
    let wanted = "\
seen: 10
detached: (t nil)
1: (7 #(0 0 0 0) -9)
2: (8 #(104 105 0 0) 0)
keys: (1 2)
gone: (t nil nil)
per cpu: 0
range: the value does not suit map `pkt_count`: -1 does not fit 64 bits
kind: the value does not suit map `events`: `5` is not a struct `event` (pid, name, score)
absent: the object has no map `pkt-cout`; did you mean `pkt_count`?
late: `limit` is read-only once the object is loaded; set it before
global: the object has no global variable `sen`; did you mean `seen`?
type: `count_egress` is in section \"cgroup_skb/egress\", which attaches as +bpf-cgroup-inet-egress+
";
    assert_eq!(running.finish(), (wanted.into(), Some(0)));
}

#[test]
fn an_error_ends_a_script_where_it_is_and_its_sessions_with_it() {
    let Some(cgroup) = cgroup() else { return };
    let folder = Folder::new("error");
    let body = "(with-bpf-session (s \"OBJECT\")\n  (bpf:attach s \"count-egress\" \"CGROUP\")\n  (car 5))";
    let path = script(&folder, &cgroup, body);
    let said = refusal(&["run", &path]);
    let place = "script.lisp:3:3";
    assert!(
        said.contains("error[E0603]") && said.contains(place) && said.contains("a list is wanted"),
        "{said}"
    );
    assert!(attached(&cgroup, &CGROUP_INET_EGRESS).is_empty());
}

#[test]
fn a_misspelt_form_is_nearly_one_of_userspace() {
    let folder = Folder::new("misspelt");
    for (form, wanted) in [
        ("(prinnt 5)", "there is no function called `prinnt`; did you mean `print`?"),
        ("(bpf:deatch 5)", "there is no function called `bpf:deatch`; did you mean `bpf:detach`?"),
        ("(bpf:frobnicate 5)", "there is no function called `bpf:frobnicate`\n"),
        ("(defmapp m)", "there is no top-level form called `defmapp`\n"),
    ] {
        let said = refusal(&["run", &folder.write("script.lisp", form)]);
        assert!(said.contains(wanted) && said.contains("script.lisp:1:"), "{said}");
    }
}

#[test]
fn definitions_that_do_not_compile_are_shown_at_their_place() {
    let folder = Folder::new("compile");
    let body = "(with-bpf-session ()\n  (bpf:prog p (:section \"cgroup_skb/egress\") (frob))\n  (bpf:attach p \"/\"))";
    let path = folder.write("script.lisp", body);
    let checked = refusal(&["check", &path]);
    assert!(checked.contains("error[E0101]") && checked.contains("script.lisp:2:47"), "{checked}");
    assert!(output(&["check", &example("watch-egress.lisp")]).status.success());
    let said = refusal(&["run", &path]);
    assert!(said.contains("error[E0101]") && said.contains("script.lisp:2:47"), "{said}");
    assert!(said.contains("what this session defines does not compile"), "{said}");
}

#[test]
fn the_example_counts_for_three_seconds() {
    let Some(cgroup) = cgroup() else { return };
    let mut command = bpfl(&["run", &example("watch-egress.lisp")]);
    command.env("CGROUP", cgroup.path()).stdout(Stdio::piped());
    let child = command.spawn().unwrap();
    assert!(eventually(|| !attached(&cgroup, &CGROUP_INET_EGRESS).is_empty()));
    send(&cgroup, 4);
    let got = child.wait_with_output().unwrap();
    // A datagram of three bytes behind the headers of IPv4 and UDP.
    let line = |new: u64| format!("{:6} packets, {new:5} new, {:8} bytes\n", 4, 4 * (20 + 8 + 3));
    assert_eq!(text(&got.stdout), [line(4), line(0), line(0)].concat());
    assert_eq!(got.status.code(), Some(0));
}

#[test]
fn a_script_without_kernel_forms_needs_no_privilege() {
    let folder = Folder::new("plain");
    let path = folder.write("plain.lisp", "(format t \"~a~%\" (loop for i below 4 sum i))");
    let got = output(&["run", &path]);
    assert_eq!((text(&got.stdout).as_str(), got.status.code()), ("6\n", Some(0)));
}

#[test]
fn options_that_say_nothing_to_a_script_are_refused() {
    let folder = Folder::new("options");
    let path = folder.write("plain.lisp", "(format t \"ran~%\")");
    for (options, way) in [
        (&["--json"][..], "--json says nothing: it prints what it wants with `format`"),
        (&["--top", "3"], "--top says nothing"),
        (
            &["--records", "a=b"],
            "--records says nothing: it reads records with `(bpf:ring-consume map function)`",
        ),
        (&["--pin", "/sys/fs/bpf/x"], "--pin says nothing: it pins with `(bpf:pin map path)`"),
        (&["--cgroup", "/sys/fs/cgroup"], "--cgroup says nothing"),
    ] {
        let said = refusal(&[&["run", &path], options].concat());
        assert!(said.starts_with(&format!("error: `{path}` is a script, to which ")), "{said}");
        assert!(said.contains(way), "{said}");
    }
}

#[test]
fn a_refusal_shows_the_form_of_the_script() {
    let Some(cgroup) = cgroup() else { return };
    let folder = Folder::new("refusal");
    let body = "(with-bpf-session ()\n  (bpf:prog p (:section \"cgroup_skb/egress\")\n    (asm #x61 0 (ctx-ptr) 4000 0)\n    1)\n  \
                (bpf:attach p \"CGROUP\"))";
    let path = folder.write("script.lisp", body.replace("CGROUP", cgroup.path().to_str().unwrap()));
    let said = refusal(&["run", &path]);
    for words in ["error[E0701]: the kernel's verifier refused `p`", "script.lisp:3:5", "off=4000 size=4"] {
        assert!(said.contains(words), "{said}");
    }
    let whole = refusal(&["run", &path, "--verifier-log"]);
    assert!(whole.contains("the verifier's log:") && whole.contains("processed "), "{whole}");
}
