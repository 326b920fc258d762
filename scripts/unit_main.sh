#!/bin/sh
# unit_main.sh FILE.c ... -- prints the main() of the unit tests: a table of every function
# `void test_<noun>__<what>(void)` in the files, in their order.  tests/unit/unit_run.h is the rest.
set -eu
names=$(cat /dev/null "$@" | sed -n 's/^void \(test_[a-z0-9_]*__[a-z0-9_]*\)(void)$/\1/p')
echo '/* Made by scripts/unit_main.sh. */'
for name in $names; do
	echo "void $name(void);"
done
echo '#include "../../tests/unit/unit_run.h"'
echo 'static const struct unit_test tests[] = {'
for name in $names; do
	echo "	{ \"$name\", $name },"
done
echo '	{ 0, 0 }'
echo '};'
echo 'int main(int argc, char **argv)'
echo '{'
echo '	return unit_run(tests, argc, argv);'
echo '}'
