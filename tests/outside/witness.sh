#!/usr/bin/env bash
# Witnesses, judged by software that is not ours: our cosignatures by Python's `cryptography`, and a
# witness of somebody else (aics-witness, from PyPI) that cosigns our log, refuses a rollback and a
# fork of it, and whose library judges what our own witness says.
#
#   tests/outside/witness.sh [path of the sluss program]
#
# Needs python3 and PyPI. The foreign witness needs Python 3.12 or newer; where none is found (Debian 12
# has 3.11) that part is left out, and the last line says so.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
sluss=${1:-$root/target/debug/sluss}
[ -x "$sluss" ] || { echo "build it first: cargo build" >&2; exit 2; }

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

python3 -m venv "$work/any"
"$work/any/bin/pip" install --quiet --disable-pip-version-check 'cryptography>=42'
"$work/any/bin/python" "$here/witness.py" "$sluss" "$root/config"

newer=""
for python in python3.14 python3.13 python3.12 "${PYENV_ROOT:-$HOME/.pyenv}"/versions/3.1[2-9]*/bin/python; do
  if "$python" -c 'import sys; sys.exit(sys.version_info < (3, 12))' 2>/dev/null; then
    newer=$python
    break
  fi
done
if [ -z "$newer" ]; then
  echo "LEFT OUT: the foreign witness: no Python 3.12 or newer here"
  exit 0
fi
"$newer" -m venv "$work/newer"
"$work/newer/bin/pip" install --quiet --disable-pip-version-check 'aics-witness==0.1.0' 'aics-tlog==0.2.1'
"$work/newer/bin/python" "$here/witness_live.py" "$sluss" "$root/config"
