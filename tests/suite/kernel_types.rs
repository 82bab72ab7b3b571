//! The kernel's types as the cases see them: the names of real members at places where no kernel
//! has them. What the messages and listings show does not depend on the machine, and a program that
//! reads the right values has had its offsets put right by the loader.

use bpfl_compiler::{
    btf::{
        Btf, Type, TypeId,
        basic::Basic,
        types::{Composite, Member},
    },
    ir::interp::Memory,
    kernel_btf::KernelBtf,
};

/// The types.
pub fn btf() -> KernelBtf {
    KernelBtf::new(|| made().to_bytes().map_err(|error| error.to_string()))
}

/// The name of the process that the interpreter runs programs as.
pub const COMM: &[u8] = b"bpfl";

/// A process with this `get_current_pid_tgid`, whose parent is process 1 and its own parent.
pub fn task(id: u64, memory: &mut Memory) -> u64 {
    let parent = memory.add(vec![0; 96]);
    let own = memory.add(vec![0; 96]);
    for (task, id) in [(parent, 1 << 32 | 1), (own, id)] {
        let (tgid, pid) = ((id >> 32) as u32, id as u32);
        let fields = [(8, tgid.to_le_bytes().to_vec()), (12, pid.to_le_bytes().to_vec())];
        let more = [(16, parent.to_le_bytes().to_vec()), (24, COMM.to_vec()), (56, vec![1])];
        for (offset, bytes) in fields.into_iter().chain(more) {
            if let Ok(place) = memory.slice(task + offset, bytes.len()) {
                place.copy_from_slice(&bytes);
            }
        }
    }
    own
}

/// A member: name, type, offset in bits, width of a bit-field.
type Row<'a> = (&'a str, TypeId, u32, u8);

fn composite(btf: &mut Btf, name: &str, size: u32, rows: &[Row]) -> Composite {
    let member = |btf: &mut Btf, (name, ty, offset, bits): &Row| Member {
        name: btf.intern(name),
        ty: *ty,
        offset: *offset,
        bits: *bits,
    };
    let members = rows.iter().map(|row| member(btf, row)).collect();
    let bit_fields = rows.iter().any(|(.., bits)| *bits > 0);
    Composite { name: btf.intern(name), size, bit_fields, members }
}

fn made() -> Btf {
    let mut btf = Btf::new();
    let (u32, i32, u64) = (btf.basic(Basic::U32), btf.basic(Basic::I32), btf.basic(Basic::U64));
    let char = btf.basic(Basic::Char);
    let comm = btf.array(char, 16);
    let entity = composite(&mut btf, "sched_entity", 16, &[("sum_exec_runtime", u64, 64, 0)]);
    let entity = btf.add(Type::Struct(entity));
    let counter = composite(&mut btf, "", 4, &[("counter", i32, 0, 0)]);
    let counter = btf.add(Type::Struct(counter));
    let name = btf.intern("atomic_t");
    let atomic = btf.add(Type::Typedef { name, target: counter });
    let refcount = composite(&mut btf, "refcount_struct", 4, &[("refs", atomic, 0, 0)]);
    let refcount = btf.add(Type::Struct(refcount));
    let name = btf.intern("double");
    let float = btf.add(Type::Float { name, size: 8 });
    let inside = composite(&mut btf, "", 8, &[("on_cpu", i32, 32, 0)]);
    let inside = btf.add(Type::Union(inside));
    let task = btf.declare("task_struct");
    let parent = btf.ptr(task);
    let stack = btf.ptr(TypeId::VOID);
    let rows = [
        ("flags", u32, 0, 0),
        ("tgid", i32, 64, 0),
        ("pid", i32, 96, 0),
        ("real_parent", parent, 128, 0),
        ("comm", comm, 192, 0),
        ("in_execve", u32, 325, 1),
        ("se", entity, 384, 0),
        ("stack", stack, 512, 0),
        ("", inside, 576, 0),
        ("usage", refcount, 640, 0),
        ("made_up", float, 704, 0),
    ];
    let composite = composite(&mut btf, "task_struct", 96, &rows);
    btf.define(task, Type::Struct(composite));
    btf
}
