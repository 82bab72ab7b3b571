//! Where the reference pages and the kernel disagree about which helpers a program type has.
//!
//! The pages are those of docs.ebpf.io, "Program type BPF_PROG_TYPE_…", with their lists under
//! "Supported helper functions". The kernel is right: the rows of the helpers say what it offers.
//! All differences are in one direction: the pages were written before Linux 6.16 gave every type
//! what had been for tracing only (`bpf_base_func_proto`, kernel/bpf/helpers.c), and leave out some
//! older ones.

use crate::catalog::program::ProgramType::{self, CgroupSock, SkMsg};

/// What the kernel offers to a type and its page leaves out.
static LEFT_OUT: &[(ProgramType, &[&str])] = &[
    (
        CgroupSock,
        &[
            "copy_from_user",
            "copy_from_user_task",
            "current_task_under_cgroup",
            "find_vma",
            "get_branch_snapshot",
            "get_ns_current_pid_tgid",
            "get_retval",
            "get_task_stack",
            "perf_event_read",
            "perf_event_read_value",
            "send_signal",
            "send_signal_thread",
            "set_retval",
            "strtol",
            "strtoul",
            "task_storage_delete",
            "task_storage_get",
        ],
    ),
    (
        SkMsg,
        &[
            "copy_from_user",
            "copy_from_user_task",
            "current_task_under_cgroup",
            "find_vma",
            "get_branch_snapshot",
            "get_current_comm",
            "get_ns_current_pid_tgid",
            "get_task_stack",
            "perf_event_read",
            "perf_event_read_value",
            "send_signal",
            "send_signal_thread",
            "skc_to_mptcp_sock",
            "strtol",
            "strtoul",
            "task_storage_delete",
            "task_storage_get",
        ],
    ),
];

/// The helpers that the page of `ty` leaves out; `None` when that page was not compared.
pub fn left_out(ty: ProgramType) -> Option<&'static [&'static str]> {
    LEFT_OUT.iter().find(|(of, _)| *of == ty).map(|(_, names)| *names)
}
