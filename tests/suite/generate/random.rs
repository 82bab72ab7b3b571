//! Pseudo-random numbers: SplitMix64, the same everywhere.

/// The state.
pub struct Random(u64);

impl Random {
    /// Starts from `seed`.
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ 0x6a09_e667_f3bc_c908)
    }

    /// The next 64 bits.
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below `n`.
    pub fn below(&mut self, n: usize) -> usize {
        (self.next() % n as u64) as usize
    }

    /// One of `items`.
    pub fn pick<T: Copy>(&mut self, items: &[T]) -> T {
        items[self.below(items.len())]
    }

    /// Whether something that happens once in `n` times happens.
    pub fn one_in(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }

    /// A number whose bits are likely to sit at an edge: small, near a power of two, or anything.
    pub fn edgy(&mut self) -> u64 {
        let near = self.below(5) as u64;
        let power = 1u64.rotate_left(self.below(64) as u32);
        match self.below(6) {
            0 => near,
            1 => near.wrapping_neg(),
            2 => power.wrapping_sub(near),
            3 => power.wrapping_add(near),
            _ => self.next() >> self.below(64),
        }
    }
}
