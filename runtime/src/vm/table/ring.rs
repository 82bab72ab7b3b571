//! A ring buffer: records in the order in which they were reserved (kernel/bpf/ringbuf.c).

use std::{collections::VecDeque, io};

use super::Memory;

/// The records that userspace has not taken.
#[derive(Debug)]
pub(in crate::vm) struct Ring {
    size: usize,
    records: VecDeque<Record>,
    produced: u64,
    consumed: u64,
}

#[derive(Debug)]
struct Record {
    state: State,
    length: usize,
}

#[derive(Debug)]
enum State {
    /// A program writes it, at this address.
    Busy(u64),
    /// It is there.
    Done(Vec<u8>),
    /// It is not to be read.
    Discarded,
}

/// What a record takes beside its bytes.
const HEADER: usize = 8;

impl Record {
    fn room(&self) -> u64 {
        room(self.length)
    }
}

fn room(length: usize) -> u64 {
    (length + HEADER).next_multiple_of(8) as u64
}

impl Ring {
    pub(super) fn new(size: usize) -> Self {
        Self { size, records: VecDeque::new(), produced: 0, consumed: 0 }
    }

    /// The address of a new record; `None` when there is no room.
    pub(in crate::vm) fn reserve(&mut self, memory: &mut Memory, length: usize) -> Option<u64> {
        let left = (self.size as u64).saturating_sub(self.used() + 1);
        if length > self.size || room(length) > left {
            return None;
        }
        self.produced += room(length);
        let at = memory.add(vec![0; length]);
        self.records.push_back(Record { state: State::Busy(at), length });
        Some(at)
    }

    /// Ends the record at `address`; whether there is one.
    pub(in crate::vm) fn end(&mut self, memory: &mut Memory, address: u64, discarded: bool) -> bool {
        let found = self.records.iter_mut().rev().find(|record| match record.state {
            State::Busy(at) => at == address,
            _ => false,
        });
        let Some(record) = found else { return false };
        let bytes = memory.remove(address);
        record.state = if discarded { State::Discarded } else { State::Done(bytes) };
        true
    }

    /// Takes the next record, if it is there.
    pub(in crate::vm) fn take(&mut self) -> Option<Vec<u8>> {
        loop {
            if matches!(self.records.front()?.state, State::Busy(_)) {
                return None;
            }
            let record = self.records.pop_front()?;
            self.consumed += record.room();
            if let State::Done(bytes) = record.state {
                return Some(bytes);
            }
        }
    }

    fn used(&self) -> u64 {
        self.produced - self.consumed
    }

    /// What `bpf_ringbuf_query` gives for `BPF_RB_AVAIL_DATA` (0), `BPF_RB_RING_SIZE`, `BPF_RB_CONS_POS`,
    /// `BPF_RB_PROD_POS`.
    pub(in crate::vm) fn query(&self, what: u64) -> u64 {
        match what {
            0 => self.used(),
            1 => self.size as u64,
            2 => self.consumed,
            3 => self.produced,
            _ => 0,
        }
    }
}

/// A ring buffer that userspace writes, and programs drain.
#[derive(Debug)]
pub(in crate::vm) struct UserRing {
    size: usize,
    records: VecDeque<Vec<u8>>,
    used: u64,
}

impl UserRing {
    pub(super) fn new(size: usize) -> Self {
        Self { size, records: VecDeque::new(), used: 0 }
    }

    pub(in crate::vm) fn send(&mut self, record: &[u8]) -> io::Result<()> {
        if record.len() > self.size || room(record.len()) > self.size as u64 {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        if self.used + room(record.len()) > self.size as u64 {
            return Err(io::ErrorKind::StorageFull.into());
        }
        self.used += room(record.len());
        self.records.push_back(record.to_vec());
        Ok(())
    }

    pub(in crate::vm) fn take(&mut self) -> Option<Vec<u8>> {
        let record = self.records.pop_front()?;
        self.used -= room(record.len());
        Some(record)
    }
}
