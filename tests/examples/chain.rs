//! The example whose programs are attached to nested cgroups.

use bpfl_runtime::{attach::Target, cgroup::ChildCgroup};
use libc::{EPERM, IP_TOS, IPPROTO_IP};

use crate::{
    bench::{Bench, own_cgroup},
    net::{errno, option, set_option},
};

const IP: u32 = IPPROTO_IP.cast_unsigned();

#[test]
fn the_childs_programs_run_before_the_parents() {
    let Some(own) = own_cgroup() else { return };
    let parent = ChildCgroup::create(&own).unwrap();
    let mut bench = Bench::bare("tos-chain", parent.path());
    let (outer, inner) = (Target::cgroup(parent.path()), bench.target());
    let socket = bench.udp().unwrap();
    let mut attach = |names: &[&str], target: &Target| {
        bench.session.attach_some(names, std::slice::from_ref(target)).unwrap();
    };
    attach(&["parent-set", "parent-get"], &outer);
    // The parent alone: what did not come through the child is refused.
    assert_eq!(errno(set_option(&socket, IP, IP_TOS, &[0x20])), EPERM);
    assert_eq!(option(&socket, IP, IP_TOS, 1).unwrap(), [0]);
    attach(&["child-set", "child-get"], &inner);
    set_option(&socket, IP, IP_TOS, &[0x20]).unwrap();
    assert_eq!(errno(set_option(&socket, IP, IP_TOS, &[0x10])), EPERM);
    assert_eq!(option(&socket, IP, IP_TOS, 1).unwrap(), [0xa0]);
    bench.session.detach_all();
    assert_eq!(option(&socket, IP, IP_TOS, 1).unwrap(), [0x60], "what the kernel was told");
    bench.finish(0);
    parent.remove().unwrap();
}
