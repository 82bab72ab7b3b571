//! The machines whose registers probes see.
//!
//! A probe's context is the machine's own: `struct pt_regs` of x86-64 (arch/x86/include/asm/ptrace.h), and
//! `struct user_pt_regs` of arm64 (arch/arm64/include/uapi/asm/ptrace.h), which starts the kernel's
//! `pt_regs`. Which register holds what is the C calling convention, as libbpf's bpf_tracing.h has it.

use std::str::FromStr;

/// A machine.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Machine {
    /// x86-64.
    X86,
    /// arm64.
    Arm64,
}

impl Default for Machine {
    /// The one that this runs on; x86-64 where its registers are not known here.
    fn default() -> Self {
        if cfg!(target_arch = "aarch64") { Self::Arm64 } else { Self::X86 }
    }
}

impl Machine {
    /// A symbol that a kernel has whose system calls take `struct pt_regs` and not their arguments
    /// (`__SYS_STUBx` and `SYSCALL_DEFINEx` of arch/x86 and arch/arm64/include/asm/syscall_wrapper.h).
    pub const fn wrapped_syscall(self) -> &'static str {
        match self {
            Self::X86 => "__x64_sys_bpf",
            Self::Arm64 => "__arm64_sys_bpf",
        }
    }
}

impl FromStr for Machine {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "x86-64" | "x86_64" | "amd64" => Ok(Self::X86),
            "arm64" | "aarch64" => Ok(Self::Arm64),
            _ => Err(format!("the registers of `{text}` are not known; there are x86-64 and arm64")),
        }
    }
}

/// What holds something when a function is called.
struct Register {
    /// The name after `PT_REGS_`, in lower case.
    what: &'static str,
    /// The register of x86-64, and where it is in the context.
    x86: (&'static str, u32),
    /// The same of arm64.
    arm64: (&'static str, u32),
}

const fn row(what: &'static str, x86: (&'static str, u32), arm64: (&'static str, u32)) -> Register {
    Register { what, x86, arm64 }
}

/// On arm64 the first argument of a system call is kept in `orig_x0`, behind what user space sees.
static REGISTERS: &[Register] = &[
    row("parm1", ("di", 112), ("x0", 0)),
    row("parm2", ("si", 104), ("x1", 8)),
    row("parm3", ("dx", 96), ("x2", 16)),
    row("parm4", ("cx", 88), ("x3", 24)),
    row("parm5", ("r8", 72), ("x4", 32)),
    row("parm6", ("r9", 64), ("x5", 40)),
    row("parm1_syscall", ("di", 112), ("orig_x0", 272)),
    row("parm2_syscall", ("si", 104), ("x1", 8)),
    row("parm3_syscall", ("dx", 96), ("x2", 16)),
    row("parm4_syscall", ("r10", 56), ("x3", 24)),
    row("parm5_syscall", ("r8", 72), ("x4", 32)),
    row("parm6_syscall", ("r9", 64), ("x5", 40)),
    row("ret", ("sp", 152), ("x30", 240)),
    row("fp", ("bp", 32), ("x29", 232)),
    row("rc", ("ax", 80), ("x0", 0)),
    row("sp", ("sp", 152), ("sp", 248)),
    row("ip", ("ip", 128), ("pc", 256)),
];

impl Machine {
    /// The register that holds what `PT_REGS_…` reads, by that name in lower case, and its place in the
    /// context in bytes.
    pub fn register(self, what: &str) -> Option<(&'static str, u32)> {
        let row = REGISTERS.iter().find(|row| row.what == what)?;
        Some(match self {
            Self::X86 => row.x86,
            Self::Arm64 => row.arm64,
        })
    }
}
