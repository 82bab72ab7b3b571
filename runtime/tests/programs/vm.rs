//! The userspace VM beside the kernel: the same programs on the same input give the same value, packet,
//! context and maps in both.

use bpfl_runtime::{
    run::{Context, Ran, Run},
    session::Session,
    value::Value,
};

use crate::{ready, session};

/// What a run leaves behind: what came of it, and the entries of each map.
type Left = (i32, Vec<u8>, Context, Vec<(String, Vec<(Value, Value)>)>);

fn left(session: &mut Session, run: &Run) -> Left {
    let Ran { value, data, context, .. } = session
        .run("p", run)
        .unwrap_or_else(|error| panic!("{error}: {:?}", std::error::Error::source(&error)));
    let mut maps = Vec::new();
    for map in session.maps().unwrap() {
        // Queues, and what belongs to objects, have no entries to read; programs are ids in the kernel only.
        let handles = map.spec().kind.name == "prog-array";
        maps.extend(map.entries().ok().filter(|_| !handles).map(|all| (map.name().to_string(), summed(all))));
    }
    (value, data, context, maps)
}

/// Entries of per-CPU maps summed: which CPU the kernel runs on is left to it.
fn summed(entries: Vec<(Value, Value)>) -> Vec<(Value, Value)> {
    let sum = |value| match value {
        Value::PerCpu(each) => Value::Int(each.iter().filter_map(Value::as_int).sum()),
        value => value,
    };
    entries.into_iter().map(|(key, value)| (key, sum(value))).collect()
}

/// Runs `p` of a source in both, on each input.
fn same(source: &str, runs: &[Run]) {
    if !ready() {
        return;
    }
    for run in runs {
        let kernel = left(&mut session(source), run);
        let mut machine = session(source);
        machine.run_in_vm();
        let machine = left(&mut machine, run);
        assert_eq!(machine, kernel, "{source}\non {run:?}");
    }
}

/// A frame with these bytes behind its Ethernet header, of this type.
fn frame(protocol: u16, rest: &[u8]) -> Vec<u8> {
    [&[2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2][..], &protocol.to_be_bytes(), rest].concat()
}

/// UDP over IPv4, with `payload`.
fn udp(payload: &[u8]) -> Vec<u8> {
    let length = (28 + payload.len()) as u8;
    let ip = [0x45, 0, 0, length, 0, 1, 0, 0, 64, 17, 0x26, 0xcd, 10, 0, 0, 1, 10, 0, 0, 2];
    let header = [0x9c, 0x40, 0, 53, 0, (8 + payload.len()) as u8, 0x12, 0x34];
    frame(0x0800, &[&ip[..], &header, payload].concat())
}

fn on(data: &[u8]) -> Run {
    Run { data: data.to_vec(), repeat: 1, ..Run::default() }
}

/// Packets of several sorts.
fn packets() -> Vec<Run> {
    let six =
        [&[0x60, 0, 0, 0, 0, 8, 58, 64][..], &[0xfe; 16], &[0xfd; 16], &[128, 0, 1, 2, 3, 4, 5, 6]].concat();
    [
        udp(b"hello, world"),
        udp(&[7; 100]),
        frame(0x86dd, &six),
        frame(0x0806, &[1; 28]),
        frame(40, &[0; 60]),
        vec![0; 14],
    ]
    .iter()
    .map(|data| on(data))
    .collect()
}

/// `out` for what a program finds out.
const OUT: &str = "(defmap out :type :array :key u32 :value i64 :max-entries 32)
    (defmacro note (index value) `(setf (getmap out ,index) (i64 ,value)))";

#[test]
fn contexts_of_packets_are_filled_in_alike() {
    let fields = "len protocol pkt-type mark priority ingress-ifindex ifindex vlan-present";
    let note = |(index, field): (usize, &str)| format!("(note {index} (u64 (ctx {field})))");
    let notes: String = fields.split(' ').enumerate().map(note).collect();
    let with = Context::Fields(vec![
        ("mark".into(), Value::Int(7)),
        ("priority".into(), Value::Int(8)),
        ("cb".into(), Value::Array([1, 2, 3, 4, 5].map(Value::Int).into())),
    ]);
    let mut runs = packets();
    runs.push(Run { context: with, ..on(&udp(b"x")) });
    for head in ["(:type :tc)", "(:section \"cgroup_skb/egress\")", "(:type :socket-filter)"] {
        let more = if head.contains("socket-filter") { "" } else { "(note 20 (u64 (ctx gso-size)))" };
        same(&format!("{OUT} (defprog p {head} {notes} {more} (setf (ctx cb 1) (+ (ctx cb 2) 1)) 1)"), &runs);
    }
}

#[test]
fn addresses_of_sockets_are_alike() {
    let source = format!(
        "{OUT} (defprog p (:section \"cgroup_skb/ingress\")
            (note 0 (u64 (ctx family))) (note 1 (u64 (ctx remote-ip4))) (note 2 (u64 (ctx local-ip4)))
            (note 3 (u64 (ctx remote-ip6 3))) (note 4 (u64 (ctx local-ip6 0))) (note 5 (u64 (ctx remote-port)))
            (when-let ((sk (ctx sk)))
              (note 6 (u64 (bpf-sock-family sk)))
              (when-let ((full (sk-fullsock sk)))
                (note 7 (u64 (bpf-sock-state full))) (note 8 (u64 (bpf-sock-src-ip4 full)))
                (note 9 (u64 (bpf-sock-dst-ip4 full))) (note 10 (u64 (bpf-sock-protocol full)))))
            1)"
    );
    same(&source, &packets());
}

#[test]
fn the_packet_is_moved_alike() {
    for (delta, head) in [(-20, 0), (14, 0), (30, 0), (-250, 1), (4, 1)] {
        let source = format!(
            "{OUT} (defprog p (:type :xdp)
                (note 0 (xdp-adjust-head (ctx-ptr) {delta}))
                (when (= (u32 {head}) 1) (note 1 (xdp-adjust-meta (ctx-ptr) -8)))
                (let ((data (ctx data)) (end (ctx data-end)) (meta (ctx data-meta)))
                  (note 2 (- end data)) (note 3 (- data meta))
                  (when (<= (+ data 14) end) (note 4 (load u64 data 4)) (store u8 data 3 9))
                  (when (<= (+ meta 8) data) (store u64 meta 0 42)))
                XDP_TX)"
        );
        same(&source, &packets()[..3]);
    }
    for tail in [-10, 0, 20, 3000, 5000] {
        let source = format!(
            "{OUT} (defprog p (:type :xdp)
                (note 0 (xdp-adjust-tail (ctx-ptr) {tail})) (note 1 (xdp-get-buff-len (ctx-ptr)))
                XDP_PASS)"
        );
        same(&source, &packets()[..3]);
    }
    for (form, runs) in [("(skb-change-tail (ctx-ptr) 50 0)", 3), ("(skb-change-head (ctx-ptr) 14 0)", 3)] {
        same(
            &format!("{OUT} (defprog p (:type :tc) (note 0 {form}) (note 1 (u64 (ctx len))) TC_ACT_OK)"),
            &packets()[..runs],
        );
    }
}

#[test]
fn metadata_of_a_frame_is_given_alike() {
    let context = Context::Fields(vec![("data".into(), Value::Int(8))]);
    let run = Run { context, ..on(&[&[5; 8][..], &udp(b"metadata")].concat()) };
    let source = format!(
        "{OUT} (defprog p (:type :xdp)
            (let ((data (ctx data)) (meta (ctx data-meta)))
              (when (<= (+ meta 8) data) (note 0 (load u64 meta 0)) (store u8 meta 1 1)))
            (note 1 (u64 (ctx ingress-ifindex))) (note 2 (u64 (ctx rx-queue-index)))
            (note 3 (xdp-adjust-meta (ctx-ptr) 4)) (note 4 (xdp-adjust-meta (ctx-ptr) -3))
            (note 5 (xdp-adjust-head (ctx-ptr) 2))
            XDP_PASS)"
    );
    same(&source, &[run]);
}

#[test]
fn bytes_are_loaded_and_stored_alike() {
    let source = format!(
        "{OUT}
        (defprog p (:type :tc)
          (let ((b (make-eight)))
            (note 0 (skb-load-bytes (ctx-ptr) 14 b 8)) (note 1 (eight-n b))
            (note 2 (skb-load-bytes (ctx-ptr) 60 b 8)) (note 3 (eight-n b))
            (note 4 (skb-load-bytes-relative (ctx-ptr) 0 b 8 1)) (note 5 (eight-n b))
            (note 6 (skb-load-bytes-relative (ctx-ptr) 0 b 8 0)) (note 7 (eight-n b))
            (note 8 (skb-store-bytes (ctx-ptr) 20 b 8 0)) (note 9 (skb-store-bytes (ctx-ptr) 1000 b 8 0))
            (note 10 (skb-store-bytes (ctx-ptr) 20 b 8 8)) (note 11 (skb-pull-data (ctx-ptr) 0))
            (note 12 (skb-pull-data (ctx-ptr) 2000)) (note 13 (skb-change-type (ctx-ptr) 2)))
          (note 14 (u64 (ctx pkt-type)))
          TC_ACT_OK)
        (defstruct eight (n u64))"
    );
    same(&source, &packets());
}

#[test]
fn sums_are_alike() {
    let source = format!(
        "{OUT}
        (defstruct words (a u32) (b u32) (c u32))
        (defprog p (:type :tc)
          (let ((from (make-words :a #x12345678 :b #xffffffff :c (ctx len)))
                (to (make-words :a #xfedcba98 :b 1 :c (ctx mark))))
            (note 0 (csum-diff from 12 to 12 0)) (note 1 (csum-diff from 12 to 12 #xabcdef))
            (note 2 (csum-diff from 8 to 4 5)) (note 3 (csum-diff nil 0 to 12 7))
            (note 4 (csum-diff from 12 nil 0 9)))
          (note 5 (l3-csum-replace (ctx-ptr) 24 (htons 1) (htons 2) 2))
          (note 6 (l3-csum-replace (ctx-ptr) 24 #x01020304 #x05060708 4))
          (note 7 (l3-csum-replace (ctx-ptr) 24 0 #x1234 0))
          (note 8 (l3-csum-replace (ctx-ptr) 25 0 1 2)) (note 9 (l3-csum-replace (ctx-ptr) 24 1 1 3))
          (note 10 (l4-csum-replace (ctx-ptr) 40 (htonl 10) (htonl 20) #x14))
          (note 11 (l4-csum-replace (ctx-ptr) 40 (htons 10) (htons 20) 2))
          (note 12 (l4-csum-replace (ctx-ptr) 40 (htons 10) (htons 20) #x22))
          (note 13 (l4-csum-replace (ctx-ptr) 400 1 2 2))
          TC_ACT_OK)"
    );
    let mut runs = packets();
    let mut none = udp(b"no checksum");
    none[40..42].fill(0);
    runs.push(on(&none));
    same(&source, &runs);
}

#[test]
fn maps_of_each_kind_do_alike() {
    let source = format!(
        "{OUT}
        (defmap full :type :hash :key u32 :value u64 :max-entries 2)
        (defmap queue :type :queue :value u32 :max-entries 2)
        (defmap stack :type :stack :value u32 :max-entries 2)
        (defmap each :type :percpu-array :key u32 :value u32 :max-entries 2)
        (defmap bloom :type :bloom-filter :value u64 :max-entries 8)
        (defstruct prefix (bits u32) (address u32))
        (defmap trie :type :lpm-trie :key prefix :value u32 :max-entries 2)
        (defprog p (:type :tc)
          (note 0 (map-update full 1 10 BPF_NOEXIST)) (note 1 (map-update full 1 11 BPF_NOEXIST))
          (note 2 (map-update full 2 20 BPF_EXIST)) (note 3 (map-update full 2 20))
          (note 4 (map-update full 3 30)) (note 5 (map-delete full 9)) (note 6 (map-delete full 1))
          (note 7 (map-update out 0 1 BPF_NOEXIST)) (note 8 (map-update full 4 4 77))
          (let ((v (u32 0)))
            (note 9 (map-push queue 5)) (note 10 (map-push queue 6)) (note 11 (map-push queue 7))
            (note 12 (map-push queue 8 BPF_EXIST)) (note 13 (map-pop queue (stack-addr v))) (note 14 v)
            (note 15 (map-push stack 5)) (map-push stack 6)
            (note 16 (map-peek stack (stack-addr v))) (note 17 v) (map-pop stack (stack-addr v))
            (map-pop stack (stack-addr v)) (note 18 (map-pop stack (stack-addr v))) (note 19 v))
          (setf (getmap each 1) 9)
          (map-push bloom 4)
          (let ((w (u64 4))) (note 20 (map-peek bloom (stack-addr w))))
          (note 21 (map-update trie (make-prefix :bits 8 :address (htonl #x0a000000)) 8))
          (note 22 (map-update trie (make-prefix :bits 40) 8))
          (note 23 (map-update trie (make-prefix :bits 17 :address (htonl #x0a010000)) 17))
          (note 24 (map-update trie (make-prefix :bits 1) 1))
          (note 25 (getmap trie (make-prefix :bits 32 :address (htonl #x0a017f01))))
          (note 26 (getmap trie (make-prefix :bits 32 :address (htonl #x0a018001))))
          (note 27 (map-delete trie (make-prefix :bits 9 :address (htonl #x0a000000))))
          TC_ACT_OK)"
    );
    same(&source, &packets()[..1]);
}

#[test]
fn rings_and_loops_and_calls_do_alike() {
    let source = format!(
        "{OUT}
        (defmap events :type :ringbuf :max-entries 4096)
        (defmap some :type :array :key u32 :value u64 :max-entries 4)
        (defmap next :type :prog-array :max-entries 2 :values ((1 q)))
        (defprog q (:type :tc) (note 19 (u64 (ctx len))) 5)
        (defun twice ((n u64)) (* 2 n))
        (defprog p (:type :tc)
          (with-ringbuf (e events u64) (setf (deref e) 5))
          (note 0 (ringbuf-query events 0)) (note 1 (ringbuf-query events 1))
          (let ((big (ringbuf-reserve events 4084 0)))
            (when big (note 2 1) (ringbuf-discard big 0)))
          (let ((n (u64 0)))
            (note 3 (bpf-loop (i 10) (incf n i) (when (= i 5) (break)))) (note 4 n)
            (note 5 (do-map (k v some) (incf n (u64 (deref k))) (setf (deref v) n))))
          (note 6 (twice 21))
          (tail-call next 0) (note 7 1) (tail-call next 1) (note 8 1)
          TC_ACT_OK)"
    );
    same(&source, &packets()[..1]);
}

#[test]
fn texts_are_read_and_written_alike() {
    let numbers = [
        ("42 ", 10),
        ("-7", 10),
        ("0x1fg", 0),
        ("1f", 16),
        ("017", 0),
        ("z", 10),
        ("99999999999999999999", 10),
        ("-9223372036854775808", 10),
        (" 12", 0),
        ("-", 10),
        ("5", 7),
    ];
    for (text, base) in numbers {
        let bytes = text.bytes().enumerate().map(|(i, byte)| format!("(text-c b {i}) {byte} "));
        let source = format!(
            "{OUT} (defstruct text (c (array u8 24)))
            (defprog p (:type :tc)
              (let ((b (make-text)) (line (make-text)) (n (i64 0)) (un (u64 0)) (args (make-text)))
                (setf {})
                (note 0 (strtol b 24 {base} (stack-addr n))) (note 1 n)
                (note 2 (strtoul b 24 {base} (stack-addr un))) (note 3 un)
                (store u64 args 0 n) (store u64 args 8 un) (store u64 args 16 77)
                (note 4 (snprintf line 24 \"<%lld %llx %5u %%>\" args 24))
                (dotimes (i 24) (note (+ i 5) (text-c line i))))
              TC_ACT_OK)",
            bytes.collect::<String>()
        );
        same(&source, &packets()[..1]);
    }
}

#[test]
fn dynptrs_do_alike() {
    let source = format!(
        "{OUT}
        (defmap events :type :ringbuf :max-entries 4096)
        (defprog p (:type :tc)
          (let ((d (make-bpf-dynptr)) (n (u64 3))
                (size (u32 (case (ctx mark) (0 16) (1 8) (t 100000)))))
            (note 0 (ringbuf-reserve-dynptr events size 0 d))
            (note 1 (dynptr-write d 0 (stack-addr n) 8 0)) (note 2 (dynptr-write d 9 (stack-addr n) 8 0))
            (when-let ((first (dynptr-data d 0 u32))) (setf (deref first) 8) (note 3 1))
            (note 4 (dynptr-read (stack-addr n) 8 d 0 0)) (note 5 n)
            (note 6 (dynptr-read (stack-addr n) 8 d 0 1))
            (if (= (ctx mark) 1) (ringbuf-discard-dynptr d 0) (ringbuf-submit-dynptr d 0))
            (note 7 (ringbuf-query events BPF_RB_AVAIL_DATA))
            (dotimes (i 3)
              (note 8 (ringbuf-reserve-dynptr events 8 0 d))
              (ringbuf-discard-dynptr d 0))
            TC_ACT_OK))"
    );
    let with = |mark| {
        let context = Context::Fields(vec![("mark".into(), Value::Int(mark))]);
        Run { context, ..on(&udp(b"x")) }
    };
    same(&source, &[with(0), with(1), with(2)]);
}

#[test]
fn flow_keys_are_alike() {
    let source = "(defprog p (:type :flow-dissector)
      (let ((keys (ctx flow-keys)))
        (setf (bpf-flow-keys-ip-proto keys) 17 (bpf-flow-keys-thoff keys) (+ (bpf-flow-keys-nhoff keys) 20)
              (bpf-flow-keys-sport keys) (bpf-flow-keys-n-proto keys)))
      BPF_OK)";
    same(source, &packets());
}

#[test]
fn words_reach_programs_of_events_alike() {
    let source =
        format!("{OUT} (defprog p (:type :raw-tracepoint) (note 0 (ctx u64 0)) (note 1 (ctx u64 8)) 3)");
    let context = Context::Fields(vec![("args".into(), Value::Array(vec![Value::Int(5), Value::Int(6)]))]);
    same(&source, &[Run { context, repeat: 1, ..Run::default() }]);
}
