/* custom.h -- custom_calls that Weft computes itself: the targets of custom.def, and operands that
 * only say how large results are. */
#ifndef IR_CUSTOM_H
#define IR_CUSTOM_H
#include "ir/graph.h"

struct custom_row {
	const char *target;
	uint32_t computations;
};
/* Rows by their place in custom.def. */
extern const struct custom_row custom_table[];
/* The row of that target; -1: none. */
int custom_find(const char *target);
/* That of n; -1 where n is no custom_call, too. */
int custom_of(const struct node *n);

/* "mhlo.erf": the op of CHLO that the target is, element by element. */
enum op custom_map_op(const char *target);

/* Of n, whose backend_config has replica_groups: is each process the only one of its group? */
bool custom_is_alone(struct job *j, const struct node *n);

/* A custom_call's last operands may be shapes of its results: of nin operands how many are, by
 * indices_of_shape_operands. */
uint32_t custom_nshapes(const struct attrs *a, uint32_t nin);
#endif
