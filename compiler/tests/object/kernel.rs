//! The kernel's verdict, through bpftool: programs are loaded, looked at and unloaded, never
//! attached. Skipped, with the reason, where that cannot be done.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use bpfl_compiler::elf::{self, Object};

use crate::programs;

/// A folder of pins and a file, both removed at the end.
struct Scratch {
    pins: PathBuf,
    file: PathBuf,
}

impl Scratch {
    fn new(name: &str) -> Self {
        let name = format!("bpfl-object-{name}-{}", std::process::id());
        Self { pins: Path::new("/sys/fs/bpf").join(&name), file: std::env::temp_dir().join(name + ".o") }
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        for folder in ["progs", "maps", ""] {
            let folder = self.pins.join(folder);
            for entry in fs::read_dir(&folder).into_iter().flatten().flatten() {
                let _ = fs::remove_file(entry.path());
            }
        }
        for folder in ["progs", "maps", ""] {
            let _ = fs::remove_dir(self.pins.join(folder));
        }
        let _ = fs::remove_file(&self.file);
    }
}

/// Why nothing can be loaded here.
fn obstacle() -> Option<&'static str> {
    let bpffs = fs::read_to_string("/proc/mounts").is_ok_and(|m| m.contains(" /sys/fs/bpf bpf "));
    let bpftool = Command::new("bpftool").arg("version").output().is_ok_and(|o| o.status.success());
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let root = status.lines().any(|l| l.starts_with("Uid:") && l.split_whitespace().nth(2) == Some("0"));
    [(bpffs, "no BPF file system"), (bpftool, "no bpftool"), (root, "not root")]
        .into_iter()
        .find_map(|(there, reason)| (!there).then_some(reason))
}

fn run(program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program).args(arguments).output().expect("the program runs");
    let [out, err] = [output.stdout, output.stderr].map(|b| String::from_utf8_lossy(&b).into_owned());
    assert!(output.status.success(), "{program} {arguments:?}\n{out}{err}");
    assert!(!err.contains("libbpf:"), "{err}");
    out
}

fn load(name: &str, object: &Object) -> Option<Scratch> {
    if let Some(reason) = obstacle() {
        eprintln!("skipped: {reason}");
        return None;
    }
    let scratch = Scratch::new(name);
    fs::write(&scratch.file, elf::write(object).expect("an object")).expect("a file");
    fs::create_dir(&scratch.pins).expect("a folder of pins");
    let path = |p: &Path| p.to_string_lossy().into_owned();
    let (file, progs, maps) =
        (path(&scratch.file), path(&scratch.pins.join("progs")), path(&scratch.pins.join("maps")));
    run("bpftool", &["prog", "loadall", &file, &progs, "pinmaps", &maps]);
    Some(scratch)
}

fn pinned(scratch: &Scratch, name: &str) -> String {
    scratch.pins.join(name).to_string_lossy().into_owned()
}

#[test]
fn the_example_loads_with_its_lines_and_types() {
    let sources = programs::sources();
    let Some(scratch) = load("example", &programs::count_egress(&sources)) else { return };
    let code = run("bpftool", &["prog", "dump", "xlated", "pinned", &pinned(&scratch, "progs/count_egress")]);
    for line in
        ["(let ((key (u32 0))", "(val (map-lookup pkt-count key)))", "(when val", "(atomic-add val 1)"]
    {
        assert!(code.contains(line), "{line} is not in\n{code}");
    }
    let map = run("bpftool", &["map", "dump", "pinned", &pinned(&scratch, "maps/pkt_count")]);
    assert!(map.contains("\"key\": 0") && map.contains("\"value\": 0"), "{map}");
}

#[test]
fn subprograms_globals_and_inner_maps_load() {
    let sources = programs::sources();
    let Some(scratch) = load("everything", &programs::everything(&sources)) else { return };
    for (program, subprogram) in [("first", "plus_one"), ("second", "plus_two")] {
        let pin = pinned(&scratch, &format!("progs/{program}"));
        let code = run("bpftool", &["prog", "dump", "xlated", "pinned", &pin]);
        assert!(code.contains(subprogram), "{subprogram} is not in\n{code}");
    }
    let maps = fs::read_dir(scratch.pins.join("maps")).expect("pins").count();
    assert_eq!(maps, 5);
}

#[test]
fn kernel_functions_callbacks_and_questions_load() {
    let sources = programs::sources();
    let Some(scratch) = load("extras", &programs::extras(&sources)) else { return };
    let dump = |name| run("bpftool", &["prog", "dump", "xlated", "pinned", &pinned(&scratch, name)]);
    let caller = dump("progs/caller");
    assert!(caller.contains("callback"), "{caller}");
    let answer = dump("progs/answer");
    assert!(answer.contains("r0 = 0"), "{answer}");
    let map = run("bpftool", &["map", "dump", "pinned", &pinned(&scratch, "maps/jumps")]);
    assert!(map.contains("key: 01 00 00 00") || map.contains("Found 1 element"), "{map}");
}

#[test]
fn the_disassembler_shows_lisp() {
    let sources = programs::sources();
    let scratch = Scratch::new("lisp");
    fs::write(&scratch.file, elf::write(&programs::count_egress(&sources)).expect("an object"))
        .expect("a file");
    let file = scratch.file.to_string_lossy().into_owned();
    if Command::new("llvm-objdump").arg("--version").output().is_err() {
        eprintln!("skipped: no llvm-objdump");
        return;
    }
    // From another folder: the sources are inside the object.
    let text = run("llvm-objdump", &["-S", "-l", &file]);
    for line in ["examples/count-egress.lisp:11", "(atomic-add val 1)", "<count_egress>"] {
        assert!(text.contains(line), "{line} is not in\n{text}");
    }
}
