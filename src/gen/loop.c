/* loop.c -- loops, the scopes they make, and the memory of what is already computed.
 *
 *   scope 0   the function's entry block          scope l + 1   the body of a loop in scope l
 *
 * R1  Code of level l goes to the end of scope l: while a loop inside is being emitted, that is
 *     before the branch into the loop.  It dominates everything emitted later in scope l or deeper.
 * R2  What is remembered at level l is forgotten when scope l ends.
 * R3  Loops are made at the innermost scope only.
 *
 * Code moved before a loop may run although the loop does not; it has no effects, and what it loads
 * is in range because the indices of the outer loops are. */
#include "gen/control.h"
#include <string.h>

#define MEMO_BUCKETS 64

struct memo {
	struct memo *next;
	uint64_t hash;
	uint32_t n;
	void *what;
	uint64_t key[];
};

void gen_at(struct gen *g, int level)
{
	/* A loop that runs once makes a scope but no block: its code follows straight on. */
	while (level < g->depth && !g->scope[level].before)
		level++;
	if (level >= g->depth)
		LLVMPositionBuilderAtEnd(g->b, g->block);
	else
		LLVMPositionBuilderBefore(g->b, g->scope[level].before);
}

void scope_push(struct gen *g)
{
	if (g->depth + 1 >= GEN_MAX_DEPTH)
		gen_fail(g, WEFT_UNIMPLEMENTED, "loops deeper than %d", GEN_MAX_DEPTH);
	g->depth++;
	g->scope[g->depth] = (struct scope){ NULL, NULL };
}

void scope_pop(struct gen *g)
{
	g->depth--;
}

static uint64_t key_hash(uint32_t n, const uint64_t *key)
{
	uint64_t h = 0x9e3779b97f4a7c15u;

	for (uint32_t i = 0; i < n; i++)
		h = (h ^ key[i]) * 0xff51afd7ed558ccdu, h ^= h >> 29;
	return h;
}

void *memo_find(struct gen *g, uint32_t n, const uint64_t *key)
{
	uint64_t h = key_hash(n, key);

	for (int level = g->depth; level >= 0; level--) {
		if (!g->scope[level].memo)
			continue;
		for (struct memo *m = g->scope[level].memo[h % MEMO_BUCKETS]; m; m = m->next)
			if (m->hash == h && m->n == n && memcmp(m->key, key, n * sizeof *key) == 0)
				return m->what;
	}
	return NULL;
}

void memo_put(struct gen *g, int level, uint32_t n, const uint64_t *key, void *what)
{
	uint64_t h = key_hash(n, key);
	struct memo *m = job_alloc(g->job, sizeof *m + n * sizeof *key);
	struct scope *s = &g->scope[level];

	if (!s->memo)
		s->memo = job_array(g->job, MEMO_BUCKETS, sizeof(struct memo *));
	*m = (struct memo){ s->memo[h % MEMO_BUCKETS], h, n, what };
	memcpy(m->key, key, n * sizeof *key);
	s->memo[h % MEMO_BUCKETS] = m;
}

static LLVMBasicBlockRef new_block(struct gen *g, const char *name)
{
	return LLVMAppendBasicBlockInContext(g->llvm, g->fn, name);
}

void loop_begin(struct gen *g, struct loop *l, LLVMValueRef lo, LLVMValueRef hi, int64_t step)
{
	l->lo = lo;
	l->hi = hi;
	l->step = step;
	l->guarded = true;
	l->once = false;
	if (LLVMIsAConstantInt(lo) && LLVMIsAConstantInt(hi)) {
		int64_t a = LLVMConstIntGetSExtValue(lo), b = LLVMConstIntGetSExtValue(hi);
		l->guarded = a >= b;
		l->once = a < b && a + step >= b;
	}
	if (l->once) {
		l->iv = lo;
		l->level = 0;
		scope_push(g);
		g->scope[g->depth - 1].before = NULL;
		return;
	}
	gen_here(g);
	l->before = g->block;
	l->body = new_block(g, "loop");
	LLVMValueRef jump;
	if (l->guarded)
		/* 2nd target set at the end */
		jump = LLVMBuildCondBr(g->b, ICMP(SLT, lo, hi), l->body, l->body);
	else
		jump = LLVMBuildBr(g->b, l->body);
	g->scope[g->depth].before = jump;
	scope_push(g);
	l->level = g->depth;
	g->block = l->body;
	gen_here(g);
	l->iv = LLVMBuildPhi(g->b, g->i64, "i");
	LLVMAddIncoming(l->iv, &lo, &l->before, 1);
	for (uint32_t i = 0; i < l->ncarried; i++) {
		l->init[i] = l->carried[i];
		l->phi[i] = LLVMBuildPhi(g->b, LLVMTypeOf(l->init[i]), "");
		LLVMAddIncoming(l->phi[i], &l->init[i], &l->before, 1);
		l->carried[i] = l->phi[i];
	}
}

void loop_end(struct gen *g, struct loop *l)
{
	if (l->once) {
		/* Nothing separates the blocks, but values made inside may depend on g->tail and
		 * the like. */
		scope_pop(g);
		return;
	}
	gen_here(g);
	LLVMValueRef next = ADD(l->iv, c64(g, l->step));
	LLVMBasicBlockRef exit = new_block(g, "done"), latch = g->block;
	LLVMBuildCondBr(g->b, ICMP(SLT, next, l->hi), l->body, exit);
	LLVMAddIncoming(l->iv, &next, &latch, 1);
	for (uint32_t i = 0; i < l->ncarried; i++)
		LLVMAddIncoming(l->phi[i], &l->carried[i], &latch, 1);
	scope_pop(g);
	if (l->guarded)
		LLVMSetSuccessor(g->scope[g->depth].before, 1, exit);
	g->scope[g->depth].before = NULL;
	g->block = exit;
	gen_here(g);
	for (uint32_t i = 0; i < l->ncarried; i++) {
		LLVMValueRef last = LLVMBuildPhi(g->b, LLVMTypeOf(l->init[i]), "");
		LLVMAddIncoming(last, &l->carried[i], &latch, 1);
		if (l->guarded)
			LLVMAddIncoming(last, &l->init[i], &l->before, 1);
		l->carried[i] = last;
	}
}

void turns_begin(struct gen *g, struct turns *t)
{
	gen_here(g);
	LLVMBasicBlockRef before = g->block;
	t->head = new_block(g, "turn");
	g->scope[g->depth].before = LLVMBuildBr(g->b, t->head);
	scope_push(g);
	g->block = t->head;
	gen_here(g);
	for (uint32_t i = 0; i < t->ncarried; i++) {
		t->phi[i] = LLVMBuildPhi(g->b, LLVMTypeOf(t->carried[i]), "");
		LLVMAddIncoming(t->phi[i], &t->carried[i], &before, 1);
		t->carried[i] = t->phi[i];
	}
}

void turns_while(struct gen *g, struct turns *t, LLVMValueRef test)
{
	LLVMBasicBlockRef body = new_block(g, "go");

	t->exit = new_block(g, "still");
	gen_here(g);
	LLVMBuildCondBr(g->b, test, body, t->exit);
	g->block = body;
	gen_here(g);
}

void turns_end(struct gen *g, struct turns *t)
{
	gen_here(g);
	LLVMBuildBr(g->b, t->head);
	for (uint32_t i = 0; i < t->ncarried; i++) {
		LLVMAddIncoming(t->phi[i], &t->carried[i], &g->block, 1);
		t->carried[i] = t->phi[i];
	}
	scope_pop(g);
	g->scope[g->depth].before = NULL;
	g->block = t->exit;
	gen_here(g);
}

void branch_begin(struct gen *g, struct branch *br, LLVMValueRef cond)
{
	LLVMBasicBlockRef then;

	br->always = LLVMIsAConstantInt(cond) && LLVMConstIntGetZExtValue(cond);
	if (br->always) {
		scope_push(g);
		return;
	}
	gen_here(g);
	then = new_block(g, "then");
	br->join = new_block(g, "join");
	g->scope[g->depth].before = LLVMBuildCondBr(g->b, cond, then, br->join);
	scope_push(g);
	g->block = then;
	gen_here(g);
}

void branch_end(struct gen *g, struct branch *br)
{
	if (br->always) {
		scope_pop(g);
		return;
	}
	gen_here(g);
	LLVMBuildBr(g->b, br->join);
	scope_pop(g);
	g->scope[g->depth].before = NULL;
	g->block = br->join;
	gen_here(g);
}
