//! What a session does with damaged objects, wrong names and values, and targets that go away: errors
//! that say what is wrong, and never a panic; what others do meanwhile stays.

use std::{
    process::Command,
    sync::{
        Barrier,
        atomic::{AtomicBool, Ordering},
    },
};

use bpfl_compiler::{
    diagnostic::{Diagnostics, render::render},
    driver::{Options, compile},
    kernel_btf::KernelBtf,
    source::SourceMap,
};
use bpfl_runtime::{
    KERNEL_BTF,
    attach::Target,
    cgroup::{ChildCgroup, Hierarchy, spawn},
    host,
    run::Run,
    session::{Session, SessionError},
    spec::{MapSpec, ObjectSpec},
    value::Value,
};
use bpfl_stdlib::catalog::mode::EXCLUSIVE;
use object::{Object as _, ObjectSection as _};

/// An object with a bit of everything.
const SOURCE: &str = "
    (defstruct hit (count u64) (last u32) (name (array u8 8)))
    (defmap hits :type :hash :key u32 :value hit :max-entries 64)
    (defmap many :type :hash :key u64 :value u32 :max-entries 20000)
    (defmap list :type :array :key u32 :value u64 :max-entries 5000)
    (defmap each :type :percpu-hash :key u32 :value u32 :max-entries 100)
    (defstruct prefix (length u32) (address u32))
    (defmap trie :type :lpm-trie :key prefix :value u32 :max-entries 100)
    (defmap events :type :ringbuf :max-entries 4096)
    (defvar seen u64)
    (defvar limit u32 7)
    (defvar table (array u16 6))
    (defvar fixed u32 5 :section :rodata)
    (defprog count (:section \"cgroup_skb/egress\")
      (incf seen)
      (when-let ((hit (map-lookup hits 1))) (incf (hit-count hit)))
      1)
    (defprog counts (:type :syscall) (dotimes (i 200) (incf seen)) (u32 limit))";

fn object(source: &str) -> Vec<u8> {
    let mut sources = SourceMap::new();
    let file = sources.add("robust.lisp", source);
    let mut diagnostics = Diagnostics::default();
    let read = || std::fs::read(KERNEL_BTF).map_err(|error| error.to_string());
    let options = Options { btf: KernelBtf::new(read), ..Options::default() };
    let compiled = compile(&mut sources, file, &options, &mut diagnostics);
    compiled.unwrap_or_else(|| panic!("{}", render(&sources, diagnostics.iter(), false))).object
}

fn session() -> Option<Session> {
    let report = host::report();
    if !report.ready {
        println!("skipped: this user cannot attach programs here: {:?}", report.checks.last());
        return None;
    }
    Some(Session::open(object(SOURCE)).unwrap())
}

fn cgroup() -> ChildCgroup {
    let own = Hierarchy::find().and_then(|hierarchy| hierarchy.own()).unwrap();
    ChildCgroup::create(&own).unwrap()
}

fn sends(cgroup: &ChildCgroup) -> bool {
    let mut command = Command::new("bash");
    command.args(["-c", "echo hi >/dev/udp/127.0.0.1/9"]);
    spawn(command, cgroup).unwrap().wait().unwrap().success()
}

#[test]
fn objects_that_end_early_are_errors() {
    let bytes = object(SOURCE);
    for end in 0..bytes.len() {
        // What is cut off may be what nobody reads; what is read must be whole.
        let _ = ObjectSpec::parse(&bytes[..end]);
    }
    for end in 0..64 {
        assert!(ObjectSpec::parse(&bytes[..end]).is_err(), "{end}");
    }
}

/// Numbers that look random and are the same in each run (xorshift).
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % limit as u64) as usize
    }
}

#[test]
fn damaged_objects_are_errors_or_objects() {
    let (bytes, mut numbers) = (object(SOURCE), Numbers(0x9e37_79b9_7f4a_7c15));
    let mut refused = 0;
    for _ in 0..10_000 {
        let mut damaged = bytes.clone();
        for _ in 0..=numbers.below(4) {
            let at = numbers.below(damaged.len());
            damaged[at] = match numbers.below(4) {
                0 => 0,
                1 => 0xff,
                2 => damaged[at] ^ 1 << numbers.below(8),
                _ => numbers.below(256) as u8,
            };
        }
        refused += usize::from(ObjectSpec::parse(&damaged).is_err());
    }
    assert!(refused > 100, "only {refused} were found out");
}

/// Functions, memory, maps and a question about the kernel, for the loader.
const LOADED: &str = "
    (defmap hits :type :hash :key u32 :value u64 :max-entries 4)
    (defvar seen u64)
    (defvar limit u32 7 :section :rodata)
    (defun twice ((n u64)) (incf seen) (* 2 n))
    (defprog count (:type :syscall)
      (when (kernel-field-exists task_struct tgid) (incf seen (kernel-field-size task_struct comm)))
      (setf (getmap hits 1) (twice limit))
      (bpf-loop (i 3) (incf seen i) 0)
      (u32 (task-struct-tgid (get-current-task-btf))))
    (import-kernel-struct task_struct tgid)";

/// Whether an object may be loaded without harm: it pins nothing, and its maps are small.
fn is_small(object: &[u8]) -> bool {
    let small = |map: &MapSpec| {
        let entry = map.key.size().saturating_add(map.value.size()).max(1);
        !map.pinned && entry.saturating_mul(map.max_entries as usize) < 1 << 20
    };
    ObjectSpec::parse(object).is_ok_and(|spec| spec.maps.iter().all(small))
}

#[test]
fn damaged_objects_are_loaded_or_refused() {
    if session().is_none() {
        return;
    }
    let (bytes, mut numbers) = (object(LOADED), Numbers(0x2545_f491_4f6c_dd1d));
    let (mut loaded, mut refused) = (0, 0);
    for round in 0..2_000 {
        let mut damaged = bytes.clone();
        for _ in 0..=numbers.below(3) {
            let at = numbers.below(damaged.len());
            damaged[at] = [0, 0xff, damaged[at] ^ 1 << numbers.below(8)][numbers.below(3)];
        }
        if !is_small(&damaged) {
            continue;
        }
        let mut session = Session::open(damaged).unwrap();
        // To do it here takes reading all of the kernel's types.
        if round % 20 == 0 {
            session.relocate_here();
        }
        match session.load() {
            Ok(()) => loaded += 1,
            Err(_) => refused += 1,
        }
    }
    assert!(loaded > 100 && refused > 100, "{loaded} loaded, {refused} refused");
}

/// The VM is no verifier: whatever the instructions are, it stays within what is the program's.
#[test]
fn damaged_objects_come_to_an_end_in_the_userspace_vm() {
    let source = "
        (defmap hits :type :hash :key u32 :value u64 :max-entries 4)
        (defmap events :type :ringbuf :max-entries 4096)
        (defvar seen u64)
        (defun twice ((n u64)) (incf seen) (* 2 n))
        (defprog filter (:type :xdp)
          (let ((data (ctx data)) (end (ctx data-end)))
            (with-ipv4 (data end ip)
              (with-ringbuf (e events u32) (setf (deref e) (ipv4-src ip)))
              (incf (getmap hits (ipv4-dst ip)) (twice (ipv4-ttl ip)))
              (bpf-loop (i 3) (incf seen i) 0)
              (printk \"%pI4 %d\" (+ data 26) (ipv4-ttl ip)))
            XDP_PASS))";
    let (bytes, mut numbers) = (object(source), Numbers(0x1234_5678_9abc_def1));
    let code = code_of(&bytes);
    let (mut ran, mut trapped) = (0, 0);
    for _ in 0..3_000 {
        let mut damaged = bytes.clone();
        for _ in 0..=numbers.below(3) {
            damaged[code.start + numbers.below(code.len())] = numbers.below(256) as u8;
        }
        if !is_small(&damaged) {
            continue;
        }
        let mut session = Session::open(damaged).unwrap();
        session.run_in_vm();
        let run = Run { data: [[8; 14].as_slice(), &[0x45; 50]].concat(), ..Run::default() };
        match session.run("filter", &run) {
            Ok(_) => ran += 1,
            Err(_) => trapped += 1,
        }
    }
    assert!(ran > 100 && trapped > 100, "{ran} ran, {trapped} did not");
}

/// Where the instructions of `xdp` are in an object.
fn code_of(bytes: &[u8]) -> std::ops::Range<usize> {
    let file = object::File::parse(bytes).unwrap();
    let (start, size) = file.section_by_name("xdp").unwrap().file_range().unwrap();
    start as usize..(start + size) as usize
}

#[test]
fn names_and_values_that_are_wrong_are_named() {
    let Some(mut session) = session() else { return };
    let said = |error: SessionError| error.to_string();
    let wrong = session.map("hitz").err().map(said);
    assert_eq!(wrong.as_deref(), Some("the object has no map `hitz`; did you mean `hits`?"));
    let wrong = session.load_some(&["cuont"]).err().map(said);
    assert_eq!(wrong.as_deref(), Some("the object has no program `cuont`; did you mean `count`?"));
    let wrong = session.set_global("limti", &Value::Int(1)).err().map(said);
    assert_eq!(wrong.as_deref(), Some("the object has no global variable `limti`; did you mean `limit`?"));
    let hits = session.map("hits").unwrap();
    for (key, wanted) in [
        (Value::Text("x".into()), "the key does not suit map `hits`: `\"x\"` is not an integer of 32 bits"),
        (Value::Int(-1), "the key does not suit map `hits`: -1 does not fit 32 bits"),
        (Value::Int(1 << 32), "the key does not suit map `hits`: 4294967296 does not fit 32 bits"),
        (Value::Array(Vec::new()), "the key does not suit map `hits`: `#()` is not an integer of 32 bits"),
    ] {
        assert_eq!(hits.lookup(&key).unwrap_err().to_string(), wanted);
        assert_eq!(hits.update(&key, &Value::Int(0), 0).unwrap_err().to_string(), wanted);
    }
    let none = Value::Struct(vec![("cuont".into(), Value::Int(1))]);
    let wrong = hits.update(&Value::Int(1), &none, 0).unwrap_err().to_string();
    assert_eq!(wrong, "the value does not suit map `hits`: there is no field `cuont`");
    assert!(hits.entries().unwrap().is_empty(), "nothing was written");
}

#[test]
fn many_entries_are_read_at_once_in_their_order() {
    let Some(mut session) = session() else { return };
    let many = session.map("many").unwrap();
    assert!(many.entries().unwrap().is_empty());
    for key in (0..20_000).rev() {
        many.update(&Value::Int(key), &Value::Int(key * 3), 0).unwrap();
    }
    let wanted = (0..20_000).map(|key| (Value::Int(key), Value::Int(key * 3)));
    assert!(many.entries().unwrap().into_iter().eq(wanted));
    let list = session.map("list").unwrap();
    list.update(&Value::Int(4_999), &Value::Int(9), 0).unwrap();
    let entries = list.entries().unwrap();
    assert_eq!((entries.len(), &entries[4_999]), (5_000, &(Value::Int(4_999), Value::Int(9))));
    let each = session.map("each").unwrap();
    let cpus = each.lookup(&Value::Int(0)).unwrap();
    assert!(cpus.is_none());
    let count = std::thread::available_parallelism().unwrap().get();
    for guess in count..=1024 {
        let value = Value::PerCpu((0..guess).map(|cpu| Value::Int(cpu as i128)).collect());
        if each.update(&Value::Int(5), &value, 0).is_ok() {
            assert_eq!(each.entries().unwrap(), [(Value::Int(5), value)]);
            break;
        }
    }
    let trie = session.map("trie").unwrap();
    for last in [1, 2] {
        let field = |name: &str, number| (name.to_string(), Value::Int(number));
        let key = Value::Struct(vec![field("length", 32), field("address", last)]);
        trie.update(&key, &Value::Int(last), 0).unwrap();
    }
    let values: Vec<_> = trie.entries().unwrap().into_iter().map(|(_, value)| value).collect();
    assert_eq!(values, [Value::Int(1), Value::Int(2)]);
}

#[test]
fn globals_set_before_loading_load_nothing() {
    let Some(mut session) = session() else { return };
    let table = Value::Array([1, 2, 3, 4, 5, 6].map(Value::Int).to_vec());
    for (name, value) in [("seen", Value::Int(41)), ("limit", Value::Int(9)), ("fixed", Value::Int(6))] {
        session.set_global(name, &value).unwrap();
    }
    session.set_global("table", &table).unwrap();
    let loaded = aya::programs::loaded_programs().flatten().any(|p| p.name_as_str() == Some("bpfl_store"));
    assert!(!loaded && session.attached().next().is_none());
    // `.rodata` may be set to the last moment, which shows that nothing was loaded.
    session.set_global("fixed", &Value::Int(7)).unwrap();
    assert_eq!(session.global("seen").unwrap(), Value::Int(41));
    assert_eq!(session.global("limit").unwrap(), Value::Int(9));
    assert_eq!(session.global("table").unwrap(), table);
    assert!(session.set_global("fixed", &Value::Int(8)).unwrap_err().to_string().contains("read-only"));
    assert_eq!(session.global("fixed").unwrap(), Value::Int(7));
}

/// Counts the system calls of one thread.
const CALLS: &str = "
    (defvar seen u64)
    (defvar who u32)
    (defvar table (array u16 6))
    (defprog calls (:section \"raw_tp/sys_enter\")
      (when (= (u32 (get-current-pid-tgid)) who) (incf seen))
      0)";

/// While a program counts in one variable, others of the section are set: no count may be lost.
#[test]
fn setting_a_global_writes_its_own_bytes_alone() {
    if session().is_none() {
        return;
    }
    let mut session = Session::open(object(CALLS)).unwrap();
    session.attach_some::<&str>(&[], &[]).unwrap();
    let (done, ready, (tell, own)) = (AtomicBool::new(false), Barrier::new(2), std::sync::mpsc::channel());
    let times = std::thread::scope(|scope| {
        let (done, ready) = (&done, &ready);
        scope.spawn(move || {
            tell.send(rustix::thread::gettid().as_raw_nonzero().get()).unwrap();
            ready.wait();
            (0..300_000).for_each(|_| {
                let _ = rustix::process::getppid();
            });
            done.store(true, Ordering::Release);
        });
        session.set_global("who", &Value::Int(own.recv().unwrap().into())).unwrap();
        ready.wait();
        let mut times = 0;
        while !done.load(Ordering::Acquire) {
            times += 1;
            session.set_global("table", &Value::Array(vec![Value::Int(times % 60_000); 6])).unwrap();
        }
        times
    });
    let seen = session.global("seen").unwrap().as_int().unwrap();
    assert!(times > 20, "it was set {times} times only");
    // Waiting for the start, and the thread's end, make some calls, too.
    assert!((300_000..300_100).contains(&seen), "{seen} of 300000, with {times} changes");
}

#[test]
fn a_program_beside_an_exclusive_one_is_refused() {
    let (Some(mut first), Some(mut second)) = (session(), session()) else { return };
    let cgroup = cgroup();
    first.set_attach_mode(&EXCLUSIVE);
    first.attach("count", &Target::cgroup(cgroup.path())).unwrap();
    let error = second.attach("count", &Target::cgroup(cgroup.path())).unwrap_err().to_string();
    assert!(error.contains("`count` cannot be attached as multi beside what is attached"), "{error}");
    first.detach_all();
    second.attach("count", &Target::cgroup(cgroup.path())).unwrap();
}

#[test]
fn a_cgroup_that_is_removed_takes_its_attachment_along() {
    let Some(mut session) = session() else { return };
    let cgroup = cgroup();
    let path = cgroup.path().to_path_buf();
    let link = session.attach("count", &Target::cgroup(&path)).unwrap();
    assert!(sends(&cgroup));
    assert_eq!(session.global("seen").unwrap(), Value::Int(1));
    cgroup.remove().unwrap();
    assert!(!path.exists());
    // The maps and the program are there as before; there is only nothing that runs it.
    assert_eq!(session.global("seen").unwrap(), Value::Int(1));
    assert!(session.detach(link).unwrap());
    let error = session.attach("count", &Target::cgroup(&path)).unwrap_err().to_string();
    assert!(error.contains("cannot be opened"), "{error}");
    let other = self::cgroup();
    session.attach("count", &Target::cgroup(other.path())).unwrap();
    assert!(sends(&other));
    assert_eq!(session.global("seen").unwrap(), Value::Int(2));
}
