# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2034
#
# Shared by every script under tools/: paths, messages, steps with a log and an
# elapsed time, stamps, locks, root. Sourced by tools/nftsw after REPO is set.

CACHE="${NFTSW_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/nftsw}"
OUT="$REPO/out"
PYTHON=/usr/bin/python3
LOG=/dev/null
PATH="$PATH:/usr/sbin:/sbin"		# users' PATH on Debian lacks them
PATH="/usr/lib/ccache:$PATH"		# whatever is compiled: unchanged sources cost next to nothing
# depend mode: what is compiled for the first time is not preprocessed twice
export CCACHE_DIR="$CACHE/ccache" CCACHE_MAXSIZE=4G CCACHE_DEPEND=1
: "${NFTSW_JOBS:=$(nproc)}"

# shellcheck source=tools/versions.env
. "$REPO/tools/versions.env"

say()  { printf '%s\n' "$*" >&2; }
warn() { printf 'nftsw: warning: %s\n' "$*" >&2; }
die()  { printf 'nftsw: %s\n' "$*" >&2; exit 1; }

have() { command -v "$1" >/dev/null 2>&1; }

as_root()
{
	if [ "$(id -u)" = 0 ]; then
		"$@"
	elif have sudo; then
		sudo "$@"
	else
		die "root is needed for '$*': install sudo, or run this once as root"
	fi
}

# host_suite - codename of the Debian release this runs on
host_suite()
{
	local ID='' VERSION_CODENAME=''

	[ -r /etc/os-release ] && . /etc/os-release
	[ "$ID" = debian ] || die "this is '${ID:-unknown}', not Debian: setup knows $NFTSW_HOST_SUITES"
	case " $NFTSW_HOST_SUITES " in
	*" $VERSION_CODENAME "*) echo "$VERSION_CODENAME" ;;
	*) die "Debian '$VERSION_CODENAME' is not known to setup (it knows $NFTSW_HOST_SUITES)" ;;
	esac
}

# log_open <component> - start the log that step() appends to
log_open()
{
	mkdir -p "$CACHE/log"
	LOG="$CACHE/log/$1.log"
	COMPONENT="$1"
	: >"$LOG"
}

# step <what> <what to do when it fails> <command...>
step()
{
	local what="$1" hint="$2" t0=$SECONDS rc=0
	shift 2

	if [ -t 2 ]; then
		printf '  %-12s %s ...\r' "$COMPONENT" "$what" >&2
	else
		printf '  %-12s %s ...\n' "$COMPONENT" "$what" >&2
	fi
	printf '\n### %s: %s\n' "$what" "$*" >>"$LOG"
	# A process of its own: errexit is off in here when a caller looks at our status.
	"$REPO/tools/nftsw" internal "$@" >>"$LOG" 2>&1 </dev/null || rc=$?
	if [ $rc -ne 0 ]; then
		printf '\n  %-12s %s: FAILED (%d) after %d s. Last lines of the log:\n' \
			"$COMPONENT" "$what" $rc $((SECONDS - t0)) >&2
		tail -n 20 "$LOG" | sed 's/^/    | /' >&2
		printf '  What to do: %s\n  Whole log:  %s\n' "$hint" "$LOG" >&2
		exit 1
	fi
	printf '  %-12s %s: %d s          \n' "$COMPONENT" "$what" $((SECONDS - t0)) >&2
}

# step_quiet - a step that says nothing unless it fails
step_quiet()
{
	local saved err=0

	saved="$(mktemp "$CACHE/tmp.XXXXXX")"
	(step "$@") 2>"$saved" || err=$?
	[ $err = 0 ] || cat "$saved" >&2
	rm -f "$saved"
	[ $err = 0 ] || exit $err
}

# A stamp says of which inputs a finished component was made. It is taken off before
# work on the component begins and set after its last step: half a job never looks done.
#
# stamp_ok <component> <inputs> [file] - is it made of these, and the file still there?
stamp_ok()  { [ "$(cat "$CACHE/stamps/$1" 2>/dev/null)" = "$2" ] && { [ $# -lt 3 ] || [ -e "$3" ]; }; }
stamp_set() { mkdir -p "$CACHE/stamps"; printf '%s\n' "$2" >"$CACHE/stamps/$1"; }
stamp_del() { rm -f "$CACHE/stamps/$1"; }

# hash_of <file...> - one short hash over names and contents; missing files count as empty
hash_of()
{
	local f

	for f in "$@"; do
		printf '%s\n' "${f#"$REPO"/}"
		if [ -f "$f" ]; then
			cat "$f"
		fi
	done | sha256sum | cut -c1-16
}

# with_lock <name> <command...> - one at a time per machine and cache
with_lock()
{
	local name="$1" fd rc=0
	shift

	mkdir -p "$CACHE/lock"
	exec {fd}>"$CACHE/lock/$name"
	if ! flock -n "$fd"; then
		say "  $name: another run is busy with it, waiting"
		flock "$fd"
	fi
	# The command must not inherit the lock: a daemon it starts would keep it.
	eval "\"\$@\" $fd>&-"
	rc=$?				# reached after a failure when the caller looks at it
	exec {fd}>&-
	return $rc
}

# repo_id - short name of this checkout, so that two of them do not share build folders
repo_id()
{
	printf '%s' "$REPO" | sha256sum | cut -c1-8
}
