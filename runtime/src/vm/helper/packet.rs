//! Helpers on the packet.

use libc::{EACCES, EFAULT, EINVAL, ENOMEM};

use bpfl_stdlib::catalog::{context, program::ProgramType};

use super::{Cpu, Row, Trap, failure};
use crate::{
    sys::flag,
    vm::hook::{ETHERNET, HEADROOM},
};

pub(super) const ROWS: &[Row] = &[
    ("skb_load_bytes", |cpu, args| load(cpu, args[1], (args[2], args[3]), 0)),
    ("skb_load_bytes_relative", load_relative),
    ("skb_store_bytes", |cpu, args| store(cpu, args)),
    ("xdp_load_bytes", |cpu, args| load(cpu, args[1], (args[2], args[3]), 0)),
    ("xdp_store_bytes", |cpu, args| store(cpu, &[args[0], args[1], args[2], args[3], 0])),
    ("xdp_get_buff_len", |cpu, _| Ok(cpu.hook.bytes(cpu.memory).len() as u64)),
    ("skb_pull_data", pull),
    ("skb_change_tail", change_tail),
    ("skb_change_head", change_head),
    ("skb_change_type", change_type),
    ("xdp_adjust_head", |cpu, args| adjust_head(cpu, args[1] as i32)),
    ("xdp_adjust_tail", |cpu, args| adjust_tail(cpu, args[1] as i32)),
    ("xdp_adjust_meta", |cpu, args| adjust_meta(cpu, args[1] as i32)),
    ("redirect", redirect),
    ("redirect_peer", redirect),
    ("redirect_neigh", redirect),
    ("redirect_map", redirect_map),
    ("get_hash_recalc", hash),
    ("get_cgroup_classid", |_, _| Ok(0)),
    ("get_route_realm", |_, _| Ok(0)),
];

/// Copies bytes from `offset` on, counted from `base`, which is so far from `data`, to where there is room
/// for them.
fn load(cpu: &mut Cpu<'_>, offset: u64, (to, length): (u64, u64), base: usize) -> Result<u64, Trap> {
    let (start, length) = (base.saturating_add(offset as u32 as usize), length as u32 as usize);
    let found = cpu.hook.bytes(cpu.memory).get(start..start.saturating_add(length)).map(<[u8]>::to_vec);
    let room = cpu.memory.write(to, length)?;
    match found {
        Some(bytes) => room.copy_from_slice(&bytes),
        None => {
            room.fill(0);
            return Ok(failure(EFAULT));
        }
    }
    Ok(0)
}

/// From the header that the last argument names: `BPF_HDR_START_MAC` (0), `BPF_HDR_START_NET` (1).
fn load_relative(cpu: &mut Cpu<'_>, args: &[u64; 5]) -> Result<u64, Trap> {
    let network = cpu.hook.network();
    match (args[4], network) {
        (1, base) => load(cpu, args[1], (args[2], args[3]), base),
        (0, ETHERNET) => load(cpu, args[1], (args[2], args[3]), 0),
        (0, _) => Err(Trap::Missing { what: "link layer's header before this packet".into() }),
        _ => {
            cpu.memory.write(args[2], args[3] as u32 as usize)?.fill(0);
            Ok(failure(EFAULT))
        }
    }
}

/// `BPF_F_RECOMPUTE_CSUM | BPF_F_INVALIDATE_HASH`
const STORE_FLAGS: u64 = 3;

fn store(cpu: &mut Cpu<'_>, args: &[u64; 5]) -> Result<u64, Trap> {
    let [_, offset, from, length, flags] = *args;
    if flags & !STORE_FLAGS != 0 {
        return Ok(failure(EINVAL));
    }
    let (offset, length) = (offset as u32 as usize, length as u32 as usize);
    let bytes = cpu.memory.read(from, length)?.to_vec();
    match cpu.hook.bytes(cpu.memory).get_mut(offset..offset.saturating_add(length)) {
        Some(place) => place.copy_from_slice(&bytes),
        None => return Ok(failure(EFAULT)),
    }
    Ok(0)
}

/// All of the packet can be reached without it.
fn pull(cpu: &mut Cpu<'_>, args: &[u64; 5]) -> Result<u64, Trap> {
    let there = args[1] as u32 as usize <= cpu.hook.bytes(cpu.memory).len();
    Ok(if there { 0 } else { failure(ENOMEM) })
}

/// The most that a packet may be made (`BPF_SKB_MAX_LEN`).
const LONGEST: usize = u16::MAX as usize;

fn change_tail(cpu: &mut Cpu<'_>, args: &[u64; 5]) -> Result<u64, Trap> {
    let (length, least) = (args[1] as u32 as usize, cpu.hook.network());
    if args[2] != 0 || length > LONGEST || length < least {
        return Ok(failure(EINVAL));
    }
    cpu.hook.resize(cpu.memory, length);
    Ok(0)
}

/// Room before the packet, of zeroes.
fn change_head(cpu: &mut Cpu<'_>, args: &[u64; 5]) -> Result<u64, Trap> {
    let Some(packet) = cpu.hook.packet else { return Ok(failure(EINVAL)) };
    let start = packet.start.checked_sub(args[1] as u32 as usize);
    match start.filter(|_| args[2] == 0) {
        Some(start) => {
            cpu.memory.whole(packet.region)[start..packet.start].fill(0);
            cpu.hook.move_start(cpu.memory, start);
            Ok(0)
        }
        None => Ok(failure(EINVAL)),
    }
}

/// The types that a program may give a packet: `PACKET_HOST` to `PACKET_OTHERHOST`.
const TYPES: u64 = 3;

fn change_type(cpu: &mut Cpu<'_>, args: &[u64; 5]) -> Result<u64, Trap> {
    if args[1] > TYPES {
        return Ok(failure(EINVAL));
    }
    let field = context::of(cpu.hook.ty).and_then(|of| of.field("pkt_type"));
    let offset = field.map_or(0, |field| field.offset);
    cpu.memory.store(cpu.hook.context + u64::from(offset), 4, args[1])?;
    Ok(0)
}

/// What the kernel keeps before a frame (`sizeof(struct xdp_frame)`).
const XDP_FRAME: usize = 40;
/// Up to where a frame may reach: a page without what stands at its end (`struct skb_shared_info`).
const XDP_END: usize = 4096 - 320;
/// How long metadata may be.
const MOST_META: usize = 255;

fn adjust_head(cpu: &mut Cpu<'_>, delta: i32) -> Result<u64, Trap> {
    let (Some(packet), end) = (cpu.hook.packet, cpu.hook.end) else { return Ok(failure(EINVAL)) };
    let meta = packet.start - packet.meta;
    let start = packet.start.checked_add_signed(delta as isize);
    match start.filter(|start| *start >= XDP_FRAME + meta && start + ETHERNET <= end) {
        Some(start) => {
            // The metadata goes with it.
            cpu.memory.whole(packet.region).copy_within(packet.meta..packet.start, start - meta);
            cpu.hook.move_start(cpu.memory, start);
            cpu.hook.packet.iter_mut().for_each(|packet| packet.meta = start - meta);
            Ok(0)
        }
        None => Ok(failure(EINVAL)),
    }
}

fn adjust_tail(cpu: &mut Cpu<'_>, delta: i32) -> Result<u64, Trap> {
    let Some(packet) = cpu.hook.packet else { return Ok(failure(EINVAL)) };
    let end = cpu.hook.end.checked_add_signed(delta as isize);
    match end.filter(|end| *end <= XDP_END && *end >= packet.start + ETHERNET) {
        Some(end) => {
            cpu.hook.resize(cpu.memory, end - packet.start);
            Ok(0)
        }
        None => Ok(failure(EINVAL)),
    }
}

fn adjust_meta(cpu: &mut Cpu<'_>, delta: i32) -> Result<u64, Trap> {
    let Some(packet) = &mut cpu.hook.packet else { return Ok(failure(EINVAL)) };
    let meta = packet.meta.checked_add_signed(delta as isize);
    let Some(meta) = meta.filter(|meta| *meta >= XDP_FRAME && *meta <= packet.start) else {
        return Ok(failure(EINVAL));
    };
    let length = packet.start - meta;
    if length % 4 != 0 || length > MOST_META {
        return Ok(failure(EACCES));
    }
    packet.meta = meta;
    Ok(0)
}

fn redirect(cpu: &mut Cpu<'_>, _: &[u64; 5]) -> Result<u64, Trap> {
    let name = if cpu.hook.ty == ProgramType::Xdp { "XDP_REDIRECT" } else { "TC_ACT_REDIRECT" };
    Ok(flag(name).into())
}

/// The flags that say what to give where there is nothing to redirect to (`BPF_F_ACTION_MASK`).
const ACTION: u64 = 3;

/// Maps of devices, CPUs and sockets have no entries here.
fn redirect_map(_: &mut Cpu<'_>, args: &[u64; 5]) -> Result<u64, Trap> {
    Ok(args[2] & ACTION)
}

/// A number for the flow: of the addresses and ports. The kernel's has a seed that nobody knows.
fn hash(cpu: &mut Cpu<'_>, _: &[u64; 5]) -> Result<u64, Trap> {
    let network = cpu.hook.network();
    let bytes = cpu.hook.bytes(cpu.memory).get(network + 12..).unwrap_or_default();
    // FNV-1a
    let mix = |hash: u32, byte: &u8| (hash ^ u32::from(*byte)).wrapping_mul(0x0100_0193);
    Ok(bytes.iter().take(12).fold(0x811c_9dc5, mix).max(1).into())
}

const _: () = assert!(HEADROOM > XDP_FRAME);
