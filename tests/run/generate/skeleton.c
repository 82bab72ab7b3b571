#include "shapes.skel.h"
#include <stdio.h>

int main(void)
{
	struct shapes *s = shapes__open();
	int programs, limit;

	if (!s)
		return 1;
	limit = s->rodata->limit;
	s->rodata->limit = 9;
	if (shapes__load(s))
		return 2;
	programs = bpf_program__fd(s->progs.count) > 0;
	printf("%d of %s, %d and %d program, %d entries\n", limit, bpf_object__name(s->obj), (int)s->rodata->limit,
	       programs, (int)bpf_map__max_entries(s->maps.events));
	shapes__destroy(s);
	return 0;
}
