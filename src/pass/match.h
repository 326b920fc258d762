/* match.h -- does a node look like a pattern?  The language is in recognise.def. */
#ifndef PASS_MATCH_H
#define PASS_MATCH_H
#include "ir/graph.h"

#define MATCH_MOST 128
#define MATCH_RANK 16

/* What a match knows; what may have to be taken back when an alternative fails is in `now`. */
struct match {
	struct graph *g;
	/* the nodes the pattern spoke of, the root first */
	const struct node *seen[MATCH_MOST];
	struct match_state {
		const struct node *named[26];    /* by letter */
		const struct type *whole;        /* whose dimensions sums are over */
		/* reduced: those dimensions, a bit each; 0: none yet */
		uint32_t nseen, reduced;
		int64_t rows;                    /* elements a softmax in @ sums, 0: none */
	} now;
};
/* Fills *m, whose g is set.  Never recurses deeper than the pattern. */
bool match_node(struct match *m, const char *pattern, const struct node *root);

/* Every element of n is this number, by constants, broadcasts and reshapes of them. */
bool node_number(const struct node *n, double *out);
#endif
