//! Struct layout is C's: random structs and unions, with sizes and offsets as a C compiler has them.
//!
//! The same definitions are written in the language and in C. Sizes and offsets come from the interpreter,
//! from the object's BTF, and from a C program; bit-fields, which have no offset in C, are told by the bits
//! that change when one is set. Besides, the BTF as C, which `bpftool` makes of it, is compiled and asked
//! again. Without a C compiler, or without `bpftool`, the tests say so and are skipped.

use std::{fmt::Write, fs, path::Path, process::Command};

use bpfl_compiler::btf::{Btf, Type, read, types::Composite};
use libtest_mimic::{Failed, Trial};
use object::{Object, ObjectSection};

use crate::{command::Folder, compile, generate::Random};

/// How many structs and unions there are.
const COUNT: usize = 400;

const INTS: [&str; 8] = ["u8", "u16", "u32", "u64", "i8", "i16", "i32", "i64"];

/// A field's type.
enum Kind {
    Int(&'static str),
    Bits(&'static str, u32),
    Pointer,
    Named(usize),
    Array(Box<Kind>, usize),
}

struct Field {
    name: String,
    kind: Kind,
}

struct Made {
    union: bool,
    packed: bool,
    fields: Vec<Field>,
}

/// A test's name, the tools that it needs, and what it does.
type Row = (&'static str, &'static [&'static str], fn() -> Result<(), String>);

/// All tests.
pub fn tests() -> Vec<Trial> {
    let missing = |tool: &str| Command::new(tool).arg("--version").output().is_err();
    let rows: [Row; 2] = [
        ("layout/structs-as-c-has-them", &["cc"], structs),
        ("layout/btf-as-c-has-it", &["cc", "bpftool"], dumped),
    ];
    let test = |(name, tools, body): Row| {
        let absent = tools.iter().find(|tool| missing(tool));
        if let Some(tool) = absent {
            eprintln!("skipped: {name}, for there is no `{tool}` here");
        }
        Trial::test(name, move || body().map_err(Failed::from)).with_ignored_flag(absent.is_some())
    };
    rows.into_iter().map(test).collect()
}

// ---- making them ----

fn make() -> Vec<Made> {
    let mut random = Random::new(0x1a40);
    let mut made: Vec<Made> = Vec::new();
    for _ in 0..COUNT {
        let union = random.one_in(5);
        let packed = !union && random.one_in(6);
        let count = 1 + random.below(7);
        let fields = (0..count)
            .map(|i| Field { name: format!("f{i}"), kind: kind(&mut random, &made, union, packed) });
        let fields = fields.collect();
        made.push(Made { union, packed, fields });
    }
    made
}

fn kind(random: &mut Random, made: &[Made], union: bool, packed: bool) -> Kind {
    match random.below(9) {
        0 if !made.is_empty() => Kind::Named(random.below(made.len()).max(made.len().saturating_sub(12))),
        1 | 2 if !union => {
            let element = match random.one_in(3) && !made.is_empty() {
                true => Kind::Named(made.len() - 1 - random.below(made.len().min(5))),
                false => Kind::Int(random.pick(&INTS)),
            };
            Kind::Array(Box::new(element), 1 + random.below(5))
        }
        3 | 4 if !union && !packed => {
            let ty = random.pick(&INTS);
            let width: usize = ty[1..].parse().unwrap_or(8);
            Kind::Bits(ty, 1 + random.below(width) as u32)
        }
        5 if !union => Kind::Pointer,
        _ => Kind::Int(random.pick(&INTS)),
    }
}

impl Kind {
    fn lisp(&self) -> String {
        match self {
            Self::Int(ty) => (*ty).into(),
            Self::Bits(ty, width) => format!("(bits {ty} {width})"),
            Self::Pointer => "(ptr void)".into(),
            Self::Named(index) => format!("t{index}"),
            Self::Array(element, count) => format!("(array {} {count})", element.lisp()),
        }
    }

    /// A declaration of `name`.
    fn c(&self, name: &str, all: &[Made]) -> String {
        match self {
            Self::Int(ty) => format!("{ty} {name};"),
            Self::Bits(ty, width) => format!("{ty} {name} : {width};"),
            Self::Pointer => format!("u8 *{name};"),
            Self::Named(index) => format!("{} t{index} {name};", all[*index].keyword()),
            Self::Array(element, count) => element.c(&format!("{name}[{count}]"), all),
        }
    }
}

impl Made {
    fn keyword(&self) -> &'static str {
        if self.union { "union" } else { "struct" }
    }

    fn lisp(&self, index: usize) -> String {
        let fields: String =
            self.fields.iter().map(|field| format!(" ({} {})", field.name, field.kind.lisp())).collect();
        match (self.union, self.packed) {
            (true, _) => format!("(defunion t{index}{fields})\n"),
            (false, true) => format!("(defstruct (t{index} :packed t){fields})\n"),
            (false, false) => format!("(defstruct t{index}{fields})\n"),
        }
    }

    fn c(&self, index: usize, all: &[Made]) -> String {
        let fields: String =
            self.fields.iter().map(|field| format!(" {}", field.kind.c(&field.name, all))).collect();
        let packed = if self.packed { " __attribute__((packed))" } else { "" };
        format!("{} t{index} {{{fields} }}{packed};\n", self.keyword())
    }
}

// ---- asking C ----

const TYPES: &str = "typedef unsigned char u8; typedef unsigned short u16; typedef unsigned int u32;\n\
                     typedef unsigned long u64; typedef signed char i8; typedef short i16;\n\
                     typedef int i32; typedef long i64;\n";

/// A program that tells of each struct its size, and of each field the first bit and how many it has.
fn questions(all: &[Made]) -> String {
    let mut text = String::from(
        "#include <stdio.h>\n#include <string.h>\n\
         static void bits(const unsigned char *p, unsigned long n) {\n\
         \tlong first = -1, count = 0;\n\
         \tfor (unsigned long i = 0; i < 8 * n; i++)\n\
         \t\tif (p[i / 8] >> (i % 8) & 1) { if (first < 0) first = (long)i; count++; }\n\
         \tprintf(\" %ld:%ld\", first, count);\n}\n\
         int main(void) {\n",
    );
    for (index, made) in all.iter().enumerate() {
        let ty = format!("{} t{index}", made.keyword());
        let _ = writeln!(text, "\tprintf(\"%lu\", (unsigned long)sizeof({ty}));");
        for field in &made.fields {
            let set = match field.kind {
                Kind::Bits(..) => format!("v.{} = -1", field.name),
                _ => format!("memset(&v.{0}, 255, sizeof(v.{0}))", field.name),
            };
            let _ =
                writeln!(text, "\t{{ {ty} v; memset(&v, 0, sizeof v); {set}; bits((void *)&v, sizeof v); }}");
        }
        text += "\tputchar('\\n');\n";
    }
    text + "\treturn 0;\n}\n"
}

/// What a C program prints, a line for each struct.
fn ask(folder: &Path, text: &str) -> Result<Vec<String>, String> {
    let (source, program) = (folder.join("layout.c"), folder.join("layout"));
    fs::write(&source, text).map_err(|error| error.to_string())?;
    let output = Command::new("cc").args(["-w", "-O0", "-o"]).arg(&program).arg(&source).output();
    let output = output.map_err(|error| error.to_string())?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into_owned());
    }
    let output = Command::new(&program).output().map_err(|error| error.to_string())?;
    Ok(String::from_utf8_lossy(&output.stdout).lines().map(String::from).collect())
}

// ---- asking ourselves ----

/// The definitions, each used by a global, so that the object's BTF has them; sizes and offsets as constants.
fn source(all: &[Made]) -> String {
    let mut text: String = all.iter().enumerate().map(|(index, made)| made.lisp(index)).collect();
    (0..all.len()).for_each(|index| {
        let _ = writeln!(text, "(defvar v{index} t{index})");
    });
    text + "(defprog p (:section \"cgroup_skb/egress\") 1)\n"
}

fn object_btf(text: &str) -> Result<(Vec<u8>, Btf), String> {
    let object = compile::object("layout.lisp", text)?;
    let file = object::File::parse(object.as_slice()).map_err(|error| error.to_string())?;
    let section = file.section_by_name(".BTF").ok_or("there is no .BTF")?;
    let bytes = section.data().map_err(|error| error.to_string())?;
    let btf = read::parse(bytes).map_err(|error| error.to_string())?;
    Ok((object, btf))
}

/// The line that C prints of a struct, as its BTF has it.
fn line(btf: &Btf, name: &str) -> Option<String> {
    let id = btf.find(name, |ty| matches!(ty, Type::Struct(_) | Type::Union(_)))?;
    let Some(Type::Struct(Composite { size, members, .. }) | Type::Union(Composite { size, members, .. })) =
        btf.get(id)
    else {
        return None;
    };
    let mut line = size.to_string();
    for member in members {
        let bits = match member.bits {
            0 => 8 * btf.size_of(member.ty)?,
            bits => bits.into(),
        };
        let _ = write!(line, " {}:{bits}", member.offset);
    }
    Some(line)
}

/// Bits that padding inside a field hides from the C program count there; the first is the same.
fn structs() -> Result<(), String> {
    let all = make();
    let folder = Folder::new()?;
    let definitions: String = all.iter().enumerate().map(|(index, made)| made.c(index, &all)).collect();
    let told = ask(folder.path(), &format!("{TYPES}{definitions}{}", questions(&all)))?;
    let (_, btf) = object_btf(&source(&all))?;
    compare(&all, &told, &btf)?;
    folded(&all, &told)
}

fn compare(all: &[Made], told: &[String], btf: &Btf) -> Result<(), String> {
    for (index, made) in all.iter().enumerate() {
        let ours = line(btf, &format!("t{index}")).ok_or_else(|| format!("the BTF has no t{index}"))?;
        if told.get(index) != Some(&ours) {
            let theirs = told.get(index).map_or("", String::as_str);
            return Err(format!("{}C has {theirs}\nand we {ours}", made.lisp(index)));
        }
    }
    Ok(())
}

/// `sizeof` and `offsetof`, asked of the compiler.
fn folded(all: &[Made], told: &[String]) -> Result<(), String> {
    let mut text = source(all);
    for (index, (made, line)) in all.iter().zip(told).enumerate() {
        let mut words = line.split(' ');
        let size = words.next().unwrap_or("");
        let mut holds = format!("(= (sizeof t{index}) {size})");
        for (field, word) in made.fields.iter().zip(words) {
            let first: u64 = word.split(':').next().and_then(|bit| bit.parse().ok()).unwrap_or(0);
            if !matches!(field.kind, Kind::Bits(..)) {
                let _ = write!(holds, " (= (offsetof t{index} {}) {})", field.name, first / 8);
            }
        }
        let _ = writeln!(text, "(defprog q{index} (:section \"cgroup_skb/egress\") (if (and {holds}) 1 0))");
    }
    let listing = compile::stage("layout.lisp", &text, bpfl_compiler::driver::Stage::Asm)?;
    match listing.lines().find(|line| line.contains("r0 = 0")) {
        None => Ok(()),
        Some(_) => Err("a size or an offset is not what C has".into()),
    }
}

/// What `bpftool` makes of the object's BTF is C that has the same layout.
fn dumped() -> Result<(), String> {
    let all = make();
    let folder = Folder::new()?;
    let (object, btf) = object_btf(&source(&all))?;
    let path = folder.path().join("layout.o");
    fs::write(&path, object).map_err(|error| error.to_string())?;
    let output =
        Command::new("bpftool").args(["btf", "dump", "file"]).arg(&path).args(["format", "c"]).output();
    let output = output.map_err(|error| error.to_string())?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into_owned());
    }
    let dump = String::from_utf8_lossy(&output.stdout).into_owned();
    let told = ask(folder.path(), &format!("{dump}{}", questions(&all)))?;
    compare(&all, &told, &btf)
}
