#!/bin/bash
# SPDX-License-Identifier: (GPL-2.0 OR BSD-2-Clause)
#
# Fuzz the model: run.sh SECONDS [frames|mmio]...
#
# Builds the targets with clang's libFuzzer, ASan and UBSan, and gives each SECONDS of
# fuzzing, side by side, beginning with the seeds of gen_seeds.c and what earlier runs
# found. Output is TAP; the exit status says whether every target survived. Build, corpus
# and crashing inputs are in $NFTSW_FUZZ_DIR, by default out/fuzz. To see a crash again:
#
#   out/fuzz/fuzz_mmio out/fuzz/crash-mmio-<hash>
set -uo pipefail

HERE="$(cd "$(dirname "$0")" && pwd)"
MODEL="$(dirname "$HERE")"
ROOT="$(dirname "$MODEL")"
OUT="${NFTSW_FUZZ_DIR:-$ROOT/out/fuzz}"
CC="${CLANG:-clang}"
CFLAGS=(-std=gnu11 -g -O2 -fno-omit-frame-pointer -fno-sanitize-recover=all -Wall -Wextra
	-Werror "-I$MODEL" "-I$ROOT/include")

if [ $# -lt 1 ] || ! [[ "$1" =~ ^[1-9][0-9]*$ ]]; then
	sed -n '4,12s/^# \{0,1\}//p' "$0" >&2
	exit 2
fi
SECS="$1"
shift
TARGETS=("$@")
[ $# -gt 0 ] || TARGETS=(frames mmio)

n=0
bad=0

# result <status> <sentence>
result()
{
	n=$((n + 1))
	if [ "$1" = 0 ]; then
		echo "ok $n - fuzz: $2"
	else
		echo "not ok $n - fuzz: $2"
		bad=$((bad + 1))
	fi
}

sources()
{
	find "$MODEL" -maxdepth 1 -name 'nfm_*.c' ! -name nfm_kmod.c | sort
}

build()
{
	local src t

	mapfile -t src < <(sources)
	"$CC" "${CFLAGS[@]}" "$HERE/gen_seeds.c" -o "$OUT/gen_seeds" || return 1
	for t in "${TARGETS[@]}"; do
		"$CC" "${CFLAGS[@]}" -fsanitize=fuzzer,address,undefined "$HERE/fuzz_$t.c" \
			"$HERE/fuzz.c" "${src[@]}" -o "$OUT/fuzz_$t" || return 1
	done
}

seeds()
{
	mkdir -p "$OUT/corpus-frames" "$OUT/corpus-mmio" "$OUT/seeds-frames" "$OUT/seeds-mmio" &&
		"$OUT/gen_seeds" "$OUT/seeds-frames" "$OUT/seeds-mmio"
}

# fuzz <target> - the log is shown when it fails; a line of figures when it does not
fuzz()
{
	local t="$1" log="$OUT/$1.log" rc

	"$OUT/fuzz_$t" "$OUT/corpus-$t" "$OUT/seeds-$t" -max_total_time="$SECS" -timeout=10 \
		-rss_limit_mb=2048 -max_len=8192 -artifact_prefix="$OUT/crash-$t-" \
		-print_final_stats=1 >"$log" 2>&1
	rc=$?
	if [ $rc != 0 ]; then
		tail -n 60 "$log" | sed 's/^/# /'
	else
		awk '/^#[0-9]+.*cov:/ { last = $0 } /number_of_executed_units/ { runs = $2 }
			END { print "# " runs " runs; " last }' "$log"
	fi
	return $rc
}

echo "TAP version 13"
if ! command -v "$CC" >/dev/null; then
	echo "# $CC is missing: apt-get install clang"
	result 1 "clang is installed"
elif mkdir -p "$OUT" && build >"$OUT/build.log" 2>&1; then
	seeds
	result $? "seeds from the golden vectors"
	# side by side: each is one thread that runs for SECONDS
	declare -A running
	for t in "${TARGETS[@]}"; do
		fuzz "$t" >"$OUT/$t.words" &
		running[$t]=$!
	done
	for t in "${TARGETS[@]}"; do
		wait "${running[$t]}"
		rc=$?
		cat "$OUT/$t.words"
		result $rc "$t for $SECS s"
	done
else
	sed 's/^/# /' "$OUT/build.log"
	result 1 "targets build"
fi
echo "1..$n"
[ "$bad" = 0 ]
