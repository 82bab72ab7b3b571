//! What programs print with `printk`, as `bpfl run` shows it.
//!
//! The trace is the machine's, and not every kernel has one, so most of these tests put one of their own in
//! its place: a pipe, mounted where only the command that they run sees it.

use std::process::{Command, Stdio};

use bpfl_runtime::trace::Trace;

use crate::setup::{Folder, cgroup, output, text};

/// It prints only where it is told to, and so is loaded by kernels without a trace, too.
const SOURCE: &str = "
(defvar talkative u32 0 :section :rodata)
(defprog tell (:section \"cgroup_skb/egress\")
  (when (/= talkative 0) (printk \"%u bytes\" (ctx len)))
  1)";

/// Two lines of programs and one that is of none, after one from before.
const LINES: &str = r"
  curl-12    [001] d..21  1234.567890: bpf_trace_printk: 60 bytes
  sh-9       [001] .....  1234.600000: sched_switch: prev_comm=sh
  ping-13    [000] d..21  1234.700000: bpf_trace_printk: 84 bytes
";

/// What `bpfl run` of a file writes on both streams while `LINES` come.
fn run(name: &str, source: &str, options: &str) -> Option<(String, String)> {
    let cgroup = cgroup()?;
    let folder = Folder::new(name);
    let file = folder.write("tell.lisp", source);
    let script = format!(
        "mount -t tmpfs own /sys/kernel/tracing && mkdir /sys/kernel/tracing/events \
         && mkfifo /sys/kernel/tracing/trace_pipe && exec 9<>/sys/kernel/tracing/trace_pipe || exit 125
         echo '  old-1 [000] d..21 1.0: bpf_trace_printk: from before' >&9
         (sleep 0.3; printf '%s' \"$LINES\" >&9) &
         exec \"$BPFL\" run \"$FILE\" --cgroup \"$CGROUP\" --for 800ms {options} 9>&-"
    );
    let mut command = Command::new("unshare");
    command.args(["--mount", "sh", "-c", &script]).stdin(Stdio::null());
    command.env("BPFL", env!("CARGO_BIN_EXE_bpfl")).env("FILE", file).env("CGROUP", cgroup.path());
    let got = command.env("LINES", LINES).output().unwrap();
    assert!(got.status.success(), "{}", text(&got.stderr));
    Some((text(&got.stdout), text(&got.stderr)))
}

#[test]
fn printed_lines_are_shown_as_they_come() {
    let Some((out, _)) = run("printed-lines", SOURCE, "") else { return };
    let lines: Vec<_> = out.lines().filter(|line| line.starts_with("printk")).collect();
    assert_eq!(lines, ["printk (curl, 12): 60 bytes", "printk (ping, 13): 84 bytes"], "{out}");
}

#[test]
fn printed_lines_are_json_where_that_is_asked_for() {
    let Some((out, _)) = run("printed-json", SOURCE, "--json") else { return };
    let lines: Vec<serde_json::Value> = out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let printed: Vec<_> = lines.iter().filter(|line| line.get("printk").is_some()).collect();
    assert_eq!(printed.len(), 2, "{out}");
    assert_eq!((&printed[1]["printk"], &printed[1]["task"]), (&"84 bytes".into(), &"ping".into()));
    assert_eq!(printed[1]["pid"], 13);
}

#[test]
fn the_trace_is_left_alone_where_nothing_prints() {
    let silent = "(defprog tell (:section \"cgroup_skb/egress\") 1)";
    let Some((out, said)) = run("printed-nothing", silent, "") else { return };
    assert!(!out.contains("bytes") && !said.contains("print"), "{out}{said}");
}

/// With the machine's own trace, which two readers would share: all that reads it is in this one test.
#[test]
fn scripts_tell_and_tests_are_given_what_is_printed() {
    if cgroup().is_none() || Trace::open().is_err() {
        println!("skipped: there is no trace that this user can read");
        return;
    }
    let folder = Folder::new("printed-given");
    let program = "(:type :tc) (printk \"%u bytes, mark %x\" (ctx len) (ctx mark)) TC_ACT_OK)";
    let tests = format!(
        "(defprog say {program}
         (deftest once (:prog say :ctx (mark 255)) (equal (printed) '(\"64 bytes, mark ff\")))
         (deftest twice (:prog say :repeat 2) (= (length (printed)) 2) (= (length (printed)) 2))
         (deftest not-yet () (null (printed)))"
    );
    let got = output(&["test", &folder.write("say.lisp", tests)]);
    assert!(text(&got.stdout).ends_with("3 passed, 0 failed, 0 skipped\n"), "{}", text(&got.stderr));
    // The userspace VM prints what the kernel prints.
    let formats = "(defstruct six (n (array u8 16)))
        (defprog say (:type :tc)
          (let ((a (u32 #x04030201)) (s (make-six)))
            (dotimes (i 16) (setf (six-n s i) (+ i 1)))
            (printk \"%d %u %x %c|%5d|%-5d|%05x|\" -3 7 255 65 42 -42 171)
            (printk \"%lld %llu %llx\" -3 7 #x123456789a)
            (printk \"%s %s %%\" \"text\" \"more\")
            (printk \"%pI4 %pI6 %pi6\" (stack-addr a) s s))
          TC_ACT_OK)";
    let printed = "(deftest lines (:prog say)
        (equal (printed) '(\"-3 7 ff A|   42|-42  |000ab|\" \"-3 7 123456789a\" \"text more %\"
          \"1.2.3.4 0102:0304:0506:0708:090a:0b0c:0d0e:0f10 0102030405060708090a0b0c0d0e0f10\")))";
    let file = folder.write("formats.lisp", format!("{formats}{printed}"));
    for options in [&["test", &file][..], &["test", &file, "--vm"]] {
        let got = output(options);
        assert!(text(&got.stdout).ends_with("1 passed, 0 failed, 0 skipped\n"), "{}", text(&got.stderr));
    }
    let script = format!("(with-bpf-session () (bpf:prog say {program} (bpf:test-run say) (sleep 0.01))");
    let got = output(&["run", &folder.write("script.lisp", script)]);
    let (out, said) = (text(&got.stdout), text(&got.stderr));
    assert!(out.is_empty() && said.contains("): 64 bytes, mark 0\n"), "{out}{said}");
    assert!(said.lines().all(|line| line.starts_with("printk (")), "{said}");
}
