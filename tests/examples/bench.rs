//! An example, attached to a cgroup that is there for it alone.

use std::{
    io,
    net::SocketAddr,
    os::fd::OwnedFd,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use bpfl_compiler::{
    diagnostic::{Diagnostics, render::render},
    driver::{Options, compile},
    kernel_btf::KernelBtf,
    source::SourceMap,
};
use bpfl_runtime::{
    attach::Target,
    attached_programs,
    cgroup::{ChildCgroup, Hierarchy},
    host,
    session::Session,
    value::Value,
};
use bpfl_stdlib::catalog::attach::{self, TargetKind};
use libc::{AF_INET, SOCK_DGRAM, SOCK_STREAM};

use crate::maker::Maker;

/// An attached example. Fields are dropped in this order.
pub struct Bench {
    pub session: Session,
    maker: Maker,
    cgroup: ChildCgroup,
}

impl Bench {
    /// Attaches all of the example `name` to a cgroup of its own, and to the map `map` what belongs
    /// to one; `None` where programs cannot be attached.
    pub fn start(name: &str, map: Option<&str>) -> Option<Self> {
        let mut bench = Self::bare(name, &own_cgroup()?);
        let mut targets = vec![bench.target()];
        targets.extend(map.map(Target::map));
        bench.session.attach_some::<&str>(&[], &targets).unwrap();
        Some(bench)
    }

    /// The example `name` with nothing attached yet, and a cgroup for it below `parent`.
    pub fn bare(name: &str, parent: &Path) -> Self {
        let cgroup = ChildCgroup::create(parent).unwrap();
        let maker = Maker::start(&cgroup);
        Self { session: Session::open(object(name)).unwrap(), maker, cgroup }
    }

    /// Its cgroup.
    pub fn target(&self) -> Target {
        Target::cgroup(self.cgroup.path())
    }

    /// What socket(2) gives in the cgroup.
    pub fn socket(&mut self, domain: i32, kind: i32, protocol: i32) -> io::Result<OwnedFd> {
        self.maker.socket(domain, kind, protocol)
    }

    /// A TCP socket of the cgroup.
    pub fn tcp(&mut self) -> io::Result<OwnedFd> {
        self.socket(AF_INET, SOCK_STREAM, 0)
    }

    /// A UDP socket of the cgroup.
    pub fn udp(&mut self) -> io::Result<OwnedFd> {
        self.socket(AF_INET, SOCK_DGRAM, 0)
    }

    /// The global variable `name`.
    pub fn global(&mut self, name: &str) -> i128 {
        global(&mut self.session, name)
    }

    /// Sets the global variable `name`.
    pub fn set_global(&mut self, name: &str, to: i128) {
        set_global(&mut self.session, name, to);
    }

    /// Sets an entry of a map.
    pub fn set(&mut self, map: &str, key: Value, value: Value) {
        self.session.map(map).unwrap().update(&key, &value, 0).unwrap();
    }

    /// An entry of a map.
    pub fn get(&mut self, map: &str, key: Value) -> Option<Value> {
        self.session.map(map).unwrap().lookup(&key).unwrap()
    }

    /// Detaches; asserts that `programs` programs were attached to the cgroup, and that none is now.
    pub fn finish(self, programs: usize) {
        let Self { session, maker, cgroup } = self;
        assert_eq!(attached(&cgroup), programs);
        drop(session);
        assert!(eventually(|| attached(&cgroup) == 0), "a program is still attached");
        drop(maker);
        cgroup.remove().unwrap();
    }
}

/// The global variable `name`.
pub fn global(session: &mut Session, name: &str) -> i128 {
    globals(session, name).1.field(name).and_then(Value::as_int).unwrap()
}

/// Sets the global variable `name`.
pub fn set_global(session: &mut Session, name: &str, to: i128) {
    let (section, mut value) = globals(session, name);
    let Value::Struct(fields) = &mut value else { panic!("globals are fields") };
    let same = |field: &str| field.replace('-', "_") == name.replace('-', "_");
    for (_, value) in fields.iter_mut().filter(|(field, _)| same(field)) {
        *value = Value::Int(to);
    }
    session.map(&section).unwrap().update(&Value::Int(0), &value, 0).unwrap();
}

/// The section in which the global `name` is, and all that it holds.
fn globals(session: &mut Session, name: &str) -> (String, Value) {
    for map in session.maps().unwrap().iter().filter(|map| map.spec().globals) {
        let value = map.lookup(&Value::Int(0)).unwrap().unwrap();
        if value.field(name).is_some() {
            return (map.name().into(), value);
        }
    }
    panic!("there is no global `{name}`");
}

/// The cgroup that this process is in; `None`, with the reason in the output, where programs cannot
/// be attached.
pub fn own_cgroup() -> Option<PathBuf> {
    let report = host::report();
    if !report.ready {
        println!("skipped: this user cannot attach programs here: {:?}", report.checks.last());
        return None;
    }
    Some(Hierarchy::find().and_then(|hierarchy| hierarchy.own()).unwrap())
}

/// Waits until `condition` holds; whether it came to hold within five seconds. A process that
/// another test is just starting has our descriptors, links among them, until it executes.
pub fn eventually(mut condition: impl FnMut() -> bool) -> bool {
    let start = Instant::now();
    while !condition() {
        if start.elapsed() > Duration::from_secs(5) {
            return false;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    true
}

/// How many programs are attached to `cgroup`, as whatever.
fn attached(cgroup: &ChildCgroup) -> usize {
    let all = attach::ALL.iter().filter(|at| at.target == TargetKind::Cgroup);
    // What the running kernel does not know is not attached.
    all.filter_map(|at| attached_programs(cgroup, at.number).ok()).map(|ids| ids.len()).sum()
}

/// The example's object.
pub fn object(name: &str) -> Vec<u8> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples").join(format!("{name}.lisp"));
    object_of(&path.display().to_string(), &std::fs::read_to_string(&path).unwrap())
}

/// The object of a text.
pub fn object_of(name: &str, text: &str) -> Vec<u8> {
    let mut sources = SourceMap::new();
    let file = sources.add(name, text);
    let mut diagnostics = Diagnostics::default();
    let btf = KernelBtf::new(|| std::fs::read(bpfl_runtime::KERNEL_BTF).map_err(|error| error.to_string()));
    let options = Options { btf, ..Options::default() };
    let compiled = compile(&mut sources, file, &options, &mut diagnostics);
    compiled.unwrap_or_else(|| panic!("{}", render(&sources, diagnostics.iter(), false))).object
}

/// A struct.
pub fn record(fields: &[(&str, i128)]) -> Value {
    Value::Struct(fields.iter().map(|(name, value)| ((*name).into(), Value::Int(*value))).collect())
}

/// The IPv4 address of a socket.
pub fn v4(address: io::Result<SocketAddr>) -> std::net::SocketAddrV4 {
    match address.unwrap() {
        SocketAddr::V4(address) => address,
        SocketAddr::V6(address) => panic!("{address} is no IPv4 address"),
    }
}
