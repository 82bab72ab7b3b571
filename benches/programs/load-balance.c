#include "common.h"

struct mac { u8 bytes[6]; };
struct backend { u32 address; struct mac mac; u64 packets; };
MAP(backends, BPF_MAP_TYPE_ARRAY, u32, struct backend, 64);
MAP(members, BPF_MAP_TYPE_HASH, u32, u32, 64);
MAP(clients, BPF_MAP_TYPE_LRU_HASH, u32, struct mac, 65536);
u32 virtual_address = 1, backend_count = 1;
u16 port = 80;

inline_ u16 mended(u16 sum, u32 old, u32 new)
{
	u32 gone = ~old;
	u32 s = (sum ^ 0xffff) + (gone & 0xffff) + (gone >> 16) + (new & 0xffff) + (new >> 16);
	s = (s & 0xffff) + (s >> 16);
	s = (s & 0xffff) + (s >> 16);
	return s ^ 0xffff;
}

inline_ void set_address(u8 *ip, int at, u8 *sum, u32 new)
{
	u32 old = *(u32 *)(ip + at);
	*(u32 *)(ip + at) = new;
	*(u16 *)(ip + 10) = mended(*(u16 *)(ip + 10), old, new);
	if (ip[9] != IPPROTO_UDP || *(u16 *)sum)
		*(u16 *)sum = mended(*(u16 *)sum, old, new);
}

inline_ u32 flow_hash(u32 source, u32 ports, u8 protocol)
{
	u32 h = source ^ (ports * 0x9e3779b1) ^ protocol;
	h = (h ^ (h >> 16)) * 0x85ebca6b;
	h = (h ^ (h >> 13)) * 0xc2b2ae35;
	return h ^ (h >> 16);
}

inline_ int send_to(u8 *data, struct mac *mac)
{
	__builtin_memcpy(data + 6, data, 6);
	__builtin_memcpy(data, mac, 6);
	return XDP_TX;
}

SEC("xdp") int balance(struct xdp_md *ctx)
{
	u8 *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
	u16 type;
	u8 *ip = network(data, end, &type, 20);
	if (!ip || type != htons(ETH_P_IP))
		return XDP_PASS;
	u8 protocol = ip[9];
	u8 *transport = ip + (ip[0] & 15) * 4;
	u8 *sum = transport + (protocol == IPPROTO_TCP ? 16 : 6);
	if (protocol != IPPROTO_TCP && protocol != IPPROTO_UDP)
		return XDP_PASS;
	if (*(u16 *)(ip + 6) & htons(0x1fff))
		return XDP_PASS;
	if (transport + 8 > end || sum + 2 > end)
		return XDP_PASS;
	u32 source = *(u32 *)(ip + 12);
	if (*(u32 *)(ip + 16) == virtual_address && __builtin_bswap16(*(u16 *)(transport + 2)) == port) {
		if (!backend_count)
			return XDP_DROP;
		u32 index = flow_hash(source, *(u32 *)transport, protocol) % backend_count;
		struct backend *b = lookup(&backends, &index);
		struct mac client;
		if (!b)
			return XDP_DROP;
		__builtin_memcpy(&client, data + 6, 6);
		update(&clients, &source, &client, 0);
		__sync_fetch_and_add(&b->packets, 1);
		set_address(ip, 16, sum, b->address);
		return send_to(data, &b->mac);
	}
	if (__builtin_bswap16(*(u16 *)transport) == port && lookup(&members, &source)) {
		u32 destination = *(u32 *)(ip + 16);
		struct mac *client = lookup(&clients, &destination);
		if (client) {
			set_address(ip, 12, sum, virtual_address);
			return send_to(data, client);
		}
	}
	return XDP_PASS;
}
