//! Signals, file modes and clocks (include/uapi/asm-generic/signal.h, include/uapi/linux/stat.h,
//! time.h).

use super::{Constant, row};

pub(super) static ROWS: &[Constant] = &[
    // signals
    row("SIGHUP", 1),
    row("SIGINT", 2),
    row("SIGQUIT", 3),
    row("SIGILL", 4),
    row("SIGTRAP", 5),
    row("SIGABRT", 6),
    row("SIGBUS", 7),
    row("SIGFPE", 8),
    row("SIGKILL", 9),
    row("SIGUSR1", 10),
    row("SIGSEGV", 11),
    row("SIGUSR2", 12),
    row("SIGPIPE", 13),
    row("SIGALRM", 14),
    row("SIGTERM", 15),
    row("SIGCHLD", 17),
    row("SIGCONT", 18),
    row("SIGSTOP", 19),
    row("SIGTSTP", 20),
    // clocks
    row("CLOCK_REALTIME", 0),
    row("CLOCK_MONOTONIC", 1),
    row("CLOCK_BOOTTIME", 7),
    row("CLOCK_TAI", 11),
    // types of files
    row("S_IFIFO", 4096),
    row("S_IFCHR", 8192),
    row("S_IFDIR", 16384),
    row("S_IFBLK", 24576),
    row("S_IFREG", 32768),
    row("S_IFLNK", 40960),
    row("S_IFSOCK", 49152),
    row("S_IFMT", 61440),
];
