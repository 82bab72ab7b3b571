//! What goes into a run and what comes out, the same for every executor.
//!
//! Array entries that are zero are left out of an [`Outcome`], so that an entry set to 0 and one
//! never touched are the same; values of per-CPU maps are summed.

use std::collections::BTreeMap;

use bpfl_compiler::{diagnostic::Diagnostics, driver, hir, names::Names, source::SourceMap};
use bpfl_stdlib::catalog::{
    context::{self, Field},
    map::KeyRule,
    program::ProgramType,
};

use crate::{
    compile,
    run::{Item, Literal, Run},
};

/// Bytes of `struct __sk_buff` (include/uapi/linux/bpf.h).
pub const CONTEXT_BYTES: usize = 192;
/// Bytes of an Ethernet header, which programs of cgroup_skb do not see and those of xdp and tc do.
pub const ETHERNET_BYTES: usize = 14;
/// The packet's length behind its Ethernet header when a run does not say.
const PACKET_BYTES: usize = 60;

/// What the executors need to know of a map or of a global, which is like a map with one entry
/// whose key has no bytes.
#[derive(Clone, Debug, Default)]
pub struct Shape {
    /// Its symbol.
    pub symbol: String,
    /// Bytes of a key.
    pub key: usize,
    /// Bytes of a value.
    pub value: usize,
    /// How many entries it has room for.
    pub entries: u32,
    /// Whether its keys are indices and all entries are always there.
    pub indexed: bool,
    /// Whether each CPU has a value of its own.
    pub per_cpu: bool,
    /// Of a global, its section.
    pub section: Option<&'static str>,
    /// Of a global, what it starts as.
    pub init: Vec<u8>,
}

/// What a run is given, in bytes.
#[derive(Clone, Default, Debug)]
pub struct Inputs {
    /// Map, key, value.
    pub entries: Vec<(String, Vec<u8>, Vec<u8>)>,
    /// The context.
    pub context: Vec<u8>,
    /// Length of the packet behind its Ethernet header.
    pub packet: usize,
    /// Bytes that it has from some byte on, counted from the Ethernet header.
    pub patches: Vec<(usize, Vec<u8>)>,
}

/// The entries of each map, by its symbol.
pub type Contents = BTreeMap<String, BTreeMap<Vec<u8>, Vec<u8>>>;

/// What came of a run.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Outcome {
    /// What the program returned.
    pub ret: u32,
    /// The entries of each map.
    pub maps: Contents,
    /// The context.
    pub context: Vec<u8>,
    /// The packet with its Ethernet header, which is zeroes where the program does not see it.
    pub frame: Vec<u8>,
}

/// A program that can be run.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Entry {
    /// Its symbol.
    pub symbol: String,
    /// Its type.
    pub ty: ProgramType,
}

impl Entry {
    /// A program of cgroup_skb.
    pub fn cgroup_skb(symbol: &str) -> Self {
        Self { symbol: symbol.into(), ty: ProgramType::CgroupSkb }
    }

    /// Bytes of the frame before what `data` points to: `bpf_prog_test_run_skb` (net/bpf/test_run.c)
    /// shows the Ethernet header to tc alone, also where packet sockets would see it.
    pub fn hidden(&self) -> usize {
        let shown = matches!(self.ty, ProgramType::Xdp | ProgramType::SchedCls | ProgramType::SchedAct);
        if shown { 0 } else { ETHERNET_BYTES }
    }
}

/// What the executors need to know of a text that compiles.
pub struct Facts {
    /// Its maps, in the order of their definitions, then its globals.
    pub shapes: Vec<Shape>,
    /// Its programs, in the order of their definitions.
    pub programs: Vec<Entry>,
}

/// The maps and programs of a text.
pub fn facts(text: &str) -> Facts {
    let (mut sources, names) = (SourceMap::new(), Names::new());
    let mut diagnostics = Diagnostics::default();
    let file = sources.add("case.lisp", text);
    let module = driver::program(&mut sources, file, &names, &compile::options(text), &mut diagnostics);
    let shape = |map: &hir::Map| Shape {
        symbol: map.symbol.clone(),
        key: module.types.size(map.key) as usize,
        value: module.types.size(map.value) as usize,
        entries: map.max_entries,
        indexed: map.kind.key == KeyRule::Index,
        per_cpu: map.kind.per_cpu,
        ..Shape::default()
    };
    let global = |global: &hir::Global| Shape {
        symbol: global.symbol.clone(),
        value: global.init.len(),
        entries: 1,
        indexed: true,
        section: Some(global.section.name()),
        init: global.init.clone(),
        ..Shape::default()
    };
    let programs = module.programs.values().map(|p| Entry { symbol: p.symbol.clone(), ty: p.ty });
    let shapes = module.maps.values().map(shape).chain(module.globals.values().map(global));
    Facts { shapes: shapes.collect(), programs: programs.collect() }
}

impl Facts {
    /// The program that `run` is of.
    pub fn program(&self, run: &Run) -> Result<&Entry, String> {
        let Some(name) = &run.program else {
            return self.programs.first().ok_or("there is no program".into());
        };
        let found = self.programs.iter().find(|program| program.symbol == *name);
        found.ok_or_else(|| format!("there is no program {name}"))
    }
}

/// The map or global that an item is about.
fn shape_of<'a>(item: &Item, shapes: &'a [Shape]) -> Option<&'a Shape> {
    let name = item.target.replace('-', "_");
    shapes.iter().find(|shape| shape.symbol == name && shape.section.is_some() == item.key.is_none())
}

impl Shape {
    /// The bytes of an item's key.
    fn key_of(&self, item: &Item) -> Result<Vec<u8>, String> {
        item.key.as_ref().map_or(Ok(Vec::new()), |key| key.bytes(self.key))
    }

    /// The keys of a map whose entries are always there.
    pub fn indices(&self) -> impl Iterator<Item = Vec<u8>> {
        let global = self.section.is_some();
        (0..self.entries).map(move |index| if global { Vec::new() } else { index.to_le_bytes().to_vec() })
    }

    /// What an entry of such a map starts as.
    pub fn start(&self) -> Vec<u8> {
        if self.section.is_some() { self.init.clone() } else { vec![0; self.value] }
    }
}

/// The context field that the `run` directive calls `name`, with the index of `name[index]`.
fn field(item: &Item) -> Option<(&'static Field, usize)> {
    let name = item.target.replace('-', "_");
    let field = context::fields(ProgramType::CgroupSkb).iter().find(|field| field.name == name)?;
    let index = item.key.as_ref().map_or(0, |key| key.int().unwrap_or(0)) as usize;
    Some((field, field.offset as usize + index * field.width as usize))
}

/// What an item says of the packet: from which byte of the frame on, and the bytes.
fn patch(item: &Item) -> Result<Option<(usize, Vec<u8>)>, String> {
    let start = match item.target.as_str() {
        "packet" => ETHERNET_BYTES,
        "frame" => 0,
        _ => return Ok(None),
    };
    let at = item.key.as_ref().ok_or("which byte of the packet?")?.int()? as usize;
    let bytes = match &item.value {
        Literal::Bytes(bytes) => bytes.clone(),
        value => vec![value.int()? as u8],
    };
    Ok(Some((start + at, bytes)))
}

impl Inputs {
    /// What `run` gives to a program with these maps.
    pub fn new(run: &Run, shapes: &[Shape]) -> Result<Self, String> {
        let mut inputs = Self { context: vec![0; CONTEXT_BYTES], packet: PACKET_BYTES, ..Self::default() };
        for item in &run.given {
            inputs.give(item, shapes)?;
        }
        Ok(inputs)
    }

    /// The packet: an Ethernet header, then IPv4 with UDP in it.
    pub fn frame(&self) -> Vec<u8> {
        let mut frame = vec![0; ETHERNET_BYTES + self.packet];
        let start = [(12, vec![8, 0]), (ETHERNET_BYTES, vec![0x45]), (ETHERNET_BYTES + 9, vec![17])];
        for (offset, bytes) in start.iter().chain(&self.patches) {
            let room = frame.get_mut(*offset..).unwrap_or_default();
            room.iter_mut().zip(bytes).for_each(|(place, byte)| *place = *byte);
        }
        frame
    }

    /// Nothing but a packet.
    pub fn empty() -> Self {
        Self { context: vec![0; CONTEXT_BYTES], packet: PACKET_BYTES, ..Self::default() }
    }

    fn give(&mut self, item: &Item, shapes: &[Shape]) -> Result<(), String> {
        if let Some(shape) = shape_of(item, shapes) {
            self.entries.push((shape.symbol.clone(), shape.key_of(item)?, item.value.bytes(shape.value)?));
        } else if let Some(patch) = patch(item)? {
            self.patches.push(patch);
        } else if item.target == "len" {
            self.packet = item.value.int()? as usize;
        } else if let Some((field, offset)) = field(item) {
            let bytes = item.value.bytes(field.width as usize)?;
            self.context[offset..offset + bytes.len()].copy_from_slice(&bytes);
        } else {
            return Err(format!("there is no map and no field `{}`", item.target));
        }
        Ok(())
    }
}

impl Outcome {
    /// What differs from what `run` wants.
    pub fn compare(&self, run: &Run, shapes: &[Shape]) -> Result<(), String> {
        let problems: Vec<_> =
            run.wanted.iter().filter_map(|item| self.compare_item(item, shapes).err()).collect();
        match problems.is_empty() {
            true => Ok(()),
            false => Err(format!("run {}\n  {}", run.text, problems.join("\n  "))),
        }
    }

    fn compare_item(&self, item: &Item, shapes: &[Shape]) -> Result<(), String> {
        if item.target == "ret" {
            let wanted = item.value.int()? as u32;
            return same("ret", &wanted.to_le_bytes(), &self.ret.to_le_bytes());
        }
        if let Some(shape) = shape_of(item, shapes) {
            return self.compare_entry(&shape.key_of(item)?, &item.value, shape);
        }
        if let Some((at, wanted)) = patch(item)? {
            let found = self.frame.get(at..at + wanted.len()).ok_or("the packet is not that long")?;
            return same(&format!("byte {at} of the frame"), &wanted, found);
        }
        let Some((field, offset)) = field(item) else {
            return Err(format!("there is no map and no field `{}`", item.target));
        };
        let wanted = item.value.bytes(field.width as usize)?;
        same(&item.target, &wanted, &self.context[offset..offset + wanted.len()])
    }

    fn compare_entry(&self, key: &[u8], wanted: &Literal, shape: &Shape) -> Result<(), String> {
        let place = format!("{}[{}]", shape.symbol, number(key));
        let found = self.maps.get(&shape.symbol).and_then(|map| map.get(key));
        match (wanted, found) {
            (Literal::Absent, None) => Ok(()),
            (Literal::Absent, Some(found)) => Err(format!("{place} is {}, not absent", number(found))),
            (wanted, None) if shape.indexed => {
                same(&place, &wanted.bytes(shape.value)?, &vec![0; shape.value])
            }
            (_, None) => Err(format!("{place} is absent")),
            (wanted, Some(found)) => same(&place, &wanted.bytes(shape.value)?, found),
        }
    }

    /// What differs from another executor's outcome.
    pub fn agree(&self, other: &Self) -> Result<(), String> {
        same("ret", &other.ret.to_le_bytes(), &self.ret.to_le_bytes())?;
        same("the packet", &other.frame, &self.frame)?;
        match self.maps == other.maps {
            true => Ok(()),
            false => Err(format!("maps are {:?}\n  and were {:?}", self.maps, other.maps)),
        }
    }
}

fn same(place: &str, wanted: &[u8], found: &[u8]) -> Result<(), String> {
    match wanted == found {
        true => Ok(()),
        false => Err(format!("{place} is {}, and {} is wanted", number(found), number(wanted))),
    }
}

/// Bytes as a number where they are one.
fn number(bytes: &[u8]) -> String {
    match bytes.len() {
        1..=8 => {
            let mut wide = [0; 8];
            wide[..bytes.len()].copy_from_slice(bytes);
            let value = u64::from_le_bytes(wide);
            format!("{value} ({value:#x})")
        }
        _ => format!("{bytes:02x?}"),
    }
}
