#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# The checks that need no boot; every step runs, the failed ones are named.
#
# usage: check.sh fast|full	environment: B, JOBS, STEPS (some steps only)
#
# Counts go to check.counts in $RESULTS ($B/results): one test a step.
set -u

here=$(cd "$(dirname "$0")" && pwd)
repo=$(cd "$here/../../.." && pwd)
B=${B:?}
export B TREE="$B/tree" REPO="$repo" PATH="/usr/bin:$PATH"
logs=$B/logs
res=${RESULTS:-$B/results}
mkdir -p "$logs" "$res"
cd "$repo" || exit 1

# Our files: what git knows or would know (a fresh export has no .git).
FILES=$(git -c safe.directory="$repo" ls-files -co --exclude-standard 2>/dev/null | while read -r f; do [ ! -e "$f" ] || echo "$f"; done)
[ -n "$FILES" ] || FILES=$(find . -path "./${B##*/}" -prune -o -path ./.git -prune -o -type f -print | sed 's|^\./||')
SOURCES=$(echo "$FILES" | grep -E '\.[ch]$')
export FILES SOURCES

sizes() { "$here/check-size.py" $FILES; }
includes() { "$here/check-includes.py" "$repo" $FILES; }
maintainers() { "$here/check-maintainers.py" "$repo" $FILES; }
scripts() {
	bad=0
	for f in $(grep -l '^#!/bin/sh' $FILES); do sh -n "$f" || bad=1; done
	for f in $(echo "$FILES" | grep -E '\.py$'); do
		python3 -c 'import ast, sys; ast.parse(open(sys.argv[1]).read())' "$f" || bad=1
	done
	return $bad
}
kernel_doc() {
	# shellcheck disable=SC2046
	out=$("$TREE/scripts/kernel-doc" -none \
		$(echo "$SOURCES" | grep -vE '^tools/|/tests/|/dsm/') 2>&1)
	status=$?
	echo "$out"
	[ $status -eq 0 ] && ! echo "$out" | grep -qE 'warning|error'
}

failed=0 passed=0
step() {
	name=$1; shift
	case " ${STEPS:-$name} " in *" $name "*) ;; *) return ;; esac
	start=$(date +%s)
	if "$@" >"$logs/check-$name.log" 2>&1; then
		passed=$((passed + 1)) verdict=ok
	else
		failed=$((failed + 1)) verdict=FAILED
	fi
	took=$(($(date +%s) - start))
	echo "check $name: $verdict, $took s, log $logs/check-$name.log"
	[ $verdict = ok ] || grep -v '^  ' "$logs/check-$name.log" | tail -n 15
}

step sizes sizes
step includes includes
step maintainers maintainers
step generated "$here/regen.sh" check
step scripts scripts
step kernel-doc kernel_doc
step checkpatch "$here/checkpatch.sh"
step sparse "$here/check-sparse.sh"
step example "$here/check-example.sh"
if [ "${1:-fast}" = full ]; then
	step matrix "$here/check-matrix.sh"
	step noop "$here/check-noop.sh"
	step bisect "$here/check-bisect.sh"
fi
echo "$passed passed, $failed failed, 0 skipped" >"$res/check.counts"
echo "check: $passed passed, $failed failed"
[ $failed -eq 0 ] && [ $passed -gt 0 ]
