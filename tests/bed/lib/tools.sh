# shellcheck shell=bash
# pack and the lifecycle, built from the Go modules in go/. The lifecycle is built in the layout of its release
# archive, because `pack builder create` wants one, and the tests run its launcher directly.

# These three belong together: go/go.mod asks for this pack, and that pack for this lifecycle.
pack_version=0.38.2
lifecycle_version=0.20.11

# shellcheck disable=SC2154
tools=$cache/tools-pack$pack_version-lifecycle$lifecycle_version-$(fingerprint "$bed/go/go.mod" "$bed/go/go.sum" "$bed/lib/tools.sh")

tools_are_made() { [[ -x "$tools/bin/pack" ]]; }

need_go() { have go || fail "Go is needed to build pack and the lifecycle: https://go.dev/dl/"; }

# go_build OUTPUT VARIABLE=VERSION PACKAGE
go_build() {
    quietly "$cache/logs/go-${1##*/}.log" env CGO_ENABLED=0 GOFLAGS=-mod=readonly \
        go build -C "$bed/go" -trimpath -ldflags "-s -w -X $2" -o "$1" "$3"
}

# The API levels are those in api/apis.go of this lifecycle version; the archive of a release lists the same.
lifecycle_toml() {
    cat <<EOF
[apis.buildpack]
deprecated = []
supported = ["0.7", "0.8", "0.9", "0.10", "0.11"]
[apis.platform]
deprecated = []
supported = ["0.7", "0.8", "0.9", "0.10", "0.11", "0.12", "0.13", "0.14"]
[api]
platform = "0.7"
buildpack = "0.7"
[lifecycle]
version = "$lifecycle_version"
EOF
}

ensure_tools() {
    if tools_are_made; then return; fi
    need_go
    local start=$SECONDS name modules=github.com/buildpacks temp
    temp=$(mktemp -d "$cache/tools.XXXXXX")
    mkdir -p "$temp/bin" "$temp/lifecycle"
    go_build "$temp/bin/pack" "$modules/pack/pkg/client.Version=$pack_version" "$modules/pack"
    for name in lifecycle launcher; do
        go_build "$temp/lifecycle/$name" "$modules/lifecycle/cmd.Version=$lifecycle_version" "$modules/lifecycle/cmd/$name"
    done
    # One program that looks at its own name.
    for name in analyzer builder creator detector exporter extender rebaser restorer; do
        ln -s lifecycle "$temp/lifecycle/$name"
    done
    lifecycle_toml >"$temp/lifecycle.toml"
    tar -C "$temp" -czf "$temp/lifecycle.tgz" lifecycle.toml lifecycle
    chmod 755 "$temp"
    rm -rf "$tools"
    mv "$temp" "$tools"
    say "built pack $pack_version and lifecycle $lifecycle_version ($(seconds_since "$start"))"
}
