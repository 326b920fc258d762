/* node.c -- nodes: consed, and checked against op.def before they exist.
 *
 * graph_node() checks what is the same for every op (numbers of operands and regions, kinds of
 * the attributes, captures, effect token), asks the op's shape rule about the rest, merges its
 * answer with the declared type and conses the result. */
#include "ir/graph_impl.h"
#include <assert.h>
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

/* ---- consing -------------------------------------------------------------------------------- */

/* Over content, not addresses, so equal in every process. */
static uint64_t node_hash(const struct node *n)
{
	uint64_t h = hash_mix((uint64_t)n->op | (uint64_t)n->nin << 32, n->type->hash);

	if (n->attrs)
		h = hash_mix(h, n->attrs->hash);
	for (uint32_t i = 0; i < n->nin; i++)
		h = hash_mix(h, n->in[i]->hash);
	for (uint32_t i = 0; i < n->nregions; i++)
		h = hash_mix(h, n->regions[i]->hash);
	return h;
}

static bool node_eq(const void *item, const void *key)
{
	const struct node *a = item, *b = key;

	return a->op == b->op && a->nin == b->nin && a->nregions == b->nregions &&
	       a->type == b->type && a->attrs == b->attrs &&
	       (!a->nin || !memcmp(a->in, b->in, a->nin * sizeof(*a->in))) &&
	       (!a->nregions || !memcmp(a->regions, b->regions, a->nregions * sizeof(*a->regions)));
}

static void *node_make(struct graph *g, const void *key, uint64_t hash)
{
	struct node *n = graph_copy(g, key, 1, sizeof *n);

	n->in = graph_copy(g, n->in, n->nin, sizeof *n->in);
	n->regions = graph_copy(g, n->regions, n->nregions, sizeof *n->regions);
	n->hash = hash;
	n->id = g->now.nnodes++;
	if (n->op == OP_parameter)
		dim_note_parameter(g, n);
	return n;
}

const struct node *node_cons(struct graph *g, const struct node *key)
{
	struct node k = *key;

	if (k.attrs && !k.attrs->n)
		k.attrs = NULL;         /* no attributes has one form */
	return graph_cons(g, &g->nodes, node_hash(&k), node_eq, node_make, &k);
}

/* ---- captures, effect ----------------------------------------------------------------------- */

static uint32_t attrs_ncaptures(const struct attrs *a)
{
	const struct attr *n = attrs_find(a, KEY_ncaptures);

	return n ? (uint32_t)n->i : 0;
}

static bool attrs_effect(const struct attrs *a)
{
	const struct attr *e = attrs_find(a, KEY_effect);

	return e && e->i;
}

/* What is left of n without the captures and tokens of an op with these attributes. */
static uint32_t own_count(const struct attrs *a, uint32_t n, bool captures)
{
	uint32_t less = attrs_effect(a) + (captures ? attrs_ncaptures(a) : 0);

	return n > less ? n - less : 0;
}

uint32_t spec_nparams(const struct node_spec *s, uint32_t r)
{
	return own_count(s->attrs, s->regions[r]->nparams, true);
}

uint32_t spec_nresults(const struct node_spec *s, uint32_t r)
{
	return own_count(s->attrs, s->regions[r]->nresults, false);
}

uint32_t node_nparams(const struct node *n, uint32_t r)
{
	return own_count(n->attrs, n->regions[r]->nparams, true);
}

uint32_t node_nregion_results(const struct node *n, uint32_t r)
{
	return own_count(n->attrs, n->regions[r]->nresults, false);
}

bool node_is_alone(const struct node *n)
{
	const struct attr *a = attrs_find(n->attrs, KEY_replica_groups);
	const struct literal *l = a ? a->dense : NULL;
	int64_t groups = l && l->type->rank == 2 ? l->type->dims[0] : 0;

	for (int64_t g = 0; g < groups; g++) {
		int64_t size = l->type->dims[1], members = 0;
		bool own = false;
		for (int64_t i = 0; i < size; i++) {
			enum dtype t = l->type->dtype;
			size_t at = l->splat ? 0 : (size_t)(g * size + i) * dtype_bytes(t);
			int64_t id = dtype_load_i64(t, (const char *)l->data + at);
			own = own || id == 0;
			members += id >= 0;
		}
		if (own)
			return members == 1;
	}
	return true;
}

uint32_t node_ncaptures(const struct node *n)
{
	return attrs_ncaptures(n->attrs);
}

bool node_has_effect(const struct node *n)
{
	return attrs_effect(n->attrs);
}

uint32_t node_noperands(const struct node *n)
{
	return own_count(n->attrs, n->nin, true);
}

uint32_t node_nresults(const struct node *n)
{
	uint32_t all = n->type->kind == TYPE_results ? n->type->n : 1;

	return own_count(n->attrs, all, false);
}

const struct type *node_result_type(const struct node *n, uint32_t i)
{
	if (n->type->kind != TYPE_results) {
		assert(i == 0 && "an op with one result has only result 0");
		return n->type;
	}
	assert(i < n->type->n && "no such result");
	return n->type->elem[i];
}

/* ---- checking ------------------------------------------------------------------------------- */

static noreturn void spec_fail(struct graph *g, const struct node_spec *s, const char *what)
{
	job_fail_at(graph_job(g), WEFT_INVALID_ARGUMENT, s->at, "%s: %s",
		s->op < OP_COUNT ? op_table[s->op].text : "?", what);
}

static const char *const kind_names[] = {
	[ATTR_int] = "an integer", [ATTR_bool] = "a boolean", [ATTR_float] = "a float",
	[ATTR_str] = "a string or keyword", [ATTR_ints] = "an array of integers",
	[ATTR_dense] = "a dense literal", [ATTR_type] = "a type", [ATTR_list] = "a list",
	[ATTR_raw] = "a text",
};

static void check_attrs(struct graph *g, const struct node_spec *s)
{
	for (uint32_t i = 0; s->attrs && i < s->attrs->n; i++) {
		const struct attr_entry *e = &s->attrs->e[i];
		enum attr_kind want = key_kinds[e->key];
		if (want == ATTR_raw || e->value->kind == want)
			continue;
		spec_fail(g, s, job_printf(graph_job(g), "attribute %s must be %s, found %s",
			key_names[e->key], kind_names[want], kind_names[e->value->kind]));
	}
}

/* No op of StableHLO takes or gives an unranked tensor but custom_call. */
static void check_ranked(struct graph *g, const struct node_spec *s, uint32_t nin)
{
	const struct type *t = s->type;

	if (op_table[s->op].dialect != OP_S || s->op == OP_custom_call)
		return;
	for (uint32_t i = 0; i < nin; i++)
		if (s->in[i]->type->unranked)
			spec_fail(g, s, job_printf(graph_job(g),
				"operand %u: expected a ranked tensor, found %s", i,
				type_text(graph_job(g), g, s->in[i]->type)));
	uint32_t n = t && t->kind == TYPE_results ? t->n : 0;
	for (uint32_t i = 0; i < n; i++)
		if (t->elem[i]->unranked)
			spec_fail(g, s, job_printf(graph_job(g),
				"result %u: expected a ranked tensor, found %s", i,
				type_text(graph_job(g), g, t->elem[i])));
	if (t && t->unranked)
		spec_fail(g, s, "expected a ranked tensor as result");
}

static void check_counts(struct graph *g, const struct node_spec *s, uint32_t nin)
{
	const struct op_info *info = &op_table[s->op];
	struct job *j = graph_job(g);

	if ((info->lo >= 0 && nin < (uint32_t)info->lo) ||
		(info->hi >= 0 && nin > (uint32_t)info->hi)) {
		if (op_least[s->op] && nin < (uint32_t)info->lo)
			job_fail_at(j, WEFT_INVALID_ARGUMENT, s->at,
				"%s_%s: expected %d or more operands, found %u", info->name,
				op_least[s->op], info->lo, nin);
		spec_fail(g, s,
			info->lo == info->hi ? job_printf(j, "expected %d operand%s, found %u",
						       info->lo, info->lo == 1 ? "" : "s", nin)
			: info->hi < 0 ? job_printf(j, "expected %d or more operands, found %u",
						 info->lo, nin)
				       : job_printf(j, "expected %d to %d operands, found %u",
						 info->lo, info->hi, nin));
	}
	if (info->nregions >= 0 && s->nregions != (uint32_t)info->nregions)
		spec_fail(g, s, job_printf(j, "expected %d region%s, found %u", info->nregions,
			info->nregions == 1 ? "" : "s", s->nregions));
}

/* A value given where a parameter of a region takes it: equal, or one is more precise. */
static bool type_fits(struct graph *g, const struct type *param, const struct type *given)
{
	return param == given || type_merge(g, param, given) != NULL;
}

/* R3, R4: trailing operands, and trailing parameters and results of the regions, fit each other. */
static void check_trailing(struct graph *g, const struct node_spec *s, uint32_t nin)
{
	uint32_t ncaptures = attrs_ncaptures(s->attrs), effect = attrs_effect(s->attrs);

	if (effect && (!s->nin || s->in[s->nin - 1]->type->kind != TYPE_token))
		spec_fail(g, s, "an op with an effect takes a token as its last operand");
	for (uint32_t r = 0; r < s->nregions; r++) {
		const struct region *b = s->regions[r];
		if (b->nparams < ncaptures + effect || b->nresults < effect)
			spec_fail(g, s, "a region takes fewer values than the op captures");
		uint32_t first = b->nparams - ncaptures - effect;
		for (uint32_t i = 0; i < ncaptures + effect; i++)
			if (!type_fits(g, b->params[first + i], s->in[nin + i]->type))
				spec_fail(g, s,
					"a captured value has another type than the region's "
					"parameter");
		if (effect && b->results[b->nresults - 1]->type->kind != TYPE_token)
			spec_fail(g, s,
				"a region of an op with an effect gives a token as its last "
				"result");
	}
}

/* t without its last element; the type alone when one is left. */
static const struct type *type_drop_token(struct graph *g, const struct node_spec *s)
{
	const struct type *t = s->type;

	if (!t)
		return NULL;
	if (t->kind == TYPE_token)
		return type_list(g, TYPE_results, 0, NULL);
	if (t->kind != TYPE_results || !t->n || t->elem[t->n - 1]->kind != TYPE_token)
		spec_fail(g, s, "an op with an effect gives a token as its last result");
	return t->n == 2 ? t->elem[0] : type_list(g, TYPE_results, t->n - 1, t->elem);
}

static const struct type *type_add_token(struct graph *g, const struct type *t)
{
	const struct type *token = type_token(g);

	if (t->kind != TYPE_results)
		return type_list(g, TYPE_results, 2, (const struct type *const[]){ t, token });
	if (!t->n)
		return token;
	const struct type **elem = job_array(graph_job(g), (size_t)t->n + 1, sizeof *elem);
	memcpy(elem, t->elem, t->n * sizeof *elem);
	elem[t->n] = token;
	return type_list(g, TYPE_results, t->n + 1, elem);
}

const struct type *node_infer(struct graph *g, const struct node_spec *s)
{
	if ((unsigned)s->op >= OP_COUNT)
		spec_fail(g, s, "no such op");
	const struct attr *captures = attrs_find(s->attrs, KEY_ncaptures);
	bool effect = attrs_effect(s->attrs);

	check_attrs(g, s);
	if (captures && (captures->i < 0 || captures->i + effect > s->nin))
		spec_fail(g, s, "more captures than operands");
	uint32_t nin = own_count(s->attrs, s->nin, true);
	check_counts(g, s, nin);
	check_ranked(g, s, nin);
	check_trailing(g, s, nin);
	if (op_table[s->op].flags & OP_EFFECT && !effect)
		spec_fail(g, s, "an op with an effect takes a token as its last operand");

	struct node_spec own = *s;
	own.nin = nin;
	own.type = effect ? type_drop_token(g, s) : s->type;
	const struct type *inferred = op_table[s->op].infer(g, &own);
	const struct type *t = type_merge(g, own.type, inferred);
	if (!t)
		spec_fail(g, s,
			job_printf(graph_job(g),
				"the declared type %s is not the type %s of its result",
				type_text(graph_job(g), g, own.type),
				type_text(graph_job(g), g, inferred)));
	return effect ? type_add_token(g, t) : t;
}

const struct node *graph_node(struct graph *g, const struct node_spec *s)
{
	struct node key = { .op = s->op, .nin = s->nin, .nregions = s->nregions, .in = s->in,
		.attrs = s->attrs, .regions = s->regions };

	key.type = s->trusted ? s->type : node_infer(g, s);
	const struct node *n = node_cons(g, &key);
	if (s->at.file)
		graph_locate(g, n, s->at, NULL);
	return n;
}

static const struct attrs *index_attrs(struct graph *g, uint32_t index)
{
	return attrs_cons(g, 1, &(struct attr_entry){ KEY_index, NULL, attr_int(g, index) });
}

const struct node *graph_parameter(struct graph *g, uint32_t index, const struct type *t)
{
	return node_cons(g, &(struct node){ .op = OP_parameter, .type = t,
		.attrs = index_attrs(g, index) });
}

const struct node *graph_parameter_of(
	struct graph *g, uint32_t depth, uint32_t index, const struct type *t)
{
	struct attr_entry e[] = { { KEY_index, NULL, attr_int(g, index) },
		{ KEY_region_depth, NULL, attr_int(g, depth) } };
	bool numbers = t->kind == TYPE_tensor && !t->quant && type_is_static(t) &&
		(dtype_is_int(t->dtype) || t->dtype == DTYPE_i1);

	if (!depth || !numbers)
		return graph_parameter(g, index, t);
	return node_cons(g, &(struct node){ .op = OP_parameter, .type = t,
		.attrs = attrs_cons(g, 2, e) });
}

const struct node *graph_parameter_like(
	struct graph *g, const struct node *n, const struct type *t)
{
	return t == n->type ? n : node_cons(g, &(struct node){ .op = OP_parameter, .type = t,
		.attrs = n->attrs });
}

const struct node *graph_result(struct graph *g, const struct node *n, uint32_t i)
{
	if (n->type->kind != TYPE_results) {
		assert(i == 0 && "an op with one result has only result 0");
		return n;
	}
	assert(i < n->type->n && "no such result");
	return node_cons(g, &(struct node){ .op = OP_result, .nin = 1, .in = &n,
		.type = n->type->elem[i], .attrs = index_attrs(g, i) });
}

/* ---- attributes by key ---------------------------------------------------------------------- */

int64_t node_int(const struct node *n, enum key k, int64_t otherwise)
{
	const struct attr *a = attrs_find(n->attrs, k);

	return a ? a->i : otherwise;
}

bool node_bool(const struct node *n, enum key k, bool otherwise)
{
	const struct attr *a = attrs_find(n->attrs, k);

	return a ? a->i != 0 : otherwise;
}

double node_float(const struct node *n, enum key k, double otherwise)
{
	const struct attr *a = attrs_find(n->attrs, k);

	return a ? a->f : otherwise;
}

const char *node_str(const struct node *n, enum key k, const char *otherwise)
{
	const struct attr *a = attrs_find(n->attrs, k);

	return a && a->s ? a->s : otherwise;
}

const int64_t *node_ints(const struct node *n, enum key k, uint32_t *count)
{
	const struct attr *a = attrs_find(n->attrs, k);

	*count = a ? a->n : 0;
	return a && a->n ? a->ints : NULL;
}

int64_t node_int_at(const struct node *n, enum key k, uint32_t i, int64_t otherwise)
{
	uint32_t count;
	const int64_t *v = node_ints(n, k, &count);

	return i < count ? v[i] : otherwise;
}

const struct attr *attrs_other(const struct attrs *a, const char *name)
{
	for (uint32_t i = 0; a && i < a->n; i++)
		if (a->e[i].name && !strcmp(a->e[i].name, name))
			return a->e[i].value;
	return NULL;
}

const struct attr *node_other(const struct node *n, const char *name)
{
	return attrs_other(n->attrs, name);
}

bool node_skips_holes(const struct node *n)
{
	return node_other(n, "weft.holes") != NULL;
}

bool node_is_unrounded(const struct node *n)
{
	return n->op == OP_convert && node_other(n, "weft.unrounded") != NULL;
}

const struct literal *node_literal(const struct node *n)
{
	const struct attr *a = n->op == OP_constant || n->op == OP_chlo_constant
		? attrs_find(n->attrs, KEY_value) : NULL;

	return a ? a->dense : NULL;
}

const char *attr_unquoted(struct job *j, const struct attr *a)
{
	const char *s = a && a->s ? a->s : "";
	size_t len = strlen(s), to = 0;

	if (len < 2 || s[0] != '"' || s[len - 1] != '"')
		return s;
	char *out = job_alloc(j, len);
	for (size_t i = 1; i + 1 < len; i++) {
		char hex[3] = "";
		bool escaped = s[i] == '\\' && i + 2 < len;
		if (escaped && isxdigit((unsigned char)s[i + 1]) &&
			isxdigit((unsigned char)s[i + 2])) {
			memcpy(hex, s + i + 1, 2);
			out[to++] = (char)strtol(hex, NULL, 16);
			i += 2;
		} else {
			i += escaped;
			out[to++] = s[i];
		}
	}
	return out;
}

const char *node_text(struct job *j, const struct node *n, enum key k)
{
	return attr_unquoted(j, attrs_find(n->attrs, k));
}

const char *attrs_config(struct job *j, const struct attrs *a)
{
	const char *config = attr_unquoted(j, attrs_find(a, KEY_backend_config));
	const struct attr *beside = config[0] ? NULL : attrs_other(a, "mhlo.backend_config");

	return beside && beside->s ? beside->s : config;
}

const char *node_config(struct job *j, const struct node *n)
{
	return attrs_config(j, n->attrs);
}

static bool is_among(const struct node *n, enum key list, int64_t v)
{
	uint32_t count = 0;
	const int64_t *at = node_ints(n, list, &count);

	for (uint32_t i = 0; i < count; i++)
		if (at[i] == v)
			return true;
	return false;
}

/* Is dim d of the updates, of the first ones all that are before it too, dim d of the operand? */
static bool scatters_apart_at(const struct node *n, uint32_t d)
{
	uint32_t in, from, nwindow;
	const int64_t *ib = node_ints(n, KEY_input_batching_dims, &in);
	const int64_t *sb = node_ints(n, KEY_scatter_indices_batching_dims, &from);
	const int64_t *window = node_ints(n, KEY_update_window_dims, &nwindow);
	const struct type *t = n->in[0]->type;
	const struct type *updates = n->in[(node_noperands(n) - 1) / 2 + 1]->type;

	if (d < nwindow && window[d] == d)       /* of all that is there: from 0 */
		return t->dims[d] == updates->dims[d] &&
		       !is_among(n, KEY_inserted_window_dims, d) &&
		       !is_among(n, KEY_input_batching_dims, d) &&
		       !is_among(n, KEY_scatter_dims_to_operand_dims, d);
	return d < in && d < from && ib[d] == d && sb[d] == d &&
	       !is_among(n, KEY_update_window_dims, d) &&
	       node_int(n, KEY_index_vector_dim, 0) > d;
}

uint32_t node_scatters_apart(const struct node *n)
{
	const struct type *t = n->in[0]->type;
	const struct type *updates = n->in[(node_noperands(n) - 1) / 2 + 1]->type;
	uint32_t d = 0;

	while (d + 1 < t->rank && d < updates->rank && scatters_apart_at(n, d))
		d++;
	return d;
}

bool node_scatters_rows(const struct node *n)
{
	const struct type *t = n->in[0]->type;
	const struct type *updates = n->in[(node_noperands(n) - 1) / 2 + 1]->type;
	int64_t last = (int64_t)t->rank - 1;

	if (t->rank < 2 || !updates->rank)
		return false;
	/* Of one element, which updates of any size do not say: no row. */
	if (t->dims[last] == 1 && updates->dims[updates->rank - 1] != 1)
		return false;
	/* both lists of window dims are in order, so the last of one is the last of the other */
	return is_among(n, KEY_update_window_dims, (int64_t)updates->rank - 1) &&
	       !is_among(n, KEY_inserted_window_dims, last) &&
	       !is_among(n, KEY_input_batching_dims, last) &&
	       !is_among(n, KEY_scatter_dims_to_operand_dims, last);
}

bool node_fills_row(const struct node *n)
{
	uint32_t count;

	if (n->op != OP_pad || n->type->rank != 1)
		return false;
	const int64_t *interior = node_ints(n, KEY_interior_padding, &count);
	return node_ints(n, KEY_edge_padding_low, &count)[0] == 0 &&
	       node_ints(n, KEY_edge_padding_high, &count)[0] > 0 && (!interior || !interior[0]);
}

bool node_shape_number(const struct node *n, uint32_t d, int64_t *out)
{
	for (;;) {
		const struct literal *l = node_literal(n);
		enum dtype t = n->type->dtype;
		uint32_t i = 0;
		if (l) {
			const char *data = l->data;
			*out = dtype_load_i64(t, data + (l->splat ? 0 : d * dtype_bytes(t)));
			return true;
		}
		if (n->op == OP_concatenate) {
			while (d >= n->in[i]->type->dims[0])
				d -= (uint32_t)n->in[i++]->type->dims[0];
		} else if (n->op != OP_convert && n->op != OP_reshape) {
			return false;
		}
		n = n->in[i];
	}
}

bool node_scatters_sorted(const struct node *n)
{
	uint32_t nmap;
	const int64_t *map = node_ints(n, KEY_scatter_dims_to_operand_dims, &nmap);
	const struct type *updates = n->in[(node_noperands(n) - 1) / 2 + 1]->type;

	return node_bool(n, KEY_indices_are_sorted, false) && node_scatters_rows(n) && nmap == 1 &&
	       map[0] == 0 && n->in[0]->type->rank == 2 && updates->rank == 2;
}
