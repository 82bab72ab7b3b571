//! The memory that a ring buffer shares with its reader.
//!
//! A map of kind `ringbuf` goes in, what lies between the positions of the reader and of the writers
//! comes out. The kernel lays it out so (kernel/bpf/ringbuf.c): a page with the position up to which was
//! read, which is the reader's to write; a page with the position up to which was reserved; and the
//! records, mapped twice in a row, so that one that goes over the end is in one piece.
//!
//! Always holds: no record is looked at beyond the position up to which was reserved, nor after its room
//! was given back.

use std::{
    hint::black_box,
    io,
    os::fd::BorrowedFd,
    ptr::{NonNull, null_mut},
    slice,
    sync::atomic::{AtomicU32, AtomicUsize, Ordering},
};

use rustix::{
    mm::{MapFlags, ProtFlags, mmap, munmap},
    param::page_size,
};

use super::flag;

/// A record starts with its length, which has two flags, and the page that it is in.
const HEADER: usize = 8;
/// What starts at a multiple of so many bytes.
const ALIGNED: usize = 8;
/// The part of the buffer that may have been read and not given back. Writers on other CPUs look at the
/// reader's position for each record; a position that changes with each one costs both sides.
const KEPT_BACK: usize = 16;

/// How many records of one length are read together.
const TOGETHER: usize = 4;

/// Reads a ring buffer.
pub(crate) struct RingReader {
    consumer: Pages,
    producer: Pages,
    flags: Flags,
    /// The bytes of the buffer; a power of two.
    size: usize,
    /// Where the records begin, behind the writers' page.
    records: usize,
    /// What the last record took, with its header.
    room: usize,
    /// Up to where was read.
    at: usize,
    /// Up to where the writers know it.
    given: usize,
    /// Up to where was reserved when it was last looked at.
    end: usize,
}

/// The flags in a record's length.
#[derive(Clone, Copy)]
struct Flags {
    busy: u32,
    discarded: u32,
}

impl RingReader {
    /// The reader of the map behind `fd`, whose buffer has `size` bytes.
    pub(crate) fn map(fd: BorrowedFd<'_>, size: u32) -> io::Result<Self> {
        let (size, page) = (size as usize, page_size());
        if !size.is_power_of_two() || size % page != 0 {
            return Err(io::ErrorKind::InvalidInput.into());
        }
        let consumer = Pages::map(fd, 0, page, ProtFlags::READ | ProtFlags::WRITE)?;
        let producer = Pages::map(fd, page, page + 2 * size, ProtFlags::READ)?;
        let at = consumer.position().load(Ordering::Relaxed) & !(ALIGNED - 1);
        let flags = Flags { busy: flag("BPF_RINGBUF_BUSY_BIT"), discarded: flag("BPF_RINGBUF_DISCARD_BIT") };
        Ok(Self { consumer, producer, flags, size, records: page, room: 0, at, given: at, end: at })
    }

    /// Gives the next record's bytes to `read`, if there is one by now.
    #[inline]
    pub(crate) fn next<T>(&mut self, read: impl FnOnce(&[u8]) -> T) -> Option<T> {
        let (start, length) = self.take()?;
        // SAFETY: start and length are those of a record whose writer is done with it (`take`), at most
        // the buffer's size, and the records are mapped twice. Nothing writes there until its room is
        // given back, which only `&mut self` does, and `read` cannot keep the bytes.
        let bytes = unsafe { slice::from_raw_parts(self.producer.at.as_ptr().add(start), length) };
        let value = read(bytes);
        if self.at.wrapping_sub(self.given) >= self.size / KEPT_BACK {
            self.give_back();
        }
        Some(value)
    }

    /// Gives the bytes of each record that there is by now to `read`; how many there were.
    pub(crate) fn consume(&mut self, mut read: impl FnMut(&[u8])) -> u64 {
        let mut count = 0;
        while let Some(length) = self.next(|bytes| {
            read(bytes);
            bytes.len()
        }) {
            count += 1 + self.alike(length, &mut read);
        }
        count
    }

    /// Reads on as long as records are of this length; how many were.
    ///
    /// Where the next records are follows from the length then, and not from their headers: the processor need
    /// not wait for one before it fetches the others.
    #[inline]
    fn alike(&mut self, length: usize, read: &mut impl FnMut(&[u8])) -> u64 {
        let room = (HEADER + length).next_multiple_of(ALIGNED);
        let kept = self.given.wrapping_add(self.size / KEPT_BACK).wrapping_sub(self.at);
        let mut left = self.end.wrapping_sub(self.at).min(kept) / room / TOGETHER;
        let mut count = 0;
        while left > 0 {
            let places = std::array::from_fn(|n| self.at.wrapping_add(n * room));
            let all: [usize; TOGETHER] = places;
            if all.map(|at| self.header_at(at)) != [length as u32; TOGETHER] {
                break;
            }
            // SAFETY: their headers say that they are this long and done with, and for the rest it is as in
            // `next`.
            let bytes = |at| unsafe {
                let start = self.offset_of(at) + HEADER;
                slice::from_raw_parts(self.producer.at.as_ptr().add(start), length)
            };
            all.iter().for_each(|at| read(bytes(*at)));
            self.at = self.at.wrapping_add(TOGETHER * room);
            count += TOGETHER as u64;
            left -= 1;
        }
        count
    }

    /// Where in the mapping the next record's bytes are, and how many.
    #[inline]
    fn take(&mut self) -> Option<(usize, usize)> {
        loop {
            if !self.is_behind() && !self.look() {
                return None;
            }
            let header = self.header_at(self.at);
            if header & self.flags.busy != 0 {
                // Who is done with a record wakes the reader if all before it was given back.
                if !self.give_back() {
                    return None;
                }
                continue;
            }
            let length = (header & !self.flags.discarded) as usize;
            let start = self.offset_of(self.at) + HEADER;
            self.pass((HEADER + length).next_multiple_of(ALIGNED));
            if header & self.flags.discarded == 0 {
                return Some((start, length.min(self.size)));
            }
        }
    }

    /// Goes on by a record that takes `room`.
    ///
    /// Most records are as long as the one before. When the position follows from that and not from the
    /// header, the processor need not wait for the header before it fetches the next one; it is the hint
    /// that keeps the compiler from seeing that both are the same.
    #[inline]
    fn pass(&mut self, room: usize) {
        if room != black_box(self.room) {
            self.room = room;
        }
        self.at = self.at.wrapping_add(black_box(self.room));
    }

    /// Looks up to where was reserved; whether there is more than was read.
    fn look(&mut self) -> bool {
        self.end = self.producer.position().load(Ordering::SeqCst);
        if !self.is_behind() && self.give_back() {
            // A record that came in between woke nobody.
            self.end = self.producer.position().load(Ordering::SeqCst);
        }
        self.is_behind()
    }

    /// Whether there is something between what was read and what was reserved.
    #[inline]
    fn is_behind(&self) -> bool {
        // Any process that has the map can write any position; what cannot be is nothing to read.
        (1..=self.size).contains(&self.end.wrapping_sub(self.at))
    }

    /// Where in the mapping a position is: within the first of both that the records have.
    #[inline]
    fn offset_of(&self, position: usize) -> usize {
        self.records + (position & (self.size - 1))
    }

    /// The length and flags of the record at a position; of none, what is there.
    #[inline]
    fn header_at(&self, position: usize) -> u32 {
        // SAFETY: the offset is within the mapping, and aligned, as positions are; the kernel writes
        // these four bytes as a whole.
        let header =
            unsafe { AtomicU32::from_ptr(self.producer.at.as_ptr().add(self.offset_of(position)).cast()) };
        header.load(Ordering::Acquire)
    }

    /// Lets writers have the room of what was read; whether there was any.
    pub(crate) fn give_back(&mut self) -> bool {
        let more = self.at != self.given;
        if more {
            self.consumer.position().store(self.at, Ordering::SeqCst);
            self.given = self.at;
        }
        more
    }
}

/// Writes into a user ring buffer, the records of which programs drain.
///
/// Laid out the other way round: the first page is the kernel's, with the position up to which was drained;
/// the second, and the records, are the writer's.
pub(crate) struct RingWriter {
    consumer: Pages,
    producer: Pages,
    size: usize,
    records: usize,
}

impl RingWriter {
    /// The writer of the map behind `fd`, whose buffer has `size` bytes.
    pub(crate) fn map(fd: BorrowedFd<'_>, size: u32) -> io::Result<Self> {
        let (size, page) = (size as usize, page_size());
        if !size.is_power_of_two() || size % page != 0 {
            return Err(io::ErrorKind::InvalidInput.into());
        }
        let consumer = Pages::map(fd, 0, page, ProtFlags::READ)?;
        let producer = Pages::map(fd, page, page + 2 * size, ProtFlags::READ | ProtFlags::WRITE)?;
        Ok(Self { consumer, producer, size, records: page })
    }

    /// Appends a record; `StorageFull` when programs have left no room for it.
    pub(crate) fn send(&mut self, record: &[u8]) -> io::Result<()> {
        let room = HEADER.checked_add(record.len()).map(|room| room.next_multiple_of(ALIGNED));
        let room = room.filter(|room| *room <= self.size).ok_or(io::ErrorKind::FileTooLarge)?;
        let end = self.producer.position().load(Ordering::Relaxed);
        let used = end.wrapping_sub(self.consumer.position().load(Ordering::Acquire));
        if used > self.size || room > self.size - used {
            return Err(io::ErrorKind::StorageFull.into());
        }
        let start = self.records + (end & (self.size - 1) & !(ALIGNED - 1));
        // SAFETY: the record and its header are within the records, which are mapped twice; nobody reads
        // there until the position goes beyond, and `&mut self` is the only writer.
        let place =
            unsafe { slice::from_raw_parts_mut(self.producer.at.as_ptr().add(start), HEADER + record.len()) };
        let (header, bytes) = place.split_at_mut(HEADER);
        header.copy_from_slice(&(record.len() as u64).to_le_bytes());
        bytes.copy_from_slice(record);
        self.producer.position().store(end.wrapping_add(room), Ordering::Release);
        Ok(())
    }
}

impl Drop for RingReader {
    fn drop(&mut self) {
        self.give_back();
    }
}

/// Pages of a map in this process's memory.
struct Pages {
    at: NonNull<u8>,
    length: usize,
}

// SAFETY: pages are memory as any other; they belong to no thread.
unsafe impl Send for Pages {}

impl Pages {
    fn map(fd: BorrowedFd<'_>, offset: usize, length: usize, rights: ProtFlags) -> io::Result<Self> {
        // SAFETY: the kernel chooses the place, so that nothing is mapped over.
        let at = unsafe { mmap(null_mut(), length, rights, MapFlags::SHARED, fd, offset as u64) }?;
        NonNull::new(at.cast()).map(|at| Self { at, length }).ok_or_else(|| io::ErrorKind::InvalidData.into())
    }

    /// The position that the first word is.
    fn position(&self) -> &AtomicUsize {
        // SAFETY: a page is at least a word, and aligned; both sides write it as a whole. What is mapped
        // to be read is only loaded.
        unsafe { AtomicUsize::from_ptr(self.at.as_ptr().cast()) }
    }
}

impl Drop for Pages {
    fn drop(&mut self) {
        // SAFETY: it was mapped by `map` and is not used after this. Unmapping one's own pages cannot fail.
        let _ = unsafe { munmap(self.at.as_ptr().cast(), self.length) };
    }
}
