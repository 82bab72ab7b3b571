//! `bpf:test-run`: what goes in, what comes out, and what is refused.

use crate::setup::{Folder, cgroup, output, text};

fn printed(name: &str, source: &str) -> String {
    let folder = Folder::new(name);
    let got = output(&["run", &folder.write("script.lisp", source), "--for", "20s"]);
    text(&got.stdout) + &text(&got.stderr)
}

const PROGRAMS: &str = r#"
(defvar seen u64)
(defprog classify (:type :tc)
  (setf (ctx mark) (+ (ctx mark) (ctx len)) (ctx cb 2) (+ (ctx cb 1) 1))
  TC_ACT_SHOT)
(defprog front (:type :xdp)
  (let ((data (ctx data)) (end (ctx data-end)))
    (when (> (+ data 14) end) (return XDP_DROP))
    (store u8 data 0 7)
    XDP_TX))
(defprog unspecific (:type :tc) -1)
(defprog lookup (:type :sk-lookup) (if (= (ctx local-port) 7007) SK_DROP SK_PASS))
(defprog raw (:section "raw_tp/sys_enter") (i32 (+ (ctx args 1) (ctx u64 0))))
(defprog call (:type :syscall) (setf seen (ctx u64 0)) (setf (ctx u32 8) 77) 5)
(defprog made (:section "cgroup/sock_create") 1)
(with-bpf-session () BODY)
"#;

#[test]
fn four_values_come_back() {
    let Some(_) = cgroup() else { return };
    let body = r#"
  (multiple-value-bind (value data context ns)
      (bpf:test-run classify :data (make-array 80 :initial-element 0) :ctx (mark 5 cb (1 2)))
    (format t "~a ~a ~a ~a ~a~%" value (length data) (field context 'mark) (field context 'cb) (< 0 ns 10000000)))
  (multiple-value-bind (value data context) (bpf:test-run front)
    (format t "~a ~a ~a ~a~%" value (length data) (aref data 0) (field context 'data-end)))
  (format t "~a~%" (bpf:test-run unspecific))
  (format t "~a ~a~%" (bpf:test-run lookup :ctx (family AF_INET protocol IPPROTO_TCP local-port 7007))
          (bpf:test-run lookup :ctx (list :family AF_INET :protocol 6 :local-port 80)))
  (format t "~a~%" (bpf:test-run raw :ctx (args (30 12))))
  (multiple-value-bind (value data context) (bpf:test-run call :ctx #(9 0 0 0 0 0 0 0 0 0 0 0))
    (format t "~a ~a ~a ~a~%" value data context (bpf:global call "seen")))"#;
    let wanted = "\
2 80 85 #(1 2 3 0 0) t
3 64 7 64
-1
0 1
42
5 #() #(9 0 0 0 0 0 0 0 77 0 0 0) 9
";
    assert_eq!(printed("four-values", &PROGRAMS.replace("BODY", body)), wanted);
}

#[test]
fn what_a_type_does_not_take_is_refused_by_name() {
    let Some(_) = cgroup() else { return };
    let body = r#"
  (macrolet ((refusal (form)
               `(format t "~a~%" (handler-case (progn ,form "none") (error (e) (princ-to-string e))))))
    (refusal (bpf:test-run made))
    (refusal (bpf:test-run classify :data #(1 2 3)))
    (refusal (bpf:test-run lookup :data "abc"))
    (refusal (bpf:test-run classify :ctx (len 9)))
    (refusal (bpf:test-run classify :ctx (marc 9)))
    (refusal (bpf:test-run classify :ctx (mark 4294967296)))
    (refusal (bpf:test-run classify :ctx (cb 1)))
    (refusal (bpf:test-run classify :ctx (mark)))
    (refusal (bpf:test-run classify :data '(1 256)))
    (refusal (bpf:test-run raw :repeat 2))
    (refusal (bpf:test-run raw :repeat 0))
    (refusal (bpf:test-run call :ctx (mark 1)))
    (refusal (bpf:test-run classify :context 1))
    (refusal (bpf:test-run 7)))"#;
    let wanted = "\
the kernel does not run `made` on request: programs of type cgroup_sock run when a process of the cgroup that they are attached to acts
`classify` is run on a packet of at least 14 bytes, and 3 bytes are given
`lookup` is run on a context alone, without a packet, and 3 bytes are given
`len` of the context of `classify` cannot be given; those that can are mark, priority, ingress-ifindex, ifindex, cb, tstamp, wire-len, gso-segs, gso-size, hwtstamp
`marc` of the context of `classify` cannot be given; those that can are mark, priority, ingress-ifindex, ifindex, cb, tstamp, wire-len, gso-segs, gso-size, hwtstamp
`4294967296` does not suit `mark` of the context of `classify`, which is a number of 4 bytes
`1` does not suit `cb` of the context of `classify`, which is an array of at most 5 numbers of 4 bytes
a context is given as `(field value …)`
256 is no byte
programs of the type of `raw` are run once at a time, not 2 times
this is an integer, and a number from 1 to 100000000 is wanted here
the context of `call` is given as bytes
there is no option `:context` here; there are :data, :ctx and :repeat
this is an integer, and a program is wanted here
";
    assert_eq!(printed("testrun-refused", &PROGRAMS.replace("BODY", body)), wanted);
}
