//! What scripts do beside BPF: processes, pins, sockets, time, and the language's own functions.

use std::{
    io::Write,
    process::{Command, Stdio},
};

use crate::setup::{Folder, bpfl, cgroup, output, text};

fn printed(name: &str, source: &str, args: &[&str]) -> String {
    let folder = Folder::new(name);
    let path = folder.write("script.lisp", source);
    let got = output(&[&["run", &path, "--for", "20s"], args].concat());
    text(&got.stdout) + &text(&got.stderr)
}

const TRY: &str = r#"
(defmacro try (form)
  `(format t "~a~%" (handler-case ,form (error (e) (princ-to-string e)))))
"#;

#[test]
fn processes_are_started_and_waited_for() {
    let source = TRY.to_string()
        + r#"
(try (argv))
(try (wait (spawn "sh" "-c" "exit 7")))
(try (wait (spawn "true")))
(let ((p (spawn "sleep" 60)))
  (try (wait p :timeout 20))
  (try (= (process-id p) (getpid)))
  (try (kill p))
  (try (wait p))
  (try (kill p)))
(try (spawn "no-such-program-anywhere"))
(try (kill 5))
(try (< 0 (- (ktime-get-ns) (progn (sleep 0.001) (ktime-get-ns)))))
(try (<= 1000 (let ((start (get-internal-real-time))) (sleep 0.002) (- (get-internal-real-time) start)) 1000000))
(try (> (get-universal-time) 3900000000))
"#;
    let wanted = "\
(one --two)
7
0
nil
nil
t
143
nil
`no-such-program-anywhere`: there is no such program
this is an integer, and a process is wanted here
nil
t
t
";
    assert_eq!(printed("processes", &source, &["--", "one", "--two"]), wanted);
}

#[test]
fn the_languages_own_functions() {
    let source = TRY.to_string()
        + r#"
(try (sort (list 3 1 2) #'<))
(try (sort #(3 1 2) #'> :key #'-))
(try (list (position 2 '(1 2 3)) (find 2 '(1 2 3) :test #'<) (remove 2 #(1 2 3)) (coerce "ab" 'list)))
(try (map 'vector #'+ '(1 2) '(3 4)))
(try (with-output-to-string (s) (format s "x~a" 1) (princ 2 s)))
(try (let ((seen nil)) (list (ignore-errors (unwind-protect (error "a ~a" 1) (setf seen 2))) seen)))
(try (let ((seen nil)) (ignore-errors (handler-bind ((error (lambda (e) (setf seen (princ-to-string e))))) (error "b"))) seen))
(try (multiple-value-bind (a b) (values 1 2) (list b a)))
(try (reduce #'+ '(1 2) :initial-value 5))
(try (mapcar #'list '(1 2) '(A b)))
(format t "~a|~s|~d|~5d|~5,'0d|~:d|~x|~8,'0x|~b|~o|~c|~f|~8,2f|~,3f~%" "s" "s" 5 5 5 1234567 255 255 5 8 #\a 1.5 3.14159 2.0)
(format t "~{~a, ~}|~{~a~^, ~}|~[zero~;one~;two~:;many~]|~[zero~;one~]|~:[no~;yes~]|~&~10a|~10@a|~~~%" '(1 2) '(1 2) 5 1 t "ab" "cd")
(progn (defun later () 'Defined-Later) (try (later)))
(defenum state (IDLE) (BUSY 4) (GONE))
(try (list IDLE BUSY GONE))
(error "the ~a" 'End)
"#;
    let wanted = "\
(1 2 3)
#(1 2 3)
(1 3 #(1 3) (a b))
#(4 6)
x12
(nil 2)
b
(2 1)
8
((1 a) (2 b))
s|\"s\"|5|    5|00005|1,234,567|ff|000000ff|101|10|a|1.5|    3.14|2.000
1, 2, |1, 2|many|one|yes|
ab        |        cd|~
defined-later
(0 4 5)
";
    let got = printed("language", &source, &[]);
    let said = got.strip_prefix(wanted).unwrap_or_else(|| panic!("{got}"));
    assert!(said.starts_with("error[E0603]: the end"), "{said}");
}

#[test]
fn sockets_talk_over_the_loopback_interface() {
    let source = TRY.to_string()
        + r#"
(dolist (family '((:tcp "127.0.0.1") (:tcp6 "::1")))
  (let ((listener (socket (first family))) (client (socket (first family))))
    (listen (bind listener (second family)))
    (try (connect client (second family) (local-port listener)))
    (let ((server (accept listener)))
      (try (send client "hello"))
      (try (octets-to-string (recv server)))
      (try (= (peer-port server) (local-port client)))
      (try (peer-address server))
      (close client)
      (try (recv server)))))
(let ((a (bind (socket :udp))) (b (bind (socket :udp))))
  (try (recv a :timeout 10))
  (send-to b #(1 2) "127.0.0.1" (local-port a))
  (multiple-value-bind (data host port) (recv-from a)
    (try (list data host (= port (local-port b))))))
(multiple-value-bind (a b) (tcp-pair)
  (setsockopt a IPPROTO_TCP TCP_NODELAY 1)
  (try (getsockopt a IPPROTO_TCP TCP_NODELAY))
  (try (length (getsockopt a SOL_SOCKET SO_LINGER 16)))
  (try (integerp (getsockopt a SOL_SOCKET SO_COOKIE 8)))
  (close a)
  (try (send a "x"))
  (try (close a)))
(try (= (errno (connect (socket :tcp) "127.0.0.1" 1)) ECONNREFUSED))
(try (connect (socket :tcp) "127.0.0.1" 1))
(try (socket :sctp))
(try (connect (socket :tcp) "nowhere" 1))
(try (bind (socket :tcp) "127.0.0.1" 70000))
(try (send 5 "x"))
(try (recv (socket :udp) :timeuot 5))
"#;
    let talk = "t\n5\nhello\nt\nHOST\n#()\n";
    let wanted = talk.replace("HOST", "127.0.0.1")
        + &talk.replace("HOST", "::1")
        + "\
nil
(#(1 2) 127.0.0.1 t)
1
8
t
this socket is closed
nil
t
connect: Connection refused (os error 111)
there is no socket :sctp; there are :tcp, :udp, :tcp6, :udp6, :unix, :unix-datagram
\"nowhere\" is no address of IP
70000 does not fit `port`, which has 16 bits
this is an integer, and a socket is wanted here
there is no option `:timeuot` here; there are :timeout
";
    assert_eq!(printed("sockets", &source, &[]), wanted);
}

const PINNED: &str = r#"
(defmacro try (form)
  `(format t "~a~%" (handler-case ,form (error (e) (princ-to-string e)))))
(with-bpf-session ()
  (bpf:map counts :type :hash :key u32 :value u64 :max-entries 4 :pinning :by-name)
  (bpf:map other :type :array :key u32 :value u64 :max-entries 4)
  (bpf:prog pass (:section "cgroup_skb/egress") (incf (getmap counts 1)) 1)
  (setf (bpf:map-ref counts 7) 70))
(with-bpf-session ()
  (bpf:map counts :type :hash :key u32 :value u64 :max-entries 4 :pinning :by-name)
  (try (bpf:map-ref counts 7)))
(with-bpf-session ()
  (bpf:map counts :type :hash :key u32 :value u32 :max-entries 4 :pinning :by-name)
  (try (bpf:map-ref counts 7)))
(try (bpf:unpin "/sys/fs/bpf/counts"))
(with-bpf-session ()
  (bpf:map counts :type :hash :key u32 :value u64 :max-entries 4)
  (bpf:prog pass (:section "cgroup_skb/egress") (incf (getmap counts 1)) 1)
  (try (bpf:pin counts "/sys/fs/bpf/mine"))
  (try (bpf:pin counts "/sys/fs/bpf/mine"))
  (try (bpf:pin pass "/sys/fs/bpf/no/such"))
  (try (bpf:pin pass "/tmp/pass"))
  (try (bpf:pin pass "/sys/fs/bpf/pass"))
  (in-cgroup ()
    (let ((link (bpf:attach pass *cgroup*)))
      (try (bpf:pin link "/sys/fs/bpf/link"))
      (dotimes (i 3) (send-to (socket :udp) "x" "127.0.0.1" 9))
      (try (bpf:map-ref counts 1))
      (try (bpf:detach link))
      (try (bpf:detach link))
      (try (bpf:pin link "/sys/fs/bpf/again")))
    (send-to (socket :udp) "x" "127.0.0.1" 9)
    (try (bpf:map-ref counts 1))
    (try (bpf:unpin "/sys/fs/bpf/link")))
  (try (list (bpf:unpin "/sys/fs/bpf/mine") (bpf:unpin "/sys/fs/bpf/pass") (bpf:unpin "/sys/fs/bpf/pass"))))
"#;

/// bpfl in a mount namespace with a BPF file system of its own.
fn with_own_pins(args: &[&str]) -> Option<String> {
    let script = "mount -t bpf bpf /sys/fs/bpf && exec \"$@\"";
    let mut command = Command::new("unshare");
    command.args(["--mount", "sh", "-c", script, "sh", env!("CARGO_BIN_EXE_bpfl")]).args(args);
    let got = command.output().ok()?;
    let said = text(&got.stderr);
    if said.contains("unshare:") || said.contains("mount:") {
        println!("skipped: {said}");
        return None;
    }
    Some(text(&got.stdout) + &said)
}

#[test]
fn pins_outlive_sessions_and_must_fit() {
    let Some(_) = cgroup() else { return };
    let folder = Folder::new("pins");
    let file = folder.write("pins.lisp", PINNED);
    let Some(got) = with_own_pins(&["run", &file, "--for", "20s"]) else { return };
    let wanted = "\
70
the map that is pinned as `/sys/fs/bpf/counts` is not `counts` as it is defined here: the size of its values is 8, not 4; remove it with `rm`, or pin under another name
t
/sys/fs/bpf/mine
`/sys/fs/bpf/mine` is there already; remove it with `rm`, or pin under another name
there is no directory for `/sys/fs/bpf/no/such`; make it with `mkdir -p`
`/tmp/pass` is not in a BPF file system; as root, `mount -t bpf bpf /sys/fs/bpf`, and pin below that
/sys/fs/bpf/pass
/sys/fs/bpf/link
3
t
nil
`/sys/fs/bpf/again` cannot be pinned (it is no link)
3
t
(t t nil)
";
    assert_eq!(got, wanted);
}

#[test]
fn only_pins_are_unpinned() {
    let folder = Folder::new("unpin");
    let (mine, beside) = (folder.write("mine", "text"), folder.path().join("link"));
    std::os::unix::fs::symlink("/sys/fs/bpf/none", &beside).unwrap();
    let source = "(dolist (path (list \"DIR/mine\" \"DIR/link\" \"DIR\" \"DIR/none\"))
        (print (handler-case (bpf:unpin path) (error (e) (princ-to-string e)))))";
    let file = folder.write("u.lisp", source.replace("DIR", &folder.path().to_string_lossy()));
    let printed = text(&output(&["run", &file]).stdout);
    assert_eq!(
        printed.matches("is not in a BPF file system: it is no pin, and stays").count(),
        3,
        "{printed}"
    );
    assert!(printed.trim_end().ends_with("nil"), "{printed}");
    assert!(std::fs::exists(mine).unwrap() && beside.symlink_metadata().is_ok());
}

#[test]
fn a_file_that_is_there_is_said_to_be_and_what_to_do() {
    let source = "(handler-case (with-open-file (s \"/dev/full\" :direction :output) s)
          (file-error (e) (format t \"~a~%\" e)))";
    let wanted = "`/dev/full` is there already; `:if-exists :supersede` writes it anew, `:append` behind what it has\n";
    assert_eq!(printed("if-exists", source, &[]), wanted);
}

#[test]
fn a_value_that_does_not_suit_a_variable_is_told_with_its_name() {
    let source = "(defvar limit u32 5)
        (with-bpf-session ()
          (bpf:prog count (:section \"cgroup_skb/egress\") (incf limit) 1)
          (handler-case (setf (bpf:global count \"limit\") -1) (error (e) (format t \"~a~%\" e))))";
    let got = printed("variable", source, &[]);
    assert!(got.starts_with("the value does not suit the variable `limit`: -1 does not fit"), "{got}");
}

#[test]
fn pins_want_a_mounted_file_system_before_directories() {
    let Some(_) = cgroup() else { return };
    let folder = Folder::new("pins-nowhere");
    let source = "(defmap counts :type :hash :key u32 :value u64 :max-entries 8)
        (with-bpf-session ()
          (dolist (path (list \"DIR/mine\" \"DIR/no/such\" \"relative\"))
            (handler-case (bpf:pin counts path) (error (e) (format t \"~a~%\" e)))))";
    let directory = folder.write("x", "").replace("/x", "");
    let got = output(&["run", &folder.write("p.lisp", source.replace("DIR", &directory))]);
    assert_eq!(text(&got.stderr), "");
    for (line, path) in text(&got.stdout).lines().zip(["/mine`", "/no/such`", "`relative`"]) {
        assert!(line.contains(path) && line.contains(" is not in a BPF file system; "), "{line}");
    }
    assert_eq!(text(&got.stdout).lines().count(), 3);
}

#[test]
fn a_macro_of_its_own_makes_a_file_a_script() {
    let folder = Folder::new("macro-script");
    let file = folder.write("m.lisp", "(defmacro say (x) `(format t \"~a~%\" ,x))\n(say 5)");
    assert_eq!(text(&output(&["run", &file]).stdout), "5\n");
    let file = folder.write(
        "p.lisp",
        "(defmacro pass (name) `(defprog ,name (:section \"cgroup_skb/egress\") 1))\n(pass p)",
    );
    assert!(output(&["check", &file]).status.success());
    assert!(
        text(&bpfl(&["run", &file, "--for", "1ms", "--cgroup", "/nowhere"]).output().unwrap().stderr)
            .contains("/nowhere")
    );
}

#[test]
fn files_are_read_and_written_line_by_line() {
    let source = TRY.to_string()
        + r#"
(with-open-file (out "written.txt" :direction :output)
  (format out "one ~a~%" 1)
  (write-line "two" out)
  (terpri out)
  (princ "no end" out))
(with-open-file (out "written.txt" :direction :output :if-exists :append) (format out "~%more"))
(with-open-file (in "written.txt")
  (try (prin1-to-string (loop for line = (read-line in nil) while line collect line)))
  (try (read-line in))
  (try (read-line in nil :over))
  (try (format in "x")))
(try (with-open-file (out "written.txt" :direction :output) 1))
(try (with-open-file (out "written.txt" :direction :output :if-exists nil) out))
(try (with-open-file (in "absent.txt") 1))
(try (with-open-file (in "absent.txt" :if-does-not-exist nil) in))
(try (with-open-file (in "written.txt" :direction :up) in))
(let ((kept nil))
  (with-open-file (in "written.txt") (setf kept in))
  (try (read-line kept)))
(try (read-line 5))
(try (list (read-line) (read-line t) (read-line *standard-input* nil :eof)))
(try (list (probe-file "written.txt") (probe-file "absent.txt")))
(format *error-output* "an error~%")
(with-open-file (in "long.txt")
  (try (loop for line = (read-line in nil) while line sum (length line))))
"#;
    let wanted = "\
(\"one 1\" \"two\" \"\" \"no end\" \"more\")
written.txt has no more lines
:over
this is no stream that takes text
`written.txt` is there already; `:if-exists :supersede` writes it anew, `:append` behind what it has
nil
`absent.txt` cannot be opened (No such file or directory (os error 2))
nil
`:direction` is :input or :output, not up
written.txt is closed
this is an integer, and a stream is wanted here
(a b :eof)
(written.txt nil)
400000
an error
";
    let folder = Folder::new("files");
    let path = folder.write("script.lisp", source);
    // A line longer than what is read at once, and many short ones.
    folder.write("long.txt", "x".repeat(300_000) + "\n" + &"ab\n".repeat(50_000));
    let mut run = bpfl(&["run", &path, "--for", "20s"]);
    let mut child = folder
        .inside(&mut run)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(b"a\nb").unwrap();
    let got = child.wait_with_output().unwrap();
    assert_eq!(text(&got.stdout) + &text(&got.stderr), wanted);
}

#[test]
fn waiting_for_a_line_ends_with_the_scripts_time() {
    let folder = Folder::new("line-time");
    let path = folder.write("script.lisp", "(read-line)");
    let mut child = bpfl(&["run", &path, "--for", "100ms"]).stdin(Stdio::piped()).spawn().unwrap();
    let held = child.stdin.take();
    assert_eq!(child.wait().unwrap().code(), Some(0));
    drop(held);
}
