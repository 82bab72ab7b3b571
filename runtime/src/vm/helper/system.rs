//! Helpers that tell of the machine and of the process: of this one, as `BPF_PROG_TEST_RUN` does.

use std::{fs, process};

use libc::{EFAULT, EINVAL};
use rustix::{
    process::{getgid, getuid},
    thread::gettid,
    time::{ClockId, clock_gettime},
};

use super::{Cpu, Row, Trap, failure};

pub(super) const ROWS: &[Row] = &[
    ("ktime_get_ns", |_, _| Ok(clock(ClockId::Monotonic))),
    ("ktime_get_coarse_ns", |_, _| Ok(clock(ClockId::MonotonicCoarse))),
    ("ktime_get_boot_ns", |_, _| Ok(clock(ClockId::Boottime))),
    ("jiffies64", |_, _| Ok(clock(ClockId::Monotonic) / NANOSECONDS_A_JIFFY)),
    ("get_prandom_u32", |cpu, _| Ok(cpu.random() >> 32)),
    ("get_smp_processor_id", |_, _| Ok(0)),
    ("get_numa_node_id", |_, _| Ok(0)),
    ("get_current_pid_tgid", |_, _| Ok(u64::from(process::id()) << 32 | thread())),
    ("get_current_uid_gid", |_, _| Ok(u64::from(getgid().as_raw()) << 32 | u64::from(getuid().as_raw()))),
    ("get_current_comm", comm),
    ("probe_read", unreadable),
    ("probe_read_user", unreadable),
    ("probe_read_kernel", unreadable),
    ("probe_read_str", unreadable),
    ("probe_read_user_str", unreadable),
    ("probe_read_kernel_str", unreadable),
    ("copy_from_user", unreadable),
    ("get_stackid", |_, _| Ok(failure(EFAULT))),
];

/// With 250 of them a second, as most kernels are built.
const NANOSECONDS_A_JIFFY: u64 = 4_000_000;

fn clock(id: ClockId) -> u64 {
    let now = clock_gettime(id);
    now.tv_sec.cast_unsigned() * 1_000_000_000 + now.tv_nsec.cast_unsigned()
}

fn thread() -> u64 {
    gettid().as_raw_nonzero().get().cast_unsigned().into()
}

/// The name of this thread, cut to what there is room for.
fn comm(cpu: &mut Cpu<'_>, args: &[u64; 5]) -> Result<u64, Trap> {
    let room = cpu.memory.write(args[0], args[1] as usize)?;
    room.fill(0);
    let Some(most) = room.len().checked_sub(1) else { return Ok(failure(EINVAL)) };
    let name = fs::read("/proc/thread-self/comm").unwrap_or_default();
    let name = name.strip_suffix(b"\n").unwrap_or(&name);
    room.iter_mut().zip(name).take(most).for_each(|(to, byte)| *to = *byte);
    Ok(0)
}

/// There is no memory but the program's own: what is read elsewhere is not there, and zeroes are left.
fn unreadable(cpu: &mut Cpu<'_>, args: &[u64; 5]) -> Result<u64, Trap> {
    cpu.memory.write(args[0], args[1] as usize)?.fill(0);
    Ok(failure(EFAULT))
}
