//! `bpfl repl` with its input from a pipe.

use std::{
    io::{BufRead, BufReader, Write},
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
};

use bpfl_runtime::cgroup::{ChildCgroup, spawn};
use bpfl_stdlib::catalog::attach::CGROUP_INET_EGRESS;
use rustix::process::{Pid, Signal, kill_process};

use crate::setup::{Folder, attached, bpfl, cgroup, eventually, text};

/// What the repl prints for `input`, what it says, and its status.
fn repl_with(args: &[&str], input: &str) -> (String, String, Option<i32>) {
    let mut command = bpfl(&[&["repl"], args].concat());
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    let got = child.wait_with_output().unwrap();
    (text(&got.stdout), text(&got.stderr), got.status.code())
}

fn repl(input: &str) -> (String, String, Option<i32>) {
    repl_with(&[], input)
}

#[test]
fn values_are_printed_as_lisp_a_line_each() {
    let (printed, said, status) = repl(
        "(+ 1 2) \"a\nb\" ; (
'(a \"x\" #\\c :k)
(values 1 2) (values)
(format t \"no line\")
(list * ** ***)
(defun double (n)
  (* 2 n))
(double 21) #| (
|# nil",
    );
    let wanted = "3\n\"a\nb\"\n(a \"x\" #\\c :k)\n1\n2\nno line\nnil\n(nil nil 1)\ndouble\n42\nnil\n";
    assert_eq!((printed.as_str(), said.as_str(), status), (wanted, "", Some(0)));
}

#[test]
fn an_error_ends_its_form_and_nothing_else() {
    let (printed, said, status) =
        repl("(car 5)\n1 (frobnicate)\n\n  )\n(defmap m :type :nonsense)\n(list\n  (cdr 6))\n2\n(+ 1\n");
    assert_eq!((printed.as_str(), status), ("1\n2\n", Some(1)));
    for place in ["<stdin>:1:1", "<stdin>:2:3", "<stdin>:4:3", "<stdin>:5:17", "<stdin>:7:3", "<stdin>:9:1"] {
        assert!(said.contains(place), "{place}: {said}");
    }
    assert!(!said.contains('\x1b'), "{said}");
    assert_eq!(
        repl(",lst\n,quit 4\n1\n"),
        (String::new(), "error: there is no command `,lst`; did you mean `,list`?\n".into(), Some(4))
    );
    assert_eq!(repl("(quit 3)").2, Some(3));
}

#[test]
fn what_is_defined_is_said_with_its_size() {
    let (printed, said, status) = repl(
        "(defmap pkt-count :type :array :key u32 :value u64 :max-entries 1)
(defstruct event (pid u32) (at u64))
(defconstant +limit+ (* 2 8))
(defmacro twice (form) `(progn ,form ,form))
(defvar hits u64)
(defun add ((n u64)) :returns u64 (+ n 1))
(defmap events :type :ringbuf :max-entries 4096)
(defprog count (:section \"cgroup_skb/egress\") (twice (incf hits (add +limit+))) 1)
(defmacro defcounter (name) `(progn (defmap ,name :type :array :key u32 :value u64 :max-entries 1)
                                    (defun ,(intern (format nil \"count-~a\" name)) () (incf (getmap ,name 0)))))
(defcounter packets)
,list
,expand (twice (f))
",
    );
    let wanted = "\
pkt-count: array, keys of 4 bytes, values of 8 bytes, 1 entry
event: struct, 16 bytes
+limit+: 16
twice: macro
hits: variable, 8 bytes
add: function of programs
events: ringbuf, 4096 bytes
count: cgroup_skb/egress, 12 instructions
defcounter: macro
packets: array, keys of 4 bytes, values of 8 bytes, 1 entry
count-packets: function of programs
";
    let lines = |text: &str| text.lines().map(ToString::to_string).collect::<Vec<_>>();
    let (first, rest) = printed.split_at(wanted.len().min(printed.len()));
    assert_eq!((first, said.as_str(), status), (wanted, "", Some(0)));
    let (mut listed, mut defined) = (lines(rest), lines(wanted));
    assert_eq!(listed.pop().as_deref(), Some("(progn (f) (f))"));
    listed.sort();
    defined.sort();
    assert_eq!(listed, defined);
}

/// A repl that is written to and read from.
struct Running {
    child: Child,
    input: ChildStdin,
    lines: BufReader<ChildStdout>,
}

impl Running {
    fn start(args: &[&str]) -> Self {
        let mut command = bpfl(&[&["repl"], args].concat());
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap());
        Self { input: child.stdin.take().unwrap(), child, lines }
    }

    fn send(&mut self, form: &str) {
        self.input.write_all(form.as_bytes()).unwrap();
        self.input.write_all(b"\n").unwrap();
    }

    /// Evaluates a form that prints a line, and gives that.
    fn ask(&mut self, form: &str) -> String {
        self.send(form);
        let mut line = String::new();
        self.lines.read_line(&mut line).unwrap();
        line.trim_end().into()
    }

    /// What it has said, and its status.
    fn end(self) -> (String, Option<i32>) {
        drop(self.input);
        let got = self.child.wait_with_output().unwrap();
        (text(&got.stderr), got.status.code())
    }
}

const MAP: &str = "(defmap pkt-count :type :array :key u32 :value u64 :max-entries 2)";

fn counting(key: usize) -> String {
    format!("(defprog count-egress (:section \"cgroup_skb/egress\")\n  (incf (getmap pkt-count {key}))\n  1)")
}

fn start_counting(cgroup: &ChildCgroup) -> Running {
    let mut repl = Running::start(&[]);
    assert_eq!(repl.ask(MAP), "pkt-count: array, keys of 4 bytes, values of 8 bytes, 2 entries");
    assert_eq!(repl.ask(&counting(0)), "count-egress: cgroup_skb/egress, 11 instructions");
    let path = cgroup.path().to_str().unwrap();
    let link = repl.ask(&format!("(defparameter link (bpf:attach count-egress \"{path}\"))"));
    assert_eq!(link, "link");
    repl
}

/// Sends packets from inside a cgroup for as long as there is the file `go`, and prints how many.
fn stream(cgroup: &ChildCgroup, go: &str) -> Child {
    let mut command = Command::new("bash");
    let more = format!("[[ -e {go} && $i -lt 400000 ]]");
    let script = format!("i=0; while {more}; do echo hi >/dev/udp/127.0.0.1/9; i=$((i + 1)); done; echo $i");
    command.args(["-c", &script]).stdout(Stdio::piped());
    spawn(command, cgroup).unwrap()
}

#[test]
fn programs_are_replaced_while_packets_go_by_and_none_is_missed() {
    let Some(cgroup) = cgroup() else { return };
    let folder = Folder::new("repl");
    let go = folder.write("go", "");
    let mut repl = start_counting(&cgroup);
    let child = stream(&cgroup, &go);
    for round in 0..10 {
        let key = (round + 1) % 2;
        let before: u64 = repl.ask(&format!("(bpf:map-ref pkt-count {key})")).parse().unwrap();
        assert_eq!(
            repl.ask(&counting(key)),
            "count-egress: cgroup_skb/egress, 11 instructions; replaced without a gap"
        );
        // The new one counts.
        assert_eq!(repl.ask(&format!("(loop until (> (bpf:map-ref pkt-count {key}) {before}))")), "nil");
    }
    std::fs::remove_file(go).unwrap();
    let sent = text(&child.wait_with_output().unwrap().stdout);
    assert_eq!(repl.ask("(+ (bpf:map-ref pkt-count 0) (bpf:map-ref pkt-count 1))"), sent.trim());
    assert_eq!(attached(&cgroup, &CGROUP_INET_EGRESS).len(), 1);
    assert_eq!(repl.ask("(list (bpf:detach link) (bpf:detach link))"), "(t nil)");
    assert!(attached(&cgroup, &CGROUP_INET_EGRESS).is_empty());
    assert_eq!(repl.end(), (String::new(), Some(0)));
}

#[test]
fn what_is_refused_leaves_the_old_program_attached() {
    let Some(cgroup) = cgroup() else { return };
    let mut repl = start_counting(&cgroup);
    let before = attached(&cgroup, &CGROUP_INET_EGRESS);
    repl.send(
        "(defprog count-egress (:section \"cgroup_skb/egress\")\n  (asm #x61 0 (ctx-ptr) 4000 0)\n  1)",
    );
    repl.send("(defprog count-egress (:section \"cgroup_skb/egress\") (frob) 1)");
    repl.send("(defprog count-egress (:section \"cgroup_skb/ingress\") 1)");
    // A program that is not attached is loaded when it is used.
    repl.send("(defprog other (:section \"cgroup_skb/egress\") (asm #x61 0 (ctx-ptr) 4000 0) 1)");
    assert!(repl.ask("(+ 1 1)").starts_with("other: "));
    repl.send("(bpf:test-run other)");
    assert_eq!(repl.ask("1"), "2");
    assert_eq!(attached(&cgroup, &CGROUP_INET_EGRESS), before);
    let mut child = spawn(bash("echo hi >/dev/udp/127.0.0.1/9"), &cgroup).unwrap();
    assert!(child.wait().unwrap().success());
    repl.lines.read_line(&mut String::new()).unwrap();
    assert_eq!(repl.ask("(bpf:map-ref pkt-count 0)"), "1");
    let (said, status) = repl.end();
    assert_eq!(status, Some(1));
    for words in [
        "error[E0701]: the kernel's verifier refused `count_egress`",
        "<stdin>:7:3",
        "invalid bpf_context access off=4000 size=4",
        "there is no form or helper called `frob`",
        "`count_egress` is attached as cgroup_skb/egress; detach it before",
        "the kernel's verifier refused `other`",
    ] {
        assert!(said.contains(words), "{words}: {said}");
    }
}

fn bash(script: &str) -> Command {
    let mut command = Command::new("bash");
    command.args(["-c", script]);
    command
}

#[test]
fn what_others_use_is_redefined_for_them_too() {
    let Some(cgroup) = cgroup() else { return };
    let mut repl = start_counting(&cgroup);
    repl.send("(defconstant +step+ 1)");
    repl.send("(defun step () :returns u64 +step+)");
    repl.send("(defmacro count-it () '(incf (getmap pkt-count 0) (step)))");
    repl.send("(defprog count-egress (:section \"cgroup_skb/egress\") (count-it) 1)");
    for _ in 0..3 {
        repl.ask("");
    }
    assert!(repl.ask("").ends_with("replaced without a gap"));
    let packet = |repl: &mut Running| {
        assert!(spawn(bash("echo hi >/dev/udp/127.0.0.1/9"), &cgroup).unwrap().wait().unwrap().success());
        repl.ask("(bpf:map-ref pkt-count 0)")
    };
    assert_eq!(packet(&mut repl), "1");
    assert_eq!(repl.ask("(defconstant +step+ 10)"), "+step+: 10");
    assert_eq!(repl.ask(""), "count-egress: replaced without a gap");
    assert_eq!(packet(&mut repl), "11");
    assert_eq!(repl.ask("(defun step () :returns u64 (* 10 +step+))"), "step: function of programs");
    assert_eq!(repl.ask(""), "count-egress: replaced without a gap");
    assert_eq!(packet(&mut repl), "111");
    assert_eq!(repl.ask("(defmacro count-it () '(incf (getmap pkt-count 0) 1000))"), "count-it: macro");
    assert_eq!(repl.ask(""), "count-egress: replaced without a gap");
    assert_eq!(packet(&mut repl), "1111");
    // The same map goes on; another one starts anew.
    assert_eq!(repl.ask(MAP), "pkt-count: array, keys of 4 bytes, values of 8 bytes, 2 entries");
    assert_eq!(packet(&mut repl), "2111");
    let larger = MAP.replace(":max-entries 2", ":max-entries 3");
    assert_eq!(repl.ask(&larger), "pkt-count: array, keys of 4 bytes, values of 8 bytes, 3 entries");
    assert_eq!(repl.ask(""), "count-egress: replaced without a gap");
    assert_eq!(packet(&mut repl), "1000");
    assert_eq!(repl.end(), (String::new(), Some(0)));
}

#[test]
fn everything_is_detached_however_it_ends() {
    let Some(cgroup) = cgroup() else { return };
    for (signal, status) in [(Signal::INT, 130), (Signal::TERM, 143), (Signal::HUP, 129)] {
        for busy in [false, true] {
            let mut repl = start_counting(&cgroup);
            if busy {
                assert_eq!(repl.ask("(progn (print 'busy) (terpri) (loop (sleep 1)))"), "");
                assert_eq!(repl.ask(""), "busy");
            }
            assert_eq!(attached(&cgroup, &CGROUP_INET_EGRESS).len(), 1);
            kill_process(Pid::from_child(&repl.child), signal).unwrap();
            assert_eq!(repl.child.wait().unwrap().code(), Some(status));
            assert!(attached(&cgroup, &CGROUP_INET_EGRESS).is_empty(), "{signal:?}");
        }
    }
    assert_eq!(start_counting(&cgroup).end(), (String::new(), Some(0)));
    assert!(attached(&cgroup, &CGROUP_INET_EGRESS).is_empty());
    let mut repl = start_counting(&cgroup);
    repl.child.kill().unwrap();
    repl.child.wait().unwrap();
    assert!(eventually(|| attached(&cgroup, &CGROUP_INET_EGRESS).is_empty()), "it was killed");
}

#[test]
fn files_are_loaded_first() {
    let folder = Folder::new("repl-files");
    let file = folder.write(
        "defs.lisp",
        "(defprog pass (:section \"cgroup_skb/egress\") (later))
(defun later () :returns i32 1)
(defun twice (x) (* 2 x))
(format t \"loaded~%\")
(deftest t1 (:prog pass) (= (retval) 1))",
    );
    let (printed, said, status) =
        repl_with(&[&file], &format!("(twice 4)\n(load \"{file}\")\n,load {file}x\n"));
    let defined =
        "pass: cgroup_skb/egress, 2 instructions\nlater: function of programs\ntwice\nloaded\nnil\n";
    assert_eq!(printed, [defined, "8\n", defined].concat());
    assert_eq!(
        (said, status),
        (format!("error: `{file}x` cannot be read (No such file or directory (os error 2))\n"), Some(1))
    );
}

#[test]
fn what_does_not_belong_at_a_place_is_explained() {
    let (printed, said, status) = repl(
        "(bpf:map seen :type :array :key u32 :value u64 :max-entries 1)
(bpf:prog count (:section \"cgroup_skb/egress\") (incf (getmap seen 0)) 1)
(defun step ((n u64)) :returns u64 (+ n 1))
(step 1)
(let ((x 1)) (defmap other :type :array :key u32 :value u64 :max-entries x))
(deftest one (:prog count) (= (retval) 1) (= (bpf:map-ref seen 0) 1))
(deftest two (:prog count) (= (retval) 0))
,help defmap
",
    );
    let wanted = "\
seen: array, keys of 4 bytes, values of 8 bytes, 1 entry
count: cgroup_skb/egress, 11 instructions
step: function of programs
one: ok
two: FAILED
`defmap` defines something for the kernel: (defmap name :type kind :key type :value type :max-entries n";
    if cgroup().is_none() {
        return;
    }
    assert!(printed.starts_with(wanted) && status == Some(1), "{printed}");
    for words in [
        "`step` is a function of programs, for its parameters have types",
        "<stdin>:4:1",
        "`defmap` stands by itself at the prompt, not inside of another form",
        "<stdin>:5:14",
        "test `two` fails",
        "<stdin>:7:28",
    ] {
        assert!(said.contains(words), "{words}: {said}");
    }
}

/// Programs of hooks beside cgroups, how each is attached, and how it is replaced.
const HOOKS: &[(&str, &str, &str)] = &[
    ("(defprog px (:section \"xdp\") (incf (getmap seen 0) 1) XDP_PASS)", "(bpf:attach px \"lo\")", GAPLESS),
    (
        "(defprog pt (:section \"tcx/ingress\") (incf (getmap seen 1) 1) TCX_PASS)",
        "(bpf:attach pt \"lo\")",
        GAPLESS,
    ),
    ("(defprog pl (:section \"sk_lookup\") (incf (getmap seen 2) 1) SK_PASS)", "(attach-netns pl)", GAPLESS),
    (
        "(defprog pn (:section \"netfilter\") (incf (getmap seen 3) 1) NF_ACCEPT)",
        "(attach-netfilter pn :hook :local-in)",
        "replaced: detached, then attached anew",
    ),
    (
        "(defprog pf (:section \"tp/syscalls/sys_enter_connect\") (incf (getmap seen 4) 1) 0)",
        "(attach-tracepoint pf)",
        "replaced: attached before the old one was detached",
    ),
    ("(defprog pm (:section \"sk_msg\") (incf (getmap seen 5) 1) SK_PASS)", "(bpf:attach pm socks)", GAPLESS),
];

const GAPLESS: &str = "replaced without a gap";

#[test]
fn programs_of_every_sort_of_hook_are_replaced() {
    if cgroup().is_none() {
        return;
    }
    let mut input = String::from(
        "(defmap seen :type :array :key u32 :value u64 :max-entries 6)
(defmap socks :type :sockmap :key u32 :value u64 :max-entries 4)
(defun send () (wait (spawn \"bash\" \"-c\" \"ip link set lo up; echo hi > /dev/udp/127.0.0.1/9\")))\n",
    );
    let mut wanted = Vec::new();
    for (program, attach, how) in HOOKS {
        let name = program.split_whitespace().nth(1).unwrap();
        input.push_str(&format!("{program} {attach}\n{}\n", program.replace(") 1)", ") 1000)")));
        wanted.push(format!("{name}: {how}"));
    }
    input.push_str("(send)\n(loop for i below 5 collect (>= (bpf:map-ref seen i) 1000))\n");
    let mut command = Command::new("unshare");
    command.args(["--net", env!("CARGO_BIN_EXE_bpfl"), "repl"]);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    let got = child.wait_with_output().unwrap();
    let (printed, said) = (text(&got.stdout), text(&got.stderr));
    assert_eq!((said.as_str(), got.status.code()), ("", Some(0)), "{printed}");
    for line in wanted {
        let (name, how) = line.split_once(": ").unwrap();
        assert!(
            printed.lines().any(|line| line.starts_with(name) && line.ends_with(how)),
            "{line}: {printed}"
        );
    }
    assert!(printed.ends_with("\n0\n(t t t t t)\n"), "{printed}");
}

#[test]
fn a_form_that_cannot_be_read_does_nothing() {
    let broken = "(unless 99999999999999999999 (format t \"deleted~%\"))\n";
    for input in [
        format!("(print 1) {broken}2\n"),
        format!("(print 1) (progn {broken})\n2\n"),
        "(print 1) (format t \"deleted~%\" . )\n2\n".to_string(),
        "(print 1) '(1 #<x> (format t \"deleted~%\"))\n2\n".to_string(),
    ] {
        let (printed, said, status) = repl(&input);
        assert!(!printed.contains("deleted") && printed.contains("2\n"), "{input}: {printed}");
        assert!(said.contains("error[E00") && said.contains("<stdin>:1:"), "{input}: {said}");
        assert_eq!(status, Some(1), "{input}");
        let folder = Folder::new("unreadable");
        let file = folder.write("f.lisp", &input);
        for (printed, ..) in [repl_with(&[&file], ""), repl(&format!(",load {file}\n"))] {
            assert!(!printed.contains("deleted") && printed.contains('1'), "{input}: {printed}");
        }
    }
}

#[test]
fn a_file_that_is_no_text_has_a_place() {
    let folder = Folder::new("latin1");
    let file = folder.write("l.lisp", b"(print 1)\n; \xe4\n");
    for (printed, said, status) in [repl_with(&[&file], "2\n"), repl(&format!(",load {file}\n2\n"))] {
        assert_eq!((printed.as_str(), status), ("2\n", Some(1)), "{said}");
        assert!(said.contains("error[E0002]") && said.contains("l.lisp:2:3"), "{said}");
    }
}
