//! Runs programs in the userspace VM: the object's own instructions, without the kernel.

use std::collections::BTreeMap;

use bpfl_runtime::{
    run::Input,
    session::Session,
    value::{Value, decode, encode},
};
use bpfl_stdlib::catalog::program::ProgramType;
use object::{Object, ObjectSymbol};

use crate::state::{Contents, Entry, Inputs, Outcome, Shape};

/// Runs `program` of an object on fresh maps with `inputs` in them.
pub fn run(object: &[u8], shapes: &[Shape], program: &Entry, inputs: &Inputs) -> Result<Outcome, String> {
    let mut vm = Vm::open(object)?;
    for (map, key, value) in &inputs.entries {
        let shape = shapes.iter().find(|shape| shape.symbol == *map);
        vm.set(shape.ok_or_else(|| format!("there is no map {map}"))?, key, value)?;
    }
    // The context of xdp says how long the packet is, and is wanted only for what it says besides.
    let context = if program.ty == ProgramType::Xdp { &[][..] } else { &inputs.context };
    let (frame, repeat) = (inputs.frame(), 1);
    let input = Input { data: &frame, context, repeat, room: 0 };
    let output = vm.session.test_run(&program.symbol, &input).map_err(|error| error.to_string())?;
    Ok(Outcome { ret: output.value, maps: vm.dump(shapes)?, context: output.context, frame: output.data })
}

struct Vm {
    session: Session,
    /// Where in their sections globals are.
    places: BTreeMap<String, usize>,
}

impl Vm {
    fn open(object: &[u8]) -> Result<Self, String> {
        let mut session = Session::open(object).map_err(|error| error.to_string())?;
        session.run_in_vm();
        let file = object::File::parse(object).map_err(|error| error.to_string())?;
        let places = file.symbols().filter_map(|s| Some((s.name().ok()?.to_string(), s.address() as usize)));
        Ok(Self { session, places: places.collect() })
    }

    /// The bytes of an entry.
    fn bytes(&mut self, map: &str, key: &[u8]) -> Result<Option<Vec<u8>>, String> {
        let map = self.session.map(map).map_err(|error| error.to_string())?;
        let value = map.lookup(&decode(&map.spec().key, key)).map_err(|error| error.to_string())?;
        let one = |value: &Value| encode(&map.spec().value, value).map_err(|error| error.to_string());
        match value {
            None => Ok(None),
            Some(Value::PerCpu(each)) => {
                each.iter().map(one).collect::<Result<Vec<_>, _>>().map(|each| Some(sum(&each)))
            }
            Some(value) => one(&value).map(Some),
        }
    }

    fn put(&mut self, map: &str, key: &[u8], value: &[u8]) -> Result<(), String> {
        let map = self.session.map(map).map_err(|error| error.to_string())?;
        let (key, value) = (decode(&map.spec().key, key), decode(&map.spec().value, value));
        let value = match map.spec().kind.per_cpu {
            false => value,
            true => {
                let zero = decode(&map.spec().value, &vec![0; map.spec().value.size()]);
                let others = std::iter::repeat_n(zero, map.cpus() - 1);
                Value::PerCpu(std::iter::once(value).chain(others).collect())
            }
        };
        map.update(&key, &value, 0).map_err(|error| error.to_string())
    }

    fn set(&mut self, shape: &Shape, key: &[u8], value: &[u8]) -> Result<(), String> {
        let Some(section) = shape.section else { return self.put(&shape.symbol, key, value) };
        let mut bytes = self.bytes(section, &[0; 4])?.unwrap_or_default();
        let place = self.places.get(&shape.symbol).copied().unwrap_or(0);
        bytes[place..place + value.len()].copy_from_slice(value);
        self.put(section, &[0; 4], &bytes)
    }

    fn get(&mut self, shape: &Shape, key: &[u8]) -> Result<Option<Vec<u8>>, String> {
        let Some(section) = shape.section else { return self.bytes(&shape.symbol, key) };
        let place = self.places.get(&shape.symbol).copied().unwrap_or(0);
        Ok(self.bytes(section, &[0; 4])?.map(|bytes| bytes[place..place + shape.value].to_vec()))
    }

    fn keys(&mut self, shape: &Shape) -> Result<Vec<Vec<u8>>, String> {
        if shape.indexed {
            return Ok(shape.indices().collect());
        }
        let map = self.session.map(&shape.symbol).map_err(|error| error.to_string())?;
        let (key, mut keys) = (map.spec().key.clone(), Vec::new());
        match map.each(|own, _| keys.push(encode(&key, &own))) {
            Ok(()) => keys.into_iter().collect::<Result<_, _>>().map_err(|error| error.to_string()),
            // Queues and rings have no entries to walk.
            Err(_) => Ok(Vec::new()),
        }
    }

    fn dump(&mut self, shapes: &[Shape]) -> Result<Contents, String> {
        let mut all = Contents::new();
        for shape in shapes {
            let mut entries = BTreeMap::new();
            for key in self.keys(shape)? {
                let value = self.get(shape, &key)?.unwrap_or_default();
                if !shape.indexed || value.iter().any(|byte| *byte != 0) {
                    entries.insert(key, value);
                }
            }
            all.insert(shape.symbol.clone(), entries);
        }
        Ok(all)
    }
}

/// The sum of all CPUs' values, as numbers.
fn sum(each: &[Vec<u8>]) -> Vec<u8> {
    let mut total = each.first().cloned().unwrap_or_default();
    if let (Some(first), true) = (total.first_chunk_mut(), each.len() > 1) {
        let numbers =
            each.iter().filter_map(|bytes| bytes.first_chunk()).map(|bytes| u64::from_le_bytes(*bytes));
        *first = numbers.fold(0, u64::wrapping_add).to_le_bytes();
    }
    total
}
