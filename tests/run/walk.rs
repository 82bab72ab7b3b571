//! Iterators: read once, and what they write is shown.

use std::process::id;

use crate::setup::{Folder, cgroup, output, refusal, text};

/// An iterator that writes a line for each thread of the process `ID`.
const OWN: &str = "(import-kernel-struct task-struct pid tgid comm)
  (import-kernel-struct bpf-iter-meta seq)
  (defprog own (:section \"iter/task\")
    (when-let ((task (ctx task)))
      (when (= (task-struct-tgid task) ID)
        (bpf-seq-printf (bpf-iter-meta-seq (ctx meta)) \"%d %d %s\\n\"
                    (task-struct-tgid task) (task-struct-pid task) (task-struct-comm-ptr task))))
    0)";

fn own(folder: &Folder, more: &str) -> String {
    folder.write("own.lisp", OWN.replace("ID", &id().to_string()) + more)
}

/// Whether the line of this process' first thread is among `lines`. It need not be the first one:
/// the kernel goes by number, and numbers begin again at the end of their range.
fn has_own(lines: &str) -> bool {
    let own = format!("{0} {0} ", id());
    lines.lines().any(|line| line.starts_with(&own))
}

/// Whether each of `lines` is one that [`OWN`] writes.
fn all_own(lines: &str) -> bool {
    let process = format!("{} ", id());
    lines.lines().all(|line| line.starts_with(&process))
}

#[test]
fn what_an_iterator_writes_is_printed() {
    let Some(_) = cgroup() else { return };
    let folder = Folder::new("run-walk");
    let file = own(&folder, "");
    let got = output(&["run", &file]);
    let (out, err) = (text(&got.stdout), text(&got.stderr));
    assert_eq!((got.status.code(), err.as_str()), (Some(0), ""));
    let (lines, _) = out.split_once("the maps are empty").unwrap_or_else(|| panic!("{out}"));
    assert!(has_own(lines) && all_own(lines) && lines.lines().count() > 1, "{out}");

    let got = output(&["run", &file, "--json"]);
    let out = text(&got.stdout);
    let json: serde_json::Value = serde_json::from_str(&out).unwrap_or_else(|_| panic!("{out}"));
    assert_eq!(json["iterator"], "own");
    let lines = json["text"].as_str().unwrap();
    assert!(has_own(lines) && all_own(lines), "{out}");
}

#[test]
fn iterators_are_read_when_the_rest_has_ended() {
    let Some(_) = cgroup() else { return };
    let folder = Folder::new("run-walk-rest");
    let count = "(defvar started u64)
        (defprog walk-count (:section \"tracepoint/sched/sched_process_exec\") (incf started) 0)";
    let file = own(&folder, count);
    let got = output(&["run", &file, "--", "/bin/true"]);
    let err = text(&got.stderr);
    let (lines, table) = err.split_once('┌').unwrap_or_else(|| panic!("{err}"));
    assert!(has_own(lines) && all_own(lines), "{err}");
    let (_, table) = table.split_once("started").unwrap_or_else(|| panic!("{err}"));
    assert!(table.contains(|digit| ('1'..='9').contains(&digit)), "{err}");
}

#[test]
fn what_is_not_attached_says_how_it_is_run() {
    let Some(_) = cgroup() else { return };
    let folder = Folder::new("run-walk-not");
    let map = "(defmap a :type :hash :key u32 :value u64 :max-entries 8)";
    for (source, wanted) in [
        (
            format!("{map}{}(defprog p (:section \"iter/bpf_map_elem\") 0)", map.replace("map a", "map b")),
            "error: `p` goes over the entries of one map: say which, with --map NAME\n",
        ),
        (
            "(defprog p (:section \"syscall\") 0)".into(),
            "error: `p` is a syscall program, and those are not attached here: `(bpf:test-run program)` runs it\n",
        ),
    ] {
        assert_eq!(refusal(&["run", &folder.write("p.lisp", source)]), wanted);
    }
}
