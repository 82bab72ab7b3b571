#include "common.h"

MAP(counts, BPF_MAP_TYPE_ARRAY, u32, u64, 4);
MAP(by_protocol, BPF_MAP_TYPE_PROG_ARRAY, u32, u32, 256);

inline_ void count(u32 kind)
{
	u64 *n = lookup(&counts, &kind);
	if (n)
		__sync_fetch_and_add(n, 1);
}

SEC("xdp") int dispatch(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
	u16 type;
	u8 *ip = network(data, end, &type, 20);
	if (!ip)
		return XDP_PASS;
	if (type == htons(ETH_P_IP))
		tail_call(ctx, &by_protocol, ip[9]);
	count(0);
	return XDP_PASS;
}

SEC("xdp") int icmp(struct xdp_md *ctx)
{
	count(1);
	return XDP_PASS;
}

SEC("xdp") int tcp(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
	u16 type;
	u8 *ip = network(data, end, &type, 20);
	if (!ip)
		return XDP_PASS;
	u8 *tcp = transport(ip, end, type, IPPROTO_TCP, 20);
	if (tcp && (tcp[13] & 2) && !(tcp[13] & 16))
		count(2);
	return XDP_PASS;
}

SEC("xdp") int udp(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
	u16 type;
	u8 *ip = network(data, end, &type, 20);
	if (!ip)
		return XDP_PASS;
	u8 *udp = transport(ip, end, type, IPPROTO_UDP, 8);
	if (udp && *(u16 *)(udp + 2) == htons(53))
		count(3);
	return XDP_PASS;
}
