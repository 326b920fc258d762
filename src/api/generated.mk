# The public header of one builder an op.
GENERATED += $(BUILD)/include/weft/build_ops.h

$(BUILD)/include/weft/build_ops.h: src/ir/op.def scripts/build_ops.awk
	@mkdir -p $(@D)
	@awk -f scripts/build_ops.awk $< > $@.new && mv $@.new $@
