//! Runs programs in the kernel: loaded with aya, run with `BPF_PROG_TEST_RUN`, never attached.

use std::{
    collections::BTreeMap,
    fmt::Write,
    os::fd::{AsFd, AsRawFd, BorrowedFd, RawFd},
};

use aya::{
    Ebpf, EbpfLoader,
    maps::{Map, MapData},
    programs::{CgroupSkb, ProgramError, TestRun, TestRunOptions},
};

use crate::{
    state::{CONTEXT_BYTES, Inputs, Outcome, Shape},
    syscall,
};

/// Why nothing can be loaded here.
pub fn obstacle() -> Option<String> {
    let error = syscall::make_array().err()?;
    Some(format!("this user may not make BPF maps ({error}); root or CAP_BPF may"))
}

/// An object in the kernel.
pub struct Loaded<'a> {
    ebpf: Ebpf,
    shapes: &'a [Shape],
}

impl<'a> Loaded<'a> {
    /// Makes the maps and loads every program.
    pub fn new(object: &[u8], shapes: &'a [Shape]) -> Result<Self, String> {
        let mut ebpf = EbpfLoader::new().load(object).map_err(|error| format!("the object: {error:?}"))?;
        for (name, program) in ebpf.programs_mut() {
            let program: &mut CgroupSkb = program.try_into().map_err(|error| format!("{name}: {error}"))?;
            program.load().map_err(|error| refusal(name, &error))?;
        }
        Ok(Self { ebpf, shapes })
    }

    /// Runs one program on empty maps with `inputs` in them.
    pub fn run(&mut self, program: &str, inputs: &Inputs) -> Result<Outcome, String> {
        self.clear()?;
        for (map, key, value) in &inputs.entries {
            let shape = self.shape(map)?;
            syscall::update(self.fd(map)?, key, &copies(shape, value)).map_err(|e| format!("{map}: {e}"))?;
        }
        let loaded = self.ebpf.program(program).ok_or_else(|| format!("there is no program {program}"))?;
        let loaded: &CgroupSkb = loaded.try_into().map_err(|error| format!("{program}: {error}"))?;
        let mut context = vec![0; CONTEXT_BYTES];
        let options = TestRunOptions {
            data_in: Some(&inputs.frame()),
            ctx_in: Some(&inputs.context),
            ctx_out: Some(&mut context),
            ..TestRunOptions::new()
        };
        let result = loaded.test_run(options).map_err(|error| format!("the run failed: {error:?}"))?;
        Ok(Outcome { ret: result.return_value, maps: self.dump()?, context })
    }

    fn shape(&self, map: &str) -> Result<&'a Shape, String> {
        self.shapes.iter().find(|shape| shape.symbol == map).ok_or_else(|| format!("there is no map {map}"))
    }

    fn fd(&self, map: &str) -> Result<RawFd, String> {
        let found = self.ebpf.map(map).ok_or_else(|| format!("the object has no map {map}"))?;
        Ok(map_fd(found).ok_or_else(|| format!("{map} is of another kind"))?.as_raw_fd())
    }

    fn clear(&self) -> Result<(), String> {
        for shape in self.shapes {
            let fd = self.fd(&shape.symbol)?;
            for key in keys(fd, shape) {
                let zero = copies(shape, &vec![0; shape.value]);
                let done =
                    if shape.indexed { syscall::update(fd, &key, &zero) } else { syscall::delete(fd, &key) };
                done.map_err(|error| format!("{}: {error}", shape.symbol))?;
            }
        }
        Ok(())
    }

    fn dump(&self) -> Result<BTreeMap<String, BTreeMap<Vec<u8>, Vec<u8>>>, String> {
        let mut all = BTreeMap::new();
        for shape in self.shapes {
            let fd = self.fd(&shape.symbol)?;
            let mut entries = BTreeMap::new();
            for key in keys(fd, shape) {
                let mut value = copies(shape, &vec![0; shape.value]);
                syscall::lookup(fd, &key, &mut value).map_err(|e| format!("{}: {e}", shape.symbol))?;
                let value = sum(shape, &value);
                if !shape.indexed || value.iter().any(|byte| *byte != 0) {
                    entries.insert(key, value);
                }
            }
            all.insert(shape.symbol.clone(), entries);
        }
        Ok(all)
    }
}

fn map_fd(map: &Map) -> Option<BorrowedFd<'_>> {
    let data: &MapData = match map {
        Map::Array(data) | Map::PerCpuArray(data) | Map::HashMap(data) | Map::PerCpuHashMap(data) => data,
        Map::LruHashMap(data) | Map::PerCpuLruHashMap(data) => data,
        _ => return None,
    };
    Some(data.fd().as_fd())
}

fn keys(fd: RawFd, shape: &Shape) -> Vec<Vec<u8>> {
    if shape.indexed {
        return (0..shape.entries).map(|index| index.to_le_bytes().to_vec()).collect();
    }
    let mut keys: Vec<Vec<u8>> = Vec::new();
    while let Some(next) = syscall::next_key(fd, keys.last().map(Vec::as_slice), shape.key) {
        keys.push(next);
    }
    keys
}

/// A value as the syscall moves it: for per-CPU maps one for each possible CPU, 8 bytes apart at
/// least; the value goes to the first.
fn copies(shape: &Shape, value: &[u8]) -> Vec<u8> {
    let mut bytes = value.to_vec();
    if shape.per_cpu {
        bytes.resize(shape.value.next_multiple_of(8) * aya::util::nr_cpus().unwrap_or(1), 0);
    }
    bytes
}

/// The sum of a per-CPU value over all CPUs.
fn sum(shape: &Shape, bytes: &[u8]) -> Vec<u8> {
    if !shape.per_cpu {
        return bytes.to_vec();
    }
    let add = |total: u64, value: &[u8]| {
        let mut wide = [0; 8];
        wide.copy_from_slice(&value[..8]);
        total.wrapping_add(u64::from_le_bytes(wide))
    };
    let total = bytes.chunks(shape.value.next_multiple_of(8)).fold(0, add);
    let mut value = total.to_le_bytes().to_vec();
    value.resize(shape.value, 0);
    value
}

/// The verifier's words, as far as they help.
fn refusal(name: &str, error: &ProgramError) -> String {
    let mut text = format!("the kernel refuses {name}: ");
    match error {
        ProgramError::LoadError { io_error, verifier_log } => {
            let log = verifier_log.to_string();
            let lines: Vec<_> = log.lines().collect();
            let _ = write!(text, "{io_error}\n{}", lines[lines.len().saturating_sub(60)..].join("\n"));
        }
        other => {
            let _ = write!(text, "{other:?}");
        }
    }
    text
}
