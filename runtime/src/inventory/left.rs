//! What killed sessions have left behind: filters of tc. All else that they attach goes with them, or with what it
//! is attached to.

use super::{Attachment, Held, attachments::own_filters, holders, pins};

/// A filter that nobody will remove.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Left {
    /// The name of its program, which is its own, in full.
    pub name: String,
    /// The program, and where it is attached.
    pub attachment: Attachment,
}

/// The filters of sessions in this network namespace whose programs no process holds and no pin. Who holds them
/// is only seen by those who may look at all processes.
pub fn left_behind() -> Vec<Left> {
    let mut filters = own_filters().peekable();
    if filters.peek().is_none() {
        return Vec::new();
    }
    let (holders, pins) = (holders(), pins());
    let held = |program| {
        let program = Held::Program(program);
        holders.contains_key(&program) || pins.iter().any(|(pinned, _)| *pinned == program)
    };
    let left = filters.filter(|(attachment, _)| !held(attachment.program));
    left.map(|(attachment, name)| Left { name, attachment }).collect()
}
