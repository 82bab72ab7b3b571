/* What the C programs that ours are compared with have in common. */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/tcp.h>
#include <linux/udp.h>

typedef __u64 u64;
typedef __u32 u32;
typedef __u16 u16;
typedef __u8 u8;

#define SEC(name) __attribute__((section(name), used))
#define inline_ static inline __attribute__((always_inline))
#define noinline_ static __attribute__((noinline))
#define htons(x) ((u16)__builtin_bswap16(x))

#define MAP(name, kind, keys, values, entries) \
	struct { int(*type)[kind]; keys *key; values *value; int(*max_entries)[entries]; } name SEC(".maps")

static void *(*const lookup)(void *map, const void *key) = (void *)BPF_FUNC_map_lookup_elem;
static long (*const update)(void *map, const void *key, const void *value, u64 flags) = (void *)BPF_FUNC_map_update_elem;
static u64 (*const ktime_get_ns)(void) = (void *)BPF_FUNC_ktime_get_ns;
static long (*const tail_call)(void *ctx, void *map, u32 index) = (void *)BPF_FUNC_tail_call;

/* The header behind up to two VLAN tags; its type in `type`. Null when the frame is too short. */
inline_ void *network(void *data, void *end, u16 *type, int least)
{
	u8 *p = data;
	if (p + 14 + least > (u8 *)end)
		return 0;
	*type = *(u16 *)(p + 12);
	p += 14;
#pragma unroll
	for (int i = 0; i < 2; i++) {
		if (*type != htons(ETH_P_8021Q) && *type != htons(ETH_P_8021AD))
			break;
		if (p + 4 + least > (u8 *)end)
			return 0;
		*type = *(u16 *)(p + 2);
		p += 4;
	}
	return p;
}

/* The header of `protocol` behind IP's. */
inline_ void *transport(void *ip, void *end, u16 type, u8 protocol, int size)
{
	u8 *p = ip;
	if (type == htons(ETH_P_IP)) {
		struct iphdr *h = ip;
		if (h->protocol != protocol || (h->frag_off & htons(0x1fff)))
			return 0;
		p += h->ihl * 4;
	} else if (type == htons(ETH_P_IPV6)) {
		if (p + 40 > (u8 *)end || ((struct ipv6hdr *)ip)->nexthdr != protocol)
			return 0;
		p += 40;
	} else {
		return 0;
	}
	return p + size > (u8 *)end ? 0 : p;
}

char _license[] SEC("license") = "GPL";
