//! The checks that only look, each a function in [`ALL`].

use std::{
    fs,
    path::{Path, PathBuf},
    sync::LazyLock,
};

use bpfl_stdlib::catalog::version::Version;
use procfs::process::MountInfo;
use rustix::process::{Resource, getrlimit};

use super::{Check, capability};
use crate::{cgroup::Hierarchy, inventory};

/// Every check, in the order in which they are shown.
pub(super) static ALL: &[fn() -> Check] = &[
    kernel,
    || one_capability(&capability::BPF),
    || one_capability(&capability::NET_ADMIN),
    || one_capability(&capability::PERFMON),
    || one_capability(&capability::SYS_ADMIN),
    unprivileged,
    btf,
    cgroup,
    jit,
    bpffs,
    tracefs,
    memlock,
];

/// Links for cgroups came with 5.7, which is the oldest kernel that leaves nothing behind.
const OLDEST: Version = Version::new(5, 7);
/// From here on BPF memory is not counted as locked memory.
const NO_MEMLOCK: Version = Version::new(5, 11);

fn release() -> String {
    rustix::system::uname().release().to_string_lossy().into_owned()
}

/// The version of the running kernel.
pub fn running() -> Version {
    static RUNNING: LazyLock<Version> = LazyLock::new(|| Version::parse(&release()).unwrap_or(OLDEST));
    *RUNNING
}

fn kernel() -> Check {
    let mend = format!("boot Linux {OLDEST} or newer");
    if running() < OLDEST {
        return Check::missing("kernel", format!("Linux {}", release()), mend);
    }
    Check::ok("kernel", format!("Linux {}", release()))
}

fn one_capability(one: &'static capability::Capability) -> Check {
    if capability::has(one) {
        return Check::ok(one.name, format!("held, for {}", one.purpose));
    }
    let found = format!("not held; it is for {}", one.purpose);
    if capability::missing(&[one]).is_empty() {
        return Check::ok(one.name, "not held, but CAP_SYS_ADMIN stands for it");
    }
    let mend = "run as root, e.g. with sudo";
    match capability::ATTACH_CGROUP.contains(&one) {
        true => Check::missing(one.name, found, mend),
        false => Check::optional(one.name, found, mend),
    }
}

fn setting(path: &str) -> Option<String> {
    fs::read_to_string(path).ok().map(|text| text.trim().to_string())
}

fn unprivileged() -> Check {
    let name = "unprivileged BPF";
    match setting("/proc/sys/kernel/unprivileged_bpf_disabled").as_deref() {
        Some("0") => Check::ok(name, "allowed, but it does not reach as far as cgroup programs"),
        Some(_) => Check::ok(name, "disabled, as it should be"),
        None => Check::optional(name, "unknown", "mount /proc: `mount -t proc proc /proc`"),
    }
}

fn btf() -> Check {
    let path = "/sys/kernel/btf/vmlinux";
    match fs::metadata(path) {
        Ok(file) => Check::ok("kernel BTF", format!("{path}, {} kB", file.len() / 1024)),
        Err(_) => Check::optional(
            "kernel BTF",
            format!("{path} is not there; programs that read kernel structs need it"),
            "boot a kernel built with CONFIG_DEBUG_INFO_BTF=y",
        ),
    }
}

fn cgroup() -> Check {
    match Hierarchy::find() {
        Ok(found) => Check::ok("cgroup v2", describe(&found)),
        Err(error) => Check::missing("cgroup v2", "not mounted", mend_of(&error.to_string())),
    }
}

fn describe(found: &Hierarchy) -> String {
    let mount = found.mount.display();
    match found.version_one.len() {
        0 => format!("at {mount}"),
        n => format!("at {mount}, beside {n} mounts of v1"),
    }
}

/// Messages are a sentence, a semicolon and the mend.
fn mend_of(message: &str) -> String {
    message.split_once("; ").map_or(message, |(_, mend)| mend).to_string()
}

fn jit() -> Check {
    let path = "/proc/sys/net/core/bpf_jit_enable";
    match setting(path).as_deref() {
        Some("0") => {
            Check::optional("JIT", "off; programs are interpreted", format!("`echo 1 > {path}` as root"))
        }
        Some(_) => Check::ok("JIT", "on"),
        // Only root may read the setting.
        None => Check::ok("JIT", "cannot be read by this user"),
    }
}

fn mounted(kind: &str) -> Option<PathBuf> {
    let text = fs::read_to_string("/proc/self/mountinfo").ok()?;
    let mut mounts = text.lines().filter_map(|line| MountInfo::from_line(line).ok());
    mounts.find(|mount| mount.fs_type == kind).map(|mount| mount.mount_point)
}

fn bpffs() -> Check {
    match mounted("bpf") {
        Some(path) => Check::ok("bpffs", format!("at {}", path.display())),
        None => Check::optional(
            "bpffs",
            "not mounted; pinning needs it",
            "`mount -t bpf bpf /sys/fs/bpf` as root",
        ),
    }
}

fn tracefs() -> Check {
    let below_debugfs = || Some(PathBuf::from("/sys/kernel/debug/tracing")).filter(|path| path.is_dir());
    match mounted("tracefs").or_else(below_debugfs) {
        Some(path) => Check::ok("tracefs", format!("at {}", path.display())),
        None => Check::optional("tracefs", "not mounted; tracepoints need it", tracefs_mend()),
    }
}

fn tracefs_mend() -> &'static str {
    match Path::new("/sys/kernel/tracing").is_dir() {
        true => "`mount -t tracefs tracefs /sys/kernel/tracing` as root",
        false => {
            "boot a kernel built with CONFIG_FTRACE=y, then `mount -t tracefs tracefs /sys/kernel/tracing`"
        }
    }
}

fn memlock() -> Check {
    let limit = getrlimit(Resource::Memlock);
    match limit.maximum {
        _ if running() >= NO_MEMLOCK => {
            Check::ok("locked memory", format!("no limit for BPF since Linux {NO_MEMLOCK}"))
        }
        None => Check::ok("locked memory", "no limit"),
        Some(bytes) => Check::optional(
            "locked memory",
            format!("at most {} kB, which maps count against before Linux {NO_MEMLOCK}", bytes / 1024),
            "`ulimit -l unlimited` as root, before bpfl",
        ),
    }
}

/// A check for each filter of tc that a killed session has left; none for those who cannot see the sessions that
/// are running.
pub(super) fn left() -> Vec<Check> {
    if !capability::missing(&[&capability::SYS_ADMIN]).is_empty() {
        return Vec::new();
    }
    let check = |left: inventory::Left| {
        let inventory::Attachment { program, event, place, .. } = &left.attachment;
        let found = format!("`{}` stays attached to {event} {place}: what attached it was killed", left.name);
        Check::left("tc filter", found, format!("`bpfl detach {program}` removes it"))
    };
    inventory::left_behind().into_iter().map(check).collect()
}
