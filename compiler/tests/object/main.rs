//! Object files built by hand, read back by other libraries and loaded into the kernel.

mod btf;
mod kernel;
mod programs;
mod structure;
