//! The layouts of UAPI structs are those of a C compiler, with the headers that this machine has.

use std::{
    fmt::Write,
    io::Write as _,
    process::{Command, Stdio},
};

use bpfl_stdlib::catalog::uapi::{self, Field, Scalar, Shape, Struct};

fn bytes(scalar: Scalar) -> u32 {
    match scalar {
        Scalar::U8 => 1,
        Scalar::U16 => 2,
        Scalar::U32 | Scalar::I32 => 4,
        Scalar::U64 => 8,
    }
}

/// What must hold of a member; C has no offsets of bit-fields.
fn claim(of: &Struct, field: &Field) -> Option<String> {
    let count = match field.shape {
        Shape::One => 1,
        Shape::Many(count) => count,
        Shape::Bits(_) => return None,
    };
    let (name, path, offset) = (of.name, field.name, field.bit_offset / 8);
    let size = bytes(field.scalar) * count;
    Some(format!(
        "_Static_assert(offsetof(struct {name}, {path}) == {offset} && \
         sizeof(((struct {name} *)0)->{path}) == {size}, \"{name}.{path}\");\n"
    ))
}

fn program() -> String {
    let mut headers: Vec<&str> = uapi::all().map(|row| row.header).collect();
    headers.sort_unstable();
    headers.dedup();
    let mut text = String::from("#include <stddef.h>\n");
    headers.iter().for_each(|header| writeln!(text, "#include <{header}>").unwrap());
    for row in uapi::all() {
        let (name, size, align) = (row.name, row.size, row.align);
        writeln!(
            text,
            "_Static_assert(sizeof(struct {name}) == {size} && _Alignof(struct {name}) == {align}, \"{name}\");"
        )
        .unwrap();
        text.extend(row.fields.iter().filter_map(|field| claim(row, field)));
    }
    text
}

#[test]
fn layouts_are_those_of_c() {
    let compiler = Command::new("cc")
        .args(["-xc", "-fsyntax-only", "-"])
        .stdin(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn();
    let Ok(mut compiler) = compiler else {
        eprintln!("skipped: there is no C compiler");
        return;
    };
    compiler.stdin.take().unwrap().write_all(program().as_bytes()).unwrap();
    let output = compiler.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    // Headers older than a struct or a member cannot be asked about it.
    let wrong: Vec<&str> = said.lines().filter(|line| line.contains("static assertion failed")).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let asked = uapi::all().map(|row| 1 + row.fields.len()).sum::<usize>();
    let unknown = said.lines().filter(|line| line.contains("error:")).count();
    assert!(unknown * 4 < asked, "{unknown} of {asked} could not be asked about:\n{said}");
}

#[test]
fn members_stand_inside_and_names_differ() {
    for row in uapi::all() {
        for (i, field) in row.fields.iter().enumerate() {
            let bits = match field.shape {
                Shape::One => 8 * bytes(field.scalar),
                Shape::Many(count) => 8 * bytes(field.scalar) * count,
                Shape::Bits(bits) => bits.into(),
            };
            assert!(field.bit_offset + bits <= 8 * row.size, "{}.{}", row.name, field.name);
            let before = row.fields[..i].iter().any(|other| other.name == field.name);
            assert!(!before, "{}.{} twice", row.name, field.name);
        }
    }
}
