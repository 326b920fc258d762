/* amx_emulate.c -- a handler of SIGILL that decodes and does the AMX instructions the generator
 * uses.
 *
 * Method: Intel's instruction set reference.  All are VEX with three bytes of prefix in map 0F38:
 * C4, then inverted R X B and the map, then W, inverted vvvv, L and pp; opcode, ModRM, SIB,
 * displacement.  Sums are made in the reference's order, even and odd products apart. */
#include "amx_emulate.h"
#include "unit.h"
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <ucontext.h>

#if defined(__x86_64__)

enum { NP, P66, PF3, PF2 };              /* pp */

static struct {
	bool configured;
	unsigned char rows[8];
	uint16_t bytes[8];
	unsigned char data[8][16][64];
} tiles;
static unsigned long done;
static struct sigaction old;

static uint64_t reg(const greg_t *g, unsigned i)
{
	static const int at[16] = { REG_RAX, REG_RCX, REG_RDX, REG_RBX, REG_RSP, REG_RBP, REG_RSI,
		REG_RDI, REG_R8, REG_R9, REG_R10, REG_R11, REG_R12, REG_R13, REG_R14, REG_R15 };

	return (uint64_t)g[at[i]];
}

struct insn {
	unsigned op, pp, vvvv, mod, reg, rm;
	unsigned size;
	uint64_t address, stride;        /* of memory; what the index is */
};

/* False: not one of ours. */
static bool decode(const unsigned char *p, const greg_t *g, struct insn *i)
{
	if (p[0] != 0xc4 || (p[1] & 0x1f) != 2)
		return false;
	unsigned r = !(p[1] & 0x80), x = !(p[1] & 0x40), b = !(p[1] & 0x20);
	*i = (struct insn){ .op = p[3], .pp = p[2] & 3, .vvvv = ~p[2] >> 3 & 15,
		.mod = p[4] >> 6, .reg = (p[4] >> 3 & 7) | r << 3, .rm = p[4] & 7, .size = 5 };
	if (i->mod == 3)
		return true;
	unsigned base = i->rm;
	bool based = true;
	if (i->rm == 4) {
		unsigned sib = p[i->size++], index = (sib >> 3 & 7) | x << 3;
		base = sib & 7;
		if (index != 4)
			i->stride = reg(g, index) << (sib >> 6);
		based = base != 5 || i->mod;
	} else if (i->rm == 5 && i->mod == 0) {
		based = false;
	}
	int32_t disp = 0;
	if (i->mod == 1) {
		disp = (int8_t)p[i->size++];
	} else if (i->mod == 2 || !based) {
		memcpy(&disp, p + i->size, 4);
		i->size += 4;
	}
	i->address = (uint64_t)(int64_t)disp;
	if (based)
		i->address += reg(g, base | b << 3);
	else if (i->rm == 5)
		i->address += (uint64_t)(uintptr_t)p + i->size;
	return true;
}

static float pair_part(const unsigned char *word, unsigned odd)
{
	uint32_t bits = 0;
	float f;

	memcpy((char *)&bits + 2, word + 2 * odd, 2);
	memcpy(&f, &bits, 4);
	return f;
}

static void multiply(unsigned c, unsigned a, unsigned b)
{
	for (unsigned m = 0; m < tiles.rows[c]; m++)
		for (unsigned n = 0; n < tiles.bytes[c] / 4u; n++) {
			float sum[2] = { 0, 0 }, old_value;
			for (unsigned k = 0; k < tiles.bytes[a] / 4u; k++)
				for (unsigned odd = 0; odd < 2; odd++)
					sum[odd] += pair_part(&tiles.data[a][m][4 * k], odd) *
						    pair_part(&tiles.data[b][k][4 * n], odd);
			memcpy(&old_value, &tiles.data[c][m][4 * n], 4);
			old_value += sum[0] + sum[1];
			memcpy(&tiles.data[c][m][4 * n], &old_value, 4);
		}
}

static int byte_part(const unsigned char *word, unsigned i, bool has_sign)
{
	return has_sign ? (signed char)word[i] : word[i];
}

/* Which of a and b have a sign: as the prefix says. */
static void multiply_bytes(unsigned c, unsigned a, unsigned b, unsigned pp)
{
	bool a_sign = pp == PF2 || pp == PF3, b_sign = pp == PF2 || pp == P66;

	for (unsigned m = 0; m < tiles.rows[c]; m++)
		for (unsigned n = 0; n < tiles.bytes[c] / 4u; n++) {
			uint32_t sum;
			memcpy(&sum, &tiles.data[c][m][4 * n], 4);
			for (unsigned k = 0; k < tiles.bytes[a]; k++)
				sum += (uint32_t)(byte_part(tiles.data[a][m], k, a_sign) *
					byte_part(&tiles.data[b][k / 4][4 * n], k % 4, b_sign));
			memcpy(&tiles.data[c][m][4 * n], &sum, 4);
		}
}

static void configure(const unsigned char *p)
{
	memset(&tiles, 0, sizeof tiles);
	tiles.configured = p[0] == 1;
	for (unsigned i = 0; i < 8; i++) {
		memcpy(&tiles.bytes[i], p + 16 + 2 * i, 2);
		tiles.rows[i] = p[48 + i];
		if (tiles.rows[i] > 16 || tiles.bytes[i] > 64)
			tiles.configured = false;
	}
}

static void move(const struct insn *i, bool store)
{
	for (unsigned r = 0; r < tiles.rows[i->reg]; r++) {
		unsigned char *p = (unsigned char *)(uintptr_t)(i->address + r * i->stride);
		unsigned char *t = tiles.data[i->reg][r];
		memcpy(store ? p : t, store ? t : p, tiles.bytes[i->reg]);
	}
}

/* False: not an instruction of AMX, or one that would fault. */
static bool perform(const struct insn *i)
{
	if (i->op == 0x49 && i->pp == NP && i->mod == 3 && i->rm == 0 && i->reg == 0) {
		tiles.configured = false;
		return true;
	}
	if (i->op == 0x49 && i->pp == NP && i->mod != 3) {
		configure((const unsigned char *)(uintptr_t)i->address);
		return tiles.configured;
	}
	if (!tiles.configured || i->reg > 7)
		return false;
	if (i->op == 0x49 && i->pp == PF2 && i->mod == 3)
		memset(tiles.data[i->reg], 0, sizeof tiles.data[i->reg]);
	else if (i->op == 0x4b && i->mod != 3 && i->rm == 4 && (i->pp == PF2 || i->pp == PF3))
		move(i, i->pp == PF3);
	else if (i->op == 0x5c && i->pp == PF3 && i->mod == 3 && i->vvvv < 8)
		multiply(i->reg, i->rm, i->vvvv);
	else if (i->op == 0x5e && i->mod == 3 && i->vvvv < 8)
		multiply_bytes(i->reg, i->rm, i->vvvv, i->pp);
	else
		return false;
	return true;
}

static void on_sigill(int signal, siginfo_t *info, void *context)
{
	greg_t *g = ((ucontext_t *)context)->uc_mcontext.gregs;
	const unsigned char *p = (const unsigned char *)(uintptr_t)g[REG_RIP];
	struct insn i;

	(void)info;
	if (!decode(p, g, &i) || !perform(&i)) {
		sigaction(signal, &old, NULL);   /* it happens again, and is then the test's end */
		return;
	}
	g[REG_RIP] += (greg_t)i.size;
	done++;
}

void amx_emulate_begin(void)
{
	struct sigaction a = { .sa_sigaction = on_sigill, .sa_flags = SA_SIGINFO | SA_NODEFER };

	done = 0;
	tiles.configured = false;
	CHECK(sigaction(SIGILL, &a, &old) == 0);
}

unsigned long amx_emulate_end(void)
{
	CHECK(sigaction(SIGILL, &old, NULL) == 0);
	CHECK(!tiles.configured && "tiles are released at the kernel's end");
	return done;
}

#else

void amx_emulate_begin(void)
{
}

unsigned long amx_emulate_end(void)
{
	return 0;
}

#endif
