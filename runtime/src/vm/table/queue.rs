//! Queues and stacks.

use std::collections::VecDeque;

use libc::{E2BIG, EINVAL, ENOENT};

use super::Outcome;

/// The values.
#[derive(Debug)]
pub(in crate::vm) struct Queue {
    values: VecDeque<Vec<u8>>,
    order: Order,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Order {
    FirstIn,
    LastIn,
}

/// `BPF_EXIST`: what came first makes room.
const EXIST: u64 = 2;

impl Queue {
    pub(super) fn first_in() -> Self {
        Self { values: VecDeque::new(), order: Order::FirstIn }
    }

    pub(super) fn last_in() -> Self {
        Self { order: Order::LastIn, ..Self::first_in() }
    }

    pub(in crate::vm) fn push(&mut self, value: &[u8], most: usize, flags: u64) -> Outcome<()> {
        if flags & !EXIST != 0 {
            return Err(EINVAL);
        }
        if self.values.len() >= most {
            if flags != EXIST {
                return Err(E2BIG);
            }
            self.values.pop_front();
        }
        self.values.push_back(value.to_vec());
        Ok(())
    }

    /// The next value, which stays unless `taken`.
    pub(in crate::vm) fn next(&mut self, taken: bool) -> Outcome<Vec<u8>> {
        let next = match (self.order, taken) {
            (Order::FirstIn, true) => self.values.pop_front(),
            (Order::FirstIn, false) => self.values.front().cloned(),
            (Order::LastIn, true) => self.values.pop_back(),
            (Order::LastIn, false) => self.values.back().cloned(),
        };
        next.ok_or(ENOENT)
    }
}
