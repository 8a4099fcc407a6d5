# SPDX-License-Identifier: GPL-2.0
# Sourced by the tests in shell: results, and their numbers.

n=0 failed=0

# check WHAT CONDITION...: one result. A function "explain" tells more of a failure
check() {
	what=$1
	shift
	n=$((n + 1))
	if "$@"; then
		echo "ok $n $what"
	else
		echo "not ok $n $what"
		failed=$((failed + 1))
		! command -v explain >/dev/null || explain
	fi
}
