/* Unit tests of keys: equal programs, however they came to be, have equal bytes; others do not. */
#include "ir_test.h"
#include "base/hash.h"
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

/* What makes a program another one, or does not. */
struct recipe {
	int junk;                       /* nodes, types and symbols made before and in between */
	double epsilon;
	int64_t max;                    /* of the symbol */
	int32_t line;
	const char *weight, *param;
	enum op op;
	bool twist;                     /* operands in another order */
};
static struct recipe now;
static uint64_t hash;
static size_t size;
static const struct type *weight_type;

static void junk(struct graph *g)
{
	for (int i = 0; i < now.junk; i++) {
		build1(g, OP_negate, build_full(g, ir_type(g, DTYPE_f64, i + 1, 7), i));
		dim_add(g, dim_free(g, 0, 5), i);
		graph_string(g, "junk", 4);
	}
}

static void body_program(struct graph *g)
{
	junk(g);
	int64_t s = dim_arg(g, 0, 0, 1, now.max);
	weight_type = ir_type(g, DTYPE_f32, 1 << 15, 1 << 14);
	const struct type *t = ir_type(g, DTYPE_f32, s, 1 << 15),
			  *scalar = type_scalar(g, DTYPE_f32);
	const struct node *x = graph_parameter(g, 0, t), *two[2];
	if (now.junk)
		graph_add_slot(
			g, &(struct slot){ .kind = SLOT_bound, .name = "unused", .type = t });
	uint32_t slot = graph_add_slot(g, &(struct slot){ .kind = SLOT_file, .name = now.weight,
		.type = weight_type, .bytes = (uint64_t)type_bytes(weight_type) });
	struct attr_entry at = { KEY_slot, NULL, attr_int(g, slot) };
	const struct node *w = graph_node(g,
		&(struct node_spec){
			.op = OP_constant, .type = weight_type, .attrs = attrs_cons(g, 1, &at) });
	junk(g);
	int64_t zero = 0;
	const struct node *y = build_dot_over(g, x, 1, w, 0, DTYPE_f32);
	graph_locate(g, y, (struct place){ "m.mlir", (uint32_t)now.line, 1 }, "layer.0");
	two[0] = build_like(g, y, now.epsilon);
	two[1] = build1(g, OP_tanh, y);
	y = build2(g, OP_divide, two[now.twist], two[!now.twist]);
	y = build_reduce(g, now.op, y, 1, &zero);
	(void)scalar;
	graph_add_func(g, &(struct func){ .name = "main", .region = graph_region(g, 1, &t, 1, &y),
		.param_names = &now.param });

	struct str out;
	str_init(&out, graph_job(g));
	graph_key(graph_job(g), g, graph_main(g), &out);
	hash = hash_bytes(out.text, out.len, 0);
	size = out.len;
	/* Compiling adds to the graph; the key of the program stays. */
	for (int i = 0; i < 10; i++)
		build1(g, OP_negate, build_like(g, y, i + 100));
	str_init(&out, graph_job(g));
	graph_key(graph_job(g), g, graph_main(g), &out);
	CHECK(hash_bytes(out.text, out.len, 0) == hash && out.len == size);
}

static uint64_t key_of(struct recipe r)
{
	now = r;
	ir_run(body_program);
	return hash;
}

void test_key__is_of_content_only(void)
{
	struct recipe r = { 0, 1e-5, 512, 3, "w.bin", "x", OP_add, false }, other;
	uint64_t k = key_of(r);

	CHECK(size > 100 && size < 2000);
	CHECK(key_of(r) == k);
	other = r, other.junk = 20;
	CHECK(key_of(other) == k);
	other = r, other.line = 99;
	CHECK(key_of(other) == k);
	other = r, other.epsilon = 1e-6;
	CHECK(key_of(other) != k);
	other = r, other.max = 513;
	CHECK(key_of(other) != k);
	other = r, other.weight = "v.bin";
	CHECK(key_of(other) != k);
	other = r, other.param = "y";
	CHECK(key_of(other) != k);
	other = r, other.op = OP_maximum;
	CHECK(key_of(other) != k);
	other = r, other.twist = true;
	CHECK(key_of(other) != k);
}

/* A weight of 2 GiB in a file: its key is computed with no page of it touched. */
void test_key__does_not_read_a_mapped_weight(void)
{
	char path[] = "/tmp/weft-weight-XXXXXX";
	size_t bytes = (size_t)2 << 30, page = 4096;
	int fd = mkstemp(path);
	unsigned char *resident = malloc(bytes / page);

	CHECK(fd >= 0 && resident);
	unlink(path);
	if (ftruncate(fd, (off_t)bytes))
		UNIT_SKIP("no sparse file of 2 GiB here");
	void *data = mmap(NULL, bytes, PROT_READ, MAP_SHARED, fd, 0);
	CHECK(data != MAP_FAILED);
	char name[64];
	snprintf(name, sizeof name, "/proc/self/fd/%d", fd);
	uint64_t k = key_of((struct recipe){ 0, 1e-5, 512, 3, name, "x", OP_add, false });
	CHECK(!mincore(data, bytes, resident));
	for (size_t i = 0; i < bytes / page; i++)
		CHECK(!(resident[i] & 1));
	/* Neither the content counts. */
	CHECK(pwrite(fd, "other", 5, 12345) == 5);
	CHECK(key_of((struct recipe){ 0, 1e-5, 512, 3, name, "x", OP_add, false }) == k);
	free(resident);
}

static float slot_value;

static void body_data(struct graph *g)
{
	const struct type *t = ir_type(g, DTYPE_f32, 64, 64);
	float *data = graph_alloc(g, (size_t)type_bytes(t));
	data[77] = slot_value;
	uint32_t slot = graph_add_slot(g, &(struct slot){ .kind = SLOT_data,
						  .type = t,
						  .data = data,
						  .bytes = (uint64_t)type_bytes(t) });
	struct attr_entry at = { KEY_slot, NULL, attr_int(g, slot) };
	const struct node *w = graph_node(g, &(struct node_spec){ .op = OP_constant, .type = t,
		.attrs = attrs_cons(g, 1, &at) });
	graph_add_func(
		g, &(struct func){ .name = "main", .region = graph_region(g, 0, NULL, 1, &w) });

	struct str out;
	str_init(&out, graph_job(g));
	graph_key(graph_job(g), g, graph_main(g), &out);
	hash = hash_bytes(out.text, out.len, 0);
}

/* The bytes an artifact stores are part of its key. */
void test_key__has_the_data_of_a_stored_constant(void)
{
	slot_value = 1;
	ir_run(body_data);
	uint64_t k = hash;
	ir_run(body_data);
	CHECK(hash == k);
	slot_value = 2;
	ir_run(body_data);
	CHECK(hash != k);
}
