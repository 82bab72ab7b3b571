//! The functions that attach, each to its kind of target, in a network of its own.

use std::process::{Command, Output};

use bpfl_stdlib::catalog::{attach, constant};

use crate::setup::{Folder, cgroup, text};

/// bpfl on a script where only the loopback interface is; `None`, with the reason, where that is not
/// possible.
fn alone(name: &str, source: &str) -> Option<Output> {
    cgroup()?;
    let folder = Folder::new(name);
    let path = folder.write("script.lisp", source);
    let command = "ip link set lo up && exec \"$@\"";
    let mut alone = Command::new("unshare");
    alone.args([
        "--net",
        "sh",
        "-c",
        command,
        "sh",
        env!("CARGO_BIN_EXE_bpfl"),
        "run",
        &path,
        "--for",
        "20s",
    ]);
    match alone.output() {
        Ok(got) if text(&got.stderr).contains("unshare:") => {
            println!("skipped: {}", text(&got.stderr));
            None
        }
        Ok(got) => Some(got),
        Err(error) => {
            println!("skipped: there is no unshare here ({error})");
            None
        }
    }
}

const NETWORK: &str = r#"
(defvar seen u64)
(defun arrives ()
  (let ((a (bind (socket :udp))) (b (socket :udp)))
    (errno (send-to b "hello" "127.0.0.1" (local-port a)))
    (not (null (recv a :timeout 100)))))
(with-bpf-session ()
  (bpf:prog on-xdp (:type :xdp) (incf seen) XDP_DROP)
  (bpf:prog on-tc (:section "tc") (incf seen) TC_ACT_SHOT)
  (bpf:prog on-tcx (:section "tcx/ingress") (incf seen) TC_ACT_SHOT)
  (bpf:prog on-netfilter (:type :netfilter) (incf seen) 0)
  (bpf:prog on-lookup (:type :sk-lookup) (incf seen) SK_DROP)
  (macrolet ((drops (attach)
               `(let ((before (arrives)) (link ,attach))
                  (format t "~a ~a ~a ~a~%" before (arrives) (bpf:detach link) (arrives))))
             (refusal (form)
               `(format t "~a~%" (handler-case (progn ,form "none") (error (e) (princ-to-string e))))))
    (drops (attach-xdp on-xdp "lo"))
    (drops (bpf:attach on-xdp "lo"))
    (drops (attach-tc on-tc "lo" :direction :ingress))
    (drops (bpf:attach-tc on-tc "lo" :direction :egress))
    (drops (attach-tcx on-tcx "lo" :attach-type +bpf-tcx-ingress+))
    (drops (attach-tc on-tc "lo" :direction :ingress :via :clsact))
    (drops (attach-tc on-tc "lo" :direction :egress :via :clsact :priority 10))
    (drops (bpf:attach-tc on-tcx "lo" :via :clsact))
    (drops (attach-tc on-tcx "lo" :via :tcx))
    (drops (attach-netfilter on-netfilter))
    (drops (bpf:attach-netfilter on-netfilter :hook :local-out :priority -100 :family :ipv4))
    (drops (attach-netns on-lookup))
    (format t "~a~%" (> (bpf:global on-xdp "seen") 7))
    (refusal (attach-xdp on-xdp))
    (refusal (attach-xdp on-xdp "nosuch0"))
    (refusal (attach-xdp on-lookup "lo"))
    (refusal (attach-tc on-tc "lo" :direction :up))
    (refusal (attach-tc on-tcx "lo" :direction :egress))
    (refusal (attach-tc on-tcx "lo" :direction :egress :via :clsact))
    (refusal (attach-tc on-tc "lo" :via :clsact))
    (refusal (attach-tc on-tc "nosuch0" :direction :ingress :via :clsact))
    (refusal (attach-tc on-xdp "lo" :via :clsact))
    (refusal (attach-tc on-tcx "lo" :via :qdisc))
    (refusal (attach-tc on-tcx "lo" :priority 7))
    (refusal (attach-tc on-tcx "lo" :via :tcx :priority 7))
    (refusal (attach-tc on-tcx "lo" :via :clsact :priority 0))
    (refusal (attach-tc on-tcx "lo" :via :clsact :priority 65536))
    (refusal (attach-tcx on-tcx "lo" :via :clsact))
    (refusal (attach-tcx on-tcx "lo" :attach-type +bpf-tcx-egress+))
    (refusal (attach-netfilter on-netfilter :hook :input))
    (refusal (attach-netfilter on-netfilter :priority 99999999999))
    (refusal (attach-netns on-lookup "other"))))
"#;

#[test]
fn functions_attach_to_networks() {
    let Some(got) = alone("attach-network", NETWORK) else { return };
    let wanted = "t nil t t\n".repeat(12)
        + "\
t
the name of a network interface is missing
there is no network interface `nosuch0` for `on_xdp`; `ip link` lists those that there are
`on_lookup` is attached to a network namespace, not to the interface `lo`
there is no direction `up`; it is :ingress or :egress
`on_tcx` is in section \"tcx/ingress\", which is not for egress
`on_tcx` is in section \"tcx/ingress\", which is not for egress
section `tc` of program `on_tc` leaves the attach type open; use `tc/ingress` or `tc/egress` or `tcx/ingress` or `tcx/egress` or \
`netkit/primary` or `netkit/peer`, or say it: `--direction`, or the `:direction` of `attach-tc`
there is no network interface `nosuch0` for `on_tc`; `ip link` lists those that there are
`on_xdp` is attached to a network interface, not to the traffic of `lo`
nothing holds programs via `qdisc`; it is :tcx or :clsact
only filters have a `:priority`; add `:via :clsact` to attach as one
only filters have a `:priority`; add `:via :clsact` to attach as one
0 is no priority of filters, which go from 1, the first, to 65535
65536 is no priority of filters, which go from 1, the first, to 65535
there is no option `:via` here; there are :direction
`on_tcx` is in section \"tcx/ingress\", which attaches as +bpf-tcx-ingress+
netfilter has no hook `input`; there are :pre-routing, :local-in, :forward, :local-out, :post-routing
99999999999 does not fit `priority`, which has 32 bits
options are keywords, each with a value
";
    assert_eq!(text(&got.stdout) + &text(&got.stderr), wanted);
}

const SOCKETS: &str = r#"
(defvar seen u64)
(defun member-of (port)
  (let ((s (socket :udp)))
    (setsockopt s SOL_SOCKET SO_REUSEPORT 1)
    (bind s "127.0.0.1" port)
    s))
(with-bpf-session ()
  (bpf:map group :type :reuseport-sockarray :key u32 :value u64 :max-entries 2)
  (bpf:prog chooses (:section "sk_reuseport")
    (incf seen)
    (if (= (sk-select-reuseport (ctx-ptr) group (u32 1) 0) 0) SK_PASS SK_DROP))
  (bpf:prog cuts (:section "socket") 10)
  (bpf:prog drops (:type :sk-lookup) SK_DROP)
  (let* ((a (member-of 0)) (port (local-port a)) (b (member-of port)))
    (bpf:sockmap-update group 0 a)
    (bpf:sockmap-update group 1 b)
    (labels ((drain (by) (loop for got = (recv by :timeout 50) while got collect (length got)))
             (told ()
               (dotimes (i 16)
                 (let ((c (socket :udp))) (send-to c "hello, there" "127.0.0.1" port) (close c)))
               (list (drain a) (drain b))))
      (let ((link (attach-socket chooses a)))
        (format t "~a~%" (mapcar (lambda (all) (length all)) (told)))
        (bpf:detach link))
      (let ((both (mapcar (lambda (all) (length all)) (told))))
        (format t "~a ~a ~a~%" (apply #'+ both) (< (nth 1 both) 16) (bpf:global chooses "seen")))
      (bpf:attach-socket chooses b)
      (let ((link (attach-socket cuts b)))
        (format t "~a~%" (remove-duplicates (nth 1 (told))))
        (bpf:detach link)
        (format t "~a ~a~%" (remove-duplicates (nth 1 (told))) (bpf:global chooses "seen")))
      (macrolet ((refusal (form)
                   `(format t "~a~%" (handler-case (progn ,form "none") (error (e) (princ-to-string e))))))
        (refusal (attach-socket chooses (socket :udp)))
        (refusal (attach-socket drops a))
        (refusal (attach-socket chooses "lo"))
        (refusal (bpf:attach cuts))))))
"#;

#[test]
fn functions_attach_to_sockets() {
    let Some(got) = alone("attach-sockets", SOCKETS) else { return };
    // A filter counts from the head of UDP, which has 8 bytes.
    let wanted = "\
(0 16)
16 t 16
(2)
(12) 48
`chooses` cannot be attached to this socket (Invalid argument (os error 22)); for a group, set `SO_REUSEPORT` before it is bound
`drops` is attached to a network namespace, not to a socket
this is a string, and a socket is wanted here
`cuts` is attached to a socket: a script has one, and attaches it with `(bpf:attach-socket program socket)`
";
    assert_eq!(text(&got.stdout) + &text(&got.stderr), wanted);
}

const EVENTS: &str = r#"
(defvar calls u64)
(defvar probed u64)
(defvar ticks u64)
(defvar tasks u64)
(defun work () (dotimes (i 20) (getpid) (close (socket :udp))))
(with-bpf-session ()
  (bpf:prog on-call (:section "tracepoint")
    (when (= (u32 (>> (get-current-pid-tgid) 32)) (u32 PID)) (incf calls)) 0)
  (bpf:prog on-raw (:section "raw_tp/sys_enter")
    (when (= (u32 (>> (get-current-pid-tgid) 32)) (u32 PID)) (incf probed)) 0)
  (bpf:prog on-tick (:section "perf_event") (incf ticks) 0)
  (bpf:prog on-task (:section "iter/task") (when (ctx task) (incf tasks)) 0)
  (attach-tracepoint on-call "syscalls" "sys_enter_socket")
  (attach-raw-tracepoint on-raw)
  (attach-perf-event on-tick :frequency 999)
  (loop until (and (>= (bpf:global on-call "calls") 20) (> (bpf:global on-call "ticks") 0)) do (work))
  (format t "~a~%" (> (bpf:global on-call "probed") (bpf:global on-call "calls")))
  (format t "~s ~a~%" (bpf:iterate on-task) (> (bpf:global on-task "tasks") 2))
  (macrolet ((refusal (form)
               `(format t "~a~%" (handler-case (progn ,form "none") (error (e) (princ-to-string e))))))
    (refusal (attach-tracepoint on-call "syscalls/sys_enter_sokket"))
    (refusal (attach-tracepoint on-call))
    (refusal (attach-tracepoint on-call "a" "b" "c" "d"))
    (refusal (bpf:iterate on-call))))
"#;

#[test]
fn functions_attach_to_events() {
    // The script's own process is all that counts: its id is only known when it runs.
    let source = EVENTS
        .replace("(u32 PID)", "own")
        .replace("(defvar calls u64)", "(defvar own u32)\n(defvar calls u64)");
    let source = source.replace(
        "  (attach-tracepoint on-call \"sys",
        "  (setf (bpf:global on-call \"own\") (getpid))\n  (attach-tracepoint on-call \"sys",
    );
    let Some(got) = alone("attach-events", &source) else { return };
    let wanted = "\
t
\"\" t
there is no event for `tracepoint/syscalls/sys_enter_sokket` of program `on_call` here (No such file or directory (os error 2))
section `tracepoint` of program `on_call` does not say which event; write `tracepoint/NAME`
at most 3 arguments follow the program here, and 4 are given
`on_call` is no iterator, whose section is `iter/…`
";
    assert_eq!(text(&got.stdout) + &text(&got.stderr), wanted);
}

#[test]
fn there_is_a_constant_for_every_attach_type() {
    for at in attach::ALL {
        let name = format!("+bpf-{}+", at.name.replace('_', "-"));
        assert_eq!(constant::find(&name).map(|row| i128::from(row.value)), Some(at.number.into()), "{name}");
    }
}
