//! What programs can do since some kernel that is no helper, map kind, hook or field.

use super::version::{Version, v};

/// A feature.
#[derive(PartialEq, Eq, Debug)]
pub struct Feature {
    /// What it is, for messages.
    pub what: &'static str,
    /// Whether the words are a plural.
    pub many: bool,
    /// The first kernel that has it.
    pub since: Version,
}

macro_rules! features {
    ($($(#[$doc:meta])* $name:ident $what:literal $many:literal $major:literal $minor:literal;)+) => {
        $($(#[$doc])* pub static $name: Feature =
            Feature { what: $what, many: $many, since: v($major, $minor) };)+
        /// All of them.
        pub static ALL: &[&Feature] = &[$(&$name),+];
    };
}

features! {
    /// Functions of a program's own (commit cc8b0b92a169).
    FUNCTIONS "functions" true 4 16;
    /// Global variables, and string constants with them (commit d8eca5bbb2be).
    GLOBALS "global variables and strings" true 5 2;
    /// Loops that the verifier follows (commit 2589726d12a1).
    LOOPS "loops" true 5 3;
    /// Pointers to the kernel's structs that are read like others (commit 9e15db66136a).
    KERNEL_POINTERS "pointers into the kernel" true 5 5;
    /// Tail calls of programs that have functions (commit e411901c0b77).
    TAIL_CALLS "tail calls beside functions" true 5 10;
    /// Atomic operations that give the old value, exchanges among them (commit 5ffa25502b5a).
    ATOMICS "an atomic operation that gives the old value" false 5 12;
    /// Calls of the kernel's functions (commit e6ac2450d6de).
    KFUNCS "calls of the kernel's functions" true 5 13;
    /// Kernel pointers in maps' values, under the tags that they have (commits c0a5a21c25f3, 03b77e17aeb2).
    KPTRS "kernel pointers in a map's values" true 6 3;
    /// Tables of functions that are attached as links (commit 68b04864ca42).
    TABLES "a table of functions in a link" false 6 4;
}

/// Since when the kernel applies CO-RE relocations itself (commit fbd94c7afcf9).
pub const RELOCATIONS: Version = v(5, 17);

/// Since when the instruction sets are there whose default use a target decides: `less` jumps (v2), and
/// jumps on 32 bits (v3, commit 092ed0968bb6).
pub const V2: Version = v(4, 14);
/// See [`V2`].
pub const V3: Version = v(5, 1);
