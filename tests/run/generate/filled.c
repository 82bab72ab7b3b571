#include <stdint.h>
#include <stdio.h>
#include <string.h>

struct point {
	int16_t x;
	uint8_t y;
};

struct wire {
	uint8_t tag;
	uint32_t length;
	uint16_t rest[3];
} __attribute__((packed));

struct small {
	uint32_t low : 3;
	uint32_t high : 4;
};

union either {
	uint64_t word;
	uint8_t bytes[12];
};

struct event {
	uint64_t at;
	uint8_t type;
	uint16_t flag : 3;
	uint16_t level : 9;
	struct point place;
	struct point places[2];
	struct wire wire;
	union either either;
	uint8_t name[16];
	uint64_t next;
	uint8_t last;
	struct small small;
	uint32_t kind;
	int8_t verdict;
};

int main(void)
{
	struct event e;

	memset(&e, 0, sizeof(e));
	e.at = 42;
	e.type = 6;
	e.flag = 5;
	e.level = 300;
	e.place = (struct point){ -7, 9 };
	e.places[1] = (struct point){ 11, 12 };
	e.wire = (struct wire){ 3, 70000, { 1, 2, 65535 } };
	e.either.bytes[11] = 99;
	strcpy((char *)e.name, "abc");
	e.last = 7;
	e.small.high = 13;
	e.kind = 17;
	e.verdict = -1;
	return fwrite(&e, sizeof(e), 1, stdout) != 1;
}
