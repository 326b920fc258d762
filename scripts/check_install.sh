#!/bin/bash
# check_install.sh -- installs into a temporary prefix and builds a program against it in each of the
# ways the README promises: pkg-config, CMake's find_package, the static runtime; C and C++.
set -uo pipefail
cd "$(dirname "$0")/.."
BUILD=${BUILD:-build}
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
passed=0 failed=0

try() { # name, command ...
	local name=$1
	shift
	if "$@" > "$tmp/log" 2>&1; then
		passed=$((passed + 1))
	else
		failed=$((failed + 1))
		echo "FAIL install $name: scripts/check_install.sh"
		echo "  $*"
		sed 's/^/  /' "$tmp/log" | tail -n 30
	fi
}

prefix=$tmp/prefix
try install make --no-print-directory BUILD="$BUILD" PREFIX="$prefix" install
export PKG_CONFIG_PATH=$prefix/lib/pkgconfig LD_LIBRARY_PATH=

cat > "$tmp/version.c" <<'END'
#include <stdio.h>
#include <weft/weft.h>
int main(void)
{
	struct weft_client *c = NULL;
	struct weft_error *e = weft_client_open("no such backend", &c);
	int ok = e && weft_error_code(e) == WEFT_NOT_FOUND;
	weft_error_free(e);
	printf("%s\n", weft_version());
	return !ok;
}
END
cp "$tmp/version.c" "$tmp/version.cc"
flags() { pkg-config --cflags --libs "$@"; }
if grep -qs weft_client_open src/api/*.c; then
	try 'pkg-config, C' gcc "$tmp/version.c" -o "$tmp/version" $(flags weft) -Wl,-rpath,"$prefix/lib"
	try 'run, C' "$tmp/version"
	try 'pkg-config, C++' g++ "$tmp/version.cc" -o "$tmp/version++" $(flags weft) -Wl,-rpath,"$prefix/lib"
	try 'run, C++' "$tmp/version++"
fi

try 'a plug-in' gcc -std=c17 -Wall -Wextra -Werror -shared -fPIC examples/plugin/echo.c \
	-o "$tmp/weft_backend_echo.so" $(pkg-config --cflags weft)

# The examples, through pkg-config and through their own CMakeLists.txt.
for f in examples/*.c; do
	try "pkg-config, $f" gcc -std=c17 -Wall -Wextra -Werror "$f" -o "$tmp/$(basename "$f" .c)" \
		$(flags weft) -Wl,-rpath,"$prefix/lib"
done
try 'cmake configure' cmake -S examples -B "$tmp/cmake" -DCMAKE_PREFIX_PATH="$prefix"
try 'cmake build' cmake --build "$tmp/cmake"

# An example's expected output stands beside it: examples/NAME.c, NAME.args (optional), NAME.expect.
for f in examples/*.c; do
	name=$(basename "$f" .c)
	args=$(cat "examples/$name.args" 2>/dev/null)
	for program in "$tmp/$name" "$tmp/cmake/$name"; do
		if [ -f "examples/$name.expect" ]; then
			try "run $name" bash -c "cd examples && $program $args | diff $name.expect -"
		else
			try "run $name" bash -c "cd examples && $program $args"
		fi
	done
done
[ ! -x "$BUILD/weft" ] || try 'installed command' "$prefix/bin/weft" --help
try uninstall make --no-print-directory BUILD="$BUILD" PREFIX="$prefix" uninstall
try 'nothing left' test -z "$(find "$prefix" -type f 2>/dev/null)"
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
