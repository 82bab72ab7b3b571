//! Entries by prefix: a key is the number of its bits that count, and the bits; what is looked up is found
//! under its longest prefix (kernel/bpf/lpm_trie.c).

use libc::EINVAL;

use super::{Memory, Outcome, keyed::Keyed};

/// The entries, under keys whose other bits are zero.
#[derive(Debug)]
pub(in crate::vm) struct Prefixes(Keyed);

impl Default for Prefixes {
    fn default() -> Self {
        Self(Keyed::new(false))
    }
}

/// The bytes before the bits: how many of them count.
const LENGTH: usize = 4;

fn length(key: &[u8]) -> Option<u32> {
    Some(u32::from_ne_bytes(*key.first_chunk()?))
}

/// `key` with only its first `bits`.
fn cut(key: &[u8], bits: u32) -> Vec<u8> {
    let mut cut = key.to_vec();
    cut.iter_mut().zip(bits.to_ne_bytes()).for_each(|(to, byte)| *to = byte);
    for (index, byte) in cut.iter_mut().skip(LENGTH).enumerate() {
        let left = bits.saturating_sub(index as u32 * 8).min(8);
        *byte &= !(0xff_u32 >> left) as u8;
    }
    cut
}

impl Prefixes {
    pub(super) fn longest(&mut self, key: &[u8]) -> Option<u64> {
        let bits = length(key)?.min((key.len() - LENGTH) as u32 * 8);
        (0..=bits).rev().find_map(|bits| self.0.find(&cut(key, bits)))
    }

    pub(super) fn exact(&mut self, key: &[u8]) -> Option<u64> {
        self.0.find(&cut(key, length(key)?))
    }

    pub(super) fn insert(
        &mut self,
        memory: &mut Memory,
        key: &[u8],
        value: &[u8],
        most: usize,
    ) -> Outcome<()> {
        let bits = length(key).filter(|bits| *bits as usize <= (key.len() - LENGTH) * 8).ok_or(EINVAL)?;
        match self.0.insert(memory, &cut(key, bits), value, most) {
            Err(_) => Err(libc::ENOSPC),
            done => done,
        }
    }

    pub(super) fn remove(&mut self, key: &[u8]) -> Option<u64> {
        self.0.remove(&cut(key, length(key)?))
    }

    pub(super) fn keys(&self) -> impl Iterator<Item = &Vec<u8>> {
        self.0.keys()
    }

    pub(super) fn after(&self, key: Option<&[u8]>) -> Option<Vec<u8>> {
        self.0.after(key)
    }
}

#[cfg(test)]
mod tests {
    use super::{Memory, Prefixes};

    fn key(bits: u32, address: [u8; 4]) -> Vec<u8> {
        [bits.to_ne_bytes(), address].concat()
    }

    #[test]
    fn the_longest_prefix_is_found() {
        let (mut memory, mut prefixes) = (Memory::new(), Prefixes::default());
        for (bits, address) in [(0, [0; 4]), (8, [10, 1, 2, 3]), (21, [10, 9, 8, 0])] {
            prefixes.insert(&mut memory, &key(bits, address), &[bits as u8], 8).unwrap();
        }
        let mut found = |address| {
            let at = prefixes.longest(&key(32, address)).unwrap();
            memory.read(at, 1).unwrap()[0]
        };
        assert_eq!([[10, 9, 15, 1], [10, 9, 16, 1], [11, 0, 0, 1]].map(&mut found), [21, 8, 0]);
        assert!(prefixes.exact(&key(8, [10, 0, 0, 0])).is_some());
        assert!(prefixes.remove(&key(9, [10, 0, 0, 0])).is_none());
    }
}
