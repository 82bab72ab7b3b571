//! perf_event_open(2): events that programs are attached to.

use std::{
    ffi::CStr,
    io,
    os::fd::{AsRawFd, OwnedFd},
};

use super::{address, own};

/// What happens.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Event<'a> {
    /// A tracepoint, by its number in tracefs.
    Tracepoint(u64),
    /// A probe: the number of its kind, `config`, the kernel function or the file, and the offset.
    Probe(u32, u64, &'a CStr, u64),
    /// So many ticks a second of a clock that runs with the CPU.
    Clock(u64),
}

/// `struct perf_event_attr` of include/uapi/linux/perf_event.h up to `PERF_ATTR_SIZE_VER1`.
#[repr(C)]
#[derive(Default)]
struct EventAttr {
    kind: u32,
    size: u32,
    config: u64,
    sample: u64,
    sample_type: u64,
    read_format: u64,
    flags: u64,
    wakeup: u32,
    breakpoint: u32,
    config1: u64,
    config2: u64,
}

const PERF_TYPE_SOFTWARE: u32 = 1;
const PERF_TYPE_TRACEPOINT: u32 = 2;
const PERF_COUNT_SW_CPU_CLOCK: u64 = 0;
/// The bit `freq`: `sample` is a frequency.
const FREQUENCY: u64 = 1 << 10;
const PERF_FLAG_FD_CLOEXEC: u64 = 1 << 3;
/// `_IO('$', 0)`
const PERF_EVENT_IOC_ENABLE: libc::c_ulong = 0x2400;

/// Opens the event for all processes on one CPU; for probes and tracepoints any CPU stands for all.
pub(crate) fn open_event(event: Event<'_>, cpu: i32) -> io::Result<OwnedFd> {
    let mut attr = EventAttr { size: size_of::<EventAttr>() as u32, ..EventAttr::default() };
    match event {
        Event::Tracepoint(id) => (attr.kind, attr.config, attr.sample) = (PERF_TYPE_TRACEPOINT, id, 1),
        Event::Clock(hertz) => {
            (attr.kind, attr.config) = (PERF_TYPE_SOFTWARE, PERF_COUNT_SW_CPU_CLOCK);
            (attr.sample, attr.flags) = (hertz, FREQUENCY);
        }
        Event::Probe(kind, config, place, offset) => {
            (attr.kind, attr.config) = (kind, config);
            (attr.config1, attr.config2) = (address(place.to_bytes_with_nul()), offset);
        }
    }
    let (everyone, no_group) = (-1i32, -1i32);
    let attr: *const EventAttr = &raw const attr;
    // SAFETY: the kernel reads `size` bytes at `attr`, and where `config1` is an address a string
    // there that ends in NUL; both outlive the call.
    let fd = unsafe {
        libc::syscall(libc::SYS_perf_event_open, attr, everyone, cpu, no_group, PERF_FLAG_FD_CLOEXEC)
    };
    if fd < 0 { Err(io::Error::last_os_error()) } else { own(fd) }
}

/// Lets the event happen.
pub(crate) fn enable_event(event: &OwnedFd) -> io::Result<()> {
    // SAFETY: this request takes no address.
    let result = unsafe { libc::ioctl(event.as_raw_fd(), PERF_EVENT_IOC_ENABLE, 0) };
    if result < 0 { Err(io::Error::last_os_error()) } else { Ok(()) }
}

/// The index of the network interface called `name`.
pub(crate) fn interface(name: &CStr) -> io::Result<u32> {
    // SAFETY: the name ends in NUL.
    match unsafe { libc::if_nametoindex(name.as_ptr()) } {
        0 => Err(io::Error::last_os_error()),
        index => Ok(index),
    }
}
