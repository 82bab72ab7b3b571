//! How what defines something is written.

/// How definitions are written.
pub const USAGES: &[(&str, &str)] = &[
    ("defconstant", "(defconstant name value)"),
    ("defenum", "(defenum name (member [value]) …), where the name may be (name :type u8)"),
    ("defglobal", "(defglobal name type [value] [:section :data | :bss | :rodata])"),
    ("defkfunc", "(defkfunc name ((argument type) …) :returns type)"),
    ("defksym", "(defksym name [type] [:percpu t])"),
    ("defmacro", "(defmacro name (parameter …) form…)"),
    (
        "defmap",
        "(defmap name :type kind :key type :value type :max-entries n [:map-flags f] [:pinning :by-name])",
    ),
    ("defprog", "(defprog name (:type type [:section \"…\"] [:license \"GPL\"] [:sleepable t]) form…)"),
    ("defstruct", "(defstruct name (field type) …)"),
    ("deftracepoint", "(deftracepoint category/event field …)"),
    (
        "defun",
        "(defun name ((argument type) …) [:returns type] [:inline t] [:global t] form…), or without types for userspace",
    ),
    ("defunion", "(defunion name member …)"),
    ("defvar", "(defvar name type [value] [:section :data | :bss | :rodata])"),
    ("define-symbol-macro", "(define-symbol-macro name form)"),
    ("import-kernel-struct", "(import-kernel-struct name field …)"),
];

#[cfg(test)]
mod tests {
    use super::USAGES;

    #[test]
    fn every_definition_has_its_help() {
        let known: Vec<_> = USAGES.iter().map(|(name, _)| *name).collect();
        let all: Vec<_> = bpfl_compiler::hir::build::definitions().collect();
        assert!(all.iter().all(|name| known.contains(name)), "{all:?}");
        assert_eq!(all.len(), known.len());
    }
}
