//! Tables of functions that the kernel calls, from an object's description to a map that holds one
//! and a link that registers it.
//!
//! The kernel's struct may have its members elsewhere than the object's; they are found by name
//! (`bpf_map__init_kern_struct_ops`, libbpf.c). The map's value is the kernel's wrapper around the
//! struct, with the descriptors of programs where its functions are.

use std::{
    io,
    os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd},
};

use bpfl_stdlib::catalog::{attach::STRUCT_OPS, map, struct_ops::WRAPPER};

use super::LoadError;
use crate::{
    btf::{Btf, Kind, Member, TypeId},
    spec::{ObjectSpec, TableSpec, TableValue},
    sys::{self, NewMap},
};

/// The kernel's types, in which its structs of functions are found.
#[derive(Clone, Copy)]
pub(super) struct Tables<'k>(pub(super) &'k Btf);

/// What a program is for: the kernel's struct, and the position of the member in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) id: u32,
    pub(super) member: u32,
}

/// A struct of the kernel's, in its wrapper.
struct Struct<'k> {
    id: TypeId,
    members: &'k [Member],
    wrapper: TypeId,
    /// The bytes of the wrapper.
    bytes: u32,
    /// Where in the wrapper the struct is.
    offset: u32,
}

impl<'k> Tables<'k> {
    fn find(self, table: &TableSpec) -> Result<Struct<'k>, LoadError> {
        let missing = || LoadError::NoTable { table: table.name.clone(), kernel: table.kernel.clone() };
        let wrapper = self.0.named(|name| name.strip_prefix(WRAPPER) == Some(&table.kernel));
        let wrapper = wrapper.ok_or_else(missing)?;
        let Ok(Kind::Struct { bytes, members, .. }) = self.0.get(wrapper).map(|ty| &ty.kind) else {
            return Err(missing());
        };
        let data = members.iter().find(|member| member.name == "data").ok_or_else(missing)?;
        let Ok(Kind::Struct { members, .. }) = self.0.resolve(data.ty).map(|ty| &ty.kind) else {
            return Err(missing());
        };
        Ok(Struct { id: data.ty, members, wrapper, bytes: *bytes, offset: data.bit_offset / 8 })
    }

    /// What `program` of `object` is for.
    pub(super) fn place(self, object: &ObjectSpec, program: &str) -> Result<Option<Place>, LoadError> {
        let is = |value: &TableValue| matches!(value, TableValue::Program(name) if name == program);
        for table in &object.tables {
            let Some(member) = table.members.iter().find(|member| is(&member.value)) else { continue };
            let of = self.find(table)?;
            let index = of.members.iter().position(|own| *own.name == *member.name);
            let index = index.ok_or_else(|| no_member(table, &member.name))?;
            return Ok(Some(Place { id: of.id, member: index as u32 }));
        }
        Ok(None)
    }

    /// The value of the map that holds `table`; `program` gives the descriptors.
    fn value<'f>(
        self,
        table: &TableSpec,
        program: impl Fn(&str) -> Option<BorrowedFd<'f>>,
    ) -> Result<(Struct<'k>, Vec<u8>), LoadError> {
        let of = self.find(table)?;
        let mut value = vec![0; of.bytes as usize];
        for member in &table.members {
            let own = of.members.iter().find(|own| *own.name == *member.name);
            let at = (of.offset + own.ok_or_else(|| no_member(table, &member.name))?.bit_offset / 8) as usize;
            let bytes = match &member.value {
                TableValue::Bytes(bytes) => bytes.clone(),
                TableValue::Program(name) => {
                    let fd = program(name).ok_or_else(|| no_member(table, &member.name))?;
                    u64::from(fd.as_raw_fd() as u32).to_ne_bytes().to_vec()
                }
            };
            if let Some(place) = value.get_mut(at..at + bytes.len()) {
                place.copy_from_slice(&bytes);
            }
        }
        Ok((of, value))
    }

    /// Makes the map that holds `table` and registers it; it stays until both descriptors are closed.
    pub(super) fn register<'f>(
        self,
        table: &TableSpec,
        types: BorrowedFd<'_>,
        program: impl Fn(&str) -> Option<BorrowedFd<'f>>,
    ) -> Result<Vec<OwnedFd>, LoadError> {
        let (of, value) = self.value(table, program)?;
        let refused = |source: io::Error| LoadError::Table { table: table.name.clone(), source };
        let map = sys::create_map(&NewMap {
            name: &table.name,
            kind: map::find("struct-ops").map_or(0, |kind| kind.number),
            key_size: 4,
            value_size: of.bytes,
            max_entries: 1,
            flags: sys::flag("BPF_F_LINK"),
            types: Some((types, 0, 0)),
            kernel_type: of.wrapper,
            ..NewMap::default()
        })
        .map_err(refused)?;
        let raw = sys::RawMap::new(map.as_fd(), 1).map_err(refused)?;
        raw.update(&0u32.to_ne_bytes(), &value, 0).map_err(refused)?;
        let link = sys::link(&map, 0, STRUCT_OPS.number, 0).map_err(refused)?;
        Ok(vec![link, map])
    }
}

fn no_member(table: &TableSpec, member: &str) -> LoadError {
    LoadError::NoMember { table: table.name.clone(), kernel: table.kernel.clone(), member: member.into() }
}
