/* grad.c -- weft grad: the gradient program of a program, printed. */
#include "base/str.h"
#include "cli/cli.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <weft/grad.h>

/* The arguments that are asked for. */
struct wrt {
	uint32_t n, at[1024];
};

static bool read_wrt(struct wrt *w, const char *text)
{
	for (const char *s = text; s && *s;) {
		char *end;
		errno = 0;
		unsigned long v = strtoul(s, &end, 10);
		if (errno || end == s || *s == '-' || (*end && *end != ',') || v > 1u << 30 ||
		    w->n == sizeof w->at / sizeof *w->at)
			return false;
		w->at[w->n++] = (uint32_t)v;
		s = end + (*end == ',');
	}
	return true;
}

static struct weft_error *add_print(struct weft_program *p, struct str *out)
{
	char *text;
	TRY(weft_program_print(p, &text));
	str_add(out, text);
	weft_text_free(text);
	return NULL;
}

static struct weft_error *add_training(
	const struct weft_program *p, const struct wrt *w, uint64_t budget, struct str *out)
{
	struct weft_training t;
	TRY(weft_program_training(p, w->n, w->at, budget, &t));
	str_addf(out, "// kept: %llu bytes\n", (unsigned long long)t.bytes);
	for (uint32_t i = 0; i < t.nkept; i++)
		str_addf(out, "// argument %u of backward: %s %d of forward\n", i,
			t.kept[i] < 0 ? "result" : "argument",
			t.kept[i] < 0 ? -1 - t.kept[i] : t.kept[i]);
	struct weft_error *e = add_print(t.forward, out);
	str_add(out, "// -----\n");
	if (!e)
		e = add_print(t.backward, out);
	weft_training_fini(&t);
	return e;
}

static struct weft_error *add_gradient(
	const struct weft_program *p, const struct wrt *w, struct str *out)
{
	struct weft_program *g;
	TRY(weft_program_gradient(p, w->n, w->at, &g));
	struct weft_error *e = add_print(g, out);
	weft_program_release(g);
	return e;
}

int command_grad(struct cli *c)
{
	const char *file = c->rest[0];
	struct file_map m;
	struct weft_program *p = NULL;
	struct wrt w = { 0 };
	struct str out;
	if (!read_wrt(&w, c->wrt))
		return cli_usage(
			CLI_grad, "--wrt: expected numbers with commas, found '%s'", c->wrt);
	struct weft_error *e = file_map(file, &m);
	if (e)
		return cli_fault(e);
	str_init(&out, NULL);
	e = weft_program_parse(cli_format(c, file), file, m.data, m.size, &p);
	if (!e)
		e = c->training ? add_training(p, &w, c->budget, &out) : add_gradient(p, &w, &out);
	if (!e && out.failed)
		e = error_make(WEFT_RESOURCE_EXHAUSTED, "no memory for the print");
	if (!e && c->out)
		e = file_write_atomic(c->out, out.text, out.len);
	else if (!e)
		fwrite(out.text, 1, out.len, stdout);
	weft_program_release(p);
	str_fini(&out);
	file_unmap(&m);
	return e ? cli_fault(e) : CLI_OK;
}
