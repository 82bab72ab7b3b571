#include "common.h"

struct source { u32 words[4]; };
struct window { u64 start, requests; };
MAP(sources, BPF_MAP_TYPE_LRU_HASH, struct source, struct window, 65536);
u64 limit = 100;
u64 passed, dropped;

noinline_ int admit(struct source *s)
{
	u64 now = ktime_get_ns();
	struct window *w = lookup(&sources, s);
	if (!w) {
		struct window first = { now, 1 };
		update(&sources, s, &first, 0);
		return 1;
	}
	if (now - w->start >= 1000000000ull) {
		w->start = now;
		w->requests = 0;
	}
	return __sync_fetch_and_add(&w->requests, 1) + 1 <= limit;
}

SEC("xdp") int syn_limit(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
	u16 type;
	u8 *ip = network(data, end, &type, 20);
	if (!ip)
		return XDP_PASS;
	u8 *tcp = transport(ip, end, type, IPPROTO_TCP, 20);
	if (!tcp || !(tcp[13] & 2) || (tcp[13] & 16))
		return XDP_PASS;
	struct source s = {};
	if (ip[0] >> 4 == 4) {
		s.words[3] = *(u32 *)(ip + 12);
	} else {
		if (ip + 24 > (u8 *)end)
			return XDP_PASS;
		__builtin_memcpy(&s, ip + 8, 16);
	}
	if (admit(&s)) {
		__sync_fetch_and_add(&passed, 1);
		return XDP_PASS;
	}
	__sync_fetch_and_add(&dropped, 1);
	return XDP_DROP;
}
