# shellcheck shell=bash
# Where the test bed keeps what it made, and how it speaks. Everything goes to standard error: standard output is
# for the settings of `up --print` alone.

# The script that sources this sets $bed, the folder tests/bed.
# shellcheck disable=SC2154
if [[ -n "${SLUGSMITH_BED_CACHE:-}" ]]; then
    cache=$SLUGSMITH_BED_CACHE
elif [[ -d "$bed/.cache" ]]; then
    cache=$bed/.cache
else
    cache=${XDG_CACHE_HOME:-${HOME:?}/.cache}/slugsmith-bed
fi
mkdir -p "$cache"
cache=$(cd "$cache" && pwd)

say() { printf 'bed: %s\n' "$*" >&2; }

fail() {
    printf 'bed: error: %s\n' "$*" >&2
    exit 1
}

have() { command -v "$1" >/dev/null 2>&1; }

# seconds_since START: whole seconds since a value of $SECONDS.
seconds_since() { printf '%d s' "$((SECONDS - $1))"; }

# fingerprint FILE...: twelve characters that change with the contents of any of the files.
fingerprint() { cat -- "$@" | sha256sum | cut -c1-12; }

# quietly LOG COMMAND...: runs the command with its output in a file, and shows the file's end if it fails.
quietly() {
    local log=$1
    shift
    mkdir -p "$(dirname "$log")"
    if ! "$@" >"$log" 2>&1; then
        tail -n 25 "$log" >&2
        fail "'$1 ${2:-}' failed; the whole output is in $log"
    fi
}

# as_root COMMAND...: runs it as root, or says what a person without root has to do.
as_root() {
    if [[ $(id -u) == 0 ]]; then
        "$@"
    elif have sudo; then
        sudo -- "$@"
    else
        fail "this needs root once: $*"
    fi
}

# apt_install PACKAGE...: the package index is only fetched when the packages are not found without it.
apt_install() {
    have apt-get || fail "no apt-get here; install these by hand: $*"
    local start=$SECONDS log=$cache/logs/apt.log
    export DEBIAN_FRONTEND=noninteractive
    mkdir -p "$cache/logs"
    # Slim images leave it out, and the package of OpenJDK makes links in it.
    as_root mkdir -p /usr/share/man/man1
    if ! as_root apt-get install -y -qq --no-install-recommends "$@" >"$log" 2>&1 9>&-; then
        quietly "$log" as_root apt-get update -qq 9>&-
        quietly "$log" as_root apt-get install -y -qq --no-install-recommends "$@" 9>&-
    fi
    say "installed $* ($(seconds_since "$start"))"
}
