// What clang makes of all that a loader has to see to.
#include <linux/types.h>
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>

char LICENSE[] SEC("license") = "GPL";

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 4);
	__type(key, __u32);
	__type(value, __u64);
} numbers SEC(".maps");

struct inner {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64);
} one SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
	__uint(max_entries, 2);
	__type(key, __u32);
	__array(values, struct inner);
} outer SEC(".maps") = { .values = { [1] = &one } };

int next(void *ctx);

struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, 3);
	__uint(key_size, sizeof(__u32));
	__array(values, int(void *));
} calls SEC(".maps") = { .values = { [2] = (void *)&next } };

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 5000);
} ring SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERF_EVENT_ARRAY);
	__uint(key_size, sizeof(int));
	__uint(value_size, sizeof(int));
} events SEC(".maps");

// Memory of each kind, with a struct that holds kinds of types which older kernels do not know.
enum big { BIG = 0x100000000ULL };
struct odd {
	double unused;
	int __attribute__((btf_type_tag("user"))) *pointer;
	enum big big;
} odd;
__u64 total = 5;
static volatile __u64 hidden_total;
const volatile __u32 limit = 3;
static const char word[] = "abcdefgh";

// The kernel's own: a function, one that it does not have, a variable.
void bpf_rcu_read_lock(void) __attribute__((section(".ksyms")));
void bpf_rcu_read_unlock(void) __attribute__((section(".ksyms")));
int bpf_there_is_none(int) __attribute__((section(".ksyms"), weak));
extern const int bpf_there_is_no_variable __attribute__((section(".ksyms"), weak));

static __attribute__((noinline)) __u64 in_text(__u64 a)
{
	return a * 3 + hidden_total;
}

__attribute__((noinline, visibility("hidden"))) __u64 hidden(__u64 *of)
{
	// As a global function of its own this would be refused: the pointer could be anything.
	return *of + in_text(2);
}

__attribute__((noinline)) int global(int a)
{
	return a + 1;
}

static long each(__u32 index, void *context)
{
	__u64 *sum = context;

	*sum += index;
	return 0;
}

static __attribute__((noinline, section("xdp"))) __u64 in_section(__u64 a)
{
	return a + hidden_total;
}

struct task_struct___here {
	int tgid;
	int no_such_member;
} __attribute__((preserve_access_index));

SEC("xdp") int main_program(void *ctx)
{
	__u64 sum = 0, value = 7;
	__u32 key = 1, zero = 0;
	void *inner;

	bpf_loop(limit, each, &sum, 0);
	total += sum; // 5 + 3
	hidden_total = 4;
	total += hidden(&value); // 7 + 2 * 3 + 4
	total += global(9) + in_section(96); // 10 + 100
	bpf_rcu_read_lock();
	bpf_rcu_read_unlock();
	if (bpf_there_is_none)
		total += bpf_there_is_none(1000000);
	if (&bpf_there_is_no_variable)
		total += bpf_there_is_no_variable;
	inner = bpf_map_lookup_elem(&outer, &key);
	if (inner)
		bpf_map_update_elem(inner, &zero, &total, 0);
	bpf_map_update_elem(&numbers, &key, &total, 0);
	if (word[limit] == 'd')
		total += 1000;
	struct task_struct___here *task = (void *)bpf_get_current_task();
	if (bpf_core_field_exists(task->no_such_member))
		total += 1000000;
	if (BPF_CORE_READ(task, tgid) != bpf_get_current_pid_tgid() >> 32)
		total += 2000000;
	odd.big = BIG;
	bpf_tail_call(ctx, &calls, 2);
	return 1;
}

SEC("xdp") int next(void *ctx)
{
	total += 10000;
	return 2;
}
