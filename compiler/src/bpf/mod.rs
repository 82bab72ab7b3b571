//! BPF machine code.
