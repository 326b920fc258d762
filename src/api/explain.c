/* explain.c -- what became of a program: its kernels, the ops in each with their source, its
 * memory.
 *
 * Written as JSON and as text when the plan still knows the graph and kept in the artifact, so
 * `weft explain` works on a file, in a process without a compiler. */
#include "api/explain.h"
#include "base/str.h"
#include <string.h>

static void add_shape(struct str *s, const struct graph *g, const struct type *t)
{
	str_addc(s, '"');
	for (uint32_t d = 0; d < t->rank; d++) {
		if (t->dims[d] >= 0)
			str_addf(s, "%lldx", (long long)t->dims[d]);
		else {
			dim_print(g, t->dims[d], s);
			str_addc(s, 'x');
		}
	}
	str_addf(s, "%s\"", dtype_table[t->dtype].text);
}

/* Where the op stands in the source; and what it is a part of: "softmax", "attention/softmax". */
static const struct location *source_of(const struct graph *g, const struct node *n)
{
	const struct location *l = graph_location(g, n);
	while (l && location_is_part(l))
		l = l->next;
	return l;
}

static const char *part_of(const struct graph *g, const struct node *n)
{
	const char *part = NULL;
	for (const struct location *l = graph_location(g, n); l; l = l->next)
		if (location_is_part(l))
			part = l->text + strlen(GRAPH_PART);
	return part;
}

static void add_node(struct str *s, const struct graph *g, const struct node *n)
{
	str_addf(s, "{\"op\": \"%s\"", op_table[n->op].name);
	if (n->type->kind == TYPE_tensor) {
		str_add(s, ", \"type\": ");
		add_shape(s, g, n->type);
	}
	const struct location *l = source_of(g, n);
	if (l && (l->file || l->text)) {
		str_add(s, ", \"source\": ");
		struct str where;
		str_init(&where, s->job);
		if (l->file)
			str_addf(&where, "%s:%u:%u", l->file, l->line, l->column);
		if (l->text)
			str_addf(&where, "%s%s", l->file ? " " : "", l->text);
		str_add_json(s, where.text ? where.text : "");
	}
	const char *part = part_of(g, n);
	if (part) {
		str_add(s, ", \"part\": ");
		str_add_json(s, part);
	}
	str_addc(s, '}');
}

static void add_extent(struct str *s, const struct graph *g, int64_t d)
{
	if (d >= 0) {
		str_addf(s, "%lld", (long long)d);
		return;
	}
	str_addc(s, '"');
	dim_print(g, d, s);
	str_addc(s, '"');
}

static const char *const step_kinds[] = { "sizes", "kernel", "copy", "library", "callback", "if",
	"while" };

static void add_step(struct str *s, const struct plan *p, const struct plan_step *step)
{
	str_addf(s, "{\"kind\": \"%s\"", step_kinds[step->kind]);
	if (step->kind == ABI_STEP_kernel) {
		const struct kernel *k = p->kernels[step->kernel];
		str_addf(s, ", \"kernel\": %u, \"name\": \"%s\", \"chunks\": ", step->kernel,
			k->name);
		add_extent(s, p->graph, step->chunks);
		str_add(s, ", \"ends\": ");
		str_add_json(s, step->ends ? step->ends : "it is a result");
	}
	if (step->text) {
		str_add(s, ", \"text\": ");
		str_add_json(s, step->text);
	}
	if (step->flops >= 0)
		str_addf(s, ", \"operations\": %lld, \"bytes\": %lld", (long long)step->flops,
			(long long)step->bytes);
	str_add(s, ", \"ops\": [");
	for (uint32_t i = 0; step->nodes && step->nodes[i]; i++) {
		str_add(s, i ? ", " : "");
		add_node(s, p->graph, step->nodes[i]);
	}
	str_add(s, "]");
	if (step->nregions) {
		str_add(s, ", \"regions\": [");
		for (uint32_t r = 0; r < step->nregions; r++) {
			str_add(s, r ? ", [" : "[");
			for (uint32_t i = 0; i < step->regions[r].n; i++) {
				str_add(s, i ? ", " : "");
				add_step(s, p, &step->regions[r].at[i]);
			}
			str_add(s, "]");
		}
		str_add(s, "]");
	}
	str_addc(s, '}');
}

/* ---- for people ----------------------------------------------------------------------------- */

static void add_count(struct str *s, double v, const char *unit)
{
	static const char *const scale[] = { "", "k", "M", "G", "T" };
	unsigned i = 0;
	while (v >= 10000 && i < 4) {
		v /= 1000;
		i++;
	}
	str_addf(s, "%.0f %s%s", v, scale[i], unit);
}

static void text_node(
	struct str *s, const struct graph *g, const struct node *n, const char *indent)
{
	str_addf(s, "%s    %-22s", indent, op_table[n->op].name);
	if (n->type->kind == TYPE_tensor) {
		struct str t;
		str_init(&t, s->job);
		add_shape(&t, g, n->type);
		str_addf(s, " %-24s", t.text);
	}
	const struct location *l = source_of(g, n);
	if (l && l->file)
		str_addf(s, " %s:%u:%u", l->file, l->line, l->column);
	if (l && l->text)
		str_addf(s, " %s", l->text);
	const char *part = part_of(g, n);
	if (part)
		str_addf(s, " (%s)", part);
	str_addc(s, '\n');
}

static void text_steps(
	struct str *s, const struct plan *p, const struct plan_steps *steps, const char *indent)
{
	for (uint32_t i = 0; i < steps->n; i++) {
		const struct plan_step *step = &steps->at[i];
		const struct kernel *k =
			step->kind == ABI_STEP_kernel ? p->kernels[step->kernel] : NULL;
		str_addf(s, "%s%3u  %s", indent, i, k ? k->name : step_kinds[step->kind]);
		if (k)
			str_addf(s, " (kernel %u)", step->kernel);
		if (step->text)
			str_addf(s, " %s", step->text);
		if (step->flops >= 0) {
			str_add(s, ": ");
			add_count(s, (double)step->flops, "op, ");
			add_count(s, (double)step->bytes, "B, ");
			if (step->chunks >= 0)
				str_addf(s, "%lld chunk%s", (long long)step->chunks,
					step->chunks == 1 ? "" : "s");
			else
				str_add(s, "chunks by size");
		}
		str_addc(s, '\n');
		for (uint32_t n = 0; step->nodes && step->nodes[n]; n++)
			text_node(s, p->graph, step->nodes[n], indent);
		if (k)
			str_addf(s, "%s    ends: %s\n", indent,
				step->ends ? step->ends : "it is a result");
		char *deeper = job_printf(s->job, "%s      ", indent);
		for (uint32_t r = 0; r < step->nregions; r++) {
			str_addf(s, "%s   region %u\n", indent, r);
			text_steps(s, p, &step->regions[r], deeper);
		}
	}
}

/* "NAME": the steps, a line each. */
static void add_steps(
	struct str *s, const struct plan *p, const char *name, const struct plan_steps *steps)
{
	str_addf(s, ", \"%s\": [\n", name);
	for (uint32_t i = 0; i < steps->n; i++) {
		add_step(s, p, &steps->at[i]);
		str_add(s, i + 1 < steps->n ? ",\n" : "\n");
	}
	str_addc(s, ']');
}

/* Results that an argument given for them takes: [result, argument] each. */
static void add_over(struct str *s, const struct plan *p)
{
	const char *sep = "";
	str_add(s, ", \"over\": [");
	for (uint32_t i = 0; i < p->noutputs; i++)
		if (p->over[i]) {
			str_addf(s, "%s[%u, %u]", sep, i, p->input_args[p->over[i] - 1]);
			sep = ", ";
		}
	str_addc(s, ']');
}

char *explain(struct job *j, const struct plan *p, size_t *size)
{
	struct str s;
	str_init(&s, j);
	const char *isa = isa_table[p->isa].name;
	str_addf(&s, "{\"isa\": \"%s\", \"kernels\": %u, \"arena_bytes\": %lld", isa, p->nkernels,
		(long long)p->arena);
	add_over(&s, p);
	add_steps(&s, p, "steps", &p->main);
	if (p->load.n)
		add_steps(&s, p, "load", &p->load);
	str_add(&s, "}\n");
	str_addc(&s, '\0');
	str_addf(&s, "%u kernels for %s in %u steps, arena %lld bytes\n", p->nkernels, isa,
		p->main.n, (long long)p->arena);
	text_steps(&s, p, &p->main, "");
	if (p->load.n) {
		str_addf(&s, "once, when constants are bound, in %u steps\n", p->load.n);
		text_steps(&s, p, &p->load, "");
	}
	*size = s.len;
	return s.text;
}
