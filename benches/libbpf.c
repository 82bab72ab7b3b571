// What libbpf takes for the same: `libbpf ring OBJECT`, `libbpf load OBJECT CGROUP N`. Prints the
// nanoseconds of an event, and of a session.
#include <bpf/bpf.h>
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

static int load(const char *path, const char *cgroup, int times)
{
	unsigned long long start = now();

	for (int i = 0; i < times; i++) {
		struct bpf_object *object = bpf_object__open_file(path, NULL);
		int fd = open(cgroup, O_RDONLY);
		struct bpf_link *link;

		if (!object || bpf_object__load(object))
			return 1;
		link = bpf_program__attach_cgroup(bpf_object__find_program_by_name(object, "count_egress"), fd);
		if (!link)
			return 1;
		bpf_link__destroy(link);
		close(fd);
		bpf_object__close(object);
	}
	printf("%llu\n", (now() - start) / times);
	return 0;
}

int main(int argc, char **argv)
{
	if (argc == 3 && !strcmp(argv[1], "ring"))
		return ring(argv[2]);
	if (argc == 5 && !strcmp(argv[1], "load"))
		return load(argv[2], argv[3], atoi(argv[4]));
	return 2;
}
