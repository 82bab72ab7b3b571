//! Runs programs in the IR interpreter.

use bpfl_compiler::ir::{
    Module,
    interp::{self, Memory},
};
use bpfl_stdlib::catalog::context;

use crate::{
    state::{ETHERNET_BYTES, Entry, Inputs, Outcome, Shape},
    table::Tables,
};

/// How many instructions a run may take.
const FUEL: u64 = 10_000_000;
/// The `ifindex` of what the kernel's test run has a packet on, unless it is told.
const LOOPBACK: u32 = 1;
/// `ETH_P_IP` in network order, as a little-endian number.
const PROTOCOL_IP: u32 = 0x0008;

/// Runs `program` of `module`.
pub fn run(module: &Module, shapes: &[Shape], program: &Entry, inputs: &Inputs) -> Result<Outcome, String> {
    let function = module.functions.iter().find(|f| f.name == program.symbol);
    let function = function.ok_or_else(|| format!("there is no function {}", program.symbol))?;
    let mut memory = Memory::default();
    let packet = inputs.frame().split_off(program.hidden());
    let network = ETHERNET_BYTES - program.hidden();
    let mut tables = Tables::new(shapes, packet.clone(), network, &mut memory);
    for (map, key, value) in &inputs.entries {
        tables.set(map, key, value, &mut memory)?;
    }
    let (length, data) = (packet.len() as u64, memory.add(packet));
    let mut context = context(inputs, length as u32);
    let ends = ends(program);
    for (offset, address) in ends.iter().zip([data, data + length]) {
        context[*offset..offset + 4].copy_from_slice(&interp::narrow(address).to_le_bytes());
    }
    let address = memory.add(context);
    let ret = interp::run(&module.functions, function, &[address], &mut memory, &mut tables, FUEL);
    let ret = ret.map_err(|trap| format!("the interpreter stopped: {trap}"))? as u32;
    let mut context = memory.slice(address, inputs.context.len()).map_err(|trap| trap.to_string())?.to_vec();
    // The kernel does not tell where the packet was.
    ends.iter().for_each(|offset| context[*offset..offset + 4].fill(0));
    let mut frame = vec![0; program.hidden()];
    frame.extend_from_slice(memory.slice(data, length as usize).map_err(|trap| trap.to_string())?);
    Ok(Outcome { ret, maps: tables.dump(&mut memory), context, frame })
}

/// Where in the context of a program `data` and `data_end` are.
fn ends(program: &Entry) -> Vec<usize> {
    let fields = context::fields(program.ty).iter();
    let ends = fields.filter(|field| ["data", "data_end"].contains(&field.name));
    ends.map(|field| field.offset as usize).collect()
}

/// The context of a packet with so many bytes, with what the kernel fills in by itself.
fn context(inputs: &Inputs, length: u32) -> Vec<u8> {
    let mut context = inputs.context.clone();
    context[0..4].copy_from_slice(&length.to_le_bytes());
    context[16..20].copy_from_slice(&PROTOCOL_IP.to_le_bytes());
    if context[40..44] == [0; 4] {
        context[40..44].copy_from_slice(&LOOPBACK.to_le_bytes());
    }
    context
}
