# shellcheck shell=bash
# A Docker daemon that answers. One that runs already is used as it is; only where none does is one started here,
# by hand, since containers and CI machines seldom run an init system that would.

# docker_answers: true when a daemon, ours or another, can be used.
docker_answers() { have docker && docker info >/dev/null 2>&1; }

# default_mtu: that of the way out. Docker assumes 1500, and with a smaller one on the host, large answers to
# containers (package downloads) hang.
default_mtu() {
    local device
    device=$(awk '$2 == "00000000" { print $1; exit }' /proc/net/route)
    cat "/sys/class/net/$device/mtu" 2>/dev/null || echo 1500
}

# forget_dead PIDFILE NAME: a pid file that survived a restart of the machine may name an unrelated process,
# and then the daemon refuses to start.
forget_dead() {
    local pid
    [[ -f "$1" ]] || return 0
    pid=$(cat "$1")
    if [[ "$(cat "/proc/$pid/comm" 2>/dev/null)" != "$2" ]]; then rm -f "$1"; fi
}

# start_time PID: tells a process from a later one with the same number. The name in field 2 may hold spaces.
start_time() { sed 's/.*) //' "/proc/$1/stat" 2>/dev/null | cut -d' ' -f20; }

start_dockerd() {
    local start=$SECONDS log=$cache/logs/dockerd.log pid
    [[ $(id -u) == 0 ]] || fail "Docker does not answer, and only root can start it: start the Docker service, or add yourself to its group"
    mkdir -p "$cache/logs"
    forget_dead /var/run/docker.pid dockerd
    forget_dead /var/run/docker/containerd/containerd.pid containerd
    # 9 is the lock of `up`: a daemon that inherits it would hold it for ever.
    setsid nohup dockerd --mtu "$(default_mtu)" >"$log" 2>&1 </dev/null 9>&- &
    pid=$!
    while ! docker_answers; do
        if ! kill -0 "$pid" 2>/dev/null || ((SECONDS - start > 60)); then
            tail -n 20 "$log" >&2
            fail "dockerd did not become ready in $(seconds_since "$start"); its log is $log"
        fi
        sleep 0.2
    done
    printf '%s %s\n' "$pid" "$(start_time "$pid")" >"$cache/dockerd.pid"
    say "started dockerd, process $pid ($(seconds_since "$start")); tests/bed/down stops it"
}

# ensure_docker: client, daemon program, running daemon.
ensure_docker() {
    if docker_answers; then return; fi
    if [[ -n "${DOCKER_HOST:-}" ]]; then
        fail "DOCKER_HOST is set, but no daemon answers there"
    fi
    have dockerd || apt_install docker.io iptables
    # From Debian 13 on the client is a package of its own.
    have docker || apt_install docker-cli
    docker_answers || start_dockerd
}
