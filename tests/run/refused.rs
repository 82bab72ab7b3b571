//! What is said, word for word, when the kernel refuses: the verifier, or for want of a capability.

use std::process::Command;

use bpfl_runtime::cgroup::{ChildCgroup, Hierarchy};

use crate::setup::{Folder, bpfl, cgroup, example, output, refusal, refused};

/// The kernel offers `get-current-task` to who has CAP_PERFMON only.
const TASK: &str = "\
;; The task that sent last.
(defvar last-task u64)

(defprog who (:section \"cgroup_skb/egress\")
  (setf last-task (get-current-task))
  1)
";

const REFUSED: &str = "\
error[E0701]: the kernel's verifier refused `who`
  ┌─ FILE:5:19
  │
5 │   (setf last-task (get-current-task))
  │                   ^^^^^^^^^^^^^^^^^^ program of this type cannot use helper bpf_get_current_task#35
  │
";

const TAIL: &str = "  = note: the end of its log:
    0: R1=ctx() R10=fp0
    ; (setf last-task (get-current-task)) @ FILE:5
    0: (85) call bpf_get_current_task#35
    program of this type cannot use helper bpf_get_current_task#35
";

const PERFMON: &str =
    "  = help: it takes CAP_PERFMON, which this user does not have: run as root, e.g. with sudo\n";

/// bpfl as root with no more than these capabilities.
fn with_only(capabilities: &str, args: &[&str]) -> Command {
    let mut command = Command::new("setpriv");
    command.args([&format!("--bounding-set=-all,{capabilities}"), env!("CARGO_BIN_EXE_bpfl")]).args(args);
    command
}

/// A cgroup and a folder, where setpriv can take capabilities away.
fn set_up(name: &str) -> Option<(ChildCgroup, Folder)> {
    let cgroup = cgroup()?;
    let works = Command::new("setpriv").args(["--bounding-set=-all", "true"]).status();
    if !works.is_ok_and(|status| status.success()) {
        println!("skipped: there is no setpriv here that may take capabilities away");
        return None;
    }
    Some((cgroup, Folder::new(name)))
}

fn run<'a>(file: &'a str, cgroup: &'a ChildCgroup) -> [&'a str; 5] {
    ["run", file, "--cgroup", cgroup.path().to_str().unwrap(), "--for=10ms"]
}

#[test]
fn a_refusal_is_shown_at_its_form_with_the_end_of_the_log() {
    let Some((cgroup, folder)) = set_up("refused-source") else { return };
    folder.write("task.lisp", TASK);
    let mut command = with_only("+bpf,+net_admin,+dac_override", &run("task.lisp", &cgroup));
    let wanted = format!("{REFUSED}{TAIL}  = help: `--verifier-log` shows all of its log\n{PERFMON}\n");
    assert_eq!(refused(folder.inside(&mut command)), wanted.replace("FILE", "task.lisp"));
}

#[test]
fn the_whole_log_is_shown_on_request() {
    let Some((cgroup, folder)) = set_up("refused-log") else { return };
    folder.write("task.lisp", TASK);
    let args = [&run("task.lisp", &cgroup)[..], &["--verifier-log"]].concat();
    let said = refused(folder.inside(&mut with_only("+bpf,+net_admin,+dac_override", &args)));
    let wanted = format!("{REFUSED}{PERFMON}\nthe verifier's log:\n").replace("FILE", "task.lisp");
    let log = said.strip_prefix(&wanted).unwrap_or_else(|| panic!("{said}"));
    assert!(log.contains("\nprogram of this type cannot use helper"), "{said}");
    assert!(log.lines().last().unwrap().starts_with("processed 1 insns"), "{said}");
}

#[test]
fn an_object_is_shown_by_its_own_line_information() {
    let Some((cgroup, folder)) = set_up("refused-object") else { return };
    folder.write("task.lisp", TASK);
    let built = folder.inside(&mut bpfl(&["build", "task.lisp", "-o", "task.o"])).status().unwrap();
    assert!(built.success());
    let mut command = with_only("+bpf,+net_admin,+dac_override", &run("task.o", &cgroup));
    let wanted = format!("{REFUSED}{TAIL}  = help: `--verifier-log` shows all of its log\n{PERFMON}\n");
    assert_eq!(refused(folder.inside(&mut command)), wanted.replace("FILE", "task.lisp"));
}

const LOOP: &str = "\
(defvar sum u64)
(defprog adds (:section \"cgroup_skb/egress\")
  (let ((n (ctx len)))
    (dotimes (ö n :max 100)
      (incf sum (u64 ö))))
  1)
";

const ENDLESS: &str = "\
error[E0701]: the kernel's verifier refused `adds`
  ┌─ loop.lisp:4:5
  │  \n4 │ ╭     (dotimes (ö n :max 100)
5 │ │       (incf sum (u64 ö))))
  │ ╰─────────────────────────^ BPF program is too large. Processed 1000001 insn
";

#[test]
fn a_loop_that_a_loader_may_not_have_is_shown_whole() {
    let Some((cgroup, folder)) = set_up("refused-loop") else { return };
    folder.write("loop.lisp", LOOP);
    let mut command = with_only("+bpf,+net_admin,+dac_override", &run("loop.lisp", &cgroup));
    let said = refused(folder.inside(&mut command));
    assert!(said.starts_with(ENDLESS) && said.ends_with(&format!("{PERFMON}\n")), "{said}");
    assert!(!said.contains("R0="), "{said}");
}

/// An object whose program reads the context where nobody may: the first load's offset is patched.
fn patched(folder: &Folder, section: &str, field: &str, offset: u8) -> Vec<u8> {
    let source = format!("(defprog far (:section \"{section}\")\n  (if (> (ctx {field}) 7) 0 1))\n");
    let (file, object) = (folder.write("far.lisp", source), folder.write("far.o", []));
    assert!(output(&["build", &file, "-o", &object]).status.success());
    let mut bytes = std::fs::read(object).unwrap();
    // r0 = *(u32 *)(r1 + offset) and the like, whatever register it is read into.
    let is_load = |at: &[u8]| at[0] == 0x61 && at[1] >> 4 == 1 && at[2..8] == [offset, 0, 0, 0, 0, 0];
    let at = bytes.windows(8).position(is_load).expect("the program reads the field");
    bytes[at + 2..at + 4].copy_from_slice(&4000u16.to_le_bytes());
    bytes
}

/// Programs that aya loads, and such as are loaded past it.
#[test]
fn a_damaged_object_is_shown_where_it_is_refused() {
    let Some(cgroup) = cgroup() else { return };
    for (section, field, offset) in [
        ("cgroup_skb/egress", "mark", 8),
        ("cgroup/connect4", "protocol", 36),
        ("cgroup/connect_unix", "type", 32),
    ] {
        let folder = Folder::new("refused-patched");
        let object = patched(&folder, section, field, offset);
        folder.write("far.o", object);
        let said = refused(folder.inside(&mut bpfl(&run("far.o", &cgroup))));
        let file = folder.write("far.lisp", "");
        let carets = "^".repeat("(ctx )".len() + field.len());
        let shown = format!(
            "\
error[E0701]: the kernel's verifier refused `far`
  ┌─ {file}:2:10
  │
2 │   (if (> (ctx {field}) 7) 0 1))
  │          {carets} invalid bpf_context access off=4000 size=4
"
        );
        assert!(said.starts_with(&shown), "{said}");
    }
}

#[test]
fn targets_that_are_none_are_named() {
    let Some(cgroup) = cgroup() else { return };
    let hierarchy = Hierarchy::find().unwrap();
    let (mount, path) = (hierarchy.mount.display(), cgroup.path().display().to_string());
    let (count, message) = (example("count-egress.lisp"), example("msg-redirect.lisp"));
    let cases: &[(&[&str], String)] = &[
        (
            &[&count, "--cgroup=/proc"],
            format!("`/proc` is no cgroup directory; the cgroup v2 hierarchy is at `{mount}`"),
        ),
        (
            &[&count, "--cgroup=/no/such/cgroup"],
            format!("there is no cgroup `/no/such/cgroup`; the cgroup v2 hierarchy is at `{mount}`"),
        ),
        (
            &[&message, "--cgroup", &path, "--map=verdicts"],
            "map `verdicts` is of type array, which holds no sockets; name `sock_map` or `sock_hash`".into(),
        ),
        (
            &[&message, "--cgroup", &path],
            "`verdict` is attached to a sockmap or sockhash; name `sock_map` or `sock_hash`".into(),
        ),
    ];
    for (args, wanted) in cases {
        assert_eq!(refusal(&[&["run", "--for=10ms"], *args].concat()), format!("error: {wanted}\n"));
    }
}

#[test]
fn the_capability_that_is_missing_is_named() {
    let Some((cgroup, folder)) = set_up("refused-capability") else { return };
    let program = "(defprog pass (:section \"cgroup/sock_create\") 1)";
    let count = "(defmap n :type :array :key u32 :value u64 :max-entries 1)
                 (defprog pass (:section \"cgroup_skb/egress\") (incf (getmap n 0)) 1)";
    let global = "(defvar n u64) (defprog pass (:section \"cgroup_skb/egress\") (incf n) 1)";
    let sockets = "(defmap s :type :sockmap :key u32 :value u64 :max-entries 1)
                   (defprog pass (:section \"sk_msg\") SK_PASS)";
    let cases = [
        (program, "+bpf", "loading `pass` was not permitted; it takes CAP_NET_ADMIN, which"),
        (program, "+net_admin", "loading `pass` was not permitted; it takes CAP_BPF, which"),
        (count, "+bpf", "attaching `pass` was not permitted; it takes CAP_NET_ADMIN, which"),
        (program, "-all", "loading `pass` was not permitted; it takes CAP_BPF and CAP_NET_ADMIN, which"),
        (count, "+net_admin", "loading map `n` was not permitted; it takes CAP_BPF, which"),
        (global, "+net_admin", "loading the global variables was not permitted; it takes CAP_BPF, which"),
        (sockets, "+bpf", "loading map `s` was not permitted; it takes CAP_NET_ADMIN, which"),
    ];
    for (source, capabilities, wanted) in cases {
        folder.write("pass.lisp", source);
        let args = run("pass.lisp", &cgroup);
        let said = refused(folder.inside(&mut with_only(&format!("{capabilities},+dac_override"), &args)));
        let rest = "this user does not have: run as root, e.g. with sudo\n";
        assert_eq!(said, format!("error: {wanted} {rest}"), "with {capabilities}");
    }
}

#[test]
fn asking_what_is_attached_takes_a_capability_too() {
    let Some((cgroup, _)) = set_up("refused-list") else { return };
    let path = cgroup.path().to_str().unwrap();
    let said = refused(&mut with_only("+dac_override", &["list", "attached", "--cgroup", path]));
    let wanted = "asking what is attached was not permitted; it takes CAP_NET_ADMIN, which this user does not \
                  have: run as root, e.g. with sudo";
    assert_eq!(said, format!("error: {wanted}\n"));
}
