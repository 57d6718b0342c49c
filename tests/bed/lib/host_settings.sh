# shellcheck shell=bash
# How this machine reaches its package registries, so that package managers inside a build reach them the same way.
# Read from the machine at each run: nothing about any particular network is kept in the repository.
# Passwords and tokens are not read. HTTP_PROXY and its relatives are not read either: pack passes them on itself.

host_ca_bundle() {
    local file
    for file in "${SSL_CERT_FILE:-}" /etc/ssl/certs/ca-certificates.crt /etc/pki/tls/certs/ca-bundle.crt; do
        if [[ -n "$file" && -s "$file" ]]; then
            printf '%s\n' "$file"
            return
        fi
    done
    fail "no bundle of CA certificates found; install the package ca-certificates"
}

# npm_settings CA_PATH: a global npmrc. The path is that of the bundle inside the image.
npm_settings() {
    printf 'cafile=%s\nupdate-notifier=false\nfund=false\naudit=false\n' "$1"
    have npm && have node || return 0
    # One call with all settings: each call of npm takes a quarter of a second.
    (cd / && npm config list --json 2>/dev/null) | node -e '
        const settings = JSON.parse(require("fs").readFileSync(0, "utf8"));
        for (const key of ["registry", "proxy", "https-proxy", "noproxy", "strict-ssl"]) {
            const value = [].concat(settings[key] ?? []).join(",");
            if (value !== "") console.log(key + "=" + value);
        }'
}

# pip_settings CA_PATH: a global pip.conf.
pip_settings() {
    printf '[global]\ncert = %s\ndisable-pip-version-check = true\n' "$1"
    have pip || return 0
    # Lines such as: global.index-url='URL' or :env:.index-url='URL'. The environment wins over the files.
    (cd / && pip config list 2>/dev/null) | sed -nE "
        s/^(:env:|global|install)\.(index-url|extra-index-url|proxy|trusted-host|timeout|default-timeout)='(.*)'\$/\2 = \3/p" |
        awk -F' = ' '!seen[$1]++'
}
