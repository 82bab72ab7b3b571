//! Runs programs in the kernel: loaded with aya, run with `BPF_PROG_TEST_RUN`, never attached.

use std::{
    collections::{BTreeMap, HashMap},
    fmt::Write,
    ops::Range,
    os::fd::{AsFd, AsRawFd, BorrowedFd, RawFd},
};

use aya::{
    Ebpf, EbpfLoader,
    maps::{Map, MapData},
    programs::{
        CgroupSkb, Program, ProgramError, SchedClassifier, SocketFilter, TestRun, TestRunOptions,
        TestRunResult, Xdp,
    },
};
use bpfl_stdlib::catalog::program::ProgramType;

use object::{Object, ObjectSection, ObjectSymbol, SymbolKind};

use crate::{
    state::{CONTEXT_BYTES, Contents, Entry, Inputs, Outcome, Shape},
    syscall,
};

/// Why nothing can be loaded here.
pub fn obstacle() -> Option<String> {
    // The loader finds out what the kernel has when it is first used: here, and not by a thread that has given up
    // its privileges.
    aya::features();
    let error = syscall::make_array().err()?;
    Some(format!("this user may not make BPF maps ({error}); root or CAP_BPF may"))
}

/// What is said of a program whose type this does not load.
pub const NOT_LOADED_HERE: &str = "programs of this type are not loaded by the suite";

/// Loads a program of a type that needs to know nothing more; `None` for others.
fn load(program: &mut Program) -> Option<Result<(), ProgramError>> {
    Some(match program {
        Program::CgroupSkb(program) => program.load(),
        Program::CgroupSock(program) => program.load(),
        Program::CgroupSockAddr(program) => program.load(),
        Program::CgroupSockopt(program) => program.load(),
        Program::CgroupDevice(program) => program.load(),
        Program::CgroupSysctl(program) => program.load(),
        Program::SchedClassifier(program) => program.load(),
        Program::SkLookup(program) => program.load(),
        Program::SkMsg(program) => program.load(),
        Program::SkSkb(program) => program.load(),
        Program::SockOps(program) => program.load(),
        Program::SocketFilter(program) => program.load(),
        Program::Xdp(program) => program.load(),
        Program::KProbe(program) => program.load(),
        Program::UProbe(program) => program.load(),
        Program::TracePoint(program) => program.load(),
        Program::RawTracePoint(program) => program.load(),
        Program::PerfEvent(program) => program.load(),
        _ => return None,
    })
}

/// Runs a program of a type that is given a packet; `None` for others.
fn test_run(program: &Program, options: TestRunOptions<'_>) -> Option<Result<TestRunResult, ProgramError>> {
    Some(match program {
        Program::CgroupSkb(program) => CgroupSkb::test_run(program, options),
        Program::SchedClassifier(program) => SchedClassifier::test_run(program, options),
        Program::SocketFilter(program) => SocketFilter::test_run(program, options),
        Program::Xdp(program) => Xdp::test_run(program, options),
        _ => return None,
    })
}

/// An object in the kernel.
pub struct Loaded<'a> {
    ebpf: Ebpf,
    shapes: &'a [Shape],
    places: Places,
}

impl<'a> Loaded<'a> {
    /// Makes the maps and loads every program.
    pub fn new(object: &[u8], shapes: &'a [Shape]) -> Result<Self, String> {
        let mut ebpf = EbpfLoader::new().load(object).map_err(|error| format!("the object: {error:?}"))?;
        for (name, program) in ebpf.programs_mut() {
            load(program)
                .ok_or_else(|| format!("{name}: {NOT_LOADED_HERE}"))?
                .map_err(|error| refusal(name, &error))?;
        }
        Ok(Self { ebpf, shapes, places: Places::new(object)? })
    }

    /// Runs one program on empty maps with `inputs` in them.
    pub fn run(&mut self, program: &Entry, inputs: &Inputs) -> Result<Outcome, String> {
        self.clear()?;
        for (map, key, value) in &inputs.entries {
            self.set(self.shape(map)?, key, value)?;
        }
        let name = &program.symbol;
        let loaded = self.ebpf.program(name).ok_or_else(|| format!("there is no program {name}"))?;
        let mut context = vec![0; CONTEXT_BYTES];
        let (frame, mut out) = (inputs.frame(), vec![0; inputs.frame().len()]);
        let mut options =
            TestRunOptions { data_in: Some(&frame), data_out: Some(&mut out), ..TestRunOptions::new() };
        // The context of xdp says how long the packet is, and is wanted only for what it says besides.
        if program.ty != ProgramType::Xdp {
            options.ctx_in = Some(&inputs.context);
            options.ctx_out = Some(&mut context);
        }
        let result = test_run(loaded, options).ok_or_else(|| format!("{name} cannot be run by itself"))?;
        let result = result.map_err(|error| format!("the run failed: {error:?}"))?;
        out[..program.hidden()].fill(0);
        Ok(Outcome { ret: result.return_value, maps: self.dump()?, context, frame: out })
    }

    fn shape(&self, map: &str) -> Result<&'a Shape, String> {
        self.shapes.iter().find(|shape| shape.symbol == map).ok_or_else(|| format!("there is no map {map}"))
    }

    fn fd(&self, map: &str) -> Result<RawFd, String> {
        let found = self.ebpf.map(map).ok_or_else(|| format!("the object has no map {map}"))?;
        Ok(map_fd(found).ok_or_else(|| format!("{map} is of another kind"))?.as_raw_fd())
    }

    fn clear(&self) -> Result<(), String> {
        for shape in self.shapes.iter().filter(|shape| shape.section != Some(".rodata")) {
            for key in self.keys(shape)? {
                match shape.indexed {
                    true => self.set(shape, &key, &shape.start())?,
                    false => syscall::delete(self.fd(&shape.symbol)?, &key).map_err(|e| e.to_string())?,
                }
            }
        }
        Ok(())
    }

    fn set(&self, shape: &Shape, key: &[u8], value: &[u8]) -> Result<(), String> {
        let fail = |error| format!("{} cannot be set: {error}", shape.symbol);
        let Some(section) = shape.section else {
            return syscall::update(self.fd(&shape.symbol)?, key, &copies(shape, value)).map_err(fail);
        };
        let (mut bytes, range) = self.section(section, shape)?;
        bytes[range].copy_from_slice(value);
        syscall::update(self.fd(section)?, &[0; 4], &bytes).map_err(fail)
    }

    fn get(&self, shape: &Shape, key: &[u8]) -> Result<Vec<u8>, String> {
        if let Some(section) = shape.section {
            let (bytes, range) = self.section(section, shape)?;
            return Ok(bytes[range].to_vec());
        }
        let mut value = copies(shape, &vec![0; shape.value]);
        let done = syscall::lookup(self.fd(&shape.symbol)?, key, &mut value);
        done.map_err(|error| format!("{} cannot be read: {error}", shape.symbol))?;
        Ok(sum(shape, &value))
    }

    /// All of a section of globals, and where in it one of them is.
    fn section(&self, section: &str, shape: &Shape) -> Result<(Vec<u8>, Range<usize>), String> {
        let (offset, size) = self.places.find(section, &shape.symbol)?;
        let mut bytes = vec![0; size];
        syscall::lookup(self.fd(section)?, &[0; 4], &mut bytes).map_err(|e| format!("{section}: {e}"))?;
        Ok((bytes, offset..offset + shape.value))
    }

    fn keys(&self, shape: &Shape) -> Result<Vec<Vec<u8>>, String> {
        if shape.indexed {
            return Ok(shape.indices().collect());
        }
        let (fd, mut keys) = (self.fd(&shape.symbol)?, Vec::<Vec<u8>>::new());
        while let Some(next) = syscall::next_key(fd, keys.last().map(Vec::as_slice), shape.key) {
            keys.push(next);
        }
        Ok(keys)
    }

    fn dump(&self) -> Result<Contents, String> {
        let mut all = BTreeMap::new();
        for shape in self.shapes {
            let mut entries = BTreeMap::new();
            for key in self.keys(shape)? {
                let value = self.get(shape, &key)?;
                if !shape.indexed || value.iter().any(|byte| *byte != 0) {
                    entries.insert(key, value);
                }
            }
            all.insert(shape.symbol.clone(), entries);
        }
        Ok(all)
    }
}

/// Where an object's globals are: by section and symbol, the offset; by section, its size.
struct Places {
    symbols: HashMap<String, usize>,
    sections: HashMap<String, usize>,
}

impl Places {
    fn new(object: &[u8]) -> Result<Self, String> {
        let file = object::File::parse(object).map_err(|error| error.to_string())?;
        let symbols = file.symbols().filter(|symbol| symbol.kind() == SymbolKind::Data);
        let symbols = symbols.filter_map(|s| Some((s.name().ok()?.to_string(), s.address() as usize)));
        let sections = file.sections().filter_map(|s| Some((s.name().ok()?.to_string(), s.size() as usize)));
        Ok(Self { symbols: symbols.collect(), sections: sections.collect() })
    }

    fn find(&self, section: &str, symbol: &str) -> Result<(usize, usize), String> {
        match (self.symbols.get(symbol), self.sections.get(section)) {
            (Some(offset), Some(size)) => Ok((*offset, *size)),
            _ => Err(format!("the object has no global {symbol} in {section}")),
        }
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
