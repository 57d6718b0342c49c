# shellcheck shell=bash
# The build image and the run image, made from Debian's packages. In two steps with a key each: the file system,
# which takes a minute, depends on the package lists; the step with the user, labels, certificates and registry
# settings takes seconds, and is made again when the machine's settings change.

debian_suite=bookworm
debian_version=12
image_ca=/etc/ssl/certs/ca-certificates.crt

# What builds need: Node with npm, Python with venv and pip, Go, and a compiler for native modules.
build_packages=ca-certificates,curl,git,nodejs,npm,python3,python3-venv,python3-pip,golang-go,gcc,g++,make
# What apps need at run time: the same runtimes without their package managers.
run_packages=ca-certificates,curl,nodejs,python3

image_exists() { docker image inspect "$1" >/dev/null 2>&1; }

# debian_sources: the machine's own Debian mirrors for the suite, else nothing, and mmdebstrap knows the default one.
debian_sources() {
    # shellcheck disable=SC2016
    apt-get indextargets --format 'deb $(REPO_URI) $(RELEASE) $(COMPONENT)' \
        'Created-By: Packages' 'Origin: Debian' 2>/dev/null |
        awk -v suite="$debian_suite" '$4 == "main" && ($3 == suite || $3 == suite "-updates" || $3 == suite "-security")' |
        sort -u
}

# make_base TAG PACKAGES: a file system from Debian's packages, imported as an image.
make_base() {
    local start=$SECONDS temp sources=()
    temp=$(mktemp -d "$cache/rootfs.XXXXXX")
    debian_sources >"$temp/sources.list"
    # Only the main suite makes a bootable set; the others add to it.
    if grep -q " $debian_suite main\$" "$temp/sources.list"; then sources=("$temp/sources.list"); fi
    # Documentation and translations are a tenth of the size and never read here.
    quietly "$cache/logs/${1//[:\/]/-}.log" mmdebstrap --variant=minbase --include="$2" \
        --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-exclude=/usr/share/man/*' \
        --dpkgopt='path-exclude=/usr/share/locale/*' --dpkgopt='force-unsafe-io' \
        "$debian_suite" "$temp/rootfs.tar" "${sources[@]}"
    quietly "$cache/logs/docker-import.log" docker import "$temp/rootfs.tar" "$1"
    rm -rf "$temp"
    say "made $1 ($(seconds_since "$start"))"
}

# make_image TAG BASE DOCKERFILE CONTEXT
make_image() {
    local start=$SECONDS
    # The classic image builder needs no plugin and pulls nothing.
    quietly "$cache/logs/${1//[:\/]/-}.log" env DOCKER_BUILDKIT=0 docker build --pull=false \
        --build-arg "BASE=$2" --build-arg "DEBIAN_VERSION=$debian_version" --build-arg "CA=$image_ca" \
        -t "$1" -f "$3" "$4"
    say "made $1 ($(seconds_since "$start"))"
}

# ensure_images: sets build_image, run_image and images_key.
ensure_images() {
    local context base_key build_base run_base
    context=$(mktemp -d "$cache/context.XXXXXX")
    cp "$(host_ca_bundle)" "$context/ca-certificates.crt"
    npm_settings "$image_ca" >"$context/npmrc"
    pip_settings "$image_ca" >"$context/pip.conf"

    base_key=$(printf '%s\n' "$debian_suite" "$build_packages" "$run_packages" "$(declare -f make_base)" | sha256sum | cut -c1-12)
    # shellcheck disable=SC2154
    images_key=$base_key-$(fingerprint "$context"/* "$bed"/images/*)
    build_base=slugsmith-bed/base-build:$base_key
    run_base=slugsmith-bed/base-run:$base_key
    build_image=slugsmith-bed/build:$images_key
    run_image=slugsmith-bed/run:$images_key

    if ! image_exists "$build_image" || ! image_exists "$run_image"; then
        if ! image_exists "$build_base" || ! image_exists "$run_base"; then
            have mmdebstrap || apt_install mmdebstrap
            image_exists "$run_base" || make_base "$run_base" "$run_packages"
            image_exists "$build_base" || make_base "$build_base" "$build_packages"
        fi
        image_exists "$run_image" || make_image "$run_image" "$run_base" "$bed/images/run.Dockerfile" "$context"
        image_exists "$build_image" || make_image "$build_image" "$build_base" "$bed/images/build.Dockerfile" "$context"
    fi
    rm -rf "$context"
}
