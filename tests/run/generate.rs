//! `bpfl gen`: what it writes is compiled, and reads what a compiler of C has laid out.

use std::process::{Command, Stdio};

use object::{Object, ObjectSection};

use crate::setup::{Folder, bpfl, text};

const SOURCE: &str = include_str!("generate/shapes.lisp");
/// The same structs, as somebody writes them in C, filled and written to standard output.
const FILLED: &str = include_str!("generate/filled.c");

const SEEN: &str = "42 6 5 300 -7 9 11 12 3 70000 65535 99 abc 7 13 1 1\n";

fn generated(folder: &Folder, language: &str, as_file: &str) -> String {
    folder.write("shapes.lisp", SOURCE);
    let mut command = bpfl(&["gen", language, "shapes.lisp"]);
    let output = folder.inside(&mut command).output().unwrap();
    assert_eq!(text(&output.stderr), "");
    folder.write(as_file, text(&output.stdout));
    text(&output.stdout)
}

/// Runs a compiler; whether it is there. What it says is an error.
fn compiles(folder: &Folder, command: &[&str]) -> bool {
    let mut compiler = Command::new(command[0]);
    let Ok(output) = folder.inside(compiler.args(&command[1..])).output() else {
        println!("skipped: there is no {} here", command[0]);
        return false;
    };
    let said = text(&output.stdout) + &text(&output.stderr);
    assert!(output.status.success() && said.is_empty(), "{command:?}: {said}");
    true
}

/// What a program says that reads the filled struct from its standard input.
fn reads(folder: &Folder, command: &[&str]) -> String {
    let mut filled = folder.inside(&mut Command::new("./filled")).stdout(Stdio::piped()).spawn().unwrap();
    let mut reader = Command::new(command[0]);
    let reader = folder.inside(reader.args(&command[1..])).stdin(filled.stdout.take().unwrap());
    let output = reader.output().unwrap();
    assert!(filled.wait().unwrap().success());
    text(&output.stdout) + &text(&output.stderr)
}

fn filled(folder: &Folder) -> bool {
    folder.write("filled.c", FILLED);
    compiles(folder, &["cc", "-Wall", "-Werror", "filled.c", "-o", "filled"])
}

#[test]
fn c_reads_what_c_has_filled() {
    let folder = Folder::new("gen-c");
    let header = generated(&folder, "c", "shapes.h");
    for part in ["#define MOST 1024\n#define NOTHING (-5)\n\n", "enum kind {\n\tTCP = 6,\n"] {
        assert!(header.contains(part), "{header}");
    }
    folder.write("main.c", include_str!("generate/main.c"));
    if filled(&folder) && compiles(&folder, &["cc", "-Wall", "-Werror", "main.c", "-o", "main"]) {
        assert_eq!(reads(&folder, &["./main"]), SEEN);
    }
}

#[test]
fn rust_reads_what_c_has_filled() {
    let folder = Folder::new("gen-rust");
    generated(&folder, "rust", "shapes.rs");
    folder.write("main.rs", include_str!("generate/main.rs"));
    if filled(&folder) && compiles(&folder, &["rustc", "--edition", "2024", "-Dwarnings", "main.rs"]) {
        assert_eq!(reads(&folder, &["./main"]), SEEN);
    }
}

#[test]
fn python_reads_what_c_has_filled() {
    let folder = Folder::new("gen-python");
    generated(&folder, "python", "shapes.py");
    folder.write("main.py", include_str!("generate/main.py"));
    if filled(&folder) && Command::new("python3").arg("--version").output().is_ok() {
        assert_eq!(reads(&folder, &["python3", "main.py"]), SEEN);
    }
}

#[test]
fn go_gets_what_it_can_hold() {
    let folder = Folder::new("gen-go");
    assert_eq!(generated(&folder, "go", "shapes.go"), include_str!("generate/shapes.go"));
    match folder.inside(Command::new("gofmt").args(["-l", "shapes.go"])).output() {
        Ok(said) => assert_eq!(text(&said.stdout) + &text(&said.stderr), "", "it is not as gofmt has it"),
        Err(_) => println!("skipped: there is no gofmt here"),
    }
}

#[test]
fn libbpf_loads_a_skeleton() {
    let folder = Folder::new("gen-skeleton");
    generated(&folder, "bpf-skeleton", "shapes.skel.h");
    folder.write("main.c", include_str!("generate/skeleton.c"));
    let folder_has = std::path::Path::new("/usr/include/bpf/libbpf.h").exists();
    if !folder_has || !bpfl_runtime::host::report().ready {
        return println!("skipped: this needs libbpf's headers, and a user who may load programs");
    }
    if compiles(&folder, &["cc", "-Wall", "-Werror", "main.c", "-o", "main", "-lbpf"]) {
        let output = folder.inside(&mut Command::new("./main")).output().unwrap();
        assert_eq!(
            text(&output.stdout) + &text(&output.stderr),
            "7 of shapes, 9 and 1 program, 16 entries\n"
        );
    }
}

#[test]
fn an_object_of_any_compiler_will_do() {
    let folder = Folder::new("gen-object");
    let header = generated(&folder, "c", "shapes.h");
    let built = folder.inside(&mut bpfl(&["build", "shapes.lisp", "-o", "shapes.o"])).output().unwrap();
    assert!(built.status.success());
    let output = folder.inside(&mut bpfl(&["gen", "c", "shapes.o"])).output().unwrap();
    let from_object = text(&output.stdout);
    // An object has no constants, and spells those of enumerations as the source does.
    let structs = |header: &str| header.split_once("\nstruct point").map(|(_, rest)| rest.to_lowercase());
    assert_eq!(structs(&from_object), structs(&header));
    assert!(structs(&header).is_some() && !from_object.contains("MOST"), "{from_object}");
}

/// Structs that no map has are written too, and need no program beside them.
#[test]
fn a_file_of_types_alone_will_do() {
    let folder = Folder::new("gen-types");
    let types = "(defstruct event (pid u32) (kind u8))\n(defconstant +limit+ 10)\n";
    let map = "(defmap m :type :array :key u32 :value u64 :max-entries 1)\n";
    for source in [types.to_string(), format!("{types}{map}")] {
        let file = folder.write("types.lisp", source);
        let output = bpfl(&["gen", "c", &file]).output().unwrap();
        let (header, said) = (text(&output.stdout), text(&output.stderr));
        assert!(header.contains("struct event {\n\tuint32_t pid;\n\tuint8_t kind;\n"), "{header}{said}");
        assert!(header.contains("#define LIMIT 10\n") && said.is_empty(), "{header}{said}");
    }
    let nothing = bpfl(&["gen", "c", &folder.write("nothing.lisp", "; nothing\n")]).output().unwrap();
    assert!(text(&nothing.stderr).contains("error[E0110]: this file defines nothing"));
}

#[test]
fn a_script_is_told_what_to_do() {
    let folder = Folder::new("gen-script");
    folder
        .write("script.lisp", "(defstruct point (x u32))\n(defun show (p) (format t \"~a\" p))\n(show 1)\n");
    let said = crate::setup::refused(folder.inside(&mut bpfl(&["gen", "c", "script.lisp"])));
    let wanted = "error: `script.lisp` is a script, whose userspace is in it already; put its structs, maps and \
                  programs into a file of their own, `(include \"…\")` that in the script, and name it here\n";
    assert_eq!(said, wanted);
}

#[test]
fn damaged_types_are_no_reason_to_panic() {
    let folder = Folder::new("gen-damaged");
    folder.write("shapes.lisp", SOURCE);
    let built = folder.inside(&mut bpfl(&["build", "shapes.lisp", "-o", "shapes.o"])).output().unwrap();
    assert!(built.status.success());
    let object = std::fs::read(folder.path().join("shapes.o")).unwrap();
    let file = object::File::parse(object.as_slice()).unwrap();
    let (start, size) = file.section_by_name(".BTF").unwrap().file_range().unwrap();
    for round in 0..600u64 {
        let mut damaged = object.clone();
        // Words of the types, behind the header: small numbers and large ones in their place.
        let word = (start + 24 + round * 2654435761 % (size - 28) / 4 * 4) as usize;
        let value = [0, 1, 3, 0x7fff_ffff, u32::MAX, 0x0400_0001][round as usize % 6];
        damaged[word..word + 4].copy_from_slice(&value.to_ne_bytes());
        folder.write("damaged.o", &damaged);
        let language = ["c", "rust", "go", "python", "bpf-skeleton"][round as usize % 5];
        let output = folder.inside(&mut bpfl(&["gen", language, "damaged.o"])).output().unwrap();
        let said = text(&output.stderr);
        assert!(matches!(output.status.code(), Some(0 | 1)) && !said.contains("panicked"), "{round}: {said}");
    }
}

/// What a language's definitions of a source are, or why there are none.
fn written(folder: &Folder, language: &str, source: &str) -> String {
    folder.write("a.lisp", source);
    let output = folder.inside(&mut bpfl(&["gen", language, "a.lisp"])).output().unwrap();
    text(&output.stdout) + &text(&output.stderr)
}

#[test]
fn words_of_c_are_no_names_and_wide_bit_fields_are_wide() {
    let folder = Folder::new("gen-words");
    let source = "(defenum union (short 1) (other 2))
        (defstruct struct (int u32) (class u8) (while (bits u32 3)) (wide (bits u64 40)) (union union))
        (defstruct s (a (bits u32 3)) (c (bits u64 40)))
        (defmap m :type :hash :key u32 :value struct :max-entries 4)";
    let header = written(&folder, "c", source);
    assert!(header.contains("\tuint64_t a : 3;\n\tuint64_t c : 40;\n"), "{header}");
    folder.write("words.h", &header);
    folder.write(
        "words.c",
        "#include \"words.h\"\nint main(void) { struct struct_ s = {.int_ = 1}; return !s.int_; }\n",
    );
    compiles(&folder, &["cc", "-Wall", "-Werror", "words.c", "-o", "words"]);
}

#[test]
fn names_that_would_be_one_are_refused_with_both() {
    let folder = Folder::new("gen-clash");
    let neg = "(defconstant +neg+ 5) (defenum sign (neg 1) (pos 2))";
    for (source, language, wanted) in [
        ("(defconstant 2fast 3)", "c", Some("the constant `2fast` starts with a digit")),
        (neg, "rust", Some("the constant `NEG` and `NEG` of the enum `sign` would both be called `NEG`")),
        (neg, "c", Some("would both be called `NEG`")),
        ("(defconstant +flow+ 1) (defstruct flow (a u32))", "go", Some("would both be called `Flow`")),
        ("(defconstant +flow+ 1) (defstruct flow (a u32))", "rust", None),
        ("(defstruct a-b (a-c u32) (aC u32))", "go", Some("the field `a_c` of `a_b` and the field `aC`")),
    ] {
        let got = written(&folder, language, source);
        match wanted {
            Some(wanted) => assert!(got.starts_with("error: ") && got.contains(wanted), "{language}: {got}"),
            None => assert!(!got.contains("error"), "{language}: {got}"),
        }
    }
}
