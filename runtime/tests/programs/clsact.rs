//! Programs of tc as filters of `clsact`, on the loopback interface of a network of the test's own. What is there
//! is asked of tc(8), which knows nothing of us.

use std::{num::NonZeroU16, process::Command, thread};

use bpfl_runtime::{
    attach::{
        Direction::{self, Egress, Ingress},
        Target, Via,
    },
    host, inventory,
    session::Session,
};

use crate::{
    compiled, global, kernel_types,
    network::{alone, arrives, drops, traffic},
    session, told,
};

const CLSACT: Via = Via::Clsact { priority: None };

/// Whether it could be done.
fn done(command: &str) -> bool {
    Command::new("sh").args(["-c", command]).status().is_ok_and(|status| status.success())
}

/// What tc says.
fn tc(command: &str) -> String {
    let got = Command::new("sh").args(["-c", &format!("tc {command}")]).output().unwrap();
    assert!(got.status.success(), "tc {command}: {}", String::from_utf8_lossy(&got.stderr));
    String::from_utf8_lossy(&got.stdout).into_owned()
}

fn has_discipline() -> bool {
    tc("qdisc show dev lo").contains("clsact")
}

/// The lines of tc about filters that are programs, in the order in which they run.
fn filters(direction: Direction) -> Vec<String> {
    let way = if direction == Ingress { "ingress" } else { "egress" };
    let told = tc(&format!("filter show dev lo {way}"));
    told.lines().filter(|line| line.contains(" handle ")).map(str::to_string).collect()
}

fn attach(session: &mut Session, program: &str, target: &Target) {
    session.attach(program, target).unwrap_or_else(|error| panic!("{}", told(&error)));
}

fn with_priority(priority: u16) -> Target {
    traffic(Some(Ingress), Via::Clsact { priority: NonZeroU16::new(priority) })
}

#[test]
fn packets_are_counted_and_dropped_in_both_directions() {
    alone(|| {
        let open = "(defvar seen u64) (defprog p (:section \"tc\") (incf seen) TC_ACT_SHOT)";
        for (direction, way) in [(Ingress, "ingress"), (Egress, "egress")] {
            drops(open, &traffic(Some(direction), CLSACT));
            let own =
                format!("(defvar seen u64) (defprog p (:section \"tcx/{way}\") (incf seen) TC_ACT_SHOT)");
            drops(&own, &traffic(None, CLSACT));
            let mut session = session(open);
            attach(&mut session, "p", &traffic(Some(direction), CLSACT));
            let [filter] = filters(direction).try_into().unwrap();
            assert!(
                filter.contains("pref 1 bpf chain 0") && filter.contains(" bpfl/clsact:p direct-action "),
                "{filter}"
            );
            assert!(has_discipline());
            drop(session);
            assert!(!has_discipline() && filters(direction).is_empty());
        }
    });
}

/// Programs that write down in which order they ran.
const STEPS: &str = "
    (defvar steps u64)
    (defprog p1 (:section \"tc\") (setf steps (+ (* steps 10) 1)) TC_ACT_UNSPEC)
    (defprog p2 (:section \"tc\") (setf steps (+ (* steps 10) 2)) TC_ACT_UNSPEC)
    (defprog p3 (:section \"tc\") (setf steps (+ (* steps 10) 3)) TC_ACT_UNSPEC)
    (defprog p4 (:section \"tc\") (setf steps (+ (* steps 10) 4)) TC_ACT_OK)";

#[test]
fn programs_run_by_priority_and_else_in_the_order_in_which_they_were_attached() {
    alone(|| {
        let mut session = session(STEPS);
        attach(&mut session, "p3", &with_priority(7));
        attach(&mut session, "p2", &traffic(Some(Ingress), CLSACT));
        attach(&mut session, "p1", &traffic(Some(Ingress), CLSACT));
        assert!(arrives());
        assert_eq!(global(&mut session, "steps"), 321);
        // Of one priority the newest is the first.
        attach(&mut session, "p1", &with_priority(7));
        assert!(arrives());
        assert_eq!(global(&mut session, "steps"), 3_211_321);
        // A verdict ends it.
        attach(&mut session, "p4", &with_priority(2));
        assert!(arrives());
        assert_eq!(global(&mut session, "steps"), 32_113_214);
    });
}

#[test]
fn what_others_have_there_stays() {
    alone(|| {
        let source = "(defvar seen u64) (defprog p (:section \"tc\") (incf seen) TC_ACT_UNSPEC)";
        let foreign = "filter add dev lo ingress protocol ip pref 1 bpf bytecode '1,6 0 0 0'";
        tc("qdisc add dev lo clsact");
        drop_after(session(source), &|| assert_eq!(filters(Ingress).len(), 1));
        assert!(has_discipline(), "it was there before");
        tc(foreign);
        let before = filters(Ingress);
        drop_after(session(source), &|| {
            let [other, own] = filters(Ingress).try_into().unwrap();
            assert!(
                other.contains("protocol ip pref 1") && own.contains("protocol all pref 2"),
                "{other} {own}"
            );
            assert!(own.contains(" bpfl:p "), "{own}");
        });
        assert_eq!(filters(Ingress), before);
        let error = session(source).attach("p", &with_priority(1)).unwrap_err().to_string();
        let wanted = "`p` cannot be attached to what comes in through `lo`: other filters, of kind `bpf`, have priority \
                      1; name another: `tc filter show` shows what there is";
        assert_eq!(error, wanted);
        // The discipline is ours, and somebody else has a filter by the time we go.
        tc("qdisc del dev lo clsact");
        drop_after(session(source), &|| drop(tc(&foreign.replace("pref 1", "pref 9"))));
        let [filter] = filters(Ingress).try_into().unwrap();
        assert!(filter.contains("pref 9") && has_discipline(), "{filter}");
    });
}

/// Attaches the program of a session, calls `then`, and drops the session.
fn drop_after(mut session: Session, then: &dyn Fn()) {
    attach(&mut session, "p", &traffic(Some(Ingress), CLSACT));
    then();
}

#[test]
fn the_last_of_several_sessions_removes_the_discipline() {
    alone(|| {
        let source = "(defvar seen u64) (defprog p (:section \"tc\") (incf seen) TC_ACT_UNSPEC)";
        let (mut first, mut second) = (session(source), session(source));
        attach(&mut first, "p", &traffic(Some(Ingress), CLSACT));
        attach(&mut second, "p", &traffic(Some(Egress), CLSACT));
        drop(first);
        assert!(has_discipline() && filters(Ingress).is_empty());
        assert!(arrives());
        assert!(global(&mut second, "seen") > 0);
        drop(second);
        assert!(!has_discipline());
    });
}

#[test]
fn sessions_that_come_and_go_at_once_do_not_hinder_each_other() {
    alone(|| {
        let object = compiled("(defprog p (:section \"tc\") TC_ACT_UNSPEC)", kernel_types());
        let round = |direction| {
            for _ in 0..50 {
                let mut session = Session::open(object.clone()).unwrap();
                attach(&mut session, "p", &traffic(Some(direction), CLSACT));
                assert_eq!(filters(direction).len(), 1, "another one took the discipline away");
            }
        };
        thread::scope(|scope| {
            scope.spawn(|| round(Ingress));
            scope.spawn(|| round(Egress));
        });
        assert!(!has_discipline());
    });
}

#[test]
fn a_filter_that_somebody_else_has_removed_is_no_trouble() {
    alone(|| {
        let source = "(defvar seen u64) (defprog p (:section \"tc\") (incf seen) TC_ACT_UNSPEC)";
        let foreign = "filter add dev lo ingress protocol all pref 1 handle 1 bpf bytecode '1,6 0 0 0'";
        drop_after(session(source), &|| {
            tc("filter del dev lo ingress");
            tc(foreign);
        });
        let [filter] = filters(Ingress).try_into().unwrap();
        assert!(filter.contains("handle 0x1") && filter.contains("bytecode"), "{filter}");
        tc("qdisc del dev lo clsact");
        drop_after(session(source), &|| drop(tc("qdisc del dev lo clsact")));
        assert!(!has_discipline());
    });
}

#[test]
fn a_program_is_replaced_in_its_filter() {
    alone(|| {
        let source = |verdict: &str| {
            format!("(defvar seen u64) (defprog p (:section \"tc\") (incf seen) {verdict}) {}", &STEPS[5..])
        };
        let mut session = session(&source("TC_ACT_UNSPEC"));
        for program in ["p1", "p", "p2"] {
            attach(&mut session, program, &traffic(Some(Ingress), CLSACT));
        }
        assert!(arrives());
        let before = filters(Ingress);
        session
            .replace(compiled(&source("TC_ACT_SHOT"), kernel_types()))
            .unwrap_or_else(|error| panic!("{}", told(&error)));
        assert!(!arrives());
        // It ran between the others, and kept the second one from running.
        assert_eq!(global(&mut session, "steps"), 121);
        assert_eq!(global(&mut session, "seen"), 2);
        let after = filters(Ingress);
        assert_eq!((after.len(), &after[0], &after[2]), (3, &before[0], &before[2]));
        assert_ne!(after[1], before[1], "the program is another one");
        drop(session);
        assert!(!has_discipline());
    });
}

/// A directory that is removed in any case.
struct Guard<'d>(&'d str);

impl Drop for Guard<'_> {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(self.0);
    }
}

#[test]
fn a_pin_keeps_the_filter_also_after_its_program_was_replaced() {
    alone(|| {
        let source =
            |verdict: &str| format!("(defvar seen u64) (defprog p (:section \"tc\") (incf seen) {verdict})");
        let directory = format!("/sys/fs/bpf/bpfl-clsact-{}", std::process::id());
        if !done(&format!("mkdir -p {directory}/links")) {
            return println!("skipped: there is no BPF file system here");
        }
        let _guard = Guard(&directory);
        let end = |removed: bool| {
            let mut session = session(&source("TC_ACT_UNSPEC"));
            let link = session.attach("p", &traffic(Some(Ingress), CLSACT)).unwrap();
            session.pin_link(link, format!("{directory}/links/p")).unwrap();
            session.replace(compiled(&source("TC_ACT_SHOT"), kernel_types())).unwrap();
            assert!(!removed || done(&format!("rm {directory}/links/p")));
        };
        end(true);
        assert!(!has_discipline(), "nothing keeps it");
        end(false);
        assert!(!arrives());
        let [unpinned] = inventory::unpin(directory.as_ref()).unwrap().try_into().unwrap();
        assert_eq!(unpinned.filters, 1);
        assert!(!has_discipline() && arrives());
    });
}

#[test]
fn another_discipline_in_the_way_is_named() {
    alone(|| {
        let source = "(defvar seen u64) (defprog p (:section \"tc\") (incf seen) TC_ACT_SHOT)";
        tc("qdisc add dev lo ingress");
        drops(source, &traffic(Some(Ingress), CLSACT));
        assert!(tc("qdisc show dev lo").contains("qdisc ingress"), "it was there before");
        let error = session(source).attach("p", &traffic(Some(Egress), CLSACT)).unwrap_err().to_string();
        let wanted = "`p` cannot be attached to what goes out through `lo` as a filter: the queueing discipline `ingress` \
                      is where clsact would be; `tc qdisc del dev lo ingress` removes it, with its filters";
        assert_eq!(error, wanted);
        tc("qdisc del dev lo ingress");
        if !done("tc qdisc add dev lo root handle ffff: pfifo") {
            return println!("skipped: there is no pfifo here");
        }
        let error = session(source).attach("p", &traffic(Some(Ingress), CLSACT)).unwrap_err().to_string();
        let wanted = "`p` cannot be attached to what comes in through `lo` as a filter: the queueing discipline `pfifo` \
                      is where clsact would be; give it another handle than `ffff:`; `tc qdisc show dev lo` shows it";
        assert_eq!(error, wanted);
    });
}

#[test]
fn what_the_kernel_says_of_a_filter_is_told() {
    alone(|| {
        let source = "(defprog p (:section \"tc\") TC_ACT_OK) (defprog x (:type :xdp) XDP_PASS)";
        tc("qdisc add dev lo ingress_block 7 clsact");
        let error = session(source).attach("p", &traffic(Some(Ingress), CLSACT)).unwrap_err().to_string();
        assert!(
            error.starts_with("the kernel did not let `p` be attached (This filter block is shared."),
            "{error}"
        );
        let error = session(source).attach("x", &traffic(Some(Ingress), CLSACT)).unwrap_err().to_string();
        assert_eq!(error, "`x` is attached to a network interface, not to what comes in through `lo`");
        let target = Target::Traffic { interface: "eth77".into(), direction: Some(Ingress), via: CLSACT };
        let error = session(source).attach("p", &target).unwrap_err().to_string();
        assert!(error.starts_with("there is no network interface `eth77` for `p`; "), "{error}");
        let error = session(source).attach("p", &traffic(None, CLSACT)).unwrap_err().to_string();
        assert!(error.starts_with("section `tc` of program `p` leaves the attach type open; "), "{error}");
    });
}

#[test]
fn names_may_be_longer_than_the_kernel_takes() {
    alone(|| {
        let name = "n".repeat(300);
        let mut session = session(&format!("(defprog {name} (:section \"tc\") TC_ACT_OK)"));
        attach(&mut session, &name, &traffic(Some(Ingress), CLSACT));
        assert!(filters(Ingress)[0].contains(&format!(" bpfl/clsact:{} ", "n".repeat(255 - 12))));
        let own = |one: &inventory::Attachment| one.is_own_filter() && one.place == "lo";
        assert_eq!(inventory::attachments().unwrap().iter().filter(|one| own(one)).count(), 1);
    });
}

#[test]
fn a_kernel_without_links_gets_filters() {
    alone(|| {
        let source = "(defvar seen u64) (defprog p (:section \"tcx/ingress\") (incf seen) TC_ACT_SHOT)";
        drop_links(source);
        if let Err(error) = without_links() {
            return println!("skipped: calls cannot be refused here ({error})");
        }
        drops(source, &Target::interface("lo"));
        drops(source, &traffic(None, Via::Any));
        let mut first = session(source);
        attach(&mut first, "p", &Target::interface("lo"));
        assert_eq!(filters(Ingress).len(), 1);
        drop(first);
        assert!(!has_discipline());
        let error = session(source).attach("p", &traffic(None, Via::Tcx)).unwrap_err().to_string();
        if host::kernel() >= bpfl_stdlib::catalog::attach::TCX_INGRESS.since {
            assert_eq!(error, "the kernel did not let `p` be attached (Invalid argument (os error 22))");
        }
    });
}

/// With links there is no filter.
fn drop_links(source: &str) {
    let mut session = session(source);
    if session.attach("p", &traffic(None, Via::Tcx)).is_ok() {
        assert!(!has_discipline() && !arrives());
    }
}

/// Has the kernel answer this thread as one that does not know how to make links.
fn without_links() -> std::io::Result<()> {
    const LINK_CREATE: u32 = 28;
    let step = |code: u32, jump: u8, k: u32| libc::sock_filter { code: code as u16, jt: 0, jf: jump, k };
    let (load, equal, give) = (
        libc::BPF_LD | libc::BPF_W | libc::BPF_ABS,
        libc::BPF_JMP | libc::BPF_JEQ | libc::BPF_K,
        libc::BPF_RET,
    );
    let mut program = [
        // The call's number, and the low half of its first argument, in `struct seccomp_data`.
        step(load, 0, 0),
        step(equal, 3, libc::SYS_bpf as u32),
        step(load, 0, 16),
        step(equal, 1, LINK_CREATE),
        step(give, 0, libc::SECCOMP_RET_ERRNO | libc::EINVAL as u32),
        step(give, 0, libc::SECCOMP_RET_ALLOW),
    ];
    let program = libc::sock_fprog { len: program.len() as u16, filter: program.as_mut_ptr() };
    // SAFETY: the kernel copies the instructions, which outlive the call, and they are for this thread only.
    let result = unsafe {
        libc::prctl(libc::PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
        libc::prctl(libc::PR_SET_SECCOMP, libc::SECCOMP_MODE_FILTER, &raw const program)
    };
    if result == 0 { Ok(()) } else { Err(std::io::Error::last_os_error()) }
}
