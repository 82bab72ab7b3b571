//! What only the command itself can show: files that cannot be read, and exit statuses.

use std::{
    fs,
    os::unix::process::ExitStatusExt,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use libtest_mimic::{Failed, Trial};

/// What a row does.
type Body = fn() -> Result<(), Failed>;

/// All of them.
pub fn tests() -> Vec<Trial> {
    let rows: [(&str, Body); 16] = [
        ("a missing file", || refused(|folder| folder.join("missing.lisp"), &["missing.lisp", "E0001"])),
        ("a missing file with a near miss", near_miss),
        ("a directory", || refused(Path::to_path_buf, &["E0001", "directory"])),
        ("a file that is not UTF-8", || content(b"(defprog a\n  \xff\xfe)", &["file.lisp:2:3", "E0002"])),
        ("an empty file", || content(b"", &["file.lisp:1:1", "E0110"])),
        ("several errors", || content(b"(a)\n(b)\n(c", &["file.lisp:1:2", "file.lisp:2:2", "file.lisp:3:1"])),
        ("100,000 nested parentheses", || content(&b"(".repeat(100_000), &["E0003"])),
        ("a closed pipe", closed_pipe),
        ("an included file", included),
        ("a missing include", missing_include),
        ("kernel types that are missing", missing_types),
        ("one form expanded once", expanded),
        ("registers of another machine", another_machine),
        ("check succeeds", check_succeeds),
        ("two builds are the same", same_twice),
        ("each code is explained", explained),
    ];
    let test = |(name, body): (&str, Body)| {
        Trial::test(format!("command/{name}").replace(' ', "-"), body).with_kind("command")
    };
    rows.map(test).into()
}

const EXAMPLE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/count-egress.lisp");

/// A folder that is removed again.
pub struct Folder(PathBuf);

impl Folder {
    /// A new one, empty.
    pub fn new() -> Result<Self, String> {
        use std::sync::atomic::{AtomicUsize, Ordering};
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let name = format!("bpfl-command-{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        let path = std::env::temp_dir().join(name);
        fs::create_dir(&path).map_err(|error| error.to_string())?;
        Ok(Self(path))
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn bpfl() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_bpfl"));
    command.stdin(Stdio::null());
    command
}

/// `bpfl check` refuses a file, without a signal and with these words, and writes nothing else.
fn refused(file: impl Fn(&Path) -> PathBuf, words: &[&str]) -> Result<(), Failed> {
    let folder = Folder::new()?;
    refuses(&file(&folder.0), words)
}

fn refuses(file: &Path, words: &[&str]) -> Result<(), Failed> {
    for command in ["check", "build"] {
        let output = bpfl().arg(command).arg(file).current_dir(std::env::temp_dir()).output()?;
        let text = String::from_utf8_lossy(&output.stderr).into_owned();
        if output.status.code().is_none_or(|code| code == 0) || text.contains("panicked") {
            return Err(format!("{command} ends with {:?}\n{text}", output.status).into());
        }
        if let Some(word) = words.iter().find(|word| !text.contains(**word)) {
            return Err(format!("`{word}` is not in\n{text}").into());
        }
        if !output.stdout.is_empty() {
            return Err(format!("{command} writes to standard output").into());
        }
    }
    Ok(())
}

fn content(bytes: &[u8], words: &[&str]) -> Result<(), Failed> {
    let folder = Folder::new()?;
    let file = folder.0.join("file.lisp");
    fs::write(&file, bytes)?;
    refuses(&file, words)
}

fn near_miss() -> Result<(), Failed> {
    let folder = Folder::new()?;
    fs::write(folder.0.join("counter.lisp"), "")?;
    refuses(&folder.0.join("countre.lisp"), &["E0001", "counter.lisp"])
}

/// Whoever reads the output may stop: no panic, and no more than the usual signal.
fn closed_pipe() -> Result<(), Failed> {
    let mut child = bpfl()
        .args(["build", "--emit", "hir", EXAMPLE])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()?;
    drop(child.stdout.take());
    let output = child.wait_with_output()?;
    let text = String::from_utf8_lossy(&output.stderr);
    match text.contains("panicked") || output.status.signal().is_some_and(|signal| signal != 13) {
        true => Err(format!("{:?}\n{text}", output.status).into()),
        false => Ok(()),
    }
}

fn check_succeeds() -> Result<(), Failed> {
    let output = bpfl().args(["check", EXAMPLE]).output()?;
    match output.status.success() && output.stderr.is_empty() {
        true => Ok(()),
        false => Err(format!("{output:?}").into()),
    }
}

/// What a command says on standard error in a folder with these files.
fn said(files: &[(&str, &str)], args: &[&str]) -> Result<(bool, String, String), Failed> {
    let folder = Folder::new()?;
    for (name, text) in files {
        let path = folder.0.join(name);
        fs::create_dir_all(path.parent().unwrap_or(&folder.0))?;
        fs::write(path, text)?;
    }
    let output = bpfl().args(args).current_dir(&folder.0).output()?;
    let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
    Ok((output.status.success(), text(output.stdout), text(output.stderr)))
}

fn holds(text: &str, parts: &[&str]) -> Result<(), Failed> {
    match parts.iter().find(|part| !text.contains(**part)) {
        None => Ok(()),
        Some(part) => Err(format!("`{part}` is not in\n{text}").into()),
    }
}

const PASS: &str = "(defprog pass (:section \"cgroup_skb/egress\") (answer))";

/// A file is included once, from the folder of the file that names it; errors point into it.
fn included() -> Result<(), Failed> {
    let main = format!("(include \"lib/a.lisp\")\n(include \"lib/b.lisp\")\n{PASS}");
    let a = "(include \"b.lisp\")\n(defmacro answer () '(one))";
    let good = [("main.lisp", main.as_str()), ("lib/a.lisp", a), ("lib/b.lisp", "(defmacro one () 1)")];
    let (success, _, text) = said(&good, &["check", "main.lisp"])?;
    if !success {
        return Err(text.into());
    }
    let bad = [good[0], good[1], ("lib/b.lisp", "; here\n(defmap m :type :hash)\n(defmacro one () 1)")];
    let (_, _, text) = said(&bad, &["check", "main.lisp"])?;
    holds(&text, &["lib/b.lisp:2:", "E0108"])
}

fn missing_include() -> Result<(), Failed> {
    let (success, _, text) = said(&[("main.lisp", "(include \"gone.lisp\")")], &["check", "main.lisp"])?;
    assert!(!success);
    holds(&text, &["E0001", "`gone.lisp` cannot be included", "main.lisp:1:10"])
}

fn missing_types() -> Result<(), Failed> {
    let text = "(import-kernel-struct task_struct tgid)";
    let (success, _, text) = said(&[("main.lisp", text)], &["check", "main.lisp", "--btf", "gone.btf"])?;
    assert!(!success);
    holds(&text, &["E0503", "`gone.btf` cannot be read", "main.lisp:1:23", "--btf FILE"])
}

fn expanded() -> Result<(), Failed> {
    let text = "(defmacro one () 1)\n(defmacro two () '(one))\n(defconstant a (two))";
    let files = [("main.lisp", text)];
    let (_, all, _) = said(&files, &["expand", "main.lisp"])?;
    holds(&all, &["(defconstant a 1)"])?;
    let (_, once, _) = said(&files, &["expand", "main.lisp", "--once", "--form", "3"])?;
    match once.as_str() {
        "(defconstant a (one))\n" => Ok(()),
        other => Err(format!("--once gives {other}").into()),
    }
}

fn another_machine() -> Result<(), Failed> {
    let text =
        "(defvar s u64)\n(defprog p (:section \"uprobe\") (setf s (pt-regs-parm6)) (setf s (pt-regs-ip)) 0)";
    for (machine, parm6, ip) in [("arm64", "r1 + 40", "r1 + 256"), ("x86-64", "r1 + 64", "r1 + 128")] {
        let (_, listing, _) =
            said(&[("p.lisp", text)], &["build", "p.lisp", "--emit=asm", "--machine", machine])?;
        holds(&listing, &[parm6, ip])?;
    }
    let text = "(defprog p (:section \"uprobe\") (u32 (ctx di)))";
    let (_, _, refusal) = said(&[("p.lisp", text)], &["check", "p.lisp", "--machine", "arm64"])?;
    holds(&refusal, &["E0307", "register of x86-64"])
}

fn same_twice() -> Result<(), Failed> {
    let folder = Folder::new()?;
    let build = |name: &str| {
        let path = folder.0.join(name);
        bpfl().args(["build", EXAMPLE, "-o"]).arg(&path).status()?;
        fs::read(path)
    };
    let (first, second) = (build("first.o")?, build("second.o")?);
    let elf = first.starts_with(b"\x7fELF");
    if elf && first == second { Ok(()) } else { Err("the objects differ".into()) }
}

fn explained() -> Result<(), Failed> {
    for code in bpfl_compiler::diagnostic::codes::ALL {
        let output = bpfl().args(["explain", code.id]).output()?;
        let text = String::from_utf8_lossy(&output.stdout);
        if !output.status.success() || !text.contains(code.title) {
            return Err(format!("explain {} says\n{text}", code.id).into());
        }
    }
    for (topic, wanted) in [
        ("printk", "`printk` is a form of programs: (printk \"format\" argument…)\n"),
        ("defenum", "`defenum` defines something for the kernel: (defenum name "),
        ("with-vlan", "(with-vlan (data data-end header) &body body)\n\nThe outermost VLAN tag "),
        ("eth-src-ptr", "(array u8 6) from byte 6 on\n\n  (eth-src p i)\n"),
        (
            "bpf-snprintf",
            "is a form of programs: (bpf-snprintf buffer [size] \"format\" argument…)\n\nsnprintf: ",
        ),
    ] {
        let output = bpfl().args(["explain", topic]).output()?;
        let text = String::from_utf8_lossy(&output.stdout);
        if !output.status.success() || !text.contains(wanted) {
            return Err(format!("explain {topic} says\n{text}").into());
        }
    }
    let unknown = bpfl().args(["explain", "E9999"]).output()?;
    if unknown.status.success() { Err("E9999 is explained".into()) } else { Ok(()) }
}
