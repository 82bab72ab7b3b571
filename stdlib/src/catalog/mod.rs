//! Facts about the kernel, a row each, with the place they come from.
//!
//! No fact about the kernel is written anywhere else in bpfl. Where a document and the kernel
//! disagree, the kernel is right and the row says so.

pub mod about;
pub mod attach;
pub mod constant;
pub mod context;
pub mod facts;
pub mod feature;
pub mod helper;
pub mod kfunc;
pub mod kptr;
pub mod limit;
pub mod machine;
pub mod map;
pub mod mode;
pub mod packet;
pub mod program;
pub mod refusal;
pub mod returns;
pub mod section;
pub mod set;
pub mod struct_ops;
pub mod test_run;
pub mod tracepoint;
pub mod uapi;
pub mod version;
