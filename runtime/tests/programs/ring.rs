//! Ring buffers: records of every length, discarded ones between them, across the end of the buffer, and
//! by more than one reader in turn.

use std::{
    sync::atomic::{AtomicU64, Ordering},
    thread,
    time::Duration,
};

use bpfl_runtime::{run::Run, session::Session};

use crate::{global, ready, session};

/// A run writes one record that starts with its number: of 8, 40 or 104 bytes in turn, every fifth of
/// them discarded.
const SOURCE: &str = "
  (defmap events :type :ringbuf :max-entries 4096)
  (defvar number u64)
  (defvar lost u64)
  (defmacro record (size)
    `(let ((e (ringbuf-reserve events ,size 0)))
       (unless e (incf lost) (return 0))
       (memset e 0 (u8 number) ,size)
       (store u64 e 0 number)
       (if (= (mod number 5) 4) (ringbuf-discard e 0) (ringbuf-submit e 0))))
  (defprog produce (:type :tc)
    (incf number)
    (case (mod number 3)
      (0 (record 8))
      (1 (record 40))
      (t (record 104)))
    TC_ACT_OK)";

/// What record `number` holds, if it is not discarded.
fn record(number: u64) -> Option<Vec<u8>> {
    record_of(number, number)
}

/// The same, of the length that `kind` has.
fn record_of(number: u64, kind: u64) -> Option<Vec<u8>> {
    let mut bytes = vec![number as u8; [8, 40, 104][kind as usize % 3]];
    bytes[..8].copy_from_slice(&number.to_ne_bytes());
    (number % 5 != 4).then_some(bytes)
}

fn produce(session: &mut Session, times: u32) {
    let run = Run { data: vec![0; 64], repeat: times, ..Run::default() };
    session.run("produce", &run).unwrap();
}

#[test]
fn records_of_all_lengths_come_whole_and_once() {
    if !ready() {
        return;
    }
    let mut session = session(SOURCE);
    let mut ring = session.ring("events", None).unwrap();
    let mut number = 0u64;
    for round in 0..500u64 {
        let times = 1 + round % 40;
        produce(&mut session, times as u32);
        for record in (number + 1..=number + times).filter_map(record) {
            assert_eq!(ring.next(<[u8]>::to_vec), Some(record));
        }
        assert_eq!(ring.next(<[u8]>::len), None);
        number += times;
    }
    assert_eq!(global(&mut session, "lost"), 0);
}

#[test]
fn all_that_is_there_comes_at_once() {
    if !ready() {
        return;
    }
    // Runs of records of one length: of one only, of a few, and of more than are read together.
    for run in [1u64, 3, 30] {
        let source = SOURCE.replace("(case (mod number 3)", &format!("(case (mod (/ number {run}) 3)"));
        let mut session = session(&source);
        let mut ring = session.ring("events", None).unwrap();
        let mut number = 0u64;
        for round in 0..300u64 {
            let times = 1 + round % 35;
            produce(&mut session, times as u32);
            let wanted: Vec<_> =
                (number + 1..=number + times).filter_map(|number| record_of(number, number / run)).collect();
            let mut got = Vec::new();
            assert_eq!(ring.consume(|bytes| got.push(bytes.to_vec())), wanted.len() as u64);
            assert_eq!(got, wanted, "round {round} with runs of {run}");
            number += times;
        }
        assert_eq!(global(&mut session, "lost"), 0);
    }
}

#[test]
fn the_next_reader_goes_on_where_one_stopped() {
    if !ready() {
        return;
    }
    let mut session = session(SOURCE);
    produce(&mut session, 6);
    for number in [1, 2, 3, 5, 6] {
        let mut ring = session.ring("events", None).unwrap();
        assert_eq!(ring.next(<[u8]>::to_vec), record(number));
    }
    assert_eq!(session.ring("events", None).unwrap().next(<[u8]>::len), None);
}

#[test]
fn room_is_there_again_when_all_was_read() {
    if !ready() {
        return;
    }
    let mut session = session(SOURCE);
    let mut ring = session.ring("events", None).unwrap();
    for _ in 0..3 {
        // Nobody reads: it is full after 69 records, three of which take 176 bytes.
        produce(&mut session, 200);
        while ring.next(<[u8]>::len).is_some() {}
        let lost = global(&mut session, "lost");
        produce(&mut session, 60);
        assert_eq!(global(&mut session, "lost"), lost, "there is room for 60");
        while ring.next(<[u8]>::len).is_some() {}
    }
    assert!(global(&mut session, "lost") > 0);
}

#[test]
fn programs_drain_what_userspace_sends() {
    if !ready() {
        return;
    }
    let source = "
      (defmap commands :type :user-ringbuf :max-entries 4096)
      (defstruct sums (count u64) (total u64))
      (defvar out sums)
      (defvar drained i64)
      (defun each ((d (ptr bpf-dynptr)) (c (ptr sums)))
        (let ((n (u32 0)))
          (when (= (dynptr-read (stack-addr n) 4 d 0 0) 0)
            (incf (sums-count c)) (incf (sums-total c) n)
            (when-let ((p (dynptr-data d 4 u32))) (incf (sums-total c) (deref p))))
          (= n 99)))
      (defprog p (:type :tc)
        (let ((s (make-sums)))
          (setf drained (user-ringbuf-drain commands #'each s 0))
          (setf (sums-count out) (sums-count s) (sums-total out) (sums-total s)))
        TC_ACT_OK)";
    for in_vm in [false, true] {
        let mut session = session(source);
        if in_vm {
            session.run_in_vm();
        }
        let mut ring = session.user_ring("commands").unwrap();
        let drain = |session: &mut Session| {
            session.run("p", &Run { data: vec![0; 64], repeat: 1, ..Run::default() }).unwrap();
            let out = session.global("out").unwrap();
            let field = |name: &str| out.field(name).and_then(|value| value.as_int()).unwrap();
            (global(session, "drained"), field("count"), field("total"))
        };
        assert_eq!(drain(&mut session), (0, 0, 0));
        // The third is too short to be read.
        for record in [&[5, 0, 0, 0][..], &[7, 0, 0, 0, 100, 0, 0, 0], &[1]] {
            ring.send(record).unwrap();
        }
        assert_eq!(drain(&mut session), (3, 2, 112), "in the VM: {in_vm}");
        // One that says so is the last of a call.
        [99_u32, 1].iter().for_each(|n| ring.send(&n.to_ne_bytes()).unwrap());
        assert_eq!(drain(&mut session), (1, 1, 99));
        assert_eq!(drain(&mut session), (1, 1, 1));
        // Many times around, and until it is full: 4096 bytes are 32 records of 120.
        for round in 0..10 {
            let sent = (0..100).take_while(|_| ring.send(&[round; 120]).is_ok()).count();
            assert_eq!(sent, 32);
            assert_eq!(drain(&mut session).0, 32);
        }
        let error = ring.send(&[0; 5000]).unwrap_err().to_string();
        assert_eq!(error, "map `commands` has no room for 5000 more bytes: it is not that large");
    }
}

const EVENTS: u64 = 1_000_000;
/// So many are written before the writer looks how far the reader is.
const BATCH: u64 = 1000;

#[test]
fn a_million_records_come_while_they_are_written() {
    if !ready() {
        return;
    }
    let source = "
      (defmap events :type :ringbuf :max-entries 65536)
      (defvar number u64)
      (defvar lost u64)
      (defprog produce (:type :tc)
        (unless (with-ringbuf (e events u64) (setf (deref e) (incf number))) (incf lost))
        TC_ACT_OK)";
    let mut session = session(source);
    let mut ring = session.ring("events", None).unwrap();
    let read = AtomicU64::new(0);
    thread::scope(|scope| {
        let (reader, ring) = (&read, &mut ring);
        let consumer = scope.spawn(move || consume(ring, reader));
        for written in (BATCH..=EVENTS).step_by(BATCH as usize) {
            produce(&mut session, BATCH as u32);
            while written - read.load(Ordering::Acquire) > BATCH && !consumer.is_finished() {
                thread::yield_now();
            }
        }
    });
    assert_eq!((read.into_inner(), global(&mut session, "lost")), (EVENTS, 0));
}

/// Takes all records, which are numbered, and waits where there is none: the kernel has to wake it. Every
/// other time it takes all that there are at once.
fn consume(ring: &mut bpfl_runtime::map::Ring, read: &AtomicU64) {
    let mut count = 0;
    let mut take = |bytes: &[u8]| {
        count += 1;
        assert_eq!(u64::from_ne_bytes(bytes.try_into().unwrap()), count);
        read.store(count, Ordering::Release);
        count
    };
    let (mut last, mut together) = (0, false);
    while last < EVENTS && ring.wait(Duration::from_secs(10)).unwrap() {
        match together {
            true => {
                ring.consume(|bytes| last = take(bytes));
            }
            false => {
                while let Some(number) = ring.next(&mut take) {
                    last = number;
                }
            }
        }
        together = !together;
    }
}
