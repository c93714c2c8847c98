# SPDX-License-Identifier: MIT
#
# Parts of a long job, side by side; sourced by ./dev and .ci/run.
#
#   part_begin NAME COMMAND...  starts a part, and keeps what it prints
#   part_end NAME               waits for it; its exit status
#   parts_end                   waits for all; parts_failed has the names of
#                               those that failed, in the order of their end
#
# All that a part prints is shown when the part ends, so that parts do not mix.
# While it waits, a line says now and then how far every part is. On a signal
# all parts are interrupted, as Ctrl-C would, and shown.

PARTS_LOOK_SECONDS=0.2
PARTS_PROGRESS_SECONDS=30
PARTS_TAIL=60 # characters of the last line of each

declare -A parts_pid=() parts_status=() parts_begun=()
parts_failed=()
parts_folder=
parts_told=0

# Each part is a process group, so that all of it can be interrupted; nothing in
# it may ask for input.
part_begin() {
	local name=$1
	shift
	if [ -z "$parts_folder" ]; then
		parts_folder=$(mktemp -d)
		trap 'rm -rf "$parts_folder"' EXIT
		trap parts_interrupt INT TERM HUP
	fi
	set -m
	"$@" < /dev/null > "$parts_folder/$name" 2>&1 &
	set +m
	parts_pid[$name]=$!
	parts_begun[$name]=$SECONDS
	printf '==> Begun: %s\n' "$name"
}

# Shows a part that has ended.
parts_show() {
	local name=$1 status=0 result=passed
	wait "${parts_pid[$name]}" || status=$?
	unset "parts_pid[$name]"
	parts_status[$name]=$status
	if [ "$status" != 0 ]; then
		parts_failed+=("$name")
		result="FAILED (status $status)"
	fi
	printf '\n==> Begin of what "%s" printed\n' "$name"
	cat "$parts_folder/$name"
	printf '==> End of "%s": %s after %d s\n\n' "$name" "$result" \
		$((SECONDS - parts_begun[$name]))
}

# One line: where each running part is.
parts_tell() {
	local name last
	[ $((SECONDS - parts_told)) -ge "$PARTS_PROGRESS_SECONDS" ] || return 0
	parts_told=$SECONDS
	printf '... %d s' "$SECONDS"
	for name in "${!parts_pid[@]}"; do
		last=$(tail -c 400 "$parts_folder/$name" | tr '\r\t' '\n ' |
			tr -cd '[:print:]\n' | grep . | tail -n 1) || last=
		[ ${#last} -le "$PARTS_TAIL" ] || last=${last: -PARTS_TAIL}
		printf ' | %s: %s' "$name" "$last"
	done
	printf '\n'
}

# Shows every part that has ended meanwhile.
parts_look() {
	local name
	for name in "${!parts_pid[@]}"; do
		kill -0 "${parts_pid[$name]}" 2> /dev/null ||
			parts_show "$name"
	done
}

part_end() {
	local name=$1
	while [ -z "${parts_status[$name]-}" ]; do
		parts_look
		parts_tell
		[ -n "${parts_status[$name]-}" ] || sleep "$PARTS_LOOK_SECONDS"
	done
	return "${parts_status[$name]}"
}

parts_end() {
	local name
	for name in "${!parts_pid[@]}"; do
		part_end "$name" || true
	done
}

parts_interrupt() {
	local name
	trap '' INT TERM HUP
	printf '\n==> Interrupted: ending %s\n' "${!parts_pid[*]}"
	for name in "${!parts_pid[@]}"; do
		kill -INT -- "-${parts_pid[$name]}" 2> /dev/null || true
	done
	parts_end
	exit 130
}
