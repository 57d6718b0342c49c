# Starts a command in a copy of an app and ends it again. Everything it is told comes as an argument:
# folder, seconds, request path, how (serve, run), then the command. Follows loopback.sh.
# Prints `slugsmith:listened TICKS`, `slugsmith:answered LINE`, `slugsmith:ended STATUS`.
set -u
cd "$1" || exit 9
limit=$2 request=$3 how=$4
shift 4
if [ "${SLUGSMITH_ALONE:-}" = 1 ]; then
  loopback_up
fi
unset SLUGSMITH_ALONE
set +u
for script in .profile.d/*.sh; do
  # shellcheck disable=SC1090
  [ -f "$script" ] && . "./$script"
done
set -u
# What we add comes after options that are set.
for more in "${!SLUGSMITH_MORE_@}"; do
  name=${more#SLUGSMITH_MORE_}
  export "$name=${!name:+${!name} }${!more}"
  unset "$more"
done
set -m
if [ "$how" = run ]; then
  TIMEFORMAT='slugsmith:took %U %S'
  time "$@"
  echo "slugsmith:ended $?"
  exit 0
fi
bash -c "$1" &
pid=$!

# Processor time of the whole group so far, in clock ticks (proc_pid_stat(5), fields 14 to 17).
ticks() {
  local sum=0 line file
  for file in /proc/[0-9]*/stat; do
    { read -r line <"$file"; } 2>/dev/null || continue
    # shellcheck disable=SC2086
    set -- ${line##*) }
    [ "${3:-}" = "$pid" ] && sum=$((sum + ${12} + ${13} + ${14} + ${15}))
  done
  echo "$sum"
}

status='' listened=''
until=$((SECONDS + limit))
while [ "$SECONDS" -lt "$until" ]; do
  if (exec 3<>"/dev/tcp/127.0.0.1/$PORT") 2>/dev/null; then
    listened=$(ticks)
    echo "slugsmith:listened $listened"
    break
  fi
  kill -0 "$pid" 2>/dev/null || break
  sleep 0.02
done
if [ -n "$listened" ] && exec 3<>"/dev/tcp/127.0.0.1/$PORT"; then
  printf 'GET %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n' "$request" >&3
  IFS= read -r -t 10 status <&3
  echo "slugsmith:answered ${status%$'\r'}"
  exec 3>&-
fi
kill -TERM -- "-$pid" 2>/dev/null
# A runtime may have much to write at its end.
until=$((SECONDS + 10 + limit / 2))
while [ "$SECONDS" -lt "$until" ]; do
  kill -0 "$pid" 2>/dev/null || break
  sleep 0.1
done
kill -KILL -- "-$pid" 2>/dev/null
wait "$pid" 2>/dev/null
echo "slugsmith:ended $?"
