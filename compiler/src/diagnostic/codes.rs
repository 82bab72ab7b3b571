//! The registry of diagnostic codes: one row each, with the page that `bpfl explain` prints.
//!
//! Numbers are grouped: `E00` files and reading, `E01` names and forms, `E02` types, `E03` what
//! the kernel offers (maps, contexts, helpers, sections), `E04` what the verifier must be able to
//! prove, `E05` limits and targets, `E06` macros, `E07` what a running kernel says. A code is never
//! given a second meaning.

/// A kind of diagnostic.
#[derive(PartialEq, Eq, Debug)]
pub struct Code {
    /// `E0107`.
    pub id: &'static str,
    /// What went wrong, in a few words.
    pub title: &'static str,
    /// The page that explains it, as Markdown.
    pub page: &'static str,
}

macro_rules! codes {
    ($($name:ident $id:literal $title:literal)+) => {
        $(
            #[doc = $title]
            pub static $name: Code =
                Code { id: $id, title: $title, page: include_str!(concat!("pages/", $id, ".md")) };
        )+
        /// Every code, in order of its number.
        pub static ALL: &[&Code] = &[$(&$name),+];
    };
}

codes! {
    UNREADABLE_FILE "E0001" "a source file cannot be read"
    NOT_UTF8 "E0002" "a source file is not UTF-8"
    UNCLOSED "E0003" "a parenthesis, string or comment is never closed"
    STRAY_PAREN "E0004" "a closing parenthesis closes nothing"
    BAD_LITERAL "E0005" "a literal cannot be read"
    TOO_DEEP "E0006" "data is nested too deeply"
    MISPLACED "E0007" "a datum is missing or a dot is misplaced"
    UNKNOWN_FORM "E0101" "no form or helper has this name"
    ARITY "E0102" "a form has too few or too many arguments"
    UNKNOWN_VARIABLE "E0103" "no variable or constant has this name"
    MALFORMED "E0104" "a form is not written as it should be"
    DUPLICATE "E0105" "a name is defined twice"
    NOT_TOP_LEVEL "E0106" "this cannot stand at the top level of a file"
    UNKNOWN_MAP "E0107" "no map has this name"
    BAD_OPTION "E0108" "an option is missing, unknown or given twice"
    NOT_CONSTANT "E0109" "a constant is wanted"
    EMPTY "E0110" "a file defines nothing"
    NOT_A_VALUE "E0111" "a name does not stand for a value"
    NOT_A_PLACE "E0112" "this cannot be set"
    UNKNOWN_BLOCK "E0113" "no block has this name"
    RECURSION "E0114" "a function calls itself"
    RAW_INSTRUCTION "E0115" "a raw instruction cannot be used like this"
    TYPE_MISMATCH "E0201" "a value is of the wrong type"
    MIXED_SIGNS "E0202" "mixing these types could change a value"
    LITERAL_RANGE "E0203" "a number does not fit"
    UNKNOWN_TYPE "E0204" "no type has this name"
    BAD_OPERAND "E0205" "an operation cannot be done on this operand"
    BAD_FORMAT "E0206" "a format and its arguments do not agree"
    BYTE_ORDER "E0207" "numbers in different byte orders are compared"
    UNKNOWN_MAP_KIND "E0301" "no map kind has this name"
    MAP_RULE "E0302" "a map breaks a rule of its kind"
    UNKNOWN_PROGRAM_TYPE "E0303" "no program type has this name"
    UNKNOWN_SECTION "E0304" "a section is unknown or not determined"
    SECTION_MISMATCH "E0305" "type and section disagree"
    UNKNOWN_FIELD "E0306" "the context has no such field"
    FIELD_ACCESS "E0307" "the context's field may not be used like this"
    MAP_OPERATION "E0308" "a map of this kind does not have this operation"
    RETURN_RANGE "E0309" "a program returns what its hook does not allow"
    HELPER_NOT_OFFERED "E0310" "a program may not call this helper"
    GPL_ONLY "E0311" "a helper is for programs under the GPL only"
    MAP_BARRED "E0312" "a program may not use this map"
    NO_TARGET "E0320" "the kernel does not have what a program is attached to"
    NO_KFUNC "E0321" "the kernel does not have this function"
    NO_TRACEPOINT "E0322" "the kernel does not have this tracepoint's record"
    MAY_BE_NULL "E0401" "a pointer may be null"
    OUT_OF_BOUNDS "E0402" "an access is outside its object"
    UNBOUNDED_LOOP "E0403" "a loop without a limit, or with too high a one"
    STALE_PACKET "E0404" "a packet pointer from before the packet moved"
    LEAK "E0405" "something reserved is not given back"
    RELEASED "E0406" "something is used after it was given back"
    MISALIGNED "E0407" "an access is not aligned"
    LOCK_HELD "E0408" "a lock or a timer is not used as it must be"
    UNTRUSTED "E0409" "a pointer that the kernel does not vouch for"
    DYNPTR "E0410" "a dynptr is not used as it must be"
    KPTR "E0411" "a kernel pointer in a map's value is not used as it must be"
    STACK_LIMIT "E0501" "more than 512 bytes of stack"
    TOO_LARGE "E0502" "a program or jump is too large"
    NO_KERNEL_TYPES "E0503" "the kernel's types are needed, and not there"
    CALL_DEPTH "E0504" "a chain of calls is too deep"
    TARGET_KERNEL "E0505" "the target kernel lacks something"
    MACRO_FAILS "E0601" "a macro or an evaluation fails"
    ENDLESS_EXPANSION "E0602" "a macro expansion has no end"
    UNHANDLED "E0603" "a script ends with an error that nothing handles"
    TEST_FAILS "E0604" "a test fails"
    REFUSED "E0701" "the kernel refuses a program"
    INTERNAL "E0900" "a bug in bpfl"
}

/// The code called `id`, in any case, with or without the `E` and leading zeroes.
pub fn find(id: &str) -> Option<&'static Code> {
    let digits = id.trim_start_matches(['e', 'E']);
    let number: u32 = digits.parse().ok()?;
    ALL.iter().copied().find(|code| code.id[1..].parse() == Ok(number))
}
