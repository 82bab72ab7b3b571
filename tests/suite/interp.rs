//! Runs programs in the IR interpreter.

use bpfl_compiler::ir::{
    Module,
    interp::{self, Memory},
};

use crate::{
    state::{ETHERNET_BYTES, Inputs, Outcome, Shape},
    table::Tables,
};

/// How many instructions a run may take.
const FUEL: u64 = 10_000_000;
/// `ETH_P_IP` in network order, as a little-endian number.
const PROTOCOL_IP: u32 = 0x0008;

/// Runs `program` of `module`.
pub fn run(module: &Module, shapes: &[Shape], program: &str, inputs: &Inputs) -> Result<Outcome, String> {
    let function = module.functions.iter().find(|f| f.name == program);
    let function = function.ok_or_else(|| format!("there is no function {program}"))?;
    let mut memory = Memory::default();
    let packet = inputs.frame().split_off(ETHERNET_BYTES);
    let mut tables = Tables::new(shapes, packet.clone(), &mut memory);
    for (map, key, value) in &inputs.entries {
        tables.set(map, key, value, &mut memory)?;
    }
    let (length, data) = (packet.len() as u64, memory.add(packet));
    let mut context = context(inputs);
    // `data` and `data_end`.
    for (offset, address) in [(76, data), (80, data + length)] {
        context[offset..offset + 4].copy_from_slice(&interp::narrow(address).to_le_bytes());
    }
    let address = memory.add(context);
    let ret = interp::run(function, &[address], &mut memory, &mut tables, FUEL);
    let ret = ret.map_err(|trap| format!("the interpreter stopped: {trap}"))? as u32;
    let mut context = memory.slice(address, inputs.context.len()).map_err(|trap| trap.to_string())?.to_vec();
    // The kernel does not tell where the packet was.
    context[76..84].fill(0);
    Ok(Outcome { ret, maps: tables.dump(&mut memory), context })
}

/// The context, with what the kernel fills in by itself.
fn context(inputs: &Inputs) -> Vec<u8> {
    let mut context = inputs.context.clone();
    context[0..4].copy_from_slice(&(inputs.packet as u32).to_le_bytes());
    context[16..20].copy_from_slice(&PROTOCOL_IP.to_le_bytes());
    context
}
