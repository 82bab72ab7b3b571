//! Programs that the kernel runs when asked, without an event.

use bpfl_runtime::run::{Input, Output};
use bpfl_stdlib::catalog::{context, program::ProgramType};

use crate::{global, ready, session, told};

/// An Ethernet frame with an IPv4 header in it.
fn frame() -> [u8; 64] {
    let mut frame = [0; 64];
    frame[12] = 0x08;
    frame[14] = 0x45;
    frame[17] = 50;
    frame[23] = 17;
    frame
}

fn run(source: &str, input: &Input<'_>) -> Option<Output> {
    if !ready() {
        return None;
    }
    let mut session = session(source);
    let output = session.test_run("p", input);
    Some(output.unwrap_or_else(|error| panic!("{}", told(&error))))
}

#[test]
fn xdp_changes_the_frame() {
    let source = "(defprog p (:type :xdp)
      (let ((data (ctx data)) (end (ctx data-end)))
        (when (> (+ data 14) end) (return XDP_DROP))
        (store u8 data 5 7)
        (if (= (load u16 data 12) (htons #x800)) XDP_TX XDP_PASS)))";
    let frame = frame();
    let Some(output) = run(source, &Input { data: &frame, ..Input::default() }) else { return };
    assert_eq!((output.value, output.data[5], output.data.len()), (3, 7, 64));
}

#[test]
fn tc_marks_the_packet() {
    let source = "(defprog p (:type :tc) (setf (ctx mark) (+ (ctx len) 1)) TC_ACT_SHOT)";
    let (frame, context) = (frame(), [0; 192]);
    let input = Input { data: &frame, context: &context, ..Input::default() };
    let Some(output) = run(source, &input) else { return };
    assert_eq!((output.value, output.context[8]), (2, 65));
}

#[test]
fn socket_filters_say_how_much_passes() {
    let source = "(defprog p (:type :socket-filter) (- (ctx len) 4))";
    let Some(output) = run(source, &Input { data: &frame(), ..Input::default() }) else { return };
    // The link layer's header is gone.
    assert_eq!(output.value, 46);
}

#[test]
fn flow_dissectors_fill_in_the_keys() {
    let source = "(defprog p (:type :flow-dissector)
      (let ((keys (ctx flow-keys)))
        (setf (bpf-flow-keys-n-proto keys) (htons #x800)
              (bpf-flow-keys-thoff keys) (+ (bpf-flow-keys-nhoff keys) 20)
              (bpf-flow-keys-ip-proto keys) IPPROTO_UDP)
        BPF_OK))";
    let Some(output) = run(source, &Input { data: &frame(), room: 64, ..Input::default() }) else { return };
    assert_eq!(output.value, 0);
    let half = |at: usize| u16::from_ne_bytes([output.data[at], output.data[at + 1]]);
    assert_eq!((half(0), half(2), output.data[9], half(10)), (14, 34, 17, 8));
}

#[test]
fn sk_lookup_decides_by_port() {
    let source = "(defprog p (:type :sk-lookup) (if (= (ctx local-port) 7007) SK_DROP SK_PASS))";
    let fields = context::fields(ProgramType::SkLookup);
    let offset = |name: &str| fields.iter().find(|field| field.name == name).unwrap().offset as usize;
    for (port, verdict) in [(7007u32, 0), (80, 1)] {
        let mut context = [0; 64];
        for (name, value) in [("family", 2), ("protocol", 6), ("local_port", port)] {
            context[offset(name)..][..4].copy_from_slice(&u32::to_ne_bytes(value));
        }
        let Some(output) = run(source, &Input { context: &context, ..Input::default() }) else { return };
        assert_eq!(output.value, verdict, "port {port}");
    }
}

#[test]
fn raw_tracepoints_get_their_arguments() {
    let source = "(defprog p (:section \"raw_tp/sys_enter\") (i32 (+ (ctx args 1) (ctx u64 0))))";
    let context: Vec<u8> = [30u64, 12].iter().flat_map(|word| word.to_ne_bytes()).collect();
    let Some(output) = run(source, &Input { context: &context, ..Input::default() }) else { return };
    assert_eq!(output.value, 42);
}

#[test]
fn syscall_programs_read_and_write_what_they_are_given() {
    let source = "(defvar seen u64)
      (defprog p (:type :syscall)
        (setf seen (ctx u64 0))
        (setf (ctx u32 8) 77)
        5)";
    if !ready() {
        return;
    }
    let mut session = session(source);
    let output = session.test_run("p", &Input { context: &[9; 16], ..Input::default() });
    let output = output.unwrap_or_else(|error| panic!("{}", told(&error)));
    assert_eq!((output.value, output.context[8]), (5, 77));
    assert_eq!(global(&mut session, "seen"), 0x0909_0909_0909_0909);
}

#[test]
fn netfilter_programs_reach_the_kernels_own_structs() {
    let source = "(import-kernel-struct nf-hook-state hook pf)
      (import-kernel-struct sk-buff len)
      (defprog p (:type :netfilter)
        (if (and (= (nf-hook-state-pf (ctx state)) 2) (> (sk-buff-len (ctx skb)) 40)) 1 0))";
    let Some(output) = run(source, &Input { data: &frame(), ..Input::default() }) else { return };
    assert_eq!(output.value, 1);
}
