//! Objects of clang: all that a loader has to see to.

use std::{path::Path, process::Command};

use bpfl_runtime::{run::Input, session::Session, value::Value};

use crate::{ready, told};

/// The object of a file in `c/`; `None` where there is no clang or no header of libbpf's.
fn object(name: &str) -> Option<Vec<u8>> {
    variant(name, &[])
}

/// The same, compiled with macros defined.
fn variant(name: &str, defined: &[&str]) -> Option<Vec<u8>> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/programs/c").join(name);
    let out = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}{}.o", defined.concat()));
    let machine = format!("-I/usr/include/{}-linux-gnu", std::env::consts::ARCH);
    let mut clang = Command::new("clang");
    clang
        .args(["-target", "bpf", "-mcpu=v3", "-O2", "-g", "-Wall", &machine, "-c"])
        .arg(file)
        .arg("-o")
        .arg(&out)
        .args(defined.iter().map(|name| format!("-D{name}")));
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

#[test]
fn fields_of_anonymous_members_are_the_structs_own() {
    let Some(object) = object("anonymous.bpf.c") else { return };
    let mut session = Session::open(object).unwrap();
    session.run_in_vm();
    let int = |name: &str, number| (name.to_string(), Value::Int(number));
    let vals = session.map("vals").unwrap();
    let given = Value::Struct(vec![int("a", -1), int("u", 0x3002_0100), int("last", 7)]);
    vals.update(&Value::Int(1), &given, 0).unwrap();
    session.test_run("touch", &Input { data: &[0; 64], ..Input::default() }).unwrap();
    let bytes = [1, 1, 2, 48].map(Value::Int).to_vec();
    let wanted = vec![
        int("a", -1),
        int("u", 0x3002_0101),
        ("b".to_string(), Value::Array(bytes)),
        int("low", 0x101),
        int("high", 2),
        int("top", 0x300),
        int("last", 7),
    ];
    let vals = session.map("vals").unwrap();
    assert_eq!(vals.lookup(&Value::Int(1)).unwrap(), Some(Value::Struct(wanted)));
}

/// What an option is set to in the running kernel's configuration, as text.
fn configured(option: &str) -> Option<String> {
    use procfs::ConfigSetting::{Module, Value, Yes};
    Some(match procfs::kernel_config().ok()?.remove(option)? {
        Yes => "y".into(),
        Module => "m".into(),
        Value(text) => text,
    })
}

/// The running kernel's version as `LINUX_VERSION_CODE` has it.
fn version() -> i128 {
    let release = std::fs::read_to_string("/proc/sys/kernel/osrelease").unwrap();
    let numbers = release.split(|c: char| !c.is_ascii_digit()).take(3);
    numbers.fold(0, |code, number| code << 8 | number.parse::<i128>().unwrap_or(0).min(255))
}

#[test]
fn options_of_the_kernel() {
    let Some(object) = object("options.bpf.c") else { return };
    let Some(hz) = configured("CONFIG_HZ") else {
        return println!("skipped: the running kernel's configuration is not to be read");
    };
    let compiler = configured("CONFIG_CC_VERSION_TEXT").unwrap();
    for in_vm in [true, false] {
        let mut session = Session::open(object.clone()).unwrap();
        if in_vm {
            session.run_in_vm();
        } else if !ready() {
            continue;
        }
        session.load().unwrap_or_else(|error| panic!("{}", told(&error)));
        let ran = session.test_run("look", &Input { data: &[0; 64], ..Input::default() });
        assert_eq!(ran.unwrap_or_else(|error| panic!("{}", told(&error))).value, 7);
        let mut global = |name: &str| session.global(name).unwrap();
        assert_eq!(global("hz"), Value::Int(hz.parse().unwrap()));
        assert_eq!(global("truths"), Value::Int(0b11_1111));
        assert_eq!(global("version"), Value::Int(version()));
        assert_eq!(global("text"), Value::Text(compiler[1..8].into()));
        // Userspace reads them by name as well.
        assert_eq!(global("CONFIG_HZ"), Value::Int(hz.parse().unwrap()));
    }
}

#[test]
fn an_option_that_is_not_there_or_does_not_fit() {
    if configured("CONFIG_HZ").is_none() || !ready() {
        return println!("skipped: the running kernel's configuration is not to be read");
    }
    let missing = "the object reads `CONFIG_NOR_IS_THIS`, which the running kernel's configuration does not set; \
                   declare it weak, and it is zero then";
    let number = version();
    let narrow = format!(
        "the kernel's `LINUX_KERNEL_VERSION` is {number}, which its variable cannot hold: {number} does not fit 8 bits"
    );
    for (defined, wanted) in [("STRONG", missing), ("NARROW", &narrow)] {
        let variant = variant("options.bpf.c", &[defined]);
        let Some(object) = variant else { return };
        let error = Session::open(object).unwrap().load().unwrap_err();
        assert_eq!(error.to_string(), wanted);
    }
}
