//! The kernel's types as the cases see them: the names of real members at places where no kernel
//! has them. What the messages and listings show does not depend on the machine, and a program that
//! reads the right values has had its offsets put right by the loader.

use bpfl_compiler::{
    btf::{
        Btf, Type, TypeId,
        basic::Basic,
        types::{Composite, Enum, Linkage, Member, SecVar},
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
    add_functions(&mut btf, parent);
    add_table(&mut btf);
    add_variables(&mut btf, task);
    add_records(&mut btf);
    btf
}

/// A pointer to a struct with one member.
fn pointer(btf: &mut Btf, name: &str, member: &str) -> TypeId {
    let u32 = btf.basic(Basic::U32);
    let composite = composite(btf, name, 8, &[(member, u32, 0, 0)]);
    let id = btf.add(Type::Struct(composite));
    btf.ptr(id)
}

/// A function: its name, what it returns, its parameters, and whether programs may call it.
type Signature<'a> = (&'a str, TypeId, &'a [(&'a str, TypeId)], bool);

/// Functions to be traced and to be called, a tracepoint, a hook and an iterator.
fn add_functions(btf: &mut Btf, task: TypeId) {
    let (bool, u32, i32) = (btf.basic(Basic::Bool), btf.basic(Basic::U32), btf.basic(Basic::I32));
    let void = btf.ptr(TypeId::VOID);
    let sock = pointer(btf, "sock", "sk_mark");
    let file = pointer(btf, "file", "f_flags");
    let seq = pointer(btf, "seq_file", "count");
    let meta = composite(btf, "bpf_iter_meta", 16, &[("session_id", u32, 0, 0), ("seq", seq, 64, 0)]);
    let meta = btf.add(Type::Struct(meta));
    let meta = btf.ptr(meta);
    let switch = [("__data", void), ("preempt", bool), ("prev", task), ("next", task), ("prev_state", u32)];
    let context = pointer(btf, "xdp_md", "data");
    let tuple = composite(btf, "bpf_sock_tuple", 36, &[("made_up", u32, 0, 0)]);
    let tuple = btf.add(Type::Struct(tuple));
    let tuple = btf.ptr(tuple);
    let number = btf.ptr(u32);
    let found = [("xdp_ctx", context), ("bpf_tuple", tuple), ("tuple__sz", u32), ("number", number)];
    let options = composite(btf, "bpf_ct_opts", 16, &[("error", i32, 32, 0)]);
    let options = btf.add(Type::Struct(options));
    let options = btf.ptr(options);
    let connection = pointer(btf, "nf_conn", "mark");
    let looked = [&found[..3], &[("opts", options), ("opts__sz", u32)]].concat();
    let functions: &[Signature] = &[
        ("bpf_xdp_ct_lookup", connection, &looked, true),
        ("bpf_ct_release", TypeId::VOID, &[("nfct", connection)], true),
        ("bpf_made_up_lookup", i32, &found, true),
        ("tcp_connect", i32, &[("sk", sock)], false),
        ("bpf_lsm_file_open", i32, &[("file", file)], false),
        ("bpf_iter_task", i32, &[("meta", meta), ("task", task)], false),
        ("__traceiter_sched_switch", i32, &switch, false),
        ("bpf_task_from_pid", task, &[("pid", i32)], true),
        ("bpf_task_acquire", task, &[("p", task)], true),
        ("bpf_task_release", TypeId::VOID, &[("p", task)], true),
    ];
    for (name, returns, params, callable) in functions {
        let proto = btf.func_proto(*returns, params);
        let target = btf.func(name, proto, Linkage::Static);
        if *callable {
            let name = btf.intern("bpf_kfunc");
            btf.add(Type::DeclTag { name, target, component: -1, attribute: false });
        }
    }
    let bare: Vec<_> = switch.iter().map(|(_, ty)| ("", *ty)).collect();
    let proto = btf.func_proto(TypeId::VOID, &bare);
    let (name, target) = (btf.intern("btf_trace_sched_switch"), btf.ptr(proto));
    btf.add(Type::Typedef { name, target });
}

/// Variables, some of which each CPU has for itself.
fn add_variables(btf: &mut Btf, task: TypeId) {
    let (u32, u64, i32) = (btf.basic(Basic::U32), btf.basic(Basic::U64), btf.basic(Basic::I32));
    let queue = composite(btf, "rq", 64, &[("nr_running", u32, 32, 0), ("clock", u64, 64, 0)]);
    let queue = btf.add(Type::Struct(queue));
    let array = btf.array(u64, 4);
    for (name, ty) in [("init_task", task), ("boot_count", u32), ("table", array)] {
        btf.var(name, ty, Linkage::Global);
    }
    let own = [("runqueues", queue, 64), ("cpu_number", i32, 4)];
    let vars = own.map(|(name, ty, size)| {
        let var = btf.var(name, ty, Linkage::Global);
        SecVar { var, offset: 0, size }
    });
    let name = btf.intern(".data..percpu");
    btf.add(Type::DataSec { name, size: 128, vars: vars.into() });
}

/// A table of functions that the kernel takes from programs, and what has their parameters' names.
fn add_table(btf: &mut Btf) {
    let (u32, char) = (btf.basic(Basic::U32), btf.basic(Basic::Char));
    let sock = pointer(btf, "sock", "sk_mark");
    let threshold = btf.func_proto(u32, &[("", sock)]);
    let avoid = btf.func_proto(TypeId::VOID, &[("", sock), ("", u32), ("", u32)]);
    let (threshold, avoid, name) = (btf.ptr(threshold), btf.ptr(avoid), btf.array(char, 16));
    let u64 = btf.basic(Basic::U64);
    let rate = btf.func_proto(u64, &[("", sock)]);
    let rate = btf.ptr(rate);
    let tcp = composite(btf, "tcp_sock", 64, &[("snd_cwnd", u32, 64, 0), ("mss_cache", u32, 96, 0)]);
    btf.add(Type::Struct(tcp));
    let next = btf.ptr(TypeId::VOID);
    let rows = [
        ("next", next, 0, 0),
        ("cong_avoid", avoid, 64, 0),
        ("ssthresh", threshold, 128, 0),
        ("name", name, 192, 0),
        ("flags", u32, 320, 0),
        ("rate", rate, 384, 0),
    ];
    let table = composite(btf, "tcp_congestion_ops", 64, &rows);
    let table = btf.add(Type::Struct(table));
    let wrapper = composite(btf, "bpf_struct_ops_tcp_congestion_ops", 128, &[("data", table, 512, 0)]);
    btf.add(Type::Struct(wrapper));
    for (name, params) in [
        ("bpf_tcp_ca_ssthresh", &[("sk", sock)][..]),
        ("bpf_tcp_ca_rate", &[("sk", sock)]),
        ("bpf_tcp_ca_cong_avoid", &[("sk", sock), ("ack", u32), ("acked", u32)]),
    ] {
        let proto = btf.func_proto(u32, params);
        btf.func(name, proto, Linkage::Static);
    }
}

/// Records of tracepoints, and an enumeration.
fn add_records(btf: &mut Btf) {
    let i32 = btf.basic(Basic::I32);
    for (name, member) in
        [("trace_event_raw_sched_switch", "prev_pid"), ("trace_event_raw_sched_wakeup_template", "pid")]
    {
        let composite = composite(btf, name, 32, &[(member, i32, 192, 0)]);
        btf.add(Type::Struct(composite));
    }
    let values = vec![(btf.intern("BPF_MAP_TYPE_HASH"), 1), (btf.intern("BPF_MAP_TYPE_ARRAY"), 2)];
    let name = btf.intern("bpf_map_type");
    btf.add(Type::Enum(Enum { name, size: 4, signed: false, values }));
}
