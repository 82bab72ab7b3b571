//! Tracing programs, attached to what this process does.

use std::{
    process,
    time::{Duration, Instant},
};

use bpfl_runtime::{attach::Target, session::Session};

use crate::{global, ready, session, told};

/// `(defprog p …)` in `section` that does `body` when this thread has made the event.
fn own(definitions: &str, section: &str, body: &str) -> String {
    format!(
        "{definitions}
         (defvar count u64)
         (defvar seen u64)
         (defprog p (:section \"{section}\")
           (when (= (u32 (get-current-pid-tgid)) {}) {body})
           0)",
        rustix::thread::gettid().as_raw_nonzero()
    )
}

/// Attaches the programs; `None`, with the reason, where this kernel cannot.
fn attached(source: &str) -> Option<Session> {
    if !ready() {
        return None;
    }
    let mut session = session(source);
    match session.attach_some::<&str>(&[], &[]) {
        Ok(_) => Some(session),
        Err(error) => panic!("{}", told(&error)),
    }
}

/// A system call that is made for the tests alone.
fn knock() {
    // SAFETY: it takes and gives numbers only.
    unsafe { libc::getpgid(process::id() as libc::pid_t) };
}

/// Makes the call until the program has counted `times` of them. The kernel leaves a program of a perf
/// event out while bpf(2) works on a map on the same CPU, for whomever: so some may be missed.
fn knock_until(session: &mut Session, times: i128) {
    let mut made = 0;
    while global(session, "count") < times {
        knock();
        made += 1;
        assert!(made < 1000, "the program does not run");
    }
    assert!(global(session, "count") <= made);
}

#[test]
fn tracepoints_of_system_calls() {
    let body = "(incf count) (setf seen (ctx u64 16))";
    let Some(mut session) = attached(&own("", "tracepoint/syscalls/sys_enter_getpgid", body)) else { return };
    knock_until(&mut session, 5);
    assert_eq!(global(&mut session, "seen"), i128::from(process::id()));
    session.detach_all();
    let before = global(&mut session, "count");
    (0..10).for_each(|_| knock());
    assert_eq!(global(&mut session, "count"), before);
}

#[test]
fn raw_tracepoints() {
    let body = format!("(when (= (ctx args 1) {}) (incf count))", libc::SYS_getpgid);
    let Some(mut session) = attached(&own("", "raw_tp/sys_enter", &body)) else { return };
    knock_until(&mut session, 4);
}

#[test]
fn arguments_by_name() {
    let body = format!(
        "(when (= (ctx id) {})
           (incf count)
           (setf seen (u64 (= (pt-regs-di (ctx regs)) {}))))",
        libc::SYS_getpgid,
        process::id()
    );
    let source = own("(import-kernel-struct pt_regs di)", "tp_btf/sys_enter", &body);
    let Some(mut session) = attached(&source) else { return };
    knock_until(&mut session, 3);
    assert_eq!(global(&mut session, "seen"), 1);
}

#[test]
fn structs_of_the_kernel_behind_arguments() {
    // The switch away from this process: `prev` is the task that runs.
    let source = format!(
        "(import-kernel-struct task-struct tgid)
         (defvar count u64)
         (defvar seen u64)
         (defprog p (:section \"tp_btf/sched_switch\")
           (when (= (task-struct-tgid (ctx prev)) {0})
             (incf count)
             (setf seen (>> (get-current-pid-tgid) 32)))
           0)",
        process::id()
    );
    let Some(mut session) = attached(&source) else { return };
    std::thread::sleep(Duration::from_millis(20));
    assert!(global(&mut session, "count") > 0);
    assert_eq!(global(&mut session, "seen"), i128::from(process::id()));
}

/// What the probe is put on. The numbers show that argument and result are read.
#[unsafe(no_mangle)]
#[inline(never)]
extern "C" fn bpfl_programs_probed(number: u64) -> u64 {
    std::hint::black_box(number * 3)
}

#[test]
fn probes_of_user_functions() {
    let exe = std::env::current_exe().unwrap();
    for (section, register, seen) in [("uprobe", "di", 14), ("uretprobe", "ax", 42)] {
        let section = format!("{section}/{}:bpfl_programs_probed", exe.display());
        let body = format!("(incf count) (setf seen (ctx {register}))");
        let Some(mut session) = attached(&own("", &section, &body)) else { return };
        let mut calls = 0;
        while global(&mut session, "count") == 0 {
            bpfl_programs_probed(std::hint::black_box(14));
            calls += 1;
            assert!(calls < 1000, "the program does not run");
        }
        assert_eq!(global(&mut session, "seen"), seen, "{section}");
    }
}

#[unsafe(no_mangle)]
#[inline(never)]
extern "C" fn bpfl_many_one(number: u64) -> u64 {
    std::hint::black_box(number + 1)
}

#[unsafe(no_mangle)]
#[inline(never)]
extern "C" fn bpfl_many_two(number: u64) -> u64 {
    std::hint::black_box(number + 2)
}

#[test]
fn probes_of_many_user_functions() {
    let exe = std::env::current_exe().unwrap();
    for section in ["uprobe.multi", "uretprobe.multi"] {
        let section = format!("{section}/{}:bpfl_many_*", exe.display());
        let Some(mut session) = attached(&own("", &section, "(incf count)")) else { return };
        bpfl_many_one(1);
        bpfl_many_two(1);
        bpfl_many_two(1);
        assert_eq!(global(&mut session, "count"), 3, "{section}");
        session.detach_all();
        bpfl_many_one(1);
        assert_eq!(global(&mut session, "count"), 3, "{section}");
    }
}

/// A probe as sdt.h of systemtap makes it.
#[inline(never)]
#[cfg(target_arch = "x86_64")]
fn fire() {
    // SAFETY: the code is one instruction that does nothing; the rest are notes about it.
    unsafe {
        std::arch::asm!(
            "990: nop",
            ".pushsection .note.stapsdt,\"\",\"note\"",
            ".balign 4",
            ".4byte 992f-991f, 994f-993f, 3",
            "991: .asciz \"stapsdt\"",
            "992: .balign 4",
            "993: .8byte 990b",
            ".8byte _.stapsdt.base",
            ".8byte 0",
            ".asciz \"bpfl\"",
            ".asciz \"knock\"",
            ".asciz \"\"",
            "994: .balign 4",
            ".popsection",
            ".ifndef _.stapsdt.base",
            ".pushsection .stapsdt.base,\"aG\",\"progbits\",.stapsdt.base,comdat",
            ".weak _.stapsdt.base",
            ".hidden _.stapsdt.base",
            "_.stapsdt.base: .space 1",
            ".size _.stapsdt.base,1",
            ".popsection",
            ".endif",
        );
    }
}

#[test]
#[cfg(target_arch = "x86_64")]
fn probes_that_a_program_has_in_it() {
    let exe = std::env::current_exe().unwrap();
    let section = format!("usdt/{}:bpfl:knock", exe.display());
    let Some(mut session) = attached(&own("", &section, "(incf count)")) else { return };
    let mut calls = 0;
    while global(&mut session, "count") < 3 {
        fire();
        calls += 1;
        assert!(calls < 1000, "the program does not run");
    }
    assert!(global(&mut session, "count") <= calls);
    for (name, why) in [("bpfl:knok", "there is `bpfl:knock`"), ("knock", "it is written `usdt/PATH:")] {
        let target = format!("usdt/{}:{name}", exe.display());
        let mut session = self::session(&own("", &target, "(incf count)"));
        let error = session.attach_some::<&str>(&[], &[]).unwrap_err().to_string();
        assert!(error.contains(why), "{error}");
    }
}

#[test]
fn an_event_that_is_named_when_it_is_attached() {
    if !ready() {
        return;
    }
    let mut session = session(&own("", "tracepoint", "(incf count)"));
    let event = Target::Event("tracepoint/syscalls/sys_enter_getpgid".into());
    session.attach("p", &event).unwrap_or_else(|error| panic!("{}", told(&error)));
    knock_until(&mut session, 2);
}

#[test]
fn many_kernel_functions_say_what_is_missing() {
    if !ready() {
        return;
    }
    let mut session = session(&own("", "kprobe.multi/__x64_sys_getpgi?", "(incf count)"));
    match session.attach_some::<&str>(&[], &[]) {
        Ok(_) => knock_until(&mut session, 2),
        Err(error) => println!("not here: {error}"),
    }
    let mut session = self::session(&own("", "ksyscall/getpgid", "(incf count)"));
    match session.attach_some::<&str>(&[], &[]) {
        Ok(_) => knock_until(&mut session, 2),
        Err(error) => assert!(error.to_string().contains("this kernel has no kprobe events"), "{error}"),
    }
}

#[test]
fn a_user_function_that_is_not_there() {
    if !ready() {
        return;
    }
    for (target, why) in [
        ("/proc/self/exe:no_such_function", "no function `no_such_function`"),
        ("/no/such/file:main", "cannot be read"),
        ("main", "it is written `uprobe/PATH:FUNCTION`"),
    ] {
        let mut session = session(&own("", &format!("uprobe/{target}"), "(incf count)"));
        let error = session.attach_some::<&str>(&[], &[]).unwrap_err().to_string();
        assert!(error.contains(why), "{error}");
    }
}

#[test]
fn ticks_of_a_clock() {
    let Some(mut session) = attached(&own("", "perf_event", "(incf count) (setf seen (ctx sample-period))"))
    else {
        return;
    };
    let start = Instant::now();
    while global(&mut session, "count") == 0 {
        assert!(start.elapsed() < Duration::from_secs(10), "the clock does not tick");
        (0..100_000u64).for_each(|n| {
            std::hint::black_box(n);
        });
    }
    assert!(global(&mut session, "seen") > 0);
}

#[test]
fn probes_of_kernel_functions_say_what_is_missing() {
    if !ready() {
        return;
    }
    let source = own("", "kprobe/__x64_sys_getpgid", "(incf count) (setf seen (ctx ip))");
    let mut session = session(&source);
    match session.attach_some::<&str>(&[], &[]) {
        Ok(_) => knock_until(&mut session, 2),
        Err(error) => assert!(error.to_string().contains("this kernel has no kprobe events"), "{error}"),
    }
}

#[test]
fn an_event_that_is_not_there() {
    if !ready() {
        return;
    }
    for (section, why) in [
        ("tracepoint/sched/no_such_event", "there is no event for `tracepoint/sched/no_such_event`"),
        ("raw_tp/no_such_event", "there is no event for `raw_tp/no_such_event`"),
        ("tracepoint", "does not say which event; write `tracepoint/NAME`"),
    ] {
        let mut session = session(&own("", section, "(incf count)"));
        let error = session.attach_some::<&str>(&[], &[]).unwrap_err().to_string();
        assert!(error.contains(why), "{error}");
    }
}

#[test]
fn records_of_tracepoints() {
    // The numbers of a system call's arguments, and the text of its name in another event.
    let body = "(when (= (tp-id) 121) (incf count) (setf seen (tp-args 0)))";
    let source = own(
        "(deftracepoint syscalls/sys_enter_getpgid id args)",
        "tracepoint/syscalls/sys_enter_getpgid",
        body,
    );
    let Some(mut session) = attached(&source) else { return };
    knock_until(&mut session, 2);
    assert_eq!(global(&mut session, "seen"), i128::from(process::id()));
}

#[test]
fn text_of_varying_length_in_a_record() {
    // Every execution names its file; only those that this process starts run `true`.
    let source = "(deftracepoint sched/sched_process_exec filename pid)
         (defvar count u64)
         (defvar seen u64)
         (defprog p (:section \"tracepoint/sched/sched_process_exec\")
           (let ((text (u64 0)))
             (probe-read-kernel-str (stack-addr text) 8 (tp-filename))
             ;; \"/bin/tr\", or \"/usr/bi\"
             (when (or (= text #x72742f6e69622f) (= text #x69622f7273752f))
               (incf count)
               (setf seen (u64 (tp-pid)))))
           0)";
    let Some(mut session) = attached(source) else { return };
    for _ in 0..100 {
        assert!(process::Command::new("true").status().unwrap().success());
        if global(&mut session, "count") > 0 {
            break;
        }
    }
    assert!(global(&mut session, "count") > 0);
    assert!(global(&mut session, "seen") > 0);
}
