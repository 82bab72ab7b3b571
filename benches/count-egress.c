/* examples/count-egress.lisp in C: counts the packets that processes of a cgroup send. */
typedef unsigned int u32;
typedef unsigned long long u64;

#define SEC(name) __attribute__((section(name), used))

static void *(*const map_lookup_elem)(void *map, const void *key) = (void *)1;

struct __sk_buff;

struct {
	int (*type)[2]; /* BPF_MAP_TYPE_ARRAY */
	u32 *key;
	u64 *value;
	int (*max_entries)[1];
} pkt_count SEC(".maps");

SEC("cgroup_skb/egress")
int count_egress(struct __sk_buff *skb)
{
	u32 key = 0;
	u64 *value = map_lookup_elem(&pkt_count, &key);

	if (value)
		__sync_fetch_and_add(value, 1);
	return 1;
}

char _license[] SEC("license") = "GPL";
