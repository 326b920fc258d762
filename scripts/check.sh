#!/bin/bash
# check.sh [GROUP ...] -- runs the groups of tests (all of them without arguments), prints each
# group's own count and, last, the sum: `N passed, N failed`.  BUILD names the build folder.
#
# A group is a function group_<name> whose output ends in `N passed, N failed`.  One that ends
# otherwise (a crash, a build that fails) counts as one failure.
set -uo pipefail
cd "$(dirname "$0")/.."
BUILD=${BUILD:-build}
JOBS=${JOBS:-$(nproc)}
PY=.venv/bin/python
export PYTHONDONTWRITEBYTECODE=1
export WEFT_CACHE=off                  # no test reads or fills the cache of who runs it

all_groups=(static gcc clang unit ulp text cli conformance levels python install fuzz asan tsan)

passed=0 failed=0 bad_groups=() skipped=()
# Options of a make above us (-n, a jobserver) are not for the ones below.
unset MAKEFLAGS MFLAGS MAKELEVEL
build() { make --no-print-directory -j"$JOBS" "$@"; }

group_static() { $PY scripts/check_static.py --build "$BUILD"; }

# A warning is an error, so to build is to pass.
group_gcc() { build BUILD="$BUILD" CC=gcc all unit && echo '1 passed, 0 failed'; }
# clang's build is the fuzzers' too.
fuzz_build() { build BUILD=build-fuzz CC=clang-19 SAN=address,undefined,fuzzer-no-link OPT='-O1 -g' "$@"; }
group_clang() { fuzz_build all unit && build-fuzz/weft backends > build-fuzz/backends.log && echo '1 passed, 0 failed'; }

group_unit() { build BUILD="$BUILD" unit && "$BUILD/unit"; }
# The elementary functions against MPFR, few arguments; `make ulp` tries many.
group_ulp() {
	if ! echo '#include <mpfr.h>' | ${CC:-cc} -E -x c - >/dev/null 2>&1; then
		printf 'skipped: libmpfr-dev is not installed\n0 passed, 0 failed\n'
		return
	fi
	build BUILD="$BUILD" "$BUILD/ulp" && "$BUILD/ulp" --short
}
group_text() { [ ! -x "$BUILD/weft" ] || $PY tests/run_text.py --build "$BUILD"; }

group_cli() { [ ! -x "$BUILD/weft" ] || $PY tests/run_cli.py --build "$BUILD"; }

group_conformance() { [ ! -x "$BUILD/weft" ] || $PY tests/conformance/run.py --build "$BUILD"; }

# The instruction set levels below this machine's best.
group_levels() { [ ! -x "$BUILD/weft" ] || $PY tests/run_levels.py --build "$BUILD"; }

# pytest's counts, its errors as failures.  A process a processor; threads of OpenMP that have
# nothing to do sleep, for the other process's sake.
group_python() {
	ls tests/python/test_*.py >/dev/null 2>&1 || return 0
	OMP_WAIT_POLICY=passive $PY -m pytest -q -p no:cacheprovider -n "$JOBS" --dist worksteal \
		--junitxml="$BUILD/pytest.xml" tests/python
	$PY - "$BUILD/pytest.xml" <<-'END'
		import sys
		import xml.etree.ElementTree as tree
		n = dict.fromkeys(("tests", "failures", "errors", "skipped"), 0)
		for suite in tree.parse(sys.argv[1]).getroot().iter("testsuite"):
		    for key in n:
		        n[key] += int(suite.get(key, 0))
		bad = n["failures"] + n["errors"]
		if n["skipped"]:
		    print(n["skipped"], "skipped")
		print(f"{n['tests'] - bad - n['skipped']} passed, {bad} failed")
	END
}

group_install() { BUILD=$BUILD bash scripts/check_install.sh; }

# The C tests once more under the sanitizers, each in its own build.
sanitized() { # folder, sanitizers, text tests
	build BUILD="$1" SAN="$2" OPT='-O1 -g' all unit || return 1
	{
		"$1/unit"
		if [ -x "$1/weft" ]; then
			$PY tests/run_text.py --build "$1" "${@:3}"
			$PY tests/run_cli.py --build "$1" --quick
		fi
	} | tee "$1/check.log"
	awk '/^[0-9]+ passed, [0-9]+ failed$/ { p += $1; f += $3 } END { print p + 0 " passed, " f + 0 " failed" }' \
		"$1/check.log"
}
# (The command and libweft each have a base/ of their own, hidden from the other: no violation of one definition.)
# What thread-local storage alone points to counts as leaked: the leak sanitizer of gcc 12 takes the
# storage of libraries that are opened later to be where it is not, and dies reading there.
group_asan() {
	LSAN_OPTIONS="use_tls=0:suppressions=$PWD/tests/lsan.supp:print_suppressions=0" ASAN_OPTIONS=detect_odr_violation=0:allocator_may_return_null=1:detect_stack_use_after_return=1:strict_string_checks=1 UBSAN_OPTIONS=print_stacktrace=1 \
		sanitized build-asan address,undefined --runs=interp,3
}
# Only what runs is threaded, so of the text tests those that run something, on threads.
# (It sleeps a second at a program's end, for races there, if it is not told to sleep less.)
group_tsan() {
	TSAN_OPTIONS="suppressions=$PWD/tests/tsan.supp halt_on_error=1 allocator_may_return_null=1 atexit_sleep_ms=20" sanitized build-tsan thread --runs=3 tests/op
}

# Every fuzzer of tests/fuzz for as many runs as its own first lines say, from its seeds; the same
# runs every time.
group_fuzz() {
	local good=0 bad=0 source name runs seeds out
	fuzz_build fuzzers || return 1
	for source in tests/fuzz/*.c; do
		name=$(basename "$source" .c) out=build-fuzz/runs/$name
		read -r runs seeds < <(sed -n 's/.*make check: \([0-9]*\) runs, seeds \([^ ]*\).*/\1 \2/p' "$source")
		rm -rf "$out" && mkdir -p "$out/corpus"
		if build-fuzz/fuzz_"$name" -runs="$runs" -seed=1 -max_len=4096 -timeout=60 -print_final_stats=1 \
			-artifact_prefix="$out/" "$out/corpus" "$seeds" >"$out/log" 2>&1; then
			good=$((good + 1))
			echo "$name: $runs runs, $(sed -n 's/^stat::average_exec_per_sec: *//p' "$out/log") a second"
		else
			bad=$((bad + 1))
			tail -n 30 "$out/log"
			echo "FAIL $name: build-fuzz/fuzz_$name, $out/log"
		fi
	done
	echo "$good passed, $bad failed"
}

run_group() {
	local name=$1 log=$BUILD/check-$1.log last start=$SECONDS
	echo "== $name"
	"group_$name" 2>&1 | tee "$log"
	local status=${PIPESTATUS[0]}
	last=$(tail -n 1 "$log")
	skipped+=("$(sed -n "s/^skipped: /$name: /p" "$log")")
	if [ ! -s "$log" ] && [ "$status" = 0 ]; then
		echo "nothing here yet"
		return
	fi
	if [[ $last =~ ^([0-9]+)\ passed,\ ([0-9]+)\ failed$ ]]; then
		passed=$((passed + BASH_REMATCH[1]))
		failed=$((failed + BASH_REMATCH[2]))
		[ "${BASH_REMATCH[2]}" = 0 ] || bad_groups+=("$name")
	else
		echo "FAIL $name (status $status): scripts/check.sh $name"
		failed=$((failed + 1))
		bad_groups+=("$name")
	fi
	echo "-- $name: $((SECONDS - start)) s"
}

mkdir -p "$BUILD"
for name in "${@:-${all_groups[@]}}"; do
	declare -F "group_$name" >/dev/null || { echo "no group $name; there are: ${all_groups[*]}" >&2; exit 2; }
	run_group "$name"
done
for why in "${skipped[@]}"; do
	[ -z "$why" ] || echo "skipped $why"
done
[ ${#bad_groups[@]} = 0 ] || echo "failing groups: ${bad_groups[*]}"
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
