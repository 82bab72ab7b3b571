//! Ring buffers in scripts: records in their order, by type or as bytes, and those that found no room.

use std::process::Command;

use bpfl_runtime::cgroup::{ChildCgroup, spawn};
use bpfl_stdlib::catalog::attach::CGROUP_INET_EGRESS;

use crate::setup::{Folder, attached, cgroup, eventually, output, text};

/// Programs that write a record a packet, and SCRIPT.
const PROGRAMS: &str = r#"
(defstruct event (len u32) (mark i32) (number u64))
(defvar sent u64)
(defvar events-lost u64)
(defmap events :type :ringbuf :max-entries 4096)
(defmap counts :type :array :key u32 :value u64 :max-entries 1)
(defprog count (:section "cgroup_skb/egress")
  (let ((number (incf sent)))
    (with-ringbuf (e events event)
      (setf (event-len e) (ctx len)
            (event-mark e) -2
            (event-number e) number)))
  1)
(with-bpf-session ()
  (bpf:attach count "CGROUP")
  (loop until (= (bpf:global count "sent") PACKETS) do (sleep 0.01))
  (sleep 0.02)                          ; the last one is counted before it is written
  SCRIPT)
"#;

/// What a script prints whose programs saw so many packets.
fn printed(name: &str, cgroup: &ChildCgroup, packets: usize, script: &str) -> String {
    let folder = Folder::new(name);
    let source = PROGRAMS.replace("CGROUP", cgroup.path().to_str().unwrap());
    let source = source.replace("PACKETS", &packets.to_string()).replace("SCRIPT", script);
    let path = folder.write("script.lisp", source);
    let run = std::thread::spawn(move || output(&["run", &path, "--for", "10s"]));
    eventually(|| run.is_finished() || !attached(cgroup, &CGROUP_INET_EGRESS).is_empty());
    let mut command = Command::new("bash");
    command
        .args(["-c", &format!("for ((i = 0; i < {packets}; i++)); do echo hi >/dev/udp/127.0.0.1/9; done")]);
    assert!(spawn(command, cgroup).unwrap().wait().unwrap().success());
    let got = run.join().unwrap();
    text(&got.stdout) + &text(&got.stderr)
}

#[test]
fn records_come_in_their_order_by_type_or_as_bytes() {
    let Some(cgroup) = cgroup() else { return };
    let script = r#"
  (flet ((show (e) (format t "~a: ~a bytes, ~a~%" (event-number e) (event-len e) (event-mark e))))
    (format t "~a~%" (bpf:ring-consume events #'show :type event :timeout 1000))
    (format t "~a~%" (bpf:ring-consume events #'show :type 'event))
    (format t "~a lost~%" (bpf:ring-lost events)))
    "#;
    assert_eq!(printed("rings-type", &cgroup, 2, script), "1: 31 bytes, -2\n2: 31 bytes, -2\n2\n0\n0 lost\n");
    let script = r#"
  (bpf:ring-consume events (lambda (bytes) (format t "~a~%" bytes)) :timeout 1000)
  (format t "~a~%" (bpf:ring-consume events (lambda (bytes) bytes) :timeout 10))"#;
    let bytes = "#(31 0 0 0 254 255 255 255 1 0 0 0 0 0 0 0)\n0\n";
    assert_eq!(printed("rings-bytes", &cgroup, 1, script), bytes);
}

/// 4096 bytes are room for 170 records of 16 bytes behind headers of 8.
#[test]
fn what_finds_no_room_is_counted() {
    let Some(cgroup) = cgroup() else { return };
    let script = r#"
  (let ((there (bpf:ring-consume events #'identity)) (lost (bpf:ring-lost events)))
    (format t "~a and ~a lost~%" there lost))"#;
    assert_eq!(printed("rings-full", &cgroup, 200, script), "170 and 30 lost\n");
}

#[test]
fn what_is_wrong_with_a_consumer_is_said() {
    let Some(cgroup) = cgroup() else { return };
    let script = r#"
  (flet ((refusal (f) (handler-case (progn (funcall f) "none") (error (e) (princ-to-string e)))))
    (format t "~a~%" (refusal (lambda () (bpf:ring-consume counts #'identity))))
    (format t "~a~%" (refusal (lambda () (bpf:ring-consume events #'identity :type evnt))))
    (format t "~a~%" (refusal (lambda () (bpf:ring-consume events #'identity :time 3))))
    (format t "~a~%" (refusal (lambda () (bpf:ring-consume events #'identity :timeout -1))))
    (format t "~a~%" (refusal (lambda () (bpf:ring-consume events 7))))
    (format t "~a~%" (bpf:ring-lost counts)))"#;
    let wanted = "\
map `counts` is of type array; only a ringbuf has records to consume
the object has no type `evnt`; define one with `(defstruct evnt …)`
there is no option `:time` here; there are :type and :timeout
this is an integer, and a number of milliseconds is wanted here
this is an integer, and a function is wanted here
nil
";
    assert_eq!(printed("rings-wrong", &cgroup, 0, script), wanted);
}

#[test]
fn records_are_sent_to_programs() {
    if cgroup().is_none() {
        return;
    }
    let folder = Folder::new("rings-sent");
    let source = "
        (defstruct command (verb u16) (times u16))
        (defmap commands :type :user-ringbuf :max-entries 4096)
        (defvar total u64)
        (defvar length u64)
        (defun obey ((d (ptr bpf-dynptr)) (nothing (nullable (ptr u64))))
          (when-let ((c (dynptr-data d 0 command)))
            (incf total (* (command-verb c) (command-times c))))
          (incf length)
          0)
        (defprog drain (:type :tc) (user-ringbuf-drain commands #'obey nil 0) TC_ACT_OK)
        (with-bpf-session ()
          (bpf:ring-send commands (make-command :verb 3 :times 5))
          (bpf:ring-send commands #(1 0 2 0))
          (bpf:ring-send commands \"x\")
          (bpf:test-run drain)
          (format t \"~a of ~a~%\" (bpf:global drain \"total\") (bpf:global drain \"length\"))
          (handler-case (bpf:ring-send commands (make-command :verb 70000))
            (error (e) (format t \"~a~%\" (princ-to-string e)))))";
    let got = output(&["run", &folder.write("sent.lisp", source)]);
    let wanted = "17 of 3\n`command` cannot be sent: field `verb`: 70000 does not fit 16 bits\n";
    assert_eq!(text(&got.stdout), wanted, "{}", text(&got.stderr));
}
