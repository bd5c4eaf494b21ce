#!/bin/sh
# Makes .venv from a lock file, once: `environment.sh run` or `environment.sh test`. A second time it does nothing.
set -eu
cd "$(dirname "$0")/.."
what=$1
lock=requirements/$what.txt
stamp=.venv/installed-$what

# The place is part of the stamp, since scripts in an environment carry their interpreter's full path.
state="$(pwd) $(cat "$lock" pyproject.toml | cksum)"
if [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$state" ] && .venv/bin/python -c '' 2>/dev/null; then
    exit 0
fi

fits() { "$1" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 14))' 2>/dev/null; }
python=
for candidate in ${PYTHON:-} python3 python3.13 python3.12 python3.11 python3.14; do
    if fits "$candidate"; then python=$candidate; break; fi
done
if [ -z "$python" ]; then
    echo "Šalter needs Python 3.11 to 3.14. Debian, Ubuntu: apt-get install python3 python3-venv   (or: make run PYTHON=/path/to/python3)" >&2
    exit 1
fi
# Debian's python3 leaves the maker of environments to a package of its own.
if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
    version=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
    command="apt-get update && apt-get install -y python$version-venv"
    if [ "$(id -u)" = 0 ] && [ -n "${SALTER_REQUIRE_PEERS:-}" ] && command -v apt-get >/dev/null; then
        echo "Installing python$version-venv …" >&2
        sh -c "$command" >/dev/null
    else
        echo "This Python can't make environments. One command mends it (as root), then run make again:" >&2
        echo "    $command" >&2
        exit 1
    fi
fi

if [ ! -x .venv/bin/python ] || ! .venv/bin/python -m pip --version >/dev/null 2>&1 ||
    [ "$(cat .venv/place 2>/dev/null)" != "$(pwd)" ]; then
    echo "Making the environment in .venv …" >&2
    rm -rf .venv
    "$python" -m venv .venv
    pwd > .venv/place
fi
echo "Installing what $lock names, each file checked by its digest …" >&2
pip="env PIP_DISABLE_PIP_VERSION_CHECK=1 .venv/bin/python -m pip -qq"
tries=1
until $pip install --require-hashes --no-deps --only-binary=:all: -r "$lock"; do
    [ $tries -lt 3 ] || { echo "The packages could not be fetched; check the network and run make again." >&2; exit 1; }
    tries=$((tries + 1)); sleep 5
done
$pip install --no-deps --no-build-isolation --no-index --editable .
echo "$state" > "$stamp"
