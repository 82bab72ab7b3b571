//! `bpfl run` and `bpfl test` at a terminal, as somebody who tries them sees them.

use crate::{
    pty::{CTRL_C, Terminal},
    setup::{Folder, bpfl, cgroup, example, text},
};

const WIDE: &str = "
(defstruct traffic (packets u64) (bytes u64) (first-seen-at u64))
(defmap traffic-of-each :type :array :key u32 :value traffic :max-entries 4)
(defvar total u64)
(defprog count (:section \"cgroup_skb/egress\") (incf total) 1)";

#[test]
fn a_watch_says_how_it_ends_and_leaves_the_last_table() {
    let Some(cgroup) = cgroup() else { return };
    let folder = Folder::new("watch");
    let path = cgroup.path().display().to_string();
    let args = ["run", &example("count-egress.lisp"), "--cgroup", &path];
    let mut terminal = Terminal::start(&folder, &args);
    terminal.expect(&format!("note: `count_egress` attached to the cgroup `{path}`; Ctrl-C ends\n"));
    terminal.expect("│ pkt_count ┆ 0   ┆     0 ┆            │");
    terminal.keys(CTRL_C);
    terminal.expect("│ pkt_count ┆ 0   ┆     0 │\n");
    assert_eq!(terminal.end(), Some(130));
    // One that ends by itself says nothing of that, nor one that is not at a terminal.
    let mut terminal = Terminal::start(&folder, &[&args[..], &["--for", "100ms"]].concat());
    terminal.expect(&format!("attached to the cgroup `{path}`\n"));
    assert_eq!(terminal.end(), Some(0));
    let got = bpfl(&[&args[..], &["--for", "100ms"]].concat()).output().unwrap();
    assert_eq!(text(&got.stderr), format!("note: `count_egress` attached to the cgroup `{path}`\n"));
}

#[test]
fn what_a_small_terminal_has_no_room_for_is_counted() {
    let Some(cgroup) = cgroup() else { return };
    let folder = Folder::new("small");
    folder.write("wide.lisp", WIDE);
    let path = cgroup.path().display().to_string();
    let mut terminal = Terminal::with_size(&folder, &["run", "wide.lisp", "--cgroup", &path], 40, 8);
    terminal.expect("traffic_of_each[0] = {packets=0, bytes=0, first_seen_at=0}");
    // Five rows that are as wide as two, of which six fit.
    terminal.expect("traffic_of_each[1]");
    terminal.expect("… and 3 more");
    terminal.keys(CTRL_C);
    terminal.expect("┆ total ┆            0 │\n");
    assert_eq!(terminal.end(), Some(130));
}

#[test]
fn what_is_shown_after_ctrl_c_starts_a_line() {
    let Some(_) = cgroup() else { return };
    let folder = Folder::new("interrupted");
    let command = ["run", &example("count-egress.lisp"), "--", "sh", "-c", "echo here; exec sleep 30"];
    let mut terminal = Terminal::start(&folder, &command);
    terminal.expect("here\n");
    terminal.keys(CTRL_C);
    terminal.expect("^C\n┌");
    terminal.expect("│ pkt_count ┆ 0   ┆     0 │\n");
    assert_eq!(terminal.end(), Some(130));
    folder.write("endless.lisp", "(write-line \"here\") (loop (sleep 1))");
    let mut terminal = Terminal::start(&folder, &["run", "endless.lisp"]);
    terminal.expect("here\n");
    terminal.keys(CTRL_C);
    terminal.expect("^C\n");
    assert_eq!(terminal.end(), Some(130));
}

const TESTS: &str = "
(defprog pass (:section \"xdp\") XDP_PASS)
(deftest quick (:prog pass) (= (retval) XDP_PASS))
(deftest talks () (write-line \"hello\") t)
(deftest endless () (loop))
(deftest never () t)";

#[test]
fn the_test_that_runs_is_shown_and_ctrl_c_says_where_it_came() {
    if cgroup().is_none() {
        return;
    }
    let folder = Folder::new("dialogue");
    folder.write("tests.lisp", TESTS);
    let mut terminal = Terminal::start(&folder, &["test"]);
    terminal.expect("tests.lisp: 4 tests\n");
    terminal.expect("  quick … ok\n");
    terminal.expect("hello\n");
    terminal.expect("  talks … ok\n");
    terminal.expect("  endless … ");
    terminal.keys(CTRL_C);
    terminal.expect("  endless … interrupted\n2 passed, 0 failed, 0 skipped; interrupted\n");
    assert_eq!(terminal.end(), Some(130));
    let mut terminal = Terminal::start(&folder, &["test", "--tap", "--filter", "endless"]);
    terminal.expect("# tests.lisp\n");
    // What is tested has begun when it cannot be told otherwise.
    std::thread::sleep(std::time::Duration::from_millis(300));
    terminal.keys(CTRL_C);
    terminal.expect("Bail out! endless was interrupted\n");
    assert_eq!(terminal.end(), Some(130));
}

#[test]
fn files_that_cannot_be_tested_are_counted() {
    if cgroup().is_none() {
        return;
    }
    let folder = Folder::new("untested");
    folder.write("a.lisp", "(deftest none () (= 1 1)) (defprog broken (:type :xdp) oops)");
    folder
        .write("b.lisp", "(defprog pass (:type :xdp) XDP_PASS) (deftest passes (:prog pass) (= (retval) 2))");
    folder.write("c.lisp", "(defprog without-tests (:type :xdp) oops)");
    let tested = |args: &[&str]| {
        let got = folder.inside(bpfl(&["test"]).args(args)).output().unwrap();
        (text(&got.stdout), text(&got.stderr), got.status.code())
    };
    let (out, errors, status) = tested(&["gone.lisp", "a.lisp", "b.lisp"]);
    assert!(out.ends_with("1 passed, 0 failed, 0 skipped; 2 files could not be tested\n"), "{out}");
    assert_eq!(status, Some(1));
    assert!(
        errors.starts_with("error[E0001]: `gone.lisp` cannot be read: there is no such file\n"),
        "{errors}"
    );
    // Without a name: those that have tests.
    let (out, errors, status) = tested(&[]);
    assert!(out.ends_with("1 passed, 0 failed, 0 skipped; 1 file could not be tested\n"), "{out}");
    assert!(!errors.contains("c.lisp"), "{errors}");
    assert_eq!(status, Some(1));
    let empty = Folder::new("untested-none");
    let got = empty.inside(&mut bpfl(&["test"])).output().unwrap();
    let wanted = "error: there is no .lisp file with tests here; name the files to test\n";
    assert_eq!((text(&got.stderr).as_str(), got.status.code()), (wanted, Some(1)));
}

#[test]
fn a_command_without_its_dashes_and_dashes_without_a_command_are_told() {
    let folder = Folder::new("dashes");
    folder.write("oops.lisp", "(defprog pass (:type :cgroup-skb) 1)");
    let said = |args: &[&str]| {
        let got = folder.inside(&mut bpfl(args)).output().unwrap();
        (text(&got.stderr), got.status.code())
    };
    let (words, status) = said(&["run", "oops.lisp", "ls", "-l"]);
    assert!(words.contains("a command to run stands after `--`: `-- ls …`"), "{words}");
    assert_eq!(status, Some(2));
    let (words, _) = said(&["run", "oops.lisp", "--cgrup", "x"]);
    assert!(words.contains("'--cgroup'") && !words.contains("as a value"), "{words}");
    let (words, status) = said(&["run", "oops.lisp", "--"]);
    let wanted = "error: there is no command after `--`; without `--`, all of the machine is watched\n";
    assert_eq!((words.as_str(), status), (wanted, Some(125)));
    // Names are alike in more than what all of them end with.
    assert!(said(&["run", "nosuch.lisp"]).0.contains("check the spelling"));
    assert!(said(&["run", "ops.lisp"]).0.contains("did you mean `oops.lisp`?"));
}
