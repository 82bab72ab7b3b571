//! `bpfl test`: what passes, how what fails is shown, and what is skipped.

use std::process::Command;

use crate::setup::{Folder, bpfl, cgroup, example, output, refusal, text};

const PROGRAMS: &str = r#"
(defstruct hit (count u64) (last u32))
(defmap hits :type :hash :key u32 :value hit :max-entries 16)
(defmap socks :type :sockmap :key u32 :value u64 :max-entries 4)
(defvar limit u32 100 :section :rodata)
(defvar seen u64)
(defvar newest hit)
(defvar given bpf-sock-tuple)
(defenum answer (ANSWER-NO) (ANSWER-YES 5) (ANSWER-MORE))
(defprog filter (:type :xdp)
  (let ((data (ctx data)) (end (ctx data-end)))
    (with-tcp (data end tcp)
      (incf seen)
      (when (= (tcp-dst-port tcp) 80) (return XDP_DROP)))
    XDP_PASS))
(defprog classify (:type :tc)
  (setf (ctx mark) (+ (ctx mark) limit) (ctx cb 2) 9)
  (setf (hit-last newest) (ctx mark))
  TC_ACT_OK)
(defprog no-udp (:section "cgroup/sock_create")
  (incf seen)
  (if (= (ctx type) SOCK_DGRAM) 0 1))
(defprog no-9 (:section "cgroup/connect4")
  (if (= (ctx user-port) (htons 9)) 0 1))
(defprog no-mark (:section "cgroup/setsockopt")
  (if (and (= (ctx level) SOL_SOCKET) (= (ctx optname) SO_MARK)) 0 1))
(defprog drop-secret (:type :sk-msg)
  (let ((data (ctx data)) (end (ctx data-end)))
    (when (> (+ data 1) end) (return SK_PASS))
    (if (= (load u8 data 0) 120) SK_DROP SK_PASS)))
(defun http (&key (port 80)) (tcp-packet :dport port :syn t))
"#;

const PASSING: &str = r#"
(deftest drops-http (:prog filter :data (http))
  "Port 80 is closed."
  (= (retval) XDP_DROP)
  (equal (list ANSWER-NO ANSWER-YES ANSWER-MORE) '(0 5 6))
  (= seen 1)
  (equal (packet-dst (data-out)) "10.0.0.2")
  (packet-syn-p (data-out))
  (packet-checksum-p (data-out)))
(deftest repeated (:prog filter :data (http :port 443) :repeat 10)
  (= (retval) XDP_PASS)
  (= seen 10)
  (> (ns-per-run) 0))
(deftest marks (:prog classify :ctx (mark 5))
  (setup (setf limit 7) (setf (bpf:map-ref hits 1) (make-hit :count 4)))
  (= (ctx-out mark) 12)
  (= (hit-last newest) 12)
  (= (ctx-out cb 2) 9)
  (= (hit-count (bpf:map-ref hits 1)) 4))
(deftest fresh-maps-and-globals (:prog classify)
  (= (ctx-out mark) 100)
  (null (bpf:map-keys hits))
  (zerop seen))
(deftest runs-again ()
  (= (bpf:test-run filter :data (http)) XDP_DROP)
  (= (bpf:test-run filter :data (http :port 81)) XDP_PASS)
  (= seen 2))
(deftest no-udp-sockets ()
  (in-cgroup (no-udp)
    (is (= (errno (socket :udp)) EPERM))
    (is (= (errno (socket :tcp)) 0))
    (= seen 2)))
(deftest port-9 ()
  (in-cgroup (no-9)
    (let ((s (socket :tcp)))
      (is (= (errno (connect s "127.0.0.1" 9)) EPERM))
      (is (= (errno (connect s "127.0.0.1" 10)) ECONNREFUSED)))))
(deftest options ()
  (in-cgroup (no-mark no-udp)
    (let ((s (socket :tcp)))
      (setsockopt s SOL_SOCKET SO_PRIORITY 3)
      (is (= (getsockopt s SOL_SOCKET SO_PRIORITY) 3))
      (is (= (errno (setsockopt s SOL_SOCKET SO_MARK 3)) EPERM)))))
(deftest left-again ()
  (progn (in-cgroup (no-udp) t) (= (errno (socket :udp)) 0)))
(deftest secrets ()
  (multiple-value-bind (client server) (tcp-pair)
    (bpf:attach drop-secret socks)
    (bpf:sockmap-update socks 0 client)
    (send client "hello")
    (is (equal (octets-to-string (recv server)) "hello"))
    (is (= (errno (send client "x")) EACCES))
    (null (recv server :timeout 20))))
"#;

const FAILING: &str = "\
(defprog three (:type :xdp) 3)
(defprog made (:section \"cgroup/sock_create\") 1)

(deftest operands (:prog three)
  (= (retval) 3)
  (and (integerp (retval)) (= (+ (retval) 1) XDP_DROP)))
(deftest inside (:prog three)
  (dolist (x '(1 2 3)) (is (< x 3) \"x is ~a\" x)))
(deftest by-events (:prog made) t)
(deftest error (:prog three) (car 5))
(deftest endless (:prog three) (loop))
(deftest last (:prog three) t)
";

const SHOWN: &str = "\
error[E0604]: test `operands` fails: this is not true
  ┌─ failing.lisp:6:28
  │
6 │   (and (integerp (retval)) (= (+ (retval) 1) XDP_DROP)))
  │                            ^^^^^^^^^^^^^^^^^^^^^^^^^^^
  │                               │              │
  │                               │              1
  │                               4

error[E0604]: test `inside` fails: this is not true
  ┌─ failing.lisp:8:28
  │
8 │   (dolist (x '(1 2 3)) (is (< x 3) \"x is ~a\" x)))
  │                            ^^^^^^^
  │                               │
  │                               3
  │
  = note: x is 3

error[E0604]: test `by-events` fails: the kernel does not run `made` on request: programs of type cgroup_sock run when a process of the cgroup that they are attached to acts
  ┌─ failing.lisp:9:27
  │
9 │ (deftest by-events (:prog made) t)
  │                           ^^^^

error[E0604]: test `error` fails: this is an integer, and a list is wanted here
   ┌─ failing.lisp:10:30
   │
10 │ (deftest error (:prog three) (car 5))
   │                              ^^^^^^^

error[E0604]: test `endless` fails: it has not ended after 300ms
   ┌─ failing.lisp:11:10
   │
11 │ (deftest endless (:prog three) (loop))
   │          ^^^^^^^
   │
   = help: `--timeout` gives a test more time

";

/// A file of its own, and what `bpfl test` does with it in its folder.
fn test(folder: &Folder, args: &[&str]) -> (String, String, Option<i32>) {
    let mut command = bpfl(&[&["test"], args].concat());
    let got = folder.inside(&mut command).output().unwrap();
    (text(&got.stdout), text(&got.stderr), got.status.code())
}

#[test]
fn programs_are_run_on_packets_contexts_and_real_sockets() {
    let Some(_) = cgroup() else { return };
    let folder = Folder::new("test-passing");
    folder.write("passing.lisp", PROGRAMS.to_string() + PASSING);
    let (out, said, status) = test(&folder, &["passing.lisp"]);
    assert_eq!(
        (out.lines().last(), said.as_str(), status),
        (Some("10 passed, 0 failed, 0 skipped"), "", Some(0)),
        "{out}"
    );
    let (out, _, status) = test(&folder, &["passing.lisp", "--filter", "mark", "-f", "port", "--tap"]);
    let wanted = "TAP version 14\n# passing.lisp\nok 1 - marks\nok 2 - port-9\n1..2\n";
    assert_eq!((out.as_str(), status), (wanted, Some(0)));
    let (_, said, status) = test(&folder, &["passing.lisp", "-f", "nothing"]);
    assert_eq!((said.as_str(), status), ("error: no test has `nothing` in its name\n", Some(1)));
}

/// A socket found in a map of sockets gets what comes to any port; functions without parameters are for the side, or
/// the sides, that have their names.
const STEERED: &str = r#"
(defmap sockets :type :sockmap :key u32 :value u64 :max-entries 2)
(defvar refused u32)
(defprog steer (:type :sk-lookup)
  (let ((socket (map-lookup sockets (first-key))))
    (unless socket
      (incf refused)
      (return SK_DROP))
    (let ((error (sk-assign (ctx-ptr) socket 0)))
      (sk-release socket)
      (if (= error 0) SK_PASS SK_DROP))))
(defun first-key () 0)
(defun bound ()
  (let ((socket (socket :udp)))
    (bind socket "127.0.0.1" 0)
    socket))
(defparameter *socket* (bound))
(deftest steered (:prog steer :ctx (family AF_INET protocol IPPROTO_UDP local-port 80))
  (setup (bpf:sockmap-update sockets (first-key) *socket*))
  (= (retval) SK_PASS)
  (= refused 0))
(deftest nobody-there (:prog steer :ctx (family AF_INET protocol IPPROTO_UDP local-port 80))
  (= (retval) SK_DROP)
  (= refused 1))
"#;

#[test]
fn sockets_of_a_map_are_looked_up() {
    let Some(_) = cgroup() else { return };
    let folder = Folder::new("test-steered");
    folder.write("steered.lisp", STEERED);
    let (out, said, status) = test(&folder, &["steered.lisp"]);
    assert_eq!((said.as_str(), status), ("", Some(0)), "{out}");
    let got = folder.inside(&mut bpfl(&["check", "steered.lisp"])).output().unwrap();
    assert_eq!((text(&got.stderr).as_str(), got.status.code()), ("", Some(0)));
}

#[test]
fn what_fails_is_shown_with_its_operands() {
    let Some(_) = cgroup() else { return };
    let folder = Folder::new("test-failing");
    folder.write("failing.lisp", FAILING);
    let (out, said, status) = test(&folder, &["failing.lisp", "--timeout", "300ms"]);
    assert_eq!(said, SHOWN);
    let names =
        ["operands", "inside", "by-events", "error", "endless"].map(|name| format!("  {name} … FAILED\n"));
    let wanted =
        format!("failing.lisp: 6 tests\n{}  last … ok\n1 passed, 5 failed, 0 skipped\n", names.concat());
    assert_eq!((out, status), (wanted, Some(1)));
    let (out, said, _) = test(&folder, &["failing.lisp", "-f", "error", "-f", "last", "--tap"]);
    let wanted = "\
TAP version 14
# failing.lisp
not ok 1 - error
# error[E0604]: test `error` fails: this is an integer, and a list is wanted here
#    ┌─ failing.lisp:10:30
#    │
# 10 │ (deftest error (:prog three) (car 5))
#    │                              ^^^^^^^
ok 2 - last
1..2
";
    assert_eq!((out.as_str(), said.as_str()), (wanted, ""));
}

/// What of the tests above the userspace VM runs, and why it does not run the others.
fn in_vm(out: &str) {
    let run = ["drops-http", "repeated", "marks", "fresh-maps-and-globals", "runs-again"];
    for name in run {
        assert!(out.contains(&format!("  {name} … ok\n")), "{out}");
    }
    let skipped: Vec<_> = out.lines().filter(|line| line.contains("skipped: ")).collect();
    assert_eq!(skipped.len(), 5, "{out}");
    assert!(out.contains(": 10 tests, in the userspace VM\n"), "{out}");
    assert!(out.ends_with("5 passed, 0 failed, 5 skipped\n"), "{out}");
}

#[test]
fn without_privilege_tests_run_in_the_userspace_vm() {
    let folder = Folder::new("test-unprivileged");
    let file = folder.write("all.lisp", PROGRAMS.to_string() + PASSING);
    let run = |rest: &[&str]| {
        let mut command = Command::new("setpriv");
        command.args(["--bounding-set=-all", "--inh-caps=-all", env!("CARGO_BIN_EXE_bpfl"), "test", &file]);
        command.args(rest).output()
    };
    let Ok(got) = run(&[]) else { return println!("skipped: there is no setpriv here") };
    in_vm(&text(&got.stdout));
    assert_eq!(got.status.code(), Some(0));
    // What could not be run has not passed.
    let got = run(&["-f", "options"]).unwrap();
    let out = text(&got.stdout);
    assert!(out.contains("  options … skipped: "), "{out}");
    assert_eq!(got.status.code(), Some(77));
}

#[test]
fn the_userspace_vm_is_asked_for_with_an_option() {
    let folder = Folder::new("test-vm");
    let file = folder.write("all.lisp", PROGRAMS.to_string() + PASSING);
    in_vm(&text(&output(&["test", &file, "--vm"]).stdout));
    let printing = "
        (defmap tasks :type :hash :key u32 :value u64 :max-entries 4)
        (defprog say (:type :tc) (printk \"%d of %s: %pI4\" -3 \"them\" (stack-addr address)) TC_ACT_OK)
        (defprog ask (:type :tc) (if (csum-level (ctx-ptr) 0) TC_ACT_OK TC_ACT_SHOT))
        (deftest prints (:prog say) (equal (printed) '(\"-3 of them: 1.2.3.4\")))
        (deftest lacks (:prog ask) t)";
    let printing = printing
        .replace("(printk", "(let ((address (u32 #x04030201))) (printk")
        .replace("address)) TC", "address))) TC");
    let file = folder.write("say.lisp", printing);
    let out = text(&output(&["test", &file, "--vm", "--tap"]).stdout);
    let wanted = "ok 1 - prints\nok 2 - lacks # SKIP `ask` cannot be run in userspace, for the VM there has no helper \
                  `csum-level`; the kernel runs it\n1..2\n";
    assert!(out.ends_with(wanted), "{out}");
}

#[test]
fn a_program_that_is_not_there_is_nearly_one_that_is() {
    let folder = Folder::new("test-no-program");
    let source =
        "(defprog pass (:section \"xdp\") XDP_PASS)\n(deftest near (:prog pas) (= (retval) XDP_PASS))\n";
    folder.write("near.lisp", source);
    let (_, said, status) = test(&folder, &["near.lisp", "--vm"]);
    assert_eq!(status, Some(1));
    let wanted = "\
error[E0604]: test `near` fails: the object has no program `pas`; did you mean `pass`?
  ┌─ near.lisp:2:22
";
    assert!(said.starts_with(wanted), "{said}");
}

#[test]
fn other_commands_do_not_see_tests() {
    let folder = Folder::new("test-ignored");
    let file = folder.write("all.lisp", PROGRAMS.to_string() + PASSING);
    assert!(output(&["check", &file]).status.success());
    let object = folder.write("all.o", "");
    assert!(output(&["build", &file, "-o", &object]).status.success());
    let plain = folder.write(
        "plain.lisp",
        PROGRAMS.replace("(defun http (&key (port 80)) (tcp-packet :dport port :syn t))\n", ""),
    );
    let plain_object = folder.write("plain.o", "");
    assert!(output(&["build", &plain, "-o", &plain_object]).status.success());
    let code = |object: &str| text(&output(&["disasm", object]).stdout).replace("plain", "all");
    assert_eq!(code(&plain_object), code(&object));
    if cgroup().is_some() {
        let said = refusal(&["run", &file, "--prog", "filter", "--for", "10ms"]);
        assert!(said.contains("`filter` is attached to a network interface"), "{said}");
    }
}

#[test]
fn malformed_tests_are_shown_at_their_place() {
    let folder = Folder::new("test-malformed");
    let cases = [
        ("(deftest)", "1:2", "a test has a name, a list of what it runs, and forms"),
        ("(deftest 5 () t)", "1:10", "a test has a name"),
        ("(deftest a (:prog))", "1:13", "options are keywords, each with a value"),
        ("(deftest a (:program p) t)", "1:13", "a test has no option `:program`"),
        ("(deftest a (:data \"x\") t)", "1:13", "this is for the program that `:prog` names"),
        ("(deftest a () \"doc\" (setup))", "1:10", "this test asks for nothing"),
        ("(deftest a () t) (deftest a () t)", "1:27", "there are two tests called `a`"),
    ];
    for (source, place, wanted) in cases {
        let file = folder.write("bad.lisp", source);
        let said = refusal(&["test", &file]);
        assert!(said.contains(&format!("bad.lisp:{place}\n")) && said.contains(wanted), "{source}: {said}");
    }
    let file = folder.write("none.lisp", "(defprog p (:type :xdp) 1)");
    assert!(refusal(&["test", &file]).contains("there is no test here; write one with `(deftest name"));
}

#[test]
fn the_example_passes_its_tests() {
    let Some(_) = cgroup() else { return };
    let got = output(&["test", &example("port-filter.lisp")]);
    let out = text(&got.stdout) + &text(&got.stderr);
    assert!(out.ends_with("3 passed, 0 failed, 0 skipped\n"), "{out}");
}

/// Each kind of packet, read again.
const PACKETS: &str = r#"
(defun show (&rest values) (format t "~{~a~^ ~}~%" values))
(let ((p (tcp-packet :src "192.0.2.1" :dst "192.0.2.2" :sport 1 :dport 2 :seq 7 :ack-number 9 :window 5
                     :syn t :ack t :ttl 3 :tos 8 :payload "hi")))
  (show (length p) (packet-src p) (packet-dst p) (packet-sport p) (packet-dport p) (packet-seq p)
        (packet-ack-number p) (packet-window p) (packet-syn-p p) (packet-fin-p p) (packet-ttl p) (packet-tos p)
        (packet-protocol p) (packet-payload p) (packet-checksum-p p)))
(let ((p (udp-packet :src "2001:db8::5" :vlan 12 :eth-dst "02:00:00:00:00:09" :payload #(1 2 3))))
  (show (length p) (packet-src p) (packet-dst p) (packet-dport p) (packet-vlan p) (packet-ethertype p)
        (packet-eth-dst p) (packet-payload p) (packet-checksum-p p) (packet-syn-p p)))
(let ((p (icmp-packet :payload "abcd")) (q (icmp-packet :dst "2001:db8::9" :type 129)))
  (show (packet-icmp-type p) (packet-icmp-code p) (packet-checksum-p p) (packet-icmp-type q) (packet-checksum-p q)))
(let ((p (eth-packet :ethertype ETH_P_ARP :payload "x")))
  (show p))
(let ((p (tcp-packet :src-port 7 :dst-port 8)) (q (udp-packet :dst-port 9)))
  (show (packet-sport p) (packet-src-port p) (packet-dport p) (packet-dst-port p) (packet-dst-port q)))
(show (packet-checksum-p (tcp-packet :bad-checksum t)) (packet-checksum-p (udp-packet :bad-checksum t))
      (packet-protocol (ip-packet :protocol 47)))
(macrolet ((refusal (form) `(show (handler-case (progn ,form "none") (error (e) (princ-to-string e))))))
  (refusal (tcp-packet :port 80))
  (refusal (tcp-packet :dport 65536))
  (refusal (tcp-packet :src "10.0.0"))
  (refusal (tcp-packet :src "10.0.0.1" :dst "::1"))
  (refusal (tcp-packet :eth-src "1:2"))
  (refusal (udp-packet :vlan 5000))
  (refusal (udp-packet :payload (make-array 70000 :initial-element 0)))
  (refusal (packet-src #(1 2 3))))
"#;

#[test]
fn packets_are_made_and_read() {
    let folder = Folder::new("packets");
    let got = output(&["run", &folder.write("packets.lisp", PACKETS)]);
    let wanted = "\
56 192.0.2.1 192.0.2.2 1 2 7 9 5 t nil 3 8 6 #(104 105) t
69 2001:db8::5 2001:db8::2 53 12 34525 02:00:00:00:00:09 #(1 2 3) t nil
8 0 t 129 t
#(2 0 0 0 0 2 2 0 0 0 0 1 8 6 120)
7 7 8 8 9
nil nil 47
";
    let (out, said) = (text(&got.stdout), text(&got.stderr));
    let refusals = out.strip_prefix(wanted).unwrap_or_else(|| panic!("{out}{said}"));
    let wanted = [
        "there is no option `:port` here; there are :src, :dst,",
        "65536 does not fit `dport`, which has 16 bits",
        "\"10.0.0\" is no address of IP",
        "`:src` and `:dst` are of one version of IP",
        "\"1:2\" is no hardware address",
        "5000 is no VLAN: there are 4096",
        "this payload is longer than a packet can be",
        "this is no packet that can be read (",
    ];
    for (line, wanted) in refusals.lines().zip(wanted) {
        assert!(line.starts_with(wanted), "{line}");
    }
    assert_eq!(refusals.lines().count(), wanted.len());
}

#[test]
fn a_file_that_cannot_be_compiled_is_a_row_of_the_report() {
    let folder = Folder::new("test-broken");
    folder.write("broken.lisp", "(defprog p (:type :xdp) (nope))\n(deftest a (:prog p) t)");
    folder
        .write("good.lisp", "(defprog p (:type :xdp) XDP_PASS)\n(deftest b (:prog p) (= (retval) XDP_PASS))");
    let (out, said, status) = test(&folder, &["--vm", "--tap", "broken.lisp", "good.lisp"]);
    let wanted = "TAP version 14\nnot ok 1 - broken.lisp can be compiled\n\
                  # good.lisp, in the userspace VM\nok 2 - b\n1..2\n";
    assert_eq!((out.as_str(), status), (wanted, Some(1)), "{said}");
}
