# shellcheck shell=bash
# pack and two versions of the lifecycle, built from the Go modules in go/ and go-next/. A lifecycle is built in the
# layout of its release archive, because `pack builder create` wants one, and the tests run its launcher directly.

# These belong together: go/go.mod asks for this pack, and that pack for this lifecycle.
pack_version=0.38.2
older_version=0.20.11
# What builders of today have (go-next/go.mod): Platform API 0.15 with execution environments.
lifecycle_version=0.21.12

# shellcheck disable=SC2154
tools=$cache/tools-pack$pack_version-lifecycle$lifecycle_version-$(fingerprint "$bed"/go/go.mod "$bed"/go/go.sum \
    "$bed"/go-next/go.mod "$bed"/go-next/go.sum "$bed/lib/tools.sh")

tools_are_made() { [[ -x "$tools/bin/pack" ]]; }

need_go() { have go || fail "Go is needed to build pack and the lifecycle: https://go.dev/dl/"; }

# go_build MODULE OUTPUT VARIABLE=VERSION PACKAGE
go_build() {
    quietly "$cache/logs/go-${1##*/}-${2##*/}.log" env CGO_ENABLED=0 GOFLAGS=-mod=readonly \
        go build -C "$bed/$1" -trimpath -ldflags "-s -w -X $3" -o "$2" "$4"
}

# lifecycle FOLDER MODULE VERSION: its programs.
lifecycle() {
    local name modules=github.com/buildpacks
    mkdir -p "$1"
    for name in lifecycle launcher; do
        go_build "$2" "$1/$name" "$modules/lifecycle/cmd.Version=$3" "$modules/lifecycle/cmd/$name"
    done
    # One program that looks at its own name.
    for name in analyzer builder creator detector exporter extender rebaser restorer; do
        ln -s lifecycle "$1/$name"
    done
}

# The API levels are those in api/apis.go of this lifecycle version; the archive of a release lists the same.
lifecycle_toml() {
    cat <<EOF
[apis.buildpack]
deprecated = []
supported = ["0.7", "0.8", "0.9", "0.10", "0.11", "0.12"]
[apis.platform]
deprecated = []
supported = ["0.7", "0.8", "0.9", "0.10", "0.11", "0.12", "0.13", "0.14", "0.15"]
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
    local start=$SECONDS modules=github.com/buildpacks temp
    temp=$(mktemp -d "$cache/tools.XXXXXX")
    mkdir -p "$temp/bin"
    go_build go "$temp/bin/pack" "$modules/pack/pkg/client.Version=$pack_version" "$modules/pack"
    lifecycle "$temp/lifecycle-older" go "$older_version"
    lifecycle "$temp/lifecycle" go-next "$lifecycle_version"
    lifecycle_toml >"$temp/lifecycle.toml"
    tar -C "$temp" -czf "$temp/lifecycle.tgz" lifecycle.toml lifecycle
    chmod 755 "$temp"
    rm -rf "$tools"
    mv "$temp" "$tools"
    say "built pack $pack_version and lifecycle $lifecycle_version and $older_version ($(seconds_since "$start"))"
}
