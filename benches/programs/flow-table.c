#include "common.h"

struct flow {
	u8 source[16], destination[16];
	u16 source_port, destination_port, vlan;
	u8 protocol, version;
};
struct usage { u64 packets, bytes, first, last; u32 flags; };
MAP(flows, BPF_MAP_TYPE_LRU_HASH, struct flow, struct usage, 65536);

noinline_ void count_packet(struct flow *f, u64 bytes, u32 flags)
{
	u64 now = ktime_get_ns();
	if (!lookup(&flows, f)) {
		struct usage first = { .first = now };
		update(&flows, f, &first, BPF_NOEXIST);
	}
	struct usage *u = lookup(&flows, f);
	if (u) {
		__sync_fetch_and_add(&u->packets, 1);
		__sync_fetch_and_add(&u->bytes, bytes);
		__sync_fetch_and_or(&u->flags, flags);
		u->last = now;
	}
}

inline_ u32 take_ports(struct flow *f, u8 *h, u8 *end)
{
	u32 flags = 0;
	if ((f->protocol == IPPROTO_TCP || f->protocol == IPPROTO_UDP) && h + 4 <= end) {
		f->source_port = __builtin_bswap16(*(u16 *)h);
		f->destination_port = __builtin_bswap16(*(u16 *)(h + 2));
		if (f->protocol == IPPROTO_TCP && h + 14 <= end)
			flags = h[13];
	}
	return flags;
}

SEC("xdp") int flow_table(struct xdp_md *ctx)
{
	u8 *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
	struct flow f = {};
	u16 type;
	if (data + 18 <= end) {
		type = *(u16 *)(data + 12);
		if (type == htons(ETH_P_8021Q) || type == htons(ETH_P_8021AD))
			f.vlan = __builtin_bswap16(*(u16 *)(data + 14)) & 0xfff;
	}
	u8 *ip = network(data, end, &type, 20);
	if (ip && type == htons(ETH_P_IP)) {
		__builtin_memcpy(f.source, ip + 12, 4);
		__builtin_memcpy(f.destination, ip + 16, 4);
		f.version = 4;
		f.protocol = ip[9];
		u32 flags = *(u16 *)(ip + 6) & htons(0x1fff) ? 0 : take_ports(&f, ip + (ip[0] & 15) * 4, end);
		count_packet(&f, __builtin_bswap16(*(u16 *)(ip + 2)), flags);
		return XDP_PASS;
	}
	ip = network(data, end, &type, 40);
	if (ip && type == htons(ETH_P_IPV6)) {
		__builtin_memcpy(f.source, ip + 8, 16);
		__builtin_memcpy(f.destination, ip + 24, 16);
		f.version = 6;
		f.protocol = ip[6];
		u64 bytes = 40 + (u64)__builtin_bswap16(*(u16 *)(ip + 4));
		count_packet(&f, bytes, take_ports(&f, ip + 40, end));
	}
	return XDP_PASS;
}
