/* control.c -- branches and loops: one step, whose regions are planned like main.
 *
 * Their parameters stand for the operands' buffers, and whatever they use is alive during the whole
 * step.  A loop's state that nobody else needs is the operand itself, which the body may write
 * over; else it has a buffer of its own, the operand copied in.  What the body does not leave in
 * the state's place is copied back.  A value whose dimensions are not the same at all times is in a
 * buffer that is made anew when it is written, of the size it then has (ABI_BUFFER_owned).
 *
 * What only the steps of one branch use is its own, and has memory while the branch runs, if that
 * is large or its size symbolic (plan_buffer_is_late); its steps are counted anew for that. */
#include "plan/planner.h"

/* `if` has the true branch first; the step counts branches from 0 = false. */
static struct plan_steps *branch_steps(
	const struct node *n, struct plan_steps *regions, uint32_t branch)
{
	return &regions[n->op == OP_if ? 1 - branch : branch];
}

/* Buffer for a value that is of type t: of the arena where that is its size at all times, else one
 * whose size is found when it is written. */
static uint32_t joint_buffer(struct planner *pl, const struct type *t, bool same)
{
	return planner_add_buffer(pl, same ? ABI_BUFFER_arena : ABI_BUFFER_owned, 0, t);
}

static bool is_owned(const struct planner *pl, uint32_t buffer)
{
	return buffer != NO_BUFFER && pl->p->buffers[buffer].kind == ABI_BUFFER_owned;
}

/* Those of n buffers that are owned, by the types they have here. */
static const struct plan_made *made_of(struct planner *pl, const struct node *n, uint32_t count,
	const uint32_t *buffers, const struct type *const *types, uint32_t *nmade)
{
	struct plan_made *made = job_array(pl->job, count, sizeof *made);
	*nmade = 0;
	for (uint32_t i = 0; i < count; i++)
		if (is_owned(pl, buffers[i]))
			made[(*nmade)++] = (struct plan_made){ buffers[i], types[i], n, i };
	return made;
}

static const struct type *const *result_types(struct planner *pl, const struct node *n)
{
	uint32_t count = node_nresults(n);
	const struct type **types = job_array(pl->job, count, sizeof *types);
	for (uint32_t i = 0; i < count; i++)
		types[i] = node_result_type(n, i);
	return types;
}

/* Value `from`, of type t, becomes that of `to`. */
static void add_assign(struct planner *pl, struct scope *s, uint32_t from, const struct type *t,
	uint32_t to)
{
	uint32_t before = s->steps->n;
	planner_add_copy(pl, s, from, to);
	if (s->steps->n == before || !is_owned(pl, to))
		return;
	s->steps->at[before].sizes = t->dims;
	s->steps->at[before].nsizes = t->rank;
}

/* Region `which` of n as a list of steps, its parameters in the buffers. */
static void plan_body(struct planner *pl, const struct node *n, uint32_t which,
	const uint32_t *params, const bool *mine, uint32_t *results, struct plan_steps *out)
{
	const struct region *r = n->regions[which];
	if (n->op == OP_while)
		out->made = made_of(
			pl, n, node_noperands(n), params, r->params, &out->nmade);
	out->equal = region_equalities(pl->g, r, &out->nequal);
	planner_region(pl, r, out, params, mine, results);
}

/* Result i of an `if` or `case` is in the place of the argument that is its value in some branches,
 * if that may be written over and is no other result's in any: got[b][] is what they give. */
static uint32_t result_of_branches(struct planner *pl, const struct node *n, uint32_t i,
	uint32_t *const *got, uint32_t nargs, const uint32_t *args, const bool *mine)
{
	const struct type *t = node_result_type(n, i);
	bool same = true;
	for (uint32_t b = 0; b < n->nregions; b++)
		same &= type_same_dims(t, n->regions[b]->results[i]->type);
	for (uint32_t a = 0; same && a < nargs; a++) {
		bool given = false, other = false;
		for (uint32_t b = 0; mine[a] && b < n->nregions; b++)
			for (uint32_t k = 0; k < node_nresults(n); k++) {
				bool it = got[b][k] == args[a];
				given |= it && k == i;
				other |= it && k != i;
			}
		if (given && !other && pl->p->buffers[args[a]].type == t)
			return args[a];
	}
	return joint_buffer(pl, t, same);
}

/* What is made from now on is the branch's own; where it was till now. */
static struct home enter_branch(struct planner *pl, struct plan_steps *branch)
{
	struct home outer = pl->home;
	pl->home = (struct home){ branch, branch->n };
	return outer;
}

/* Branch `which`, whose results are in from[], ends by putting them in to[]. */
static void end_branch(struct planner *pl, const struct node *n, uint32_t which,
	const uint32_t *from, const uint32_t *to, struct plan_steps *branch)
{
	struct home outer = enter_branch(pl, branch);
	struct scope inner = { .steps = branch };
	for (uint32_t i = 0; i < node_nresults(n); i++)
		if (to[i] != NO_BUFFER)
			add_assign(pl, &inner, from[i], n->regions[which]->results[i]->type, to[i]);
	pl->home = outer;
}

/* An op with regions, once these are planned. */
struct control {
	const struct node *n;
	uint32_t pred;               /* the buffer of what decides */
	struct plan_steps *regions;
	uint32_t nargs, nresults;
	const uint32_t *args, *results;      /* buffers: what the regions read, what n gives */
};

static void end_control(struct planner *pl, struct scope *s, const struct control *c)
{
	const struct node *n = c->n;
	struct plan_step *step = planner_add_step(
		pl, s, n->op == OP_while ? ABI_STEP_while : ABI_STEP_if);
	planner_set_args(pl, step, 1, &c->pred, 0);
	for (uint32_t i = 0; i < c->nargs; i++)
		if (c->args[i] != NO_BUFFER)
			planner_use(pl, c->args[i]);
	step->regions = c->regions;
	step->nregions = n->nregions;
	step->made = made_of(pl, n, c->nresults, c->results, result_types(pl, n), &step->nmade);
	planner_end_step(pl, s);
	planner_set_results(pl, s, n, c->nresults, c->results);
}

void planner_if(struct planner *pl, struct scope *s, const struct node *n)
{
	uint32_t count = node_nresults(n), nargs = n->nin - 1;
	uint32_t *out = job_array(pl->job, count, sizeof *out),
		 *args = job_array(pl->job, nargs, sizeof *args),
		 **got = job_array(pl->job, n->nregions, sizeof *got);
	bool *mine = job_array(pl->job, nargs, sizeof *mine);
	for (uint32_t i = 0; i < nargs; i++) {
		args[i] = s->buffer[n->in[1 + i]->id];
		mine[i] = planner_may_write(pl, s, n->nin, n->in, 1 + i);
	}
	struct plan_steps *regions = job_array(pl->job, n->nregions, sizeof *regions);
	for (uint32_t b = 0; b < n->nregions; b++) {
		got[b] = job_array(pl->job, count, sizeof **got);
		struct plan_steps *branch = branch_steps(n, regions, b);
		struct home outer = enter_branch(pl, branch);
		plan_body(pl, n, b, args, mine, got[b], branch);
		pl->home = outer;
	}
	for (uint32_t i = 0; i < count; i++) {
		bool tensor = node_result_type(n, i)->kind == TYPE_tensor;
		out[i] = tensor ? result_of_branches(pl, n, i, got, nargs, args, mine) : NO_BUFFER;
	}
	for (uint32_t b = 0; b < n->nregions; b++)
		end_branch(pl, n, b, got[b], out, branch_steps(n, regions, b));
	end_control(pl, s, &(struct control){ .n = n, .pred = s->buffer[n->in[0]->id],
		.regions = regions, .nargs = nargs, .args = args, .nresults = count,
		.results = out });
}

static bool state_size_stays(const struct node *n, uint32_t i)
{
	const struct type *t = node_result_type(n, i);
	return type_same_dims(t, n->in[i]->type) && type_same_dims(t, n->regions[0]->params[i]) &&
	       type_same_dims(t, n->regions[1]->params[i]) &&
	       type_same_dims(t, n->regions[1]->results[i]->type);
}

/* Does the loop leave its state number i as it is? */
static bool state_stays(const struct node *n, uint32_t i)
{
	const struct node *x = n->regions[1]->results[i];

	return x->op == OP_parameter && node_int(x, KEY_index, -1) == i;
}

/* The buffer of the loop's parameter i: the operand's, where the loop does not write over it or
 * may; else a copy.  *mine: may the body? */
static uint32_t plan_state(
	struct planner *pl, struct scope *s, const struct node *n, uint32_t i, bool *mine)
{
	uint32_t from = s->buffer[n->in[i]->id];

	if (i >= node_noperands(n) || from == NO_BUFFER)
		return from;
	bool stays = state_stays(n, i), same = state_size_stays(n, i);
	bool one = same && !is_owned(pl, from);
	*mine = !stays;
	if (one && (stays || (planner_may_write(pl, s, n->nin, n->in, i) &&
				     pl->p->buffers[from].type == n->in[i]->type)))
		return from;
	*mine = true;
	uint32_t state = joint_buffer(pl, node_result_type(n, i), same);
	add_assign(pl, s, from, n->in[i]->type, state);
	return state;
}

/* Is state[i], which a next value is copied to, another one's next value, still to be copied? */
static bool is_awaited(uint32_t n, const uint32_t *state, const uint32_t *next, uint32_t i)
{
	for (uint32_t k = 0; k < n; k++)
		if (k != i && next[k] == state[i] && next[k] != state[k])
			return true;
	return false;
}

/* next[0..n) to state[0..n), as if all at once: what is a value of another is read first; of those
 * that go around in a circle one goes aside. */
static void copy_back(struct planner *pl, struct plan_steps *steps, const struct node *loop,
	const uint32_t *state, uint32_t *next)
{
	const struct node *const *made = loop->regions[1]->results;
	struct scope body = { .steps = steps };
	uint32_t n = node_noperands(loop);

	for (;;) {
		uint32_t some = NO_BUFFER;
		bool any = false;
		for (uint32_t i = 0; i < n; i++) {
			if (next[i] == NO_BUFFER || next[i] == state[i])
				continue;
			some = i;
			if (is_awaited(n, state, next, i))
				continue;
			add_assign(pl, &body, next[i], made[i]->type, state[i]);
			next[i] = state[i];
			any = true;
		}
		if (some == NO_BUFFER)
			return;
		if (any)
			continue;
		uint32_t aside = planner_add_buffer(pl, ABI_BUFFER_arena, 0, made[some]->type);
		planner_add_copy(pl, &body, next[some], aside);
		next[some] = aside;
	}
}

void planner_while(struct planner *pl, struct scope *s, const struct node *n)
{
	uint32_t count = n->nin, state_count = node_noperands(n);
	uint32_t *state = job_array(pl->job, count, sizeof *state),
		 *next = job_array(pl->job, count, sizeof *next);
	bool *mine = job_array(pl->job, count, sizeof *mine);
	for (uint32_t i = 0; i < count; i++)
		state[i] = plan_state(pl, s, n, i, &mine[i]);
	struct plan_steps *regions = job_array(pl->job, 2, sizeof *regions);
	uint32_t *preds = job_array(pl->job, n->regions[0]->nresults, sizeof *preds);
	plan_body(pl, n, 0, state, NULL, preds, &regions[0]);
	plan_body(pl, n, 1, state, mine, next, &regions[1]);
	copy_back(pl, &regions[1], n, state, next);
	end_control(pl, s, &(struct control){ .n = n, .pred = preds[0], .regions = regions,
		.nargs = count, .args = state, .nresults = state_count, .results = state });
}
