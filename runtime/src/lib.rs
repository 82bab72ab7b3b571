//! Loads BPF objects, attaches them for as long as a scope lasts, and reads their maps.
//!
//! ```text
//! object ─spec→ ObjectSpec ─load→ maps and programs ─attach→ links ─session→ Session
//! ```
//!
//! [`session::Session`] is where to start; dropping it detaches and frees everything.
#![warn(clippy::undocumented_unsafe_blocks)]

pub mod attach;
pub mod btf;
pub mod cgroup;
pub mod host;
mod insn;
pub mod inventory;
pub mod load;
pub mod map;
pub mod name;
mod netlink;
pub mod pin;
pub mod run;
pub mod session;
pub mod spec;
mod sys;
pub mod trace;
mod tracefs;
pub mod value;
mod vm;

pub use load::KERNEL_BTF;
pub use sys::{attached_programs, set_socket_option, socket_option};
