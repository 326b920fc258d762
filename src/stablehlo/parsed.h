/* parsed.h -- what was read of a module before it is a graph: tokens, attribute values, ops,
 * regions and functions, in the scratch of the job.  Made from text and from bytecode alike. */
#ifndef STABLEHLO_PARSED_H
#define STABLEHLO_PARSED_H
#include "stablehlo/stablehlo.h"

/* ---- tokens --------------------------------------------------------------------------------- */

enum tok {
	TOK_end, TOK_word,           /* word: add, stablehlo.add, f32 */
	TOK_value,                   /* %x, without the % */
	TOK_symbol,                  /* @x or @"x", unescaped */
	TOK_hash, TOK_bang,          /* #x, !x: the name alone */
	TOK_caret,                   /* ^bb0 */
	TOK_int, TOK_hex, TOK_float, TOK_string,
	TOK_arrow,                   /* -> */
	TOK_punct,                   /* one character, in c */
};
struct token {
	enum tok kind;
	char c;
	const char *start;           /* in the text */
	const char *s;               /* name or text; of a string unescaped, terminated */
	size_t len;
	uint32_t line, column;
	const char *line_start;
};

/* ---- attribute values as read --------------------------------------------------------------- */

enum t_kind {
	T_int,
	T_float,
	T_bool,
	T_unit,
	T_string,
	T_symbol,
	T_type,
	T_array,
	T_dict,
	T_ints,
	T_dense,
	T_resource,
	T_raw,
};
struct t_dense {
	const struct type *type;
	bool splat;
	void *data;                  /* in scratch, or in the graph when it is to be a slot */
};
/* Where in the text something stands that is read once more, by its meaning. */
struct t_source {
	const char *text;            /* NULL: nowhere */
	const char *line_start;
	uint32_t line;
};
struct t_function {
	uint32_t nin, nout;
	const struct type **in, **out;
};
struct t_attr {
	enum t_kind kind;
	bool made;                   /* int, ints: of a pretty form, of whatever type its key has */
	struct place at;
	uint32_t weight;             /* how many values it is made of, written out */
	uint32_t n;                  /* array, dict, ints */
	const char *s;               /* string, symbol, resource, raw */
	const char *tname;           /* int, float, ints: name of the element type */
	const struct type *type;
	const struct t_function *function;   /* raw, of a function type; NULL: it is none */
	union {
		int64_t i;
		double f;
		struct t_attr **list;        /* array, dict, string with a child */
		const int64_t *ints;
	};
	union {
		const char **names;          /* dict */
		struct t_source source;      /* raw: behind its first < */
		struct t_dense dense;
	};
};
struct t_entry {
	const char *name;
	struct t_attr *value;
};

/* ---- ops as read ---------------------------------------------------------------------------- */

struct t_region;
struct t_op;
struct t_value {
	const char *name;
	const struct type *type;
	struct t_region *region;     /* it lives in */
	const struct node *node;     /* while building: in the region now being built */
	uint32_t id;
	bool live;                   /* a result or an effect depends on it */
};
struct t_region {
	struct t_op *owner;          /* NULL: a function's body */
	uint32_t nparams;
	struct t_value *params;
	struct t_op *first, *last;
	uint32_t nresults;
	struct t_value **results;
	bool terminated;
	struct place at;             /* of the function, or without file */
	struct place end;            /* of the terminator */
};
struct t_op {
	struct t_op *next;
	enum op op;
	const char *name;            /* as written */
	struct place at;
	struct place in_at;          /* of the first operand, or without file */
	struct place attrs_at;       /* of the attributes of a pretty form, or without file */
	struct t_region *home;
	uint32_t nin, nregions, nresults, nentries, cap_entries, ncaptures, cap_captures;
	uint32_t nlive;              /* captures that its results depend on: the first ones */
	struct t_value **in;
	struct t_region **regions;
	const struct type **types;   /* of results */
	struct t_value *results;
	struct t_entry *entries;
	struct t_value **captures;
	struct t_attr *loc;
	bool effect, generic;
	struct t_func *callee;
	uint32_t id;
};
struct t_func {
	struct t_func *next;
	const char *name;
	struct place at;
	bool is_private, called, effect;
	int state;                   /* 0 read, 1 on the way down, 2 ordered */
	uint32_t ncallees, cap_callees;
	struct t_func **callees;
	struct t_region *body;       /* NULL: declared only */
	uint32_t nparams;            /* of one that is only declared */
	const struct type *const *param_types;
	uint32_t nresults;
	const struct type **result_types;
	struct t_attr **param_attrs, **result_attrs;    /* dicts or NULL */
	struct t_attr *attrs;
	const struct region *region;
	struct func *built;
};
#endif
