//! `deftracepoint`: readers for the record that programs of a tracepoint get as their context.
//!
//! The kernel's BTF has a struct for each record, `trace_event_raw_EVENT`, or one for all events of a
//! class. Offsets are the running kernel's. Strings and arrays that vary in size are elsewhere in the
//! record, and `__data_loc_NAME` says where (`__dynamic_array` of include/trace/stages): a reader gives
//! the address, for `probe-read-kernel-str`.

use super::{Builder, kernel::Reader, options::Options, structs::Accessor, top::Definition};
use crate::{
    btf::{TypeId, view::View},
    diagnostic::{Diagnostic, codes},
    names::nearest,
};

/// What the names of records start with.
const RECORD: &str = "trace_event_raw_";
/// What the names of the members start with that say where something is.
pub(super) const ELSEWHERE: &str = "__data_loc_";

/// Events whose records are those of a class: all system calls.
const CLASSES: &[(&str, &str)] = &[("sys_enter_", "sys_enter"), ("sys_exit_", "sys_exit")];

impl<'a> Builder<'a> {
    /// `(deftracepoint category/event field …)` and
    /// `(deftracepoint (category/event :record class) field …)`
    pub(super) fn deftracepoint(&mut self, definition: Definition<'a>) {
        let options = match self.items(definition.head) {
            Some([_, options @ ..]) => Options::parse(self, options, &["record"]),
            _ => Options::default(),
        };
        let Some(view) = self.kernel_types(definition.name_span) else { return };
        let spelled = self.text(definition.name).replace('-', "_");
        let event = spelled.rsplit(['/', ':']).next().unwrap_or_default().to_string();
        let named = options.get("record").and_then(|datum| self.data.symbol(datum));
        let class = CLASSES.iter().find(|(prefix, _)| event.starts_with(prefix)).map(|(_, class)| *class);
        let record = match (named, class) {
            (Some(name), _) => self.text(name).replace('-', "_"),
            (None, Some(class)) => class.into(),
            (None, None) => event,
        };
        let Some(id) = view.composite(&format!("{RECORD}{record}")) else {
            return self.unknown_record(view, &definition, &record);
        };
        let root = self.composite(view, id);
        for field in definition.rest {
            self.tracepoint_field(view, (id, root), *field);
        }
    }

    fn tracepoint_field(
        &mut self,
        view: &View,
        of: (TypeId, crate::hir::KernelId),
        field: crate::read::DatumId,
    ) {
        let Some(name) = self.data.symbol(field) else {
            let error = Diagnostic::error(&codes::MALFORMED, self.span(field), "this is not a field");
            return self
                .report(error.help("write the name of one: `(deftracepoint sched/sched_switch prev_pid)`"));
        };
        let text = self.text(self.names.kernel(name));
        let elsewhere = format!("{ELSEWHERE}{text}");
        let found = [text, &elsewhere].into_iter().find(|name| self.has_member(view, of.0, name));
        let Some(found) = found else {
            return self.unknown_member(view, of.0, text, self.span(field));
        };
        let reader = if found == elsewhere { Reader::Elsewhere } else { Reader::Record };
        let Some(index) = self.import_member(view, of, found, field, reader) else { return };
        self.accessors.insert(format!("tp_{text}"), Accessor::Kernel(index));
    }

    fn unknown_record(&mut self, view: &View, definition: &Definition<'_>, record: &str) {
        let message = format!("the kernel has no record of a tracepoint called `{record}`");
        let error = Diagnostic::error(&codes::NO_TRACEPOINT, definition.name_span, message);
        let event = self.text(definition.name);
        let mut records: Vec<&str> = view.composites().filter_map(|name| name.strip_prefix(RECORD)).collect();
        records.sort_unstable();
        // Classes are mostly called like their events, with an ending.
        let class = records.iter().find(|class| class.starts_with(record)).copied();
        self.report(match class.or_else(|| nearest(record, records.iter().copied())) {
            Some(near) => error.help(format!(
                "events of a class share a record; say which: `(deftracepoint ({event} :record {near}) …)`"
            )),
            None => error.help("`bpftool btf dump file /sys/kernel/btf/vmlinux` shows those that there are"),
        });
    }
}
