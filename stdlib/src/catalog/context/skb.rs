//! `struct __sk_buff`: a packet, as ten program types see it.
//!
//! Rights: `bpf_skb_is_valid_access` in net/core/filter.c, and on top of it
//! `sk_filter_is_valid_access`, `cg_skb_is_valid_access`, `lwt_is_valid_access`,
//! `tc_cls_act_is_valid_access`, `sk_skb_is_valid_access`, `flow_dissector_is_valid_access`.

use super::{
    Kind, SOCK_COMMON, Struct,
    rule::{ANY, N4, Rule, Shape, W4, W8, field, pointer, read, read_write},
};
use crate::catalog::{
    program::ProgramType::{
        self, CgroupSkb, FlowDissector, LwtIn, LwtOut, LwtSeg6local, LwtXmit, SchedAct, SchedCls, SkSkb,
        SocketFilter,
    },
    set::ProgramSet,
};

const TC: &[ProgramType] = &[SchedCls, SchedAct];
const LWT: &[ProgramType] = &[LwtIn, LwtOut, LwtXmit, LwtSeg6local];
/// All but flow_dissector, which sees nothing but the packet and its keys.
const MOST: ProgramSet = ProgramSet::of(&[SocketFilter, SchedCls, SchedAct, CgroupSkb, SkSkb]).with(LWT);

const READ: &[Rule] = &[read(N4).of(MOST)];
const SOCKET: &[Rule] = &[read(N4).only(&[CgroupSkb, SkSkb])];
const SOCKET_WHOLE: &[Rule] = &[read(W4).only(&[CgroupSkb, SkSkb])];
const PACKET: &[Rule] = &[read(W4).of(MOST.with(&[FlowDissector]).without(&[SocketFilter]))];

pub(super) static SK_BUFF: Struct = Struct {
    name: "__sk_buff",
    fields: &[
        field("len", 0, READ),
        field("pkt_type", 4, READ),
        field("mark", 8, &[read(N4).only(&[SocketFilter]), read_write(N4, W4).of(MOST.without(&[SkSkb]))]),
        field("queue_mapping", 12, &[read_write(N4, W4).only(TC), read(N4).of(MOST)]),
        field("protocol", 16, READ).network_half(),
        field("vlan_present", 20, READ),
        field("vlan_tci", 24, READ),
        field("vlan_proto", 28, READ).network_half(),
        field("priority", 32, &[read(N4).only(&[SocketFilter]), read_write(N4, W4).of(MOST)]),
        field("ingress_ifindex", 36, READ),
        field("ifindex", 40, READ),
        field("tc_index", 44, &[read_write(N4, W4).only(&[SchedCls, SchedAct, SkSkb]), read(N4).of(MOST)]),
        field("cb", 48, &[read(ANY).only(&[SkSkb]), read_write(ANY, ANY).of(MOST)]).times(5),
        field("hash", 68, READ),
        field("tc_classid", 72, &[read_write(N4, W4).only(TC)]),
        pointer("data", 76, Kind::Packet, PACKET).wide(4),
        pointer("data_end", 80, Kind::PacketEnd, PACKET).wide(4),
        field("napi_id", 84, READ),
        field("family", 88, SOCKET),
        field("remote_ip4", 92, SOCKET_WHOLE).network(),
        field("local_ip4", 96, SOCKET_WHOLE).network(),
        field("remote_ip6", 100, SOCKET_WHOLE).times(4).network(),
        field("local_ip6", 116, SOCKET_WHOLE).times(4).network(),
        field("remote_port", 132, SOCKET).network(),
        field("local_port", 136, SOCKET),
        pointer("data_meta", 140, Kind::PacketMeta, &[read(W4).only(TC).since(4, 15)]).wide(4),
        pointer("flow_keys", 144, Kind::FlowKeys, &[read(W8).only(&[FlowDissector])]),
        field("tstamp", 152, &[read_write(W8, W8).only(&[SchedCls, SchedAct, CgroupSkb]).since(5, 0)])
            .wide(8),
        field("wire_len", 160, &[read(N4).only(TC).since(5, 0)]),
        field("gso_segs", 164, &[read(N4).of(MOST).since(5, 1)]),
        pointer("sk", 168, Kind::Sock { of: &SOCK_COMMON, nullable: true }, &[read(W8).of(MOST).since(5, 1)]),
        field("gso_size", 176, &[read(N4).of(MOST).since(5, 7)]),
        field("tstamp_type", 180, &[read(Shape::any(&[1])).only(TC).since(5, 18)]).wide(1),
        field("hwtstamp", 184, &[read(W8).only(&[SchedCls, SchedAct, CgroupSkb]).since(5, 16)]).wide(8),
    ],
    raw: None,
};
