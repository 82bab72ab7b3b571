// Structs with anonymous members, whose fields are those of the struct around them.

#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct val {
    int a;
    union {
        __u32 u;
        __u8 b[4];
        struct {
            __u16 low;
            __u16 high : 4;
            __u16 top : 12;
        };
    };
    __u64 last;
};

struct {
    __uint(type, BPF_MAP_TYPE_HASH);
    __type(key, __u32);
    __type(value, struct val);
    __uint(max_entries, 4);
} vals SEC(".maps");

SEC("xdp")
int touch(struct xdp_md *ctx)
{
    __u32 key = 1;
    struct val *val = bpf_map_lookup_elem(&vals, &key);
    if (val)
        val->u += 1;
    return XDP_PASS;
}

char _license[] SEC("license") = "GPL";
