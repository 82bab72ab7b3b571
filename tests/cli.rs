//! The commands that need no privilege, as a user runs them.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
};

/// A directory of one test's own, removed with it.
struct Scratch(PathBuf);

impl Scratch {
    fn new(test: &str) -> Self {
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{test}-{}", std::process::id()));
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn write(&self, name: &str, bytes: impl AsRef<[u8]>) {
        fs::write(self.0.join(name), bytes).unwrap();
    }

    /// What bpfl does in this directory.
    fn bpfl(&self, args: &[&str]) -> (Option<i32>, String, String) {
        let mut command = Command::new(env!("CARGO_BIN_EXE_bpfl"));
        let Output { status, stdout, stderr } =
            command.args(args).current_dir(&self.0).stdin(Stdio::null()).output().unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        (status.code(), text(stdout), text(stderr))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

#[test]
fn files_that_cannot_be_read_have_a_place_and_a_code() {
    let scratch = Scratch::new("unreadable");
    fs::create_dir(scratch.0.join("folder")).unwrap();
    scratch.write("bytes.lisp", b"(a\n b\xff c)");
    let cases = [
        ("missing.lisp", "E0001", "missing.lisp:1:1", "no such file"),
        ("folder", "E0001", "folder:1:1", "directory"),
        ("bytes.lisp", "E0002", "bytes.lisp:2:3", "0xff"),
    ];
    for command in ["build", "check", "run", "disasm"] {
        for (file, code, place, reason) in cases {
            let (status, out, err) = scratch.bpfl(&[command, file]);
            assert_eq!((status, out.as_str()), (Some(1), ""), "{err}");
            for part in [code, place, reason, "help: "] {
                assert!(err.contains(part), "{command} {file}: no `{part}` in\n{err}");
            }
        }
    }
    let left = fs::read_dir(&scratch.0).unwrap().count();
    assert_eq!(left, 2, "something was written");
}

#[test]
fn a_misspelt_file_is_suggested() {
    let scratch = Scratch::new("misspelt");
    scratch.write("count-egress.lisp", "");
    let (_, _, err) = scratch.bpfl(&["check", "count-egres.lisp"]);
    assert!(err.contains("did you mean `count-egress.lisp`?"), "{err}");
}

#[test]
fn run_without_a_file_takes_the_only_one_or_lists_them() {
    let scratch = Scratch::new("only");
    let (status, _, err) = scratch.bpfl(&["run"]);
    assert_eq!(status, Some(1));
    assert!(err.contains("no .lisp file here"), "{err}");
    scratch.write("a.lisp", "(");
    assert!(scratch.bpfl(&["run"]).2.contains("a.lisp:1:1"));
    scratch.write("b.lisp", "(");
    let (status, _, err) = scratch.bpfl(&["run"]);
    assert_eq!(status, Some(1));
    assert!(err.contains("\n  a.lisp\n  b.lisp\n"), "{err}");
}

#[test]
fn an_object_is_recognised_by_its_first_bytes() {
    let scratch = Scratch::new("object");
    scratch.write("cut.lisp", b"\x7fELF\x02\x01\x01");
    let (status, _, err) = scratch.bpfl(&["run", "cut.lisp"]);
    assert_eq!(status, Some(1));
    assert!(err.contains("no readable ELF object"), "{err}");
    assert!(scratch.bpfl(&["build", "cut.lisp"]).2.contains("is an object already"));
}

#[test]
fn codes_are_explained() {
    let scratch = Scratch::new("explain");
    let (status, out, _) = scratch.bpfl(&["explain", "e1"]);
    assert_eq!(status, Some(0));
    assert!(out.starts_with("E0001: "), "{out}");
    let (status, _, err) = scratch.bpfl(&["explain", "E0000"]);
    assert_eq!(status, Some(1));
    assert!(err.contains("did you mean E0001 or "), "{err}");
}

#[test]
fn doctor_has_a_line_for_each_check_and_a_status() {
    let scratch = Scratch::new("doctor");
    let (status, lines, _) = scratch.bpfl(&["doctor"]);
    let (json_status, json, _) = scratch.bpfl(&["doctor", "--json"]);
    assert_eq!(status, json_status);
    let report: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(report["checks"].as_array().unwrap().len(), lines.lines().count());
    assert_eq!(report["ready"], status == Some(0));
    for name in ["kernel", "CAP_BPF", "CAP_NET_ADMIN", "cgroup v2", "JIT", "bpffs", "tracefs"] {
        assert!(lines.contains(name), "no {name} in\n{lines}");
    }
}

#[test]
fn completions_and_manual_pages_are_made() {
    let scratch = Scratch::new("generated");
    for shell in ["bash", "zsh", "fish"] {
        let (status, out, _) = scratch.bpfl(&["completions", shell]);
        assert_eq!(status, Some(0));
        assert!(out.contains("doctor"), "{shell}");
    }
    assert!(scratch.bpfl(&["man"]).1.contains(".TH bpfl 1"));
    assert_eq!(scratch.bpfl(&["man", "pages"]).0, Some(0));
    assert!(scratch.0.join("pages/bpfl-run.1").exists());
}

#[test]
fn wrong_arguments_are_2_and_125_beside_a_command() {
    let scratch = Scratch::new("usage");
    assert_eq!(scratch.bpfl(&["run", "--interval", "5"]).0, Some(2));
    assert_eq!(scratch.bpfl(&["run", "--interval", "5", "--", "true"]).0, Some(125));
    assert_eq!(scratch.bpfl(&["--version"]).0, Some(0));
}

#[test]
fn the_catalogue_is_listed() {
    let scratch = Scratch::new("list");
    let (status, out, _) = scratch.bpfl(&["list", "helpers", "--prog", "cgroup-sock"]);
    assert_eq!(status, Some(0));
    assert!(out.contains("sk-storage-get") && out.contains("get-socket-cookie"), "{out}");
    assert!(!out.contains("bind ") && !out.contains("msg-redirect"), "{out}");
    let left_out = out.lines().find(|line| line.starts_with("strtol ")).unwrap();
    assert!(left_out.ends_with("not in the documented list, but the kernel offers it"), "{left_out}");
    let (_, out, _) = scratch.bpfl(&["list", "helpers", "bind", "--prog", "cgroup-sock-addr"]);
    assert!(out.contains("only cgroup/connect4 cgroup/connect6"), "{out}");
    let (_, out, _) = scratch.bpfl(&["list", "sections", "post_bind", "--json"]);
    let rows: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert_eq!(rows.as_array().unwrap().len(), 2);
    let (status, _, err) = scratch.bpfl(&["list", "helpers", "--prog", "cgroup-sok"]);
    assert_eq!(status, Some(1));
    assert!(err.contains("did you mean `cgroup-sock`?"), "{err}");
}

#[test]
fn facts_are_one_object_with_the_names_of_c() {
    let scratch = Scratch::new("facts");
    let (status, out, _) = scratch.bpfl(&["list", "facts", "--json"]);
    assert_eq!(status, Some(0));
    let facts: serde_json::Value = serde_json::from_str(&out).unwrap();
    let row = |table: &str, wanted: &[(&str, serde_json::Value)]| {
        let rows = facts[table].as_array().unwrap();
        let found = rows.iter().any(|row| wanted.iter().all(|(key, value)| row[*key] == *value));
        assert!(found, "{table} has no row with {wanted:?}");
    };
    let sock = |attach: &str| [("prog", "BPF_PROG_TYPE_CGROUP_SOCK".into()), ("attach", attach.into())];
    let [prog, create] = sock("BPF_CGROUP_INET_SOCK_CREATE");
    let mark = [("via", "ctx".into()), ("field", "mark".into()), ("offset", 16.into()), ("width", 4.into())];
    row("ctx", &[&[prog, create][..], &mark, &[("read", true.into()), ("write", true.into())]].concat());
    let [prog, bind] = sock("BPF_CGROUP_INET4_POST_BIND");
    row("ctx", &[&[prog, bind][..], &mark, &[("read", false.into()), ("write", false.into())]].concat());
    let [prog, create] = sock("BPF_CGROUP_INET_SOCK_CREATE");
    row("helpers", &[prog, create, ("helper", "bpf_bind".into()), ("available", false.into())]);
    let [prog, zero] = sock("");
    row("returns", &[prog, zero, ("range", serde_json::json!([0, 1]))]);
    let message = ("prog", "BPF_PROG_TYPE_SK_MSG".into());
    row("returns", &[message.clone(), ("range", "any".into())]);
    row("pkt", &[message, ("begin", "data".into()), ("width", 8.into()), ("write", true.into())]);
    let lookup = ("prog", "BPF_PROG_TYPE_SK_LOOKUP".into());
    row("attach", &[lookup, ("attach", "".into()), ("loads", false.into())]);
}

#[test]
fn programs_helpers_and_maps_are_explained() {
    let scratch = Scratch::new("topics");
    let cases = [
        ("cgroup-sock", "read 4 write 4: cgroup/sock_create cgroup/sock_release"),
        (":sk-msg", "local-ip4"),
        ("sk-storage-get", "in cgroup-sock:"),
        ("bpf_bind", "only cgroup/connect4 cgroup/connect6"),
        ("hash", "BPF_MAP_TYPE_HASH"),
        ("lpm-trie", "BPF_F_NO_PREALLOC always"),
    ];
    for (topic, part) in cases {
        let (status, out, err) = scratch.bpfl(&["explain", topic]);
        assert_eq!(status, Some(0), "{err}");
        assert!(out.contains(part), "{topic}: no `{part}` in\n{out}");
    }
    let (status, _, err) = scratch.bpfl(&["explain", "sk-storage-gat"]);
    assert_eq!(status, Some(1));
    assert!(err.contains("did you mean `sk-storage-get`?"), "{err}");
}
