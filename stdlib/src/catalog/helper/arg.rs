//! What helpers want and give: `enum bpf_arg_type` and `enum bpf_return_type` of
//! include/linux/bpf.h, as far as a program can tell them apart.

/// What a helper wants as one argument.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Arg {
    /// The program's context: `ARG_PTR_TO_CTX`.
    Ctx,
    /// The context or null: `ARG_PTR_TO_CTX_OR_NULL`.
    CtxOrNull,
    /// A map: `ARG_CONST_MAP_PTR`.
    Map,
    /// A key of the map before it: `ARG_PTR_TO_MAP_KEY`.
    Key,
    /// A value of the map before it: `ARG_PTR_TO_MAP_VALUE`.
    Value,
    /// A value of the map before it, or null: `ARG_PTR_TO_MAP_VALUE_OR_NULL`.
    ValueOrNull,
    /// Memory of the size of the map's values, which the helper fills.
    UninitValue,
    /// Memory that the helper reads, whose size follows: `ARG_PTR_TO_MEM | MEM_RDONLY`.
    Mem,
    /// The same, or null.
    MemOrNull,
    /// Memory that the helper fills, whose size follows: `ARG_PTR_TO_UNINIT_MEM`.
    UninitMem,
    /// Memory that the helper reads and writes, whose size follows: `ARG_PTR_TO_MEM | MEM_WRITE`.
    WritableMem,
    /// The same, or null.
    WritableMemOrNull,
    /// So many bytes that the helper reads: `ARG_PTR_TO_FIXED_SIZE_MEM`.
    Fixed(u32),
    /// So many bytes that the helper fills.
    FixedUninit(u32),
    /// So many bytes that the helper reads and writes.
    FixedWritable(u32),
    /// The size of the memory before it, in bytes, not 0: `ARG_CONST_SIZE`.
    Size,
    /// The size of the memory before it, in bytes: `ARG_CONST_SIZE_OR_ZERO`.
    SizeOrZero,
    /// A constant size to reserve or to reach: `ARG_CONST_ALLOC_SIZE_OR_ZERO`.
    AllocSize,
    /// A socket of any kind, not null: `ARG_PTR_TO_BTF_ID_SOCK_COMMON`.
    Sock,
    /// The same, or null.
    SockOrNull,
    /// A socket that a lookup gave, released by the call.
    SockReleased,
    /// A socket of any kind: `ARG_PTR_TO_SOCK_COMMON`.
    SockCommon,
    /// A full socket or null: `ARG_PTR_TO_SOCKET_OR_NULL`.
    SocketOrNull,
    /// The kernel's struct of this name: `ARG_PTR_TO_BTF_ID`.
    Btf(&'static str),
    /// The same, or null.
    BtfOrNull(&'static str),
    /// A `struct bpf_spin_lock` in a map value.
    SpinLock,
    /// A `struct bpf_timer` in a map value.
    Timer,
    /// A function of the program, called back: `ARG_PTR_TO_FUNC`.
    Func,
    /// What the function called back is given: `ARG_PTR_TO_STACK_OR_NULL`.
    StackOrNull,
    /// A string constant in a read-only map: `ARG_PTR_TO_CONST_STR`.
    Str,
    /// A per-CPU variable of the kernel.
    PerCpu,
    /// A ring buffer's record, submitted or discarded by the call.
    RingbufMem,
    /// A `struct bpf_dynptr` that is initialised.
    Dynptr,
    /// A `struct bpf_dynptr` that the helper initialises.
    UninitDynptr,
    /// A dynptr of a ring buffer, submitted or discarded by the call.
    DynptrReleased,
    /// A field of a map value that holds a kernel pointer.
    KptrDest,
    /// What goes there, or null.
    KptrOrNull,
    /// An address as a number: of user memory, or of kernel memory that may not be readable.
    Address,
    /// 0, as the verifier sees it: flags that are there for later (`register_is_null`, kernel/bpf/verifier.c).
    Zero,
    /// A 16-bit number.
    U16,
    /// A signed 32-bit number.
    I32,
    /// A 32-bit number.
    U32,
    /// A 64-bit number.
    U64,
    /// A signed 64-bit number.
    I64,
}

impl Arg {
    /// Whether it is the size of the memory before it.
    pub const fn is_size(self) -> bool {
        matches!(self, Self::Size | Self::SizeOrZero)
    }

    /// Whether it is memory that the helper writes (`MEM_WRITE`, kernel/bpf/verifier.c).
    pub const fn is_written(self) -> bool {
        let filled = matches!(self, Self::UninitValue | Self::UninitMem | Self::FixedUninit(_));
        let changed = matches!(self, Self::WritableMem | Self::WritableMemOrNull | Self::FixedWritable(_));
        filled || changed
    }

    /// Whether null will do.
    pub const fn takes_null(self) -> bool {
        let map = matches!(self, Self::CtxOrNull | Self::ValueOrNull | Self::KptrOrNull);
        let memory = matches!(self, Self::MemOrNull | Self::WritableMemOrNull | Self::StackOrNull);
        map || memory || matches!(self, Self::SockOrNull | Self::SocketOrNull | Self::BtfOrNull(_))
    }

    /// What it is, for readers.
    pub fn describe(self) -> String {
        let text = match self {
            Self::Ctx => "the context",
            Self::CtxOrNull => "the context or null",
            Self::Map => "a map",
            Self::Key => "a key",
            Self::Value => "a value",
            Self::ValueOrNull => "a value or null",
            Self::UninitValue => "room for a value",
            Self::Mem => "memory",
            Self::MemOrNull => "memory or null",
            Self::UninitMem => "memory to fill",
            Self::WritableMem => "memory to change",
            Self::WritableMemOrNull => "memory to change, or null",
            Self::Fixed(n) => return format!("{n} bytes"),
            Self::FixedUninit(n) => return format!("{n} bytes to fill"),
            Self::FixedWritable(n) => return format!("{n} bytes to change"),
            Self::Size => "its size, not 0",
            Self::SizeOrZero => "its size",
            Self::AllocSize => "a constant size",
            Self::Sock | Self::SockCommon => "a socket",
            Self::SockOrNull => "a socket or null",
            Self::SockReleased => "a socket, which is released",
            Self::SocketOrNull => "a full socket or null",
            Self::Btf(name) => return format!("a struct {name}"),
            Self::BtfOrNull(name) => return format!("a struct {name} or null"),
            Self::SpinLock => "a spin lock in a map value",
            Self::Timer => "a timer in a map value",
            Self::Func => "a function",
            Self::StackOrNull => "a stack address or null",
            Self::Str => "a string constant",
            Self::PerCpu => "a per-CPU variable",
            Self::RingbufMem => "a ring buffer's record",
            Self::Dynptr => "a dynptr",
            Self::UninitDynptr => "a dynptr to set up",
            Self::DynptrReleased => "a ring buffer's dynptr",
            Self::KptrDest => "a kernel pointer's field in a map value",
            Self::KptrOrNull => "a kernel pointer or null",
            Self::Address => "an address",
            Self::Zero => "0",
            Self::U16 => "u16",
            Self::I32 => "i32",
            Self::U32 => "u32",
            Self::U64 => "u64",
            Self::I64 => "i64",
        };
        text.into()
    }
}

/// What a helper gives.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Ret {
    /// `long` in C: 0, a count, or a negative errno.
    I64,
    /// A 32-bit number.
    U32,
    /// A 64-bit number.
    U64,
    /// Nothing.
    Nothing,
    /// A pointer to a value of the map given, or null: `RET_PTR_TO_MAP_VALUE_OR_NULL`.
    ValueOrNull,
    /// A pointer to a value of the map given: `RET_PTR_TO_MAP_VALUE`.
    Value,
    /// A full socket or null.
    SocketOrNull,
    /// A socket of any kind, or null.
    SockCommonOrNull,
    /// A `struct bpf_tcp_sock` or null.
    TcpSockOrNull,
    /// A ring buffer's record of the size given, or null.
    RingbufMemOrNull,
    /// Memory of the size given, or null.
    MemOrNull,
    /// This CPU's copy of the variable given.
    PerCpu,
    /// That CPU's copy of the variable given, or null.
    PerCpuOrNull,
    /// The kernel's struct of this name.
    Btf(&'static str),
    /// The kernel's struct of this name, or null.
    BtfOrNull(&'static str),
    /// The kernel pointer that was there, or null.
    KptrOrNull,
}

impl Ret {
    /// Whether it is one CPU's part of a variable of the kernel's.
    pub const fn is_per_cpu(self) -> bool {
        matches!(self, Self::PerCpu | Self::PerCpuOrNull)
    }

    /// Whether it is a number.
    pub const fn is_scalar(self) -> bool {
        matches!(self, Self::I64 | Self::U32 | Self::U64 | Self::Nothing)
    }

    /// What it is, for readers.
    pub fn describe(self) -> String {
        let text = match self {
            Self::I64 => "i64",
            Self::U32 => "u32",
            Self::U64 => "u64",
            Self::Nothing => "nothing",
            Self::ValueOrNull => "a pointer to a value, or null",
            Self::Value => "a pointer to a value",
            Self::SocketOrNull => "a full socket or null",
            Self::SockCommonOrNull => "a socket or null",
            Self::TcpSockOrNull => "a struct bpf_tcp_sock or null",
            Self::RingbufMemOrNull => "a record or null",
            Self::MemOrNull => "memory or null",
            Self::PerCpu => "a per-CPU variable's address",
            Self::PerCpuOrNull => "a per-CPU variable's address or null",
            Self::Btf(name) => return format!("a struct {name}"),
            Self::BtfOrNull(name) => return format!("a struct {name} or null"),
            Self::KptrOrNull => "a kernel pointer or null",
        };
        text.into()
    }
}
