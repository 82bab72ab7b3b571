//! The bpfl compiler: source text in, a BPF ELF object and diagnostics out.
//!
//! No input or output happens here and the running kernel is never asked; everything the compiler
//! knows about the kernel it reads from `bpfl_stdlib::catalog`. The pipeline is one function,
//! [`driver::compile`]; each folder is one arrow of it:
//!
//! ```text
//! text ─read→ datum ─hir→ typed HIR ─ir→ SSA ─check→ SSA ─opt→ SSA ─bpf→ machine code ─elf→ object
//! ```
#![forbid(unsafe_code)]

pub mod arena;
pub mod bpf;
pub mod btf;
pub mod check;
pub mod diagnostic;
pub mod driver;
pub mod elf;
pub mod eval;
pub mod hir;
pub mod inputs;
pub mod ir;
pub mod kernel_btf;
pub mod listing;
pub mod names;
pub mod object;
pub mod opt;
pub mod read;
pub mod source;
