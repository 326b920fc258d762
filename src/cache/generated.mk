# What made an artifact, besides its key's other parts: every source of compiler and runtime, and LLVM.
# Two builds of one version with different code must not share entries.
GENERATED += $(BUILD)/include/cache/build_id.h
BUILD_ID_OF := $(sort $(LIB_SRC) $(GEN_SRC) $(filter-out src/cli/% src/bind/%,$(wildcard src/*/*.h src/*/*.def \
	src/*/*/*.h src/*/*/*.def)) $(wildcard include/weft/*.h))

$(BUILD)/include/cache/build_id.h: $(BUILD_ID_OF) src/cache/generated.mk
	@mkdir -p $(@D)
	@id=$$({ cat $(BUILD_ID_OF); $(LLVM_CONFIG) --version 2>/dev/null; } | sha256sum | cut -c 1-32) && \
		printf '/* Made by src/cache/generated.mk. */\n#define CACHE_BUILD_ID "%s"\n' $$id > $@.new && \
		mv $@.new $@
