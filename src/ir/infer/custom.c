/* custom.c -- custom_call: anything may be called, but what its attributes say must fit.
 *
 * operand_layouts, result_layouts and output_operand_aliases are kept as text (key.def, raw); a
 * small scanner reads the integers out of it. */
#include "base/linear.h"
#include "base/order.h"
#include "ir/custom.h"
#include "ir/infer/infer_impl.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

/* The next integers between `open` and `close` after *at; moves *at behind; NULL list at the
 * end. */
static int64_t *next_ints(struct graph *g, const char **at, const char *open, char close,
	uint32_t *n)
{
	const char *p = strstr(*at, open);
	*n = 0;
	if (!p)
		return NULL;
	p += strlen(open);
	const char *end = strchr(p, close);
	if (!end)
		return NULL;
	int64_t *v = job_array(graph_job(g), (size_t)(end - p) / 2 + 1, sizeof *v);
	while (p < end) {
		if (*p == '-' || isdigit((unsigned char)*p)) {
			char *after;
			v[(*n)++] = strtoll(p, &after, 10);
			p = after > p ? after : p + 1;
		} else {
			p++;
		}
	}
	*at = end + 1;
	return v;
}

/* A layout names each dimension once, minor to major. */
static void check_layout(struct graph *g, const struct node_spec *s, const char *what, uint32_t i,
	const struct type *t, uint32_t n, const int64_t *v)
{
	if (t->kind == TYPE_tuple)
		spec_fail(g, s, NULL, "%s %u: layouts of tuples are not supported", what, i);
	if (t->kind != TYPE_tensor) {
		if (n)
			spec_fail(g, s, NULL, "%s %u: expected an empty layout for %s, found %s",
				what, i, spec_text(g, t), spec_list(g, n, v));
		return;
	}
	if (t->unranked)
		return;
	bool fits = n == t->rank;
	for (uint32_t k = 0; fits && k < n; k++)
		fits = v[k] >= 0 && v[k] < t->rank && !list_has(k, v, v[k]);
	if (!fits)
		spec_fail(g, s, NULL, "%s %u: expected a permutation of the dimensions of %s as "
			"layout, found %s", what, i, spec_text(g, t), spec_list(g, n, v));
}

static void check_layouts(struct graph *g, const struct node_spec *s, enum key k, const char *what,
	uint32_t n, const struct type *const *types)
{
	const char *at = spec_str(s, k, "");
	for (uint32_t i = 0;; i++) {
		uint32_t count;
		const int64_t *v = next_ints(g, &at, "dense<", '>', &count);
		if (!v != (i >= n))
			spec_fail(g, s, NULL, "expected a layout for each of %u %ss", n, what);
		if (!v)
			return;
		check_layout(g, s, what, i, types[i], count, v);
	}
}

/* The part of t that a list of tuple indices names. */
static const struct type *part_of(struct graph *g, const struct node_spec *s, const struct type *t,
	uint32_t n, const int64_t *indices)
{
	for (uint32_t i = 0; i < n; i++) {
		if ((t->kind != TYPE_tuple && t->kind != TYPE_results) || indices[i] < 0
			|| indices[i] >= t->n)
			spec_fail(g, s, NULL, "output_operand_aliases: no part %s in a tuple",
				spec_list(g, n, indices));
		t = t->elem[indices[i]];
	}
	return t;
}

static void check_aliases(struct graph *g, const struct node_spec *s, const struct type *results)
{
	const char *at = spec_str(s, KEY_output_operand_aliases, "");
	for (;;) {
		uint32_t n, m;
		const char *entry = strstr(at, "output_operand_alias<");
		if (!entry)
			return;
		at = entry;
		const int64_t *out = next_ints(g, &at, "output_tuple_indices = [", ']', &n);
		const char *index = strstr(at, "operand_index =");
		int64_t i = index ? strtoll(index + strlen("operand_index ="), NULL, 10) : 0;
		const int64_t *in = next_ints(g, &at, "operand_tuple_indices = [", ']', &m);
		if (!out || !in || !index)
			return;
		if (i < 0 || i >= s->nin)
			spec_fail(g, s, NULL, "output_operand_aliases: expected operand_index in "
				"[0, %u), found %lld", s->nin, (long long)i);
		const struct type *a = part_of(g, s, s->in[i]->type, m, in);
		const struct type *b = part_of(g, s, results, n, out);
		if (!type_compatible(g, a, b))
			spec_fail(g, s, NULL, "output_operand_aliases: expected parts of one type, "
				"found %s and %s", spec_text(g, a), spec_text(g, b));
	}
}

/* backend_config is a string, but a dictionary for the typed interface (api_version 4). */
static void check_config(struct graph *g, const struct node_spec *s)
{
	const struct attr *a = attrs_find(s->attrs, KEY_backend_config);
	int64_t version = spec_int(s, KEY_api_version, 1);
	if (version < 0 || version > 4)
		spec_fail(g, s, NULL, "expected api_version in [0, 4], found %lld",
			(long long)version);
	if (!a || (a->kind != ATTR_raw && a->kind != ATTR_str))
		return;
	const char *p = a->s;
	while (a->kind == ATTR_raw && isspace((unsigned char)*p))
		p++;
	bool dictionary = a->kind == ATTR_raw && *p == '{';
	if (dictionary != (version == 4) && *p && strcmp(p, "\"\""))
		spec_fail(g, s, NULL, "expected a %s as backend_config of api_version %lld",
			version == 4 ? "dictionary" : "string", (long long)version);
}

/* The calls that make buffers of tensors, tensors of buffers, and buffers of nothing. */
static void check_buffers(struct graph *g, const struct node_spec *s, const char *target,
	uint32_t n, const struct type *const *types)
{
	bool create = !strcmp(target, "CreateBuffer"), pin = !strcmp(target, "Pin");

	if (!create && !pin && strcmp(target, "Unpin"))
		return;
	if (s->nin != !create || n != 1)
		spec_fail(g, s, NULL, "%s: expected %d operands and a result, found %u and %u",
			target, !create, s->nin, n);
	const struct type *in = create ? NULL : s->in[0]->type, *out = types[0];
	if ((create || pin) && !is_buffer(out))
		spec_fail(g, s, NULL, "%s: expected a buffer as result, found %s", target,
			spec_text(g, out));
	if (create)
		return;
	const struct type *b = pin ? out : in, *t = pin ? in : out;
	if (t->kind != TYPE_tensor || !is_buffer(b) || strcmp(b->encoding + 7, spec_text(g, t) + 7))
		spec_fail(g, s, NULL, "%s: expected a tensor and a buffer of one shape and "
			"element, found %s and %s", target, spec_text(g, t), spec_text(g, b));
}

/* ---- decompositions (base/linear.def) ------------------------------------------------------- */

/* What each letter of a row stands for. */
struct letters {
	const char *target;
	char kind;                           /* LAPACK's letter in the target; 0: none */
	enum dtype element;
	uint32_t batch;
	int64_t size[128];
	bool known[128];
};

static enum dtype linear_element(const struct letters *l, char c)
{
	enum dtype real = dtype_part(l->element);

	if (c == 'c')
		return real == DTYPE_f64 ? DTYPE_c128 : DTYPE_c64;
	return c == 'i' ? DTYPE_i32 : c == 'r' ? real : l->element;
}

/* Tensor i of a row: the word w, of `letters` dimensions behind the batch. */
static void check_matrix(struct graph *g, const struct node_spec *s, struct letters *l,
	const char *what, uint32_t i, const struct type *t, const char *w, uint32_t letters)
{
	if (t->kind != TYPE_tensor || t->unranked || t->rank != l->batch + letters ||
		t->dtype != linear_element(l, *w))
		spec_fail(g, s, NULL, "@%s: %s %u: expected a tensor of rank %u of %s, found %s",
			l->target, what, i, l->batch + letters,
			dtype_table[linear_element(l, *w)].text, spec_text(g, t));
	for (uint32_t d = 0; d < l->batch; d++)
		if (!dims_agree(g, t->dims[d], s->in[0]->type->dims[d]))
			spec_fail(g, s, NULL, "@%s: %s %u: expected the batch of %s, found %s",
				l->target, what, i, spec_text(g, s->in[0]->type), spec_text(g, t));
	for (uint32_t d = 0; d < letters; d++) {
		int c = w[1 + d];
		int64_t size = t->dims[l->batch + d];
		if (l->known[c] && !dims_agree(g, l->size[c], size))
			spec_fail(g, s, NULL, "@%s: %s %u: its size %u does not fit operand 0, %s: "
				"found %s", l->target, what, i, l->batch + d,
				spec_text(g, s->in[0]->type), spec_text(g, t));
		l->known[c] = true;
		l->size[c] = size;
	}
}

static void check_words(struct graph *g, const struct node_spec *s, struct letters *l,
	const char *what, const char *w, uint32_t n, const struct type *const *types)
{
	uint32_t i = 0;

	for (; *w; i++) {
		uint32_t letters = (uint32_t)strcspn(w, " ") - 1;
		if (i < n)
			check_matrix(g, s, l, what, i, types[i], w, letters);
		w += letters + 1;
		w += *w == ' ';
	}
	if (i != n)
		spec_fail(g, s, NULL, "@%s: expected %u %ss, found %u", l->target, i, what, n);
}

/* Beyond the table: no more reflectors than columns or rows; of those whose product is wanted, no
 * more columns than rows; of a singular value decomposition all vectors or those of the values. */
static bool linear_fits(const struct letters *l)
{
	int64_t m = l->size['m'], n = l->size['n'], k = l->size['k'];

	if (m < 0 || n < 0)
		return true;
	if (l->known['t'])
		return l->size['t'] <= m && l->size['t'] <= n && (l->known['p'] || n <= m);
	return !l->known['u'] || l->kind || (l->size['u'] == m && l->size['v'] == n) ||
		(l->size['u'] == k && l->size['v'] == k);
}

static void check_linear(struct graph *g, const struct node_spec *s, const char *target, uint32_t n,
	const struct type *const *types)
{
	uint32_t nin = s->nin - custom_nshapes(s->attrs, s->nin);
	char kind;
	const struct linear_row *row = linear_find(target, strlen(target), &kind);

	if (!row)
		return;
	struct letters l = { .target = target, .kind = kind };
	const struct type **in = job_array(graph_job(g), nin + 1, sizeof *in);
	for (uint32_t i = 0; i < nin; i++)
		in[i] = s->in[i]->type;
	uint32_t first = (uint32_t)strcspn(row->operands, " ") - 1;
	if (!nin || in[0]->kind != TYPE_tensor || in[0]->unranked || in[0]->rank < first)
		spec_fail(g, s, NULL, "@%s: expected matrices", target);
	l.element = in[0]->dtype;
	enum dtype real = dtype_part(l.element);
	bool narrow = !kind && (real == DTYPE_f16 || real == DTYPE_bf16);
	if ((real != DTYPE_f32 && real != DTYPE_f64 && !narrow) || in[0]->quant)
		spec_fail(g, s, NULL, "@%s: expected f32, f64 or complex numbers%s, found %s",
			target, kind ? "" : ", f16 or bf16", spec_text(g, in[0]));
	char letter = l.element == DTYPE_f32 ? 's' : l.element == DTYPE_f64 ? 'd'
		: l.element == DTYPE_c64 ? 'c' : 'z';
	if (kind && kind != letter)
		spec_fail(g, s, NULL, "@%s: expected another element than that of %s", target,
			spec_text(g, in[0]));
	l.batch = in[0]->rank - first;
	check_words(g, s, &l, "operand", row->operands, nin, in);
	int64_t n_ = l.size['n'], m = l.known['m'] ? l.size['m'] : n_;
	l.known['k'] = m >= 0 && n_ >= 0;
	l.size['k'] = m < n_ ? m : n_;
	l.known['h'] = n_ >= 0;
	l.size['h'] = n_ > 0 ? n_ - 1 : 0;
	check_words(g, s, &l, "result", row->results, n, types);
	if (!linear_fits(&l))
		spec_fail(g, s, NULL, "@%s: sizes do not fit operand 0, %s", target,
			spec_text(g, in[0]));
}

/* The backend_config without its quotes; NULL: none. */
static const char *config_of(struct graph *g, const struct node_spec *s)
{
	const struct attr *config = attrs_find(s->attrs, KEY_backend_config);
	char *text = config && config->s ? job_printf(graph_job(g), "%s", config->s) : NULL;

	if (text && *text == '"') {
		text[strlen(text) - 1] = '\0';
		text++;
	}
	return text;
}

/* ---- transforms (base/fft.h) ---------------------------------------------------------------- */

/* @weft.fft is fft along the last dimension, of any length, where that of fft is a number: the
 * result's type has it.  Its config is "WORD SUM last", WORD being one of fft_type. */
static void check_fft(struct graph *g, const struct node_spec *s, const char *target, uint32_t n,
	const struct type *const *types)
{
	const char *how = config_of(g, s);
	uint32_t nin = s->nin - custom_nshapes(s->attrs, s->nin);
	const struct type *in = nin == 1 ? s->in[0]->type : NULL;
	const struct type *out = n == 1 ? types[0] : NULL;

	if (strcmp(target, "weft.fft"))
		return;
	if (!in || !out || in->kind != TYPE_tensor || out->kind != TYPE_tensor || in->unranked ||
		out->unranked || !in->rank || in->rank != out->rank)
		spec_fail(g, s, NULL, "@weft.fft: expected an operand and a result of one rank");
	const char *word = how && strstr(how, " SUM last") ? how : "";
	bool real_in = !strcmp(word, "RFFT SUM last"), real_out = !strcmp(word, "IRFFT SUM last");
	bool whole = !strcmp(word, "FFT SUM last") || !strcmp(word, "IFFT SUM last");
	if (!real_in && !real_out && !whole)
		spec_fail(g, s, NULL, "@weft.fft: expected how as backend_config");
	enum dtype part = dtype_part(in->dtype);
	if ((part != DTYPE_f32 && part != DTYPE_f64) || dtype_part(out->dtype) != part ||
		dtype_is_complex(in->dtype) == real_in || dtype_is_complex(out->dtype) == real_out)
		spec_fail(g, s, NULL, "@weft.fft: \"%s\" does not make %s of %s", how,
			spec_text(g, out), spec_text(g, in));
	for (uint32_t d = 0; d + !whole < in->rank; d++)
		if (!dims_agree(g, in->dims[d], out->dims[d]))
			spec_fail(g, s, NULL, "@weft.fft: expected the rows of %s, found %s",
				spec_text(g, in), spec_text(g, out));
}

/* ---- orders (base/order.h) ------------------------------------------------------------------ */

static void check_order(struct graph *g, const struct node_spec *s, const char *target, uint32_t n,
	const struct type *const *types)
{
	const char *how = config_of(g, s);
	const struct type *in = s->nin == 1 ? s->in[0]->type : NULL;
	const struct type *out = n == 1 ? types[0] : NULL;
	struct order o;

	if (strcmp(target, "weft.order"))
		return;
	if (!how || !order_read(how, &o))
		spec_fail(g, s, NULL, "@weft.order: expected how as backend_config");
	if (!in || !out || in->kind != TYPE_tensor || out->kind != TYPE_tensor || in->unranked ||
		out->unranked || !in->rank || in->rank != out->rank || in->dtype != DTYPE_i64 ||
		out->dtype != DTYPE_i64)
		spec_fail(g, s, NULL, "@weft.order: expected i64 keys, "
			"and i64 places of their rank");
	uint32_t last = in->rank - 1;
	for (uint32_t d = 0; d < last; d++)
		if (!dims_agree(g, in->dims[d], out->dims[d]))
			spec_fail(g, s, NULL, "@weft.order: expected the rows of %s, found %s",
				spec_text(g, in), spec_text(g, out));
	int64_t dim = in->dims[last], count = o.how == ORDER_sort ? dim
			     : o.how == ORDER_kth ? 1 : o.k;
	bool fits = !dim_is_number(dim) || order_count(&o, dim) >= 0;
	if (!fits || !dims_agree(g, count, out->dims[last]))
		spec_fail(g, s, NULL, "@weft.order: \"%s\" of %s does not give %s", how,
			spec_text(g, in), spec_text(g, out));
}

/* ---- claims (base/claim.h) ------------------------------------------------------------------ */

static void check_claim(struct graph *g, const struct node_spec *s, const char *target)
{
	bool zero = !strcmp(target, "weft.claim"), indices = !strcmp(target, "weft.indices");
	uint32_t nin = s->nin;

	if (!zero && !indices)
		return;
	if (nin && s->in[nin - 1]->type->kind == TYPE_token)
		nin--;
	if (!nin || nin > 1u + indices)
		spec_fail(g, s, NULL, "@%s: expected %s, found %u operands", target,
			zero ? "numbers" : "indices and perhaps a size", nin);
	for (uint32_t i = 0; i < nin; i++) {
		const struct type *t = s->in[i]->type;
		bool wide = indices && t->dtype == DTYPE_i64, narrow = !i && t->dtype == DTYPE_i32;
		if (t->kind != TYPE_tensor || t->unranked || (!wide && !narrow) || (i && t->rank))
			spec_fail(g, s, NULL, "@%s: operand %u is %s", target, i, spec_text(g, t));
	}
}

const struct type *infer_custom_call(struct graph *g, const struct node_spec *s)
{
	const char *target = spec_str(s, KEY_call_target_name, NULL);
	if (!target)
		spec_fail(g, s, NULL, "expected a call_target_name, found none");
	const struct type *r = s->type ? s->type : type_list(g, TYPE_results, 0, NULL);
	uint32_t n = r->kind == TYPE_results ? r->n : 1;
	const struct type **types = job_array(graph_job(g), n ? n : 1, sizeof *types);
	for (uint32_t i = 0; i < n; i++)
		types[i] = r->kind == TYPE_results ? r->elem[i] : r;
	for (uint32_t i = 0; i < s->nin; i++)
		if (s->in[i]->type->kind == TYPE_opaque && !is_buffer(s->in[i]->type))
			spec_fail(g, s, NULL,
				"operand %u: expected a tensor, a token, a tuple or a buffer, "
				"found %s", i, spec_text(g, s->in[i]->type));
	check_config(g, s);
	spec_custom(g, s, target, n, types);
	check_linear(g, s, target, n, types);
	check_fft(g, s, target, n, types);
	check_order(g, s, target, n, types);
	check_claim(g, s, target);
	check_buffers(g, s, target, n, types);
	if (spec_has(s, KEY_operand_layouts) != spec_has(s, KEY_result_layouts))
		spec_fail(g, s, NULL, "expected layouts of operands and results, or of none");
	if (spec_has(s, KEY_operand_layouts)) {
		const struct type **in = job_array(graph_job(g), s->nin ? s->nin : 1, sizeof *in);
		for (uint32_t i = 0; i < s->nin; i++)
			in[i] = s->in[i]->type;
		check_layouts(g, s, KEY_operand_layouts, "operand", s->nin, in);
		bool tuple = n == 1 && types[0]->kind == TYPE_tuple;
		check_layouts(g, s, KEY_result_layouts, "result", tuple ? types[0]->n : n,
			tuple ? types[0]->elem : types);
	}
	if (spec_has(s, KEY_output_operand_aliases))
		check_aliases(g, s, r);
	return spec_results(g, s, NULL, n, types);
}
