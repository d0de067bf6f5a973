#!/usr/bin/env bash
# Builds everything and runs all test programs, two at a time.
# The last line is "N passed, N failed"; the exit code is 0 only when nothing failed.
#   eng/test.sh [NAME...]       only the test projects whose name contains one of the words
#   KESTRA_SKIP_BUILD           any value: run what is built
#   KESTRA_TEST_JOBS            programs that run at the same time (default 2)
# What the tests need besides the .NET SDK (Python, Node.js, PostgreSQL) is installed with apt when it is missing.
set -uo pipefail

root=$(cd -P "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root"
export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1
results=$(mktemp -d)
trap 'rm -rf "$results"' EXIT

needed=()
command -v python3 >/dev/null || needed+=(python3)
command -v node >/dev/null || needed+=(nodejs)
ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || needed+=(postgresql)
if [ ${#needed[@]} -gt 0 ]; then
  if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null; then
    echo "The tests need ${needed[*]}. Install them (as root: apt-get install -y ${needed[*]}) and start again." >&2
    exit 1
  fi
  echo "Installing ${needed[*]} ..." >&2
  { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq "${needed[@]}"; } >"$results/apt.log" 2>&1 || { cat "$results/apt.log" >&2; exit 1; }
fi

if [ -z "${KESTRA_SKIP_BUILD:-}" ]; then
  if ! dotnet build Kestra.slnx -v quiet --nologo -clp:ErrorsOnly >"$results/build.log" 2>&1; then
    echo 'The build failed:'
    { grep -E 'error' "$results/build.log" || cat "$results/build.log"; } | sort -u | head -60
    echo '0 passed, 1 failed'
    exit 1
  fi
fi

selected() {
  [ $# -eq 1 ] && return 0
  local name=$1 word
  shift
  for word in "$@"; do [[ $name == *"$word"* ]] && return 0; done
  return 1
}

run_one() {
  local name=$1 program="$root/artifacts/bin/$1/debug/Kestra.$1.dll"
  if [ ! -f "$program" ]; then
    echo "$program is missing; is the project in Kestra.slnx?" >"$results/$name.log"
    echo 127 >"$results/$name.code"
    return
  fi
  dotnet "$program" --no-progress --no-ansi >"$results/$name.log" 2>&1
  echo $? >"$results/$name.code"
}
export -f run_one
export root results

projects=$(find src tests -name '*.csproj' \( -path 'src/*.Tests/*' -o -path 'tests/*' \) -exec basename {} .csproj \; | sort)
chosen=()
for name in $projects; do selected "$name" "$@" && chosen+=("$name"); done
[ ${#chosen[@]} -gt 0 ] || { echo "No test project matches: $*"; echo '0 passed, 1 failed'; exit 1; }
printf '%s\n' "${chosen[@]}" | xargs -P "${KESTRA_TEST_JOBS:-2}" -I{} bash -c 'run_one "$1"' _ {}

number() { sed -n -E "s/^ *$2: ([0-9]+).*/\1/p" "$1" | tail -1; }

passed=0 failed=0
for name in "${chosen[@]}"; do
  log="$results/$name.log" code=$(cat "$results/$name.code" 2>/dev/null || echo 1)
  good=$(number "$log" succeeded) bad=$(number "$log" failed)
  # A program that ended badly without naming a failed test counts as one.
  if [ "$code" -ne 0 ] && [ "${bad:-0}" -eq 0 ]; then bad=1; fi
  passed=$((passed + ${good:-0})) failed=$((failed + ${bad:-0}))
  if [ "${bad:-0}" -gt 0 ]; then
    echo "=== $name (exit code $code)"
    grep -v '^$' "$log" | head -400
  else
    echo "$name: ${good:-0} passed"
  fi
done

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
