//! A machine of our own: programs of an object run in this process, without the kernel.
//!
//! An object goes in; its maps are memory here, and its programs run as `BPF_PROG_TEST_RUN` would run them.
//! This is for tests where the kernel does not let this user load programs. Always holds: what is given
//! back is what the kernel gives back; what the machine cannot do it says by name, and gives nothing.
//! It is no verifier: a program that the kernel would refuse may run here, up to a [`Trap`].
//!
//! ```text
//! object ─code→ functions ─cpu→ one instruction after another ┬ alu     computes
//!        └table→ maps                                        ├ memory  loads and stores
//! input ─hook→ context and packet                             └ helper  calls
//! ```

mod alu;
mod code;
mod cpu;
mod handle;
mod helper;
mod hook;
mod memory;
mod table;

use std::{
    collections::HashMap,
    io,
    sync::{Arc, Mutex, PoisonError},
    time::Instant,
};

use bpfl_stdlib::catalog::test_run::TestRun;
use object::{Object, ObjectSection};

use code::Function;
use cpu::Cpu;
use handle::Handle;
use hook::Hook;
use memory::Memory;
use table::{Held, Store, Table, Tables};

use crate::{
    load::{Before, LoadError, code::Code, map_entries, other},
    run::{Input, Output},
    spec::{
        MapSpec, ObjectSpec, ProgramSpec,
        file::File,
        globals::{self, is_data},
        kconfig,
    },
};

/// Why a program did not come to its end.
#[derive(Debug, thiserror::Error)]
pub enum Trap {
    /// There is no such memory, or it cannot be written.
    #[error("it reaches {length} bytes at {address:#x}, where it has no memory of its own")]
    Memory {
        /// From where on.
        address: u64,
        /// How many.
        length: usize,
    },
    /// What the machine does not have.
    #[error("the userspace VM has no {what}")]
    Missing {
        /// What.
        what: String,
    },
    /// An instruction that there is not.
    #[error("there is no instruction with the opcode {code:#04x}")]
    Unknown {
        /// The opcode.
        code: u8,
    },
    /// It goes on where there is nothing.
    #[error("there is no instruction {slot}")]
    NoInstruction {
        /// The slot.
        slot: usize,
    },
    /// What it calls is no function.
    #[error("it calls what is no function")]
    NoFunction,
    /// What it uses as a map is none.
    #[error("it uses as a map what is none")]
    NoMap,
    /// Functions call each other without end.
    #[error("its functions call each other too deep")]
    TooDeep,
    /// It does not end.
    #[error("it does not come to an end")]
    TooLong,
    /// What happened in a function, at an instruction.
    #[error("{trap}")]
    In {
        /// The function; empty where it is not known yet.
        function: String,
        /// The slot of the instruction.
        slot: usize,
        /// What happened.
        trap: Box<Trap>,
    },
}

impl Trap {
    /// The same, at an instruction.
    fn at(self, slot: usize) -> Self {
        match self {
            Self::In { .. } => self,
            trap => Self::In { function: String::new(), slot, trap: Box::new(trap) },
        }
    }

    /// The same, in a function.
    fn in_function(self, name: &str) -> Self {
        match self {
            Self::In { function, slot, trap } if function.is_empty() => {
                Self::In { function: name.into(), slot, trap }
            }
            trap => trap,
        }
    }

    /// The slot of the function called `name` where it happened, if it was there.
    pub(crate) fn slot_in(&self, name: &str) -> Option<usize> {
        match self {
            Self::In { function, slot, .. } if function == name => Some(*slot),
            _ => None,
        }
    }

    /// What the machine does not have, if it is that.
    pub(crate) fn missing(&self) -> Option<&str> {
        match self {
            Self::Missing { what } => Some(what),
            Self::In { trap, .. } => trap.missing(),
            _ => None,
        }
    }
}

/// An object in this process.
#[derive(Clone, Debug)]
pub(crate) struct Machine {
    functions: Arc<Vec<Function>>,
    state: Arc<Mutex<State>>,
}

/// What programs and userspace change.
#[derive(Debug)]
struct State {
    memory: Memory,
    tables: Tables,
    printed: Vec<String>,
}

impl Machine {
    /// Makes the maps of the object `bytes`, which `spec` describes; `before` says what is to hold from the
    /// start.
    pub(crate) fn new(spec: &ObjectSpec, bytes: &[u8], before: &Before) -> Result<Self, LoadError> {
        let file = File::parse(bytes).map_err(other)?;
        let code = Code::read(&file, &spec.types)?;
        let mut state = State { memory: Memory::new(), tables: Tables::default(), printed: Vec::new() };
        state.make_tables(spec, &file)?;
        for (section, offset, bytes) in &before.globals {
            state.put(section, *offset, bytes);
        }
        state.fill(spec);
        let map = |name: &str| state.tables.named(name).map(|index| Handle::Map(index).address());
        let memory = |section: &str| {
            let table = &state.tables.0[state.tables.named(section)?];
            if let Store::Array(at) = table.store { Some(at) } else { None }
        };
        let functions = Arc::new(code::functions(&code, map, memory));
        Ok(Self { functions, state: Arc::new(Mutex::new(state)) })
    }

    fn with<T>(&self, action: impl FnOnce(&mut State) -> T) -> T {
        // A panic of a caller's leaves nothing half done that matters: it is this process's own.
        action(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Runs a program, as `row` says that programs of its type are run.
    pub(crate) fn run(
        &self,
        program: &ProgramSpec,
        row: &TestRun,
        input: &Input<'_>,
    ) -> Result<Output, Trap> {
        let entry = self.functions.iter().position(|function| function.name == program.name);
        let (entry, section) = entry.zip(program.row).ok_or(Trap::NoFunction)?;
        self.with(|State { memory, tables, printed }| {
            let mut hook = Hook::new(section.ty, row, (input.context, input.data), memory)?;
            let repeat = input.repeat.max(1);
            let start = Instant::now();
            let mut cpu = Cpu::new(&self.functions, (&mut *memory, &mut *tables), &mut hook, printed);
            let value = (0..repeat).try_fold(0, |_, _| cpu.run(entry));
            cpu.finish();
            let took = (start.elapsed() / repeat).as_nanos();
            let (data, out) =
                if row.output { hook.output(memory) } else { (Vec::new(), input.context.to_vec()) };
            hook.finish(memory);
            tables.forget_objects(memory);
            memory.settle();
            let nanoseconds = took.try_into().unwrap_or(u32::MAX);
            Ok(Output { value: value? as u32, data, context: out, nanoseconds })
        })
    }

    /// The map of this name.
    pub(crate) fn table(&self, name: &str) -> Option<TableRef> {
        let index = self.with(|state| state.tables.named(name))?;
        Some(TableRef { machine: self.clone(), index })
    }

    /// What has been printed since it was last asked.
    pub(crate) fn printed(&self) -> Vec<String> {
        self.with(|state| std::mem::take(&mut state.printed))
    }
}

impl State {
    /// Makes the maps of an object, and those of its sections of memory, with what is in them.
    fn make_tables(&mut self, spec: &ObjectSpec, file: &File<'_>) -> Result<(), LoadError> {
        let cpus = aya::util::nr_cpus().map_or(1, |cpus| cpus);
        for map in &spec.maps {
            self.add_table(map, map_entries(map), cpus)?;
            if map.name == kconfig::SECTION {
                self.put(&map.name, 0, &kconfig::values(map, file)?);
            }
        }
        for section in file.sections() {
            let name = file.section_name(&section).map_err(other)?;
            if !is_data(name) || section.size() == 0 {
                continue;
            }
            if self.tables.named(name).is_none() {
                let map = globals::map(name, section.size() as usize, Vec::new(), 0);
                self.add_table(&map, 1, cpus)?;
            }
            // A section of zeroes has no bytes in the object.
            self.put(name, 0, section.data().unwrap_or_default());
        }
        Ok(())
    }

    fn add_table(&mut self, map: &MapSpec, entries: u32, cpus: usize) -> Result<(), LoadError> {
        let table = Table::new(map, entries, cpus, &mut self.memory);
        let failed = || LoadError::Map { map: map.name.clone(), source: io::ErrorKind::OutOfMemory.into() };
        self.tables.0.push(table.ok_or_else(failed)?);
        Ok(())
    }

    /// Writes into the memory of a section.
    fn put(&mut self, section: &str, offset: usize, bytes: &[u8]) {
        let Some(index) = self.tables.named(section) else { return };
        let Store::Array(at) = self.tables.0[index].store else { return };
        let room = self.memory.whole(at).get_mut(offset..offset + bytes.len());
        room.into_iter().for_each(|room| room.copy_from_slice(bytes));
    }

    /// Puts programs and maps into the maps that hold them from the start.
    fn fill(&mut self, spec: &ObjectSpec) {
        for map in &spec.maps {
            let held: HashMap<_, _> = map
                .entries
                .iter()
                .map(|(index, name)| match self.tables.named(name) {
                    Some(inner) => (*index, Held::Map(inner)),
                    None => (*index, Held::Program(name.clone())),
                })
                .collect();
            let table = self.tables.named(&map.name).map(|index| &mut self.tables.0[index].store);
            if let Some(Store::Handles(own)) = table {
                *own = held;
            }
        }
    }
}

/// A map of a machine, as userspace reaches it: the results are those of the system call.
#[derive(Clone, Debug)]
pub(crate) struct TableRef {
    machine: Machine,
    index: usize,
}

impl TableRef {
    fn with<T>(&self, action: impl FnOnce(&mut Table, &mut Memory) -> T) -> T {
        self.machine.with(|state| {
            let value = action(&mut state.tables.0[self.index], &mut state.memory);
            // No program runs.
            state.memory.settle();
            value
        })
    }

    pub(crate) fn lookup(&self, key: &[u8]) -> io::Result<Option<Vec<u8>>> {
        self.with(|table, memory| table.lookup(memory, key))
    }

    pub(crate) fn next_key(&self, key: Option<&[u8]>) -> Option<Vec<u8>> {
        self.with(|table, _| table.next_key(key))
    }

    pub(crate) fn update(&self, key: &[u8], value: &[u8], flags: u64) -> io::Result<()> {
        self.with(|table, memory| table.update(memory, key, value, flags))
    }

    pub(crate) fn delete(&self, key: &[u8]) -> io::Result<bool> {
        self.with(|table, memory| table.remove(memory, key))
    }

    /// Appends a value, in a map without keys.
    pub(crate) fn push(&self, value: &[u8], flags: u64) -> io::Result<()> {
        self.with(|table, _| table.push(value, flags)).map_err(io::Error::from_raw_os_error)
    }

    /// The next value of a map without keys, which stays unless it is `taken`.
    pub(crate) fn next(&self, taken: bool) -> io::Result<Option<Vec<u8>>> {
        match self.with(|table, _| table.next(taken)) {
            Ok(value) => Ok(Some(value)),
            Err(libc::ENOENT) => Ok(None),
            Err(number) => Err(io::Error::from_raw_os_error(number)),
        }
    }

    /// Whether a filter has a value.
    pub(crate) fn contains(&self, value: &[u8]) -> bool {
        self.with(|table, _| matches!(&table.store, Store::Filter(values) if values.contains(value)))
    }

    /// The bytes of a value.
    pub(crate) fn value_size(&self) -> usize {
        self.with(|table, _| table.value)
    }

    /// Appends a record to a user ring buffer.
    pub(crate) fn send(&self, record: &[u8]) -> io::Result<()> {
        self.with(|table, _| match &mut table.store {
            Store::UserRing(ring) => ring.send(record),
            _ => Err(io::ErrorKind::InvalidInput.into()),
        })
    }

    /// The next record of a ring buffer.
    pub(crate) fn take(&self) -> Option<Vec<u8>> {
        self.with(|table, _| match &mut table.store {
            Store::Ring(ring) => ring.take(),
            _ => None,
        })
    }
}
