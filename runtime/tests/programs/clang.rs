//! Objects of clang: all that a loader has to see to.

use std::{path::Path, process::Command};

use bpfl_runtime::{run::Input, session::Session, value::Value};

use crate::{ready, told};

/// The object of a file in `c/`; `None` where there is no clang or no header of libbpf's.
fn object(name: &str) -> Option<Vec<u8>> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/programs/c").join(name);
    let out = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name).with_extension("o");
    let machine = format!("-I/usr/include/{}-linux-gnu", std::env::consts::ARCH);
    let mut clang = Command::new("clang");
    clang
        .args(["-target", "bpf", "-mcpu=v3", "-O2", "-g", "-Wall", &machine, "-c"])
        .arg(file)
        .arg("-o")
        .arg(&out);
    let built = clang.output().ok().filter(|_| Path::new("/usr/include/bpf/bpf_helpers.h").exists());
    let Some(built) = built else {
        println!("skipped: this needs clang and libbpf's headers");
        return None;
    };
    assert!(built.status.success(), "{}", String::from_utf8_lossy(&built.stderr));
    Some(std::fs::read(out).unwrap())
}

#[test]
fn everything_that_clang_leaves_to_the_loader() {
    let Some(object) = object("all.bpf.c").filter(|_| ready()) else { return };
    for here in [false, true] {
        let mut session = Session::open(object.clone()).unwrap();
        if here {
            session.relocate_here();
        }
        let names: Vec<_> = session.spec().programs.iter().map(|program| program.name.clone()).collect();
        assert_eq!(names, ["next", "main_program"], "functions that programs call are none themselves");
        session.load().unwrap_or_else(|error| panic!("{}", told(&error)));
        let ran = session.test_run("main_program", &Input { data: &[0; 64], ..Input::default() });
        assert_eq!(ran.unwrap_or_else(|error| panic!("{}", told(&error))).value, 2);
        let total = |session: &mut Session| session.global("total").unwrap();
        assert_eq!(total(&mut session), Value::Int(5 + 3 + 17 + 110 + 1000 + 10_000));
        let stored = |session: &mut Session, map: &str, key: i128| {
            session.map(map).unwrap().lookup(&Value::Int(key)).unwrap()
        };
        for (map, key) in [("numbers", 1), ("one", 0)] {
            assert_eq!(stored(&mut session, map, key), Some(Value::Int(5 + 3 + 17 + 110)), "{map}");
        }
        assert_eq!(session.global("limit").unwrap(), Value::Int(3));
    }
}
