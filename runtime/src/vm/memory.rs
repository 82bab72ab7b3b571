//! The memory of the machine: regions, each with its bytes.
//!
//! An address is a region's number in the upper half of 64 bits, and a place in it in the lower half; there
//! is no region 0, so null leads nowhere. Always holds: an access that is not wholly within one region
//! that is there is a [`Trap`], and so is a write to one that may only be read.

use super::Trap;

/// Memory by address.
#[derive(Debug)]
pub(super) struct Memory {
    regions: Vec<Region>,
    /// Numbers of regions that are no more, and that no program can still know.
    free: Vec<u32>,
    /// Those that a program may still know, until it has ended.
    retired: Vec<u32>,
}

#[derive(Debug, Default)]
struct Region {
    bytes: Vec<u8>,
    writable: bool,
}

/// The bits of an address that say where in its region it is.
const PLACE_BITS: u32 = 32;

impl Memory {
    pub(super) fn new() -> Self {
        Self { regions: vec![Region::default()], free: Vec::new(), retired: Vec::new() }
    }

    /// A region that programs may write.
    pub(super) fn add(&mut self, bytes: Vec<u8>) -> u64 {
        self.insert(Region { bytes, writable: true })
    }

    /// A region that programs may only read.
    pub(super) fn add_read_only(&mut self, bytes: Vec<u8>) -> u64 {
        self.insert(Region { bytes, writable: false })
    }

    fn insert(&mut self, region: Region) -> u64 {
        let number = match self.free.pop() {
            Some(number) => number,
            None => {
                self.regions.push(Region::default());
                self.regions.len() as u32 - 1
            }
        };
        self.regions[number as usize] = region;
        u64::from(number) << PLACE_BITS
    }

    /// Ends the region of an address; gives its bytes.
    pub(super) fn remove(&mut self, address: u64) -> Vec<u8> {
        let (number, _) = parts(address);
        self.retired.push(number as u32);
        self.regions.get_mut(number).map(std::mem::take).unwrap_or_default().bytes
    }

    /// No program runs: what was removed can be used again.
    pub(super) fn settle(&mut self) {
        self.free.append(&mut self.retired);
    }

    /// `length` bytes from `address` on.
    pub(super) fn read(&self, address: u64, length: usize) -> Result<&[u8], Trap> {
        let (number, place) = parts(address);
        let bytes = self.regions.get(number).map(|region| region.bytes.as_slice());
        let range = place..place.saturating_add(length);
        bytes.and_then(|bytes| bytes.get(range)).ok_or(Trap::Memory { address, length })
    }

    /// The same, for a program to write.
    pub(super) fn write(&mut self, address: u64, length: usize) -> Result<&mut [u8], Trap> {
        let (number, place) = parts(address);
        let region = self.regions.get_mut(number).filter(|region| region.writable);
        let range = place..place.saturating_add(length);
        region.and_then(|region| region.bytes.get_mut(range)).ok_or(Trap::Memory { address, length })
    }

    /// The whole region of an address, whatever programs may do with it.
    pub(super) fn whole(&mut self, address: u64) -> &mut Vec<u8> {
        let (number, _) = parts(address);
        let number = if number < self.regions.len() { number } else { 0 };
        &mut self.regions[number].bytes
    }

    /// The number of `width` bytes at `address`, extended with zeroes.
    pub(super) fn load(&self, address: u64, width: usize) -> Result<u64, Trap> {
        let mut wide = [0; 8];
        wide[..width].copy_from_slice(self.read(address, width)?);
        Ok(u64::from_le_bytes(wide))
    }

    /// Stores the lowest `width` bytes of `value`.
    pub(super) fn store(&mut self, address: u64, width: usize, value: u64) -> Result<(), Trap> {
        self.write(address, width)?.copy_from_slice(&value.to_le_bytes()[..width]);
        Ok(())
    }

    /// The text at `address`, up to its end.
    pub(super) fn text(&self, address: u64) -> Result<&[u8], Trap> {
        let (number, place) = parts(address);
        let bytes = self.regions.get(number).and_then(|region| region.bytes.get(place..));
        let bytes = bytes.ok_or(Trap::Memory { address, length: 1 })?;
        let end = bytes.iter().position(|byte| *byte == 0);
        Ok(&bytes[..end.unwrap_or(bytes.len())])
    }
}

/// The region of an address, and the place in it.
fn parts(address: u64) -> (usize, usize) {
    ((address >> PLACE_BITS) as usize, (address & u64::from(u32::MAX)) as usize)
}

/// Whether both addresses are of one region.
pub(super) fn same_region(a: u64, b: u64) -> bool {
    parts(a).0 == parts(b).0
}
