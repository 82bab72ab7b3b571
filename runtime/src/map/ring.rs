//! Consuming a ring buffer through the memory that it shares with the kernel.
//!
//! A loaded map of kind `ringbuf` goes in, its records come out, each once and in the order in which
//! they were reserved. Always holds: a record is read where the kernel wrote it, without a copy; all room
//! is given back when the reader has found no more, or is gone, and of what it has read meanwhile at most
//! a sixteenth of the buffer is kept back; nothing is asked of the kernel but to wait.
//!
//! What programs find no room for never gets here. A program that counts it in a global variable called
//! `MAP_lost` (`with-ringbuf` does so by itself where there is one) makes the count known as
//! [`Session::lost`](crate::session::Session::lost).

use std::{
    io,
    os::fd::{AsFd, BorrowedFd, OwnedFd},
    sync::Arc,
    time::Duration,
};

use rustix::event::{EventfdFlags, PollFd, PollFlags, Timespec, eventfd, poll};

use super::MapError;
use crate::{
    btf::shape::Shape,
    spec::MapSpec,
    sys::{RawMap, RingReader, RingWriter},
    value::{Value, decode},
    vm::TableRef,
};

/// The reader of a ring buffer. There is to be one of a map at a time: two would take records from each
/// other.
pub struct Ring {
    map: String,
    fd: OwnedFd,
    reader: Reader,
    record: Option<Arc<Shape>>,
}

/// Where the records are.
enum Reader {
    /// In the memory of a map of the kernel's.
    Shared(RingReader),
    /// In the userspace VM, whose programs write none while one waits.
    Vm(TableRef),
}

impl Ring {
    /// For the map behind `fd`, whose records are read as a `record`; as bytes when that is not known.
    pub(crate) fn open(
        spec: &MapSpec,
        fd: BorrowedFd<'_>,
        record: Option<Arc<Shape>>,
    ) -> Result<Self, MapError> {
        let map = spec.name.clone();
        if spec.kind.name != "ringbuf" {
            return Err(MapError::NoRing { map, kind: spec.kind.name });
        }
        let failed = |source| MapError::Kernel { map: map.clone(), doing: "mapped", source };
        let fd = fd.try_clone_to_owned().map_err(failed)?;
        let size = RawMap::new(fd.as_fd(), 1).map_err(failed)?.max_entries();
        let reader = Reader::Shared(RingReader::map(fd.as_fd(), size).map_err(failed)?);
        Ok(Self { map, fd, reader, record })
    }

    /// For a map of the userspace VM.
    pub(crate) fn in_vm(
        spec: &MapSpec,
        table: TableRef,
        record: Option<Arc<Shape>>,
    ) -> Result<Self, MapError> {
        let map = spec.name.clone();
        if spec.kind.name != "ringbuf" {
            return Err(MapError::NoRing { map, kind: spec.kind.name });
        }
        // Never ready: whoever waits for more waits for nothing.
        let fd = eventfd(0, EventfdFlags::CLOEXEC);
        let fd =
            fd.map_err(|source| MapError::Kernel { map: map.clone(), doing: "read", source: source.into() })?;
        Ok(Self { map, fd, reader: Reader::Vm(table), record })
    }

    /// The map's name.
    pub fn name(&self) -> &str {
        &self.map
    }

    /// Gives the next record's bytes to `read`, if there is one by now.
    #[inline]
    pub fn next<T>(&mut self, read: impl FnOnce(&[u8]) -> T) -> Option<T> {
        match &mut self.reader {
            Reader::Shared(reader) => reader.next(read),
            Reader::Vm(table) => table.take().map(|record| read(&record)),
        }
    }

    /// Gives the bytes of each record that there is by now to `read`, which is faster than one after another;
    /// how many there were.
    pub fn consume(&mut self, mut read: impl FnMut(&[u8])) -> u64 {
        match &mut self.reader {
            Reader::Shared(reader) => reader.consume(read),
            Reader::Vm(table) => {
                let records = std::iter::from_fn(|| table.take());
                records.map(|record| read(&record)).count() as u64
            }
        }
    }

    /// The next record as a value, if there is one by now.
    pub fn next_value(&mut self) -> Option<Value> {
        let record = self.record.clone();
        self.next(|bytes| match &record {
            Some(shape) => decode(shape, bytes),
            None => Value::Bytes(bytes.to_vec()),
        })
    }

    /// Waits for a record; whether there may be one now.
    ///
    /// # Errors
    /// When the system cannot wait.
    pub fn wait(&self, patience: Duration) -> io::Result<bool> {
        let mut fds = [PollFd::new(self, PollFlags::IN)];
        let timeout = Timespec::try_from(patience).map_err(io::Error::other)?;
        match poll(&mut fds, Some(&timeout)) {
            Ok(ready) => Ok(ready > 0),
            Err(rustix::io::Errno::INTR) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }
}

impl AsFd for Ring {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.fd.as_fd()
    }
}

/// The writer of a user ring buffer, which programs drain with `user-ringbuf-drain`. There is to be one of
/// a map at a time.
pub struct UserRing {
    map: String,
    writer: Writer,
}

/// Where the records go.
enum Writer {
    /// Into the memory of a map of the kernel's.
    Shared(RingWriter),
    /// Into the userspace VM.
    Vm(TableRef),
}

impl UserRing {
    /// For the map behind `fd`.
    pub(crate) fn open(spec: &MapSpec, fd: BorrowedFd<'_>) -> Result<Self, MapError> {
        is_user_ring(spec)?;
        let failed = |source| MapError::Kernel { map: spec.name.clone(), doing: "mapped", source };
        let size = RawMap::new(fd, 1).map_err(failed)?.max_entries();
        let writer = Writer::Shared(RingWriter::map(fd, size).map_err(failed)?);
        Ok(Self { map: spec.name.clone(), writer })
    }

    /// For a map of the userspace VM.
    pub(crate) fn in_vm(spec: &MapSpec, table: TableRef) -> Result<Self, MapError> {
        is_user_ring(spec)?;
        Ok(Self { map: spec.name.clone(), writer: Writer::Vm(table) })
    }

    /// Appends a record of these bytes.
    ///
    /// # Errors
    /// [`MapError::NoRoom`] when it is longer than the buffer, or programs have not drained enough of it.
    pub fn send(&mut self, record: &[u8]) -> Result<(), MapError> {
        let sent = match &mut self.writer {
            Writer::Shared(writer) => writer.send(record),
            Writer::Vm(table) => table.send(record),
        };
        sent.map_err(|error| {
            let why = match error.kind() {
                io::ErrorKind::StorageFull => "no program has drained it",
                _ => "it is not that large",
            };
            MapError::NoRoom { map: self.map.clone(), bytes: record.len(), why }
        })
    }
}

fn is_user_ring(spec: &MapSpec) -> Result<(), MapError> {
    match spec.kind.name {
        "user-ringbuf" => Ok(()),
        kind => Err(MapError::NoUserRing { map: spec.name.clone(), kind }),
    }
}
