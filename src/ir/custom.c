/* custom.c -- the table of custom.def. */
#include "ir/custom.h"
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const struct custom_row custom_table[] = {
#define CUSTOM(meaning, target, computations) { target, computations },
#include "ir/custom.def"
#undef CUSTOM
};

int custom_find(const char *target)
{
	for (size_t i = 0; i < sizeof custom_table / sizeof *custom_table; i++)
		if (!strcmp(custom_table[i].target, target))
			return (int)i;
	return -1;
}

int custom_of(const struct node *n)
{
	return n->op == OP_custom_call ? custom_find(node_str(n, KEY_call_target_name, "")) : -1;
}

enum op custom_map_op(const char *target)
{
	char name[64];
	int n = snprintf(name, sizeof name, "chlo.%s", target + strlen("mhlo."));

	return op_find(name, (size_t)n);
}

/* "{replica_groups = dense<0> : tensor<1x1xi64>}" */
bool custom_is_alone(struct job *j, const struct node *n)
{
	const char *at = strstr(node_config(j, n), "replica_groups");
	const char *shape = at ? strstr(at, "tensor<") : NULL;
	const char *size = shape ? strchr(shape, 'x') : NULL;

	return size && !strncmp(size, "x1x", 3);
}

/* "dense<[2, 3]> : tensor<2xi64>" */
uint32_t custom_nshapes(const struct attrs *a, uint32_t nin)
{
	const struct attr *shapes = attrs_other(a, "indices_of_shape_operands");
	const char *at = shapes && shapes->s ? strchr(shapes->s, '<') : NULL;
	uint32_t n = 0, next = 0;

	while (at && *at && *at != '>') {
		char *end;
		unsigned long v = isdigit((unsigned char)*at) ? strtoul(at, &end, 10) : nin;
		if (isdigit((unsigned char)*at)) {
			if (v >= nin || (n && v != next))
				return 0;
			next = (uint32_t)v + 1;
			n++;
			at = end;
		} else {
			at++;
		}
	}
	return next == nin ? n : 0;
}
