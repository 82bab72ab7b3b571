//! What programs may return: `check_return_code` in `kernel/bpf/verifier.c`.

use super::{attach::AttachType, program::ProgramType};

/// The least and the greatest value that the verifier lets a program return; `None` for any.
pub fn range(ty: ProgramType, attach: Option<&AttachType>) -> Option<(i32, i32)> {
    match (ty, attach.map(|attach| attach.name)) {
        // Bit 1 asks for congestion notification on the way out: `BPF_CGROUP_RUN_PROG_INET_EGRESS`.
        (ProgramType::CgroupSkb, Some("cgroup_inet_egress")) => Some((0, 3)),
        (ProgramType::CgroupSkb, _) => Some((0, 1)),
    }
}
