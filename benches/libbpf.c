// What libbpf takes for the same: `libbpf ring OBJECT` prints the nanoseconds of an event, and
// `libbpf once OBJECT CGROUP` those of its first session, `libbpf sessions OBJECT CGROUP` those of sessions
// whenever it is asked for some.
#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static unsigned long long count, sum;

static unsigned long long now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000ULL + t.tv_nsec;
}

static int event(void *ctx, void *data, size_t size)
{
	unsigned long long number;

	memcpy(&number, data, sizeof(number));
	sum += number;
	count++;
	return 0;
}

static int ring(const char *path)
{
	struct bpf_object *object = bpf_object__open_file(path, NULL);
	unsigned long long took = 0, start;
	struct ring_buffer *buffer;
	char packet[64] = {};
	int program;
	LIBBPF_OPTS(bpf_test_run_opts, opts, .data_in = packet, .data_size_in = sizeof(packet), .repeat = 10000);

	if (!object || bpf_object__load(object))
		return 1;
	program = bpf_program__fd(bpf_object__find_program_by_name(object, "produce"));
	buffer = ring_buffer__new(bpf_object__find_map_fd_by_name(object, "events"), event, NULL, NULL);
	if (program < 0 || !buffer)
		return 1;
	for (int i = 0; i < 100; i++) {
		if (bpf_prog_test_run_opts(program, &opts))
			return 1;
		start = now();
		ring_buffer__consume(buffer);
		took += now() - start;
	}
	if (count != 1000000 || sum != 1000000ULL * 1000001 / 2)
		return 1;
	printf("%f\n", (double)took / count);
	return 0;
}

/* A session as libbpf makes one. */
static int with_libbpf(const char *path, const char *cgroup)
{
	struct bpf_object *object = bpf_object__open_file(path, NULL);
	int fd = open(cgroup, O_RDONLY | O_CLOEXEC);
	struct bpf_link *link;

	if (!object || fd < 0 || bpf_object__load(object))
		return 1;
	link = bpf_program__attach_cgroup(bpf_object__find_program_by_name(object, "count_egress"), fd);
	if (!link)
		return 1;
	bpf_link__destroy(link);
	close(fd);
	bpf_object__close(object);
	return 0;
}

static struct bpf_object *known;
static struct bpf_prog_load_opts described;

/* Keeps what libbpf tells the kernel of functions and lines. */
static int keep(struct bpf_program *program, struct bpf_prog_load_opts *opts, long cookie)
{
	size_t functions = opts->func_info_cnt * opts->func_info_rec_size;
	size_t lines = opts->line_info_cnt * opts->line_info_rec_size;

	described = *opts;
	described.func_info = memcpy(malloc(functions), opts->func_info, functions);
	described.line_info = memcpy(malloc(lines), opts->line_info, lines);
	return 0;
}

/* The object, loaded once by libbpf. */
static int learn(const char *path)
{
	LIBBPF_OPTS(libbpf_prog_handler_opts, handler, .prog_prepare_load_fn = keep);
	int id = libbpf_register_prog_handler("cgroup_skb/egress", BPF_PROG_TYPE_CGROUP_SKB, BPF_CGROUP_INET_EGRESS,
					      &handler);

	known = bpf_object__open_file(path, NULL);
	if (id < 0 || !known || bpf_object__load(known) || !described.line_info)
		return 1;
	return libbpf_unregister_prog_handler(id);
}

/*
 * The same session with everything known beforehand: what the kernel and the file take, which no loader
 * can do without.
 */
static int bare(const char *path, const char *cgroup)
{
	struct bpf_program *program;
	struct bpf_insn code[64];
	const struct btf *btf;
	struct bpf_map *map;
	const void *types;
	char bytes[16384];
	__u32 size;
	int file, types_fd, map_fd, fd, prog_fd, link_fd;

	if (!known && learn(path))
		return 1;
	program = bpf_object__find_program_by_name(known, "count_egress");
	map = bpf_object__find_map_by_name(known, "pkt_count");
	btf = bpf_object__btf(known);
	if (!program || !map || !btf || bpf_program__insn_cnt(program) > 64)
		return 1;
	types = btf__get_raw_data(btf, &size);
	file = open(path, O_RDONLY | O_CLOEXEC);
	if (read(file, bytes, sizeof(bytes)) <= 0)
		return 1;
	close(file);
	types_fd = bpf_btf_load(types, size, NULL);
	LIBBPF_OPTS(bpf_map_create_opts, of_map, .btf_fd = types_fd, .btf_key_type_id = bpf_map__btf_key_type_id(map),
		    .btf_value_type_id = bpf_map__btf_value_type_id(map));
	map_fd = bpf_map_create(bpf_map__type(map), "pkt_count", bpf_map__key_size(map), bpf_map__value_size(map),
				bpf_map__max_entries(map), &of_map);
	memcpy(code, bpf_program__insns(program), bpf_program__insn_cnt(program) * sizeof(*code));
	for (size_t i = 0; i < bpf_program__insn_cnt(program); i++)
		if (code[i].code == (BPF_LD | BPF_IMM | BPF_DW) && code[i].src_reg == BPF_PSEUDO_MAP_FD)
			code[i].imm = map_fd;
	LIBBPF_OPTS(bpf_prog_load_opts, of_prog, .expected_attach_type = BPF_CGROUP_INET_EGRESS,
		    .prog_btf_fd = types_fd, .func_info = described.func_info,
		    .func_info_cnt = described.func_info_cnt, .func_info_rec_size = described.func_info_rec_size,
		    .line_info = described.line_info, .line_info_cnt = described.line_info_cnt,
		    .line_info_rec_size = described.line_info_rec_size);
	prog_fd = bpf_prog_load(BPF_PROG_TYPE_CGROUP_SKB, "count_egress", "GPL", code, bpf_program__insn_cnt(program),
				&of_prog);
	fd = open(cgroup, O_RDONLY | O_CLOEXEC);
	link_fd = bpf_link_create(prog_fd, fd, BPF_CGROUP_INET_EGRESS, NULL);
	if (link_fd < 0)
		return 1;
	close(link_fd);
	close(fd);
	close(prog_fd);
	close(map_fd);
	close(types_fd);
	return 0;
}

/* Sessions on request: for each line `libbpf N` or `bare N`, the nanoseconds that one of N took. */
static int sessions(const char *path, const char *cgroup)
{
	char kind[16];
	int times;

	while (scanf("%15s %d", kind, &times) == 2 && times > 0) {
		int (*one)(const char *, const char *) = strcmp(kind, "bare") ? with_libbpf : bare;
		unsigned long long start = now();

		for (int i = 0; i < times; i++)
			if (one(path, cgroup))
				return 1;
		printf("%llu\n", (now() - start) / times);
		fflush(stdout);
	}
	return 0;
}

int main(int argc, char **argv)
{
	if (argc == 3 && !strcmp(argv[1], "ring"))
		return ring(argv[2]);
	if (argc == 4 && !strcmp(argv[1], "once")) {
		unsigned long long start = now();

		if (with_libbpf(argv[2], argv[3]))
			return 1;
		printf("%llu\n", now() - start);
		return 0;
	}
	if (argc == 4 && !strcmp(argv[1], "sessions"))
		return sessions(argv[2], argv[3]);
	return 2;
}
