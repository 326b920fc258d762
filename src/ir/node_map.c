/* node_map.c -- open addressing by node id, which spreads well as it is. */
#include "ir/node_map.h"

void node_map_init(struct node_map *m, struct job *j)
{
	*m = (struct node_map){ .job = j };
}

static struct node_map_entry *node_map_at(const struct node_map *m, const struct node *n)
{
	uint32_t i = n->id & (m->cap - 1);

	while (m->e[i].n && m->e[i].n != n)
		i = (i + 1) & (m->cap - 1);
	return &m->e[i];
}

/* The entry of n, made when it is new. */
static struct node_map_entry *node_map_make(struct node_map *m, const struct node *n)
{
	if (m->used * 2 >= m->cap) {
		struct node_map more = *m;
		more.cap = m->cap ? m->cap * 2 : 32;
		more.e = job_array(m->job, more.cap, sizeof *more.e);
		for (uint32_t i = 0; i < m->cap; i++)
			if (m->e[i].n)
				*node_map_at(&more, m->e[i].n) = m->e[i];
		*m = more;
	}
	return node_map_at(m, n);
}

void node_map_set(struct node_map *m, const struct node *n, const void *value)
{
	struct node_map_entry *e = node_map_make(m, n);

	m->used += !e->n;
	*e = (struct node_map_entry){ n, value };
}

bool node_map_add(struct node_map *m, const struct node *n)
{
	struct node_map_entry *e = node_map_make(m, n);

	if (e->n)
		return false;
	m->used++;
	*e = (struct node_map_entry){ n, n };
	return true;
}

const void *node_map_get(const struct node_map *m, const struct node *n)
{
	return m->cap ? node_map_at(m, n)->value : NULL;
}
