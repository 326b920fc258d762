/* simplify.h -- what a rule of rule.def is.
 *
 * A rule is given a node whose operands were simplified and says what is equal to it and simpler,
 * or NULL.
 * R1  What it gives has the node's type.
 * R2  It never makes what another rule undoes: each gives an operand, or one op where there were
 *     two, or the same op over a narrower type, so rules come to an end.
 * R3  Its class is said in rule.def and holds for NaN, infinities and signed zeros too. */
#ifndef PASS_SIMPLIFY_H
#define PASS_SIMPLIFY_H
#include "pass/pass.h"

typedef const struct node *rule_fn(struct graph *g, const struct node *n);
#define RULE(name, ...) rule_fn rule_##name;
#include "pass/rule.def"
#undef RULE
#endif
