//! The few members of the kernel's structs that programs of a table of functions may set.

use bpfl_stdlib::catalog::struct_ops;

use super::{
    super::place::{Place, Sharing},
    Reader,
};
use crate::{
    diagnostic::{Diagnostic, codes},
    hir::build::Builder,
    names::Name,
    read::DatumId,
    source::Span,
};

impl<'a> Builder<'a> {
    /// The place that the reader `index`, called `name`, reads.
    pub(in crate::hir::build) fn kernel_place(
        &mut self,
        (index, name): (usize, Name),
        args: &'a [DatumId],
        span: Span,
    ) -> Place {
        let name = self.text(self.names.kernel(name));
        let import = self.imports[index].clone();
        let table = self.signature.table.as_deref().and_then(struct_ops::table);
        let writable = table.map_or(&[][..], |table| table.writable);
        let is = |(of, member): &(&str, &str)| name.eq_ignore_ascii_case(&format!("{of}_{member}"));
        let ([pointer, element @ ..], [hop], true) =
            (args, &import.hops[..], writable.iter().any(is) && import.reader == Reader::Pointer)
        else {
            self.not_writable(name, table, span);
            return Place::Error;
        };
        let mut hop = hop.clone();
        let Some(base) = self.kernel_base(*pointer, import.root) else { return Place::Error };
        if let Some(element) = element.first()
            && self.element_of(&mut hop, *element).is_none()
        {
            return Place::Error;
        }
        if self.module.types.as_pointer(self.ty(base)).is_none() || hop.bits.is_some() {
            let message = "only through a pointer that the kernel gave is this set";
            self.report(Diagnostic::error(&codes::NOT_A_PLACE, span, message));
            return Place::Error;
        }
        let ptr = self.hop_address(base, &hop, span);
        Place::Memory { ptr, offset: 0, ty: hop.ty, sharing: Sharing::Own }
    }

    fn not_writable(&mut self, name: &str, table: Option<&struct_ops::Table>, span: Span) {
        let Some(table) = table else {
            let message = "a kernel struct cannot be changed";
            return self.report(Diagnostic::error(&codes::NOT_A_PLACE, span, message));
        };
        let message =
            format!("`{}` is not among what a program of `{}` sets", name.replace('_', "-"), table.of);
        let names = table.writable.iter().map(|(of, member)| format!("{of}-{member}").replace('_', "-"));
        let names = names.collect::<Vec<_>>().join(", ");
        let error = Diagnostic::error(&codes::NOT_A_PLACE, span, message);
        self.report(error.help(format!("it sets {names}")));
    }
}
