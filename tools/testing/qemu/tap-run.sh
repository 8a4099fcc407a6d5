# SPDX-License-Identifier: GPL-2.0
# Sourced by stages that run programs of the host. They have set here, B and res, and
# end with the status $failed.

failed=0
mkdir -p "$res"

# run NAME COMMAND...: a program that prints TAP
run() {
	name=$1
	shift
	status=0
	STAGE_ERR=$B/logs/$name.err "$here/stage.sh" "$name" "$res/$name.ktap" "$@" >&2 ||
		status=$?
	"$here/verdict.py" ktap --name "$name" --status $status \
		--results "$res/$name.counts" "$res/$name.ktap" || failed=1
}
