//! What is attached to interfaces without a link: programs of xdp that `ip` and its like attach, and those that
//! filters of `tc` are. The kernel tells of them through rtnetlink, of this network namespace only.

use std::io;

use crate::{
    attach::clsact::{self, EGRESS, INGRESS, Known},
    netlink::{Message, Netlink, attribute, attributes, text, word},
};

/// A program, the event that it is for, and the interface's name; and the filter that it is.
pub(super) type Found = (u32, &'static str, String, Option<Known>);

/// Messages of include/uapi/linux/rtnetlink.h: what asks for all interfaces, and what each is told with.
const GET_LINK: u16 = 18;
const NEW_LINK: u16 = 16;
/// Bytes of `struct ifinfomsg`.
const LINK: usize = 16;

/// `IFLA_IFNAME`, `IFLA_XDP`, and in that `IFLA_XDP_PROG_ID` to `IFLA_XDP_HW_PROG_ID`.
const NAME: u16 = 3;
const XDP: u16 = 43;
const XDP_PROGRAMS: std::ops::RangeInclusive<u16> = 4..=7;

/// Where filters hang: of the queueing discipline `clsact` for either way, and of the interface's own.
const PARENTS: &[(u32, &str)] = &[(INGRESS, "tc/ingress"), (EGRESS, "tc/egress"), (0, "tc")];

/// All of them; none where rtnetlink cannot be asked.
pub(super) fn on_interfaces() -> Vec<Found> {
    let mut found = Vec::new();
    let Ok(netlink) = Netlink::open() else { return found };
    for (number, name, programs) in interfaces(&netlink).unwrap_or_default() {
        found.extend(programs.into_iter().map(|program| (program, "xdp", name.clone(), None)));
        for (parent, event) in PARENTS {
            let filters = clsact::filters(&netlink, number, *parent).unwrap_or_default();
            let filters = filters.into_iter().filter(|filter| filter.program != 0);
            found.extend(filters.map(|filter| (filter.program, *event, name.clone(), Some(filter))));
        }
    }
    found
}

/// The number and name of each interface, and its programs of xdp.
fn interfaces(netlink: &Netlink) -> io::Result<Vec<(u32, String, Vec<u32>)>> {
    let told = netlink.all(GET_LINK, &Message::new(&[0; LINK]), NEW_LINK)?;
    let interface = |message: &Vec<u8>| {
        let (number, behind) = (word(message.get(4..)?)?, message.get(LINK..)?);
        let name = text(attribute(behind, NAME)?);
        let of_xdp = attribute(behind, XDP).map(attributes).into_iter().flatten();
        let mut programs: Vec<u32> = of_xdp
            .filter(|(kind, _)| XDP_PROGRAMS.contains(kind))
            .filter_map(|(_, bytes)| word(bytes))
            .collect();
        programs.sort_unstable();
        programs.dedup();
        Some((number, name, programs))
    };
    Ok(told.iter().filter_map(interface).collect())
}
