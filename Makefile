# Weft's build.  Sources are found by folder: adding a .c needs no edit here.
#
# `make help` lists what there is to make: the lines `#: TARGET  what it does` below, each beside its rule.
#
# Variables: CC, BUILD (folder of outputs), SAN (a list for -fsanitize=), LLVM_CONFIG, PREFIX, DESTDIR.

ifeq ($(origin CC),default)
CC = gcc
endif
BUILD ?= build
PREFIX ?= /usr/local
LLVM_CONFIG ?= llvm-config-19
PYTHON ?= python3
# Of include/weft/weft.h.
VERSION := $(shell awk '/define WEFT_VERSION_/ { printf "%s%s", dot, $$3; dot = "." }' include/weft/weft.h)

WARN := -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wstrict-prototypes -Wmissing-prototypes \
	-Wundef -Wvla -Werror
comma := ,
SAN ?=
ifneq ($(SAN),)
SANFLAGS := -fsanitize=$(SAN) -fno-sanitize-recover=all -fno-omit-frame-pointer
# (clang looks for a type in front of every function called by its address; compiled kernels have none.)
SANFLAGS += $(if $(findstring clang,$(CC)),-fno-sanitize=function)
# What gcc defines by itself: where it is set, limits of memory and tests of them know of the sanitizer.
SANFLAGS += $(if $(findstring clang,$(CC)),$(if $(findstring address,$(SAN)),-D__SANITIZE_ADDRESS__=1))
TEST_HOOKS := -DWEFT_TEST_HOOKS
endif
OPT ?= -O2 -g
CPPFLAGS_ALL := -D_GNU_SOURCE -Iinclude -I$(BUILD)/include -Isrc $(TEST_HOOKS) $(CPPFLAGS)
CFLAGS_ALL := -std=c17 $(OPT) -fPIC -fvisibility=hidden $(WARN) $(SANFLAGS) $(CFLAGS)
LDFLAGS_ALL := $(SANFLAGS) $(LDFLAGS)
LDLIBS := -lpthread -lm -ldl
# libsodium and hiredis, their archives: what libweft needs of them are a hash and two commands.
LIB_LDLIBS := -Wl,-Bstatic -lsodium -lhiredis -Wl,-Bdynamic -Wl,--exclude-libs,libsodium.a:libhiredis.a

# ---- sources -----------------------------------------------------------------------------------
sources = $(sort $(wildcard $(foreach m,$(1),src/$(m)/*.c src/$(m)/*/*.c)))
objects = $(patsubst %.c,$(BUILD)/%.o,$(1))

RT_SRC := $(call sources,base abi run)
LIB_SRC := $(RT_SRC) $(call sources,ir stablehlo front pass plan cache backend api)
GEN_SRC := $(call sources,gen)
GEN_LIB_SRC := $(if $(GEN_SRC),$(GEN_SRC) $(call sources,base abi ir) src/plan/isa.c)
CLI_SRC := $(call sources,cli)
UNIT_SRC := $(sort $(wildcard tests/unit/*.c))
FUZZ_GRAPH_SRC := $(sort $(wildcard tests/fuzz/graph/*.c))

# Whatever has sources is built: a checkout may hold the runtime alone.
OUTPUTS := $(BUILD)/libweftrt.so $(BUILD)/libweftrt.a $(BUILD)/libweft.so \
	$(if $(GEN_SRC),$(BUILD)/libweft_codegen.so) $(if $(CLI_SRC),$(BUILD)/weft) \
	$(if $(GEN_SRC),$(BUILD)/weft-worker)

.PHONY: help all unit objects generated clean FORCE setup build python check demo bless install uninstall asan tsan clang
#: all             libraries, command and worker: what needs no Python (the default)
all: $(OUTPUTS)

#: help            this list
help:
	@sed -n 's/^#: /  make /p' $(firstword $(MAKEFILE_LIST))

# ---- generated headers ----------------------------------------------------------------------------
# Whoever adds one: a rule that makes $(BUILD)/include/... and its name in GENERATED.
GENERATED :=
-include $(sort $(wildcard src/*/generated.mk))
generated: $(GENERATED)

# ---- compiling ------------------------------------------------------------------------------------
LLVM_INCLUDE := $(shell $(LLVM_CONFIG) --includedir 2>/dev/null)
FLAGS_NOW := $(CC) $(CPPFLAGS_ALL) $(CFLAGS_ALL) $(LDFLAGS_ALL)

# Changes only when the flags do, and then everything is compiled again.
$(BUILD)/flags: FORCE
	@mkdir -p $(@D)
	@echo '$(FLAGS_NOW)' | cmp -s - $@ || echo '$(FLAGS_NOW)' > $@

$(BUILD)/src/gen/%.o: CPPFLAGS_ALL += $(if $(LLVM_INCLUDE),-isystem $(LLVM_INCLUDE))

# Test functions are found by name and need no prototype.
$(BUILD)/tests/%.o: CFLAGS_ALL += -Wno-missing-prototypes

$(BUILD)/%.o: %.c $(BUILD)/flags | $(GENERATED)
	@mkdir -p $(@D)
	@echo "  CC   $<"
	@$(CC) $(CPPFLAGS_ALL) $(CFLAGS_ALL) -MMD -MP -c $< -o $@

$(BUILD)/%.o: $(BUILD)/%.c $(BUILD)/flags | $(GENERATED)
	@echo "  CC   $<"
	@$(CC) $(CPPFLAGS_ALL) $(CFLAGS_ALL) -MMD -MP -c $< -o $@

# ---- the runtime ----------------------------------------------------------------------------------
# Its threads run for good, so neither library may be unloaded: -z nodelete.
$(BUILD)/libweftrt.so: $(call objects,$(RT_SRC))
	@echo "  LD   $@"
	@$(CC) -shared -o $@ -Wl,-soname,libweftrt.so -Wl,-z,nodelete $^ $(LDFLAGS_ALL) $(LDLIBS)

# One object, its hidden symbols made local: a program that links it sees weft_* and nothing else.
$(BUILD)/libweftrt.a: $(call objects,$(RT_SRC))
	@echo "  AR   $@"
	@ld -r -o $(BUILD)/weftrt.o $^
	@objcopy --localize-hidden $(BUILD)/weftrt.o
	@rm -f $@
	@ar rcs $@ $(BUILD)/weftrt.o

# ---- the library and the command ------------------------------------------------------------------
# Sanitizer runtimes are resolved by the program, so their builds cannot ask for no undefined symbol.
NO_UNDEFINED := $(if $(SAN)$(PARTIAL),,-Wl,-z,defs)

# Test hooks are each object's own; libweft_codegen exports its (mem.h).
$(BUILD)/hooks.map: $(BUILD)/flags
	@echo '{ local: mem_fail_after; __odr_asan_gen_mem_fail_after; };' > $@

$(BUILD)/libweft.so: $(call objects,$(LIB_SRC)) $(BUILD)/hooks.map
	@echo "  LD   $@"
	@$(CC) -shared -o $@ -Wl,-soname,libweft.so -Wl,-z,nodelete $(NO_UNDEFINED) $(filter %.o,$^) \
		$(if $(SAN),-Wl$(comma)--version-script=$(BUILD)/hooks.map) $(LDFLAGS_ALL) $(LIB_LDLIBS) $(LDLIBS)

$(BUILD)/weft: $(call objects,$(CLI_SRC)) $(BUILD)/libweft.so $(if $(GEN_SRC),$(BUILD)/libweft_codegen.so)
	@echo "  LD   $@"
	@$(CC) -o $@ $(call objects,$(CLI_SRC) $(call sources,base)) -L$(BUILD) -lweft \
		-Wl,-rpath,'$$ORIGIN' -Wl,-rpath,'$$ORIGIN/../lib' $(LDFLAGS_ALL) $(LDLIBS)

# Beside libweft, which starts it.
$(BUILD)/weft-worker: $(call objects,$(call sources,worker)) $(BUILD)/libweft.so
	@echo "  LD   $@"
	@$(CC) -o $@ $(call objects,$(call sources,worker)) -L$(BUILD) -lweft \
		-Wl,-rpath,'$$ORIGIN' $(LDFLAGS_ALL) $(LDLIBS)

# ---- the code generator ---------------------------------------------------------------------------
# Its own object with a private LLVM inside; one symbol comes out.
LLVM_COMPONENTS := core target analysis passes transformutils instcombine scalaropts vectorize \
	x86 aarch64
ifneq ($(GEN_SRC),)
LLVM_LIBS := $(shell $(LLVM_CONFIG) --link-static --libs $(LLVM_COMPONENTS) 2>/dev/null)
LLVM_SYSTEM := $(shell $(LLVM_CONFIG) --link-static --system-libs $(LLVM_COMPONENTS) 2>/dev/null)
LLVM_LIBDIR := $(shell $(LLVM_CONFIG) --libdir 2>/dev/null)
endif

$(BUILD)/codegen.map: $(BUILD)/flags
	@echo '{ global: weft_codegen_table; $(if $(SAN),mem_fail_after;) local: *; };' > $@

$(BUILD)/libweft_codegen.so: $(call objects,$(GEN_LIB_SRC)) $(BUILD)/codegen.map
	@echo "  LD   $@"
	@$(if $(LLVM_LIBS),,echo "no $(LLVM_CONFIG): install llvm-19-dev (scripts/setup.sh does)"; exit 1;) \
	$(CC) -shared -o $@ -Wl,-soname,libweft_codegen.so $(NO_UNDEFINED) -Wl,--gc-sections \
		-static-libgcc -Wl,--exclude-libs,ALL -Wl,--version-script=$(BUILD)/codegen.map \
		-Wl,--wrap=__cxa_atexit \
		$(call objects,$(GEN_LIB_SRC)) -L$(LLVM_LIBDIR) $(LLVM_LIBS) -Wl,--as-needed \
		-Wl,-Bstatic -lstdc++ -Wl,-Bdynamic $(LLVM_SYSTEM) $(LDFLAGS_ALL) $(LDLIBS)

# ---- unit tests -----------------------------------------------------------------------------------
# One program: every test_noun__what(void) of tests/unit, each run in a child process.
$(BUILD)/tests/unit_main.c: $(UNIT_SRC) scripts/unit_main.sh
	@mkdir -p $(@D)
	@sh scripts/unit_main.sh $(UNIT_SRC) > $@.new && mv $@.new $@

# Beside libweft_codegen.so, which the library code in it opens.
ifneq ($(PARTIAL),)
UNRESOLVED := -Wl,--unresolved-symbols=ignore-all
endif
# PARTIAL=1 links what there is, while parts are being written.
$(BUILD)/unit: $(call objects,$(UNIT_SRC) $(FUZZ_GRAPH_SRC)) $(BUILD)/tests/unit_main.o $(call objects,$(LIB_SRC)) \
		$(if $(GEN_SRC),$(BUILD)/libweft_codegen.so)
	@echo "  LD   $@"
	@$(CC) -o $@ $(filter %.o,$^) $(UNRESOLVED) $(LDFLAGS_ALL) $(LIB_LDLIBS) $(LDLIBS)
#: unit            the C tests: build/unit
unit: $(BUILD)/unit plugins

# Backends as plug-ins: the example, and those with faults, for the tests.
PLUGINS := $(patsubst %.c,$(BUILD)/plugins/weft_backend_%.so,$(notdir $(wildcard examples/plugin/*.c tests/plugin/*.c)))
.PHONY: plugins
plugins: $(PLUGINS)
vpath %.c examples/plugin tests/plugin
$(BUILD)/plugins/weft_backend_%.so: %.c include/weft/backend.h $(BUILD)/flags
	@mkdir -p $(@D)
	@echo "  LD   $@"
	@$(CC) -shared -Iinclude $(CFLAGS_ALL) -o $@ $< $(LDFLAGS_ALL)

# ---- the sweep of the elementary functions --------------------------------------------------------
# Against MPFR, which only this needs.  doc/ulp.md is tests/ulp/ulp.md and the table.
#: ulp             errors of the elementary functions, into doc/ulp.md
.PHONY: ulp
ULP_OBJECTS := $(call objects,$(sort $(wildcard tests/ulp/*.c)))
$(BUILD)/ulp: $(ULP_OBJECTS) $(call objects,$(wildcard tests/unit/gen_util.c tests/unit/*emulate*.c) $(LIB_SRC)) \
		$(if $(GEN_SRC),$(BUILD)/libweft_codegen.so)
	@echo "  LD   $@"
	@$(CC) -o $@ $(filter %.o,$^) $(LDFLAGS_ALL) $(LIB_LDLIBS) -lmpfr $(LDLIBS)
ulp: $(BUILD)/ulp
	@$(BUILD)/ulp --table $(BUILD)/ulp.table
	@cat tests/ulp/ulp.md $(BUILD)/ulp.table > doc/ulp.md

# ---- fuzzers --------------------------------------------------------------------------------------
# One program a file of tests/fuzz, by clang's libFuzzer: build-fuzz/fuzz_NAME tests/fuzz/seeds/NAME
# A folder tests/fuzz/NAME has its parts.
#: fuzz            the fuzzers, in build-fuzz
.PHONY: fuzz fuzzers
FUZZERS := $(patsubst tests/fuzz/%.c,$(BUILD)/fuzz_%,$(wildcard tests/fuzz/*.c))
FUZZ_BUILD := BUILD=build-fuzz CC=clang-19 SAN=address,undefined,fuzzer-no-link OPT='-O1 -g'
fuzz:
	@$(MAKE) --no-print-directory $(FUZZ_BUILD) fuzzers
fuzzers: $(FUZZERS) $(if $(GEN_SRC),$(BUILD)/libweft_codegen.so)

$(BUILD)/fuzz_graph: $(call objects,$(FUZZ_GRAPH_SRC))
$(BUILD)/fuzz_%: $(BUILD)/tests/fuzz/%.o $(call objects,$(LIB_SRC))
	@echo "  LD   $@"
	@$(CC) -fsanitize=fuzzer -o $@ $^ $(UNRESOLVED) $(LDFLAGS_ALL) $(LIB_LDLIBS) $(LDLIBS)
objects: $(call objects,$(sort $(LIB_SRC) $(GEN_LIB_SRC) $(CLI_SRC) $(UNIT_SRC) $(FUZZ_GRAPH_SRC)))

# ---- the whole: set-up, library, command, Python package --------------------------------------------
# Below `make -j` these follow it; alone they take all processors.
SUBMAKE = $(MAKE) --no-print-directory BUILD=$(BUILD) \
	$(if $(filter -j% --jobserver%,$(MAKEFLAGS)),,-j$(shell nproc 2>/dev/null || echo 2))

#: setup           what is missing: Debian's packages, .venv
setup:
	@bash scripts/setup.sh

# A second make, so that it sees what the set-up installed.
#: build           setup, all, and the Python package in .venv
build: setup
	@$(SUBMAKE) all python

# The extension beside the libraries it needs: what setup.py copies, and a package as it stands.
PYTHON_INCLUDE = $(shell $(PYTHON) -c 'import sysconfig; print(sysconfig.get_path("include"))')
BIND_SRC := $(call sources,bind/python)
EXTENSION := $(BUILD)/python/weft
$(BUILD)/src/bind/python/%.o: CPPFLAGS_ALL += -isystem $(PYTHON_INCLUDE)
$(EXTENSION)/%.so: $(BUILD)/%.so
	@mkdir -p $(@D)
	@cp $< $@
$(EXTENSION)/_C.abi3.so: $(call objects,$(BIND_SRC)) $(EXTENSION)/libweft.so
	@echo "  LD   $@"
	@$(CC) -shared -o $@ $(call objects,$(BIND_SRC)) -L$(EXTENSION) -lweft -Wl,-rpath,'$$ORIGIN' \
		$(LDFLAGS_ALL)
$(EXTENSION)/weft-worker: $(BUILD)/weft-worker
	@mkdir -p $(@D)
	@cp $< $@
$(EXTENSION)/%.py: python/weft/%.py
	@mkdir -p $(@D)
	@cp $< $@
.PHONY: extension
extension: $(EXTENSION)/_C.abi3.so $(if $(GEN_SRC),$(EXTENSION)/libweft_codegen.so $(EXTENSION)/weft-worker) \
	$(patsubst python/weft/%,$(EXTENSION)/%,$(wildcard python/weft/*.py))

# The package is installed anew when something it is made of has changed.
PYTHON_SRC := $(sort $(wildcard setup.py pyproject.toml MANIFEST.in python/weft/*.py python/weft/*/*.py \
	src/bind/python/*))
python: $(if $(wildcard setup.py pyproject.toml),$(BUILD)/python.stamp)
	@:
$(BUILD)/python.stamp: $(PYTHON_SRC) $(filter %.so,$(OUTPUTS)) include/weft/weft.h
	@echo "  PIP  weft"
	@.venv/bin/python -m pip install -qq --disable-pip-version-check --no-build-isolation --no-deps \
		--no-index --force-reinstall .
	@touch $@

#: check           every test; its groups: scripts/check.sh
check: build
	@BUILD=$(BUILD) bash scripts/check.sh
#: demo            sentences by MiniLM: eager, inductor and Weft
demo: build
	@.venv/bin/python examples/demo.py
# The tests of doc/parity.md, row by row.
#: parity          what doc/parity.md says; ROWS="R18 C20" for some
.PHONY: parity
parity: build
	@.venv/bin/python tests/run_parity.py --build $(BUILD) $(ROWS)
# The programs of tests/op compiled by the build in BASE and by this one, their artifacts compared.
#: kernel-diff     BASE=DIR, the build folder of another checkout: does this one compile as it does?  ARGS="--every 10"
.PHONY: kernel-diff
kernel-diff: all
	@$(if $(BASE),,echo "BASE: the build folder to compare with" >&2; exit 2;) \
	$(PYTHON) scripts/kernel_diff.py $(BASE) --build $(BUILD) $(ARGS)
# The cache's tests with ten times as many writers killed at random moments.
#: cache-kills     the cache, its writers killed a thousand times
.PHONY: cache-kills
cache-kills: unit
	@WEFT_TEST_KILLS=1000 $(BUILD)/unit test_cache__ test_kept__
# All samples of all dtypes, and again with others; SAMPLES=3 for the first ones, DTYPES=f32,bf16, MINUTES=60
# each.  Cut short, it goes on where it was for the same build.
#: opinfo          torch's operator database, into doc/torch_coverage.md (hours)
OPINFO = .venv/bin/python tests/python/opinfo/run.py --json $(BUILD)/opinfo.jsonl
.PHONY: opinfo
opinfo: build python
	@$(OPINFO) --resume --doc doc/torch_coverage.md $(if $(SAMPLES),--samples $(SAMPLES)) \
		$(if $(DTYPES),--dtypes $(DTYPES)) $(if $(MINUTES),--minutes $(MINUTES))
	@$(OPINFO) --resume --doc doc/torch_coverage.md --pick 2 --seed 1 \
		$(if $(DTYPES),--dtypes $(DTYPES)) $(if $(MINUTES),--minutes $(MINUTES))
# (doc/bytecode.md)  ARGS="FOLDER ..." for other programs.
#: bytecode-sweep  all conformance programs as portable artifacts of all versions, by jaxlib and by Weft
.PHONY: bytecode-sweep
bytecode-sweep: build
	@.venv/bin/python tests/conformance/bytecode.py --build $(BUILD) $(ARGS)
#: bless           rewrites expected texts of tests: read the diff as code
bless: build
	@.venv/bin/python tests/run_text.py --build $(BUILD) --bless
#: asan,           tsan, clang  the C tests in build-asan, build-tsan, build-fuzz
asan tsan clang: setup
	@bash scripts/check.sh $@

# ---- measuring (bench/README.md) -------------------------------------------------------------------
#: build/machine   what the machine can do at most
$(BUILD)/machine: bench/machine.c $(BUILD)/src/base/cpu.o
	@echo "  LD   $@"
	@$(CC) $(CPPFLAGS_ALL) $(CFLAGS_ALL) $(LDFLAGS_ALL) -o $@ $^ $(LDLIBS)

#: build/runtime   what the runtime costs where there is little to compute, and beside others
$(BUILD)/runtime: bench/runtime.c $(BUILD)/libweft.so
	@echo "  LD   $@"
	@$(CC) $(CPPFLAGS_ALL) $(CFLAGS_ALL) $(LDFLAGS_ALL) -o $@ $^ -Wl,-rpath,'$$ORIGIN' $(LDLIBS)

# Each writes its section of bench/RESULTS.md.
#: bench-gemm      matrix products by torch, JAX and Weft, beside what the machine can do
.PHONY: bench-gemm
bench-gemm: build $(BUILD)/machine
	@.venv/bin/python bench/gemm.py --write

#: bench           eager and Weft on the workloads, interleaved
.PHONY: bench
bench: build
	@.venv/bin/python bench/spine.py --write

#: bench-peers     eager, inductor and Weft, packed and not, a fresh process each
#: bench-train     the same of training steps
PEERS = .venv/bin/python bench/peers.py --split shared named --backend weft --cold primed
.PHONY: bench-peers bench-train
bench-peers: build $(BUILD)/machine
	@rm -f $(BUILD)/peers.jsonl
	@$(PEERS) --dtype fp32 bf16 --freezing --out $(BUILD)/peers.jsonl
	@.venv/bin/python bench/report.py --put peers --command "make $@" $(BUILD)/peers.jsonl
bench-train: build $(BUILD)/machine
	@rm -f $(BUILD)/train.jsonl
	@$(PEERS) --mode train train-autocast train-adamw --out $(BUILD)/train.jsonl
	@.venv/bin/python bench/report.py --put training --command "make $@" $(BUILD)/train.jsonl

#: bench-jax       XLA and Weft on StableHLO as JAX prints it
.PHONY: bench-jax
bench-jax: build
	@.venv/bin/python bench/jax_programs.py --write

#: bench-compile   to the first result, beside inductor and torch's own capture, cold and from another process
.PHONY: bench-compile
bench-compile: build
	@.venv/bin/python bench/compile.py --write
	@.venv/bin/python bench/compile.py --write --precompile

#: bench-torch     architectures: right, in as many graphs as torch's capture, with nothing beside; ARGS="NAME --write"
.PHONY: bench-torch
build/vision: bench/torch/vision.txt
	@.venv/bin/python -m pip install -qq --no-deps --upgrade --target $@ -r $< && touch $@
bench-torch: build build/vision
	@.venv/bin/python bench/torch/run.py $(ARGS)

#: bench-sizes     one compile for every length beside one compile a length
.PHONY: bench-sizes
bench-sizes: build
	@.venv/bin/python bench/sizes.py --write

#: bench-kernels   memory-bound kernels beside eager and a copy of the same traffic (bench/copy.c)
.PHONY: bench-kernels
bench-kernels: build
	@.venv/bin/python bench/kernels.py --write

# ---- installing ----------------------------------------------------------------------------------
ROOT = $(DESTDIR)$(PREFIX)
FILL = sed -e 's|@PREFIX@|$(PREFIX)|g' -e 's|@VERSION@|$(VERSION)|g'
INSTALLED_LIBS := libweftrt.so libweftrt.a libweft.so $(if $(GEN_SRC),libweft_codegen.so weft-worker)
INSTALLED_CMAKE := weftConfig.cmake weftConfigVersion.cmake

#: install         PREFIX=/usr/local, DESTDIR=
install: all
	@install -d $(ROOT)/lib/pkgconfig $(ROOT)/lib/cmake/weft $(ROOT)/include/weft
	@install -m 644 include/weft/*.h $(wildcard $(BUILD)/include/weft/*.h) $(ROOT)/include/weft
	@install -m 755 $(addprefix $(BUILD)/,$(filter-out %.a,$(INSTALLED_LIBS))) $(ROOT)/lib
	@install -m 644 $(BUILD)/libweftrt.a $(ROOT)/lib
	@$(if $(CLI_SRC),install -d $(ROOT)/bin && install -m 755 $(BUILD)/weft $(ROOT)/bin)
	@for f in weft weftrt; do \
		$(FILL) scripts/package/$$f.pc.in > $(ROOT)/lib/pkgconfig/$$f.pc || exit 1; done
	@install -m 644 scripts/package/weftConfig.cmake $(ROOT)/lib/cmake/weft
	@$(FILL) scripts/package/weftConfigVersion.cmake.in > $(ROOT)/lib/cmake/weft/weftConfigVersion.cmake
	@echo "installed in $(ROOT)"

#: uninstall       PREFIX=/usr/local, DESTDIR=
uninstall:
	rm -f $(addprefix $(ROOT)/lib/,$(INSTALLED_LIBS)) $(ROOT)/bin/weft
	rm -f $(ROOT)/lib/pkgconfig/weft.pc $(ROOT)/lib/pkgconfig/weftrt.pc
	rm -rf $(ROOT)/include/weft $(ROOT)/lib/cmake/weft

#: clean           removes build and build-*
clean:
	rm -rf build build-*

-include $(patsubst %.o,%.d,$(call objects,$(sort $(LIB_SRC) $(GEN_LIB_SRC) $(CLI_SRC) $(UNIT_SRC) \
	$(FUZZ_GRAPH_SRC) $(BIND_SRC))) \
	$(ULP_OBJECTS) \
	$(BUILD)/tests/unit_main.o)
