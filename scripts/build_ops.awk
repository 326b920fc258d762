# build_ops.awk -- makes weft/build_ops.h from ir/op.def: one builder an op.
#
# Ops that say everything with their operands take nothing else; the others take a struct weft_more.

function trim(s) { gsub(/^[ \t]+|[ \t]+$/, "", s); return s }

# Does the shape rule ask for attributes, regions or a declared type?
function plain(rule, name) {
	if (name ~ /^(reduce_precision|top_k|constant_like)$/)
		return 0
	return rule ~ /^(same.*|abs|part|is_finite|complex|select|clamp|add|create_token|after_all|id|tuple|optimization_barrier|chlo_broadcast|chlo_broadcast_select)$/
}

function builder(name, text, lo, hi, rule,    more, i, names) {
	more = !plain(rule, name)
	printf "\n/* %s */\n", text
	printf "static inline weft_value weft_build_%s(struct weft_builder *b", name
	if (lo != hi) {
		printf ", uint32_t nin,\n\tconst weft_value *in%s)\n{\n", (more ? ", const struct weft_more *more" : "")
		printf "\treturn weft_build(b, \"%s\", nin, in, %s);\n}\n", text, (more ? "more" : "NULL")
		return
	}
	split("lhs rhs", names, " ")
	if (lo == 1)
		names[1] = "operand"
	for (i = 3; i <= lo; i++)
		names[i] = "in" (i - 1)
	if (lo > 2) {
		names[1] = "in0"
		names[2] = "in1"
	}
	for (i = 1; i <= lo; i++)
		printf ",%sweft_value %s", (i % 4 == 1 ? "\n\t" : " "), names[i]
	printf "%s)\n{\n", (more ? ",\n\tconst struct weft_more *more" : "")
	if (lo > 0) {
		printf "\tweft_value in[%d];\n", lo
		for (i = 1; i <= lo; i++)
			printf "\tin[%d] = %s;\n", i - 1, names[i]
	}
	printf "\treturn weft_build(b, \"%s\", %d, %s, %s);\n}\n", text, lo,
		(lo ? "in" : "NULL"), (more ? "more" : "NULL")
}

BEGIN {
	print "/* build_ops.h -- a builder for every op; made from ir/op.def by scripts/build_ops.awk. */"
	print "#ifndef WEFT_BUILD_OPS_H\n#define WEFT_BUILD_OPS_H\n"
	print "#include <weft/build.h>\n\n#ifdef __cplusplus\nextern \"C\" {\n#endif"
}
/^OP\(/ {
	split(substr($0, 4), f, ",")
	for (i = 1; i <= 7; i++)
		f[i] = trim(f[i])
	# Constants have a builder of their own, a call needs a function, the rest is never written by hand.
	if (f[2] == "S" && f[1] != "constant")
		builder(f[1], "stablehlo." f[1], f[3] + 0, f[4] + 0, f[7])
}
/^CHLO\(/ {
	split(substr($0, 6), f, ",")
	for (i = 1; i <= 6; i++)
		f[i] = trim(f[i])
	if (f[1] != "constant" && f[6] != "unsupported")
		builder("chlo_" f[1], "chlo." f[1], f[2] + 0, f[3] + 0, f[6])
}
END { print "\n#ifdef __cplusplus\n}\n#endif\n#endif" }
