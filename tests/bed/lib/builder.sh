# shellcheck shell=bash
# The builder: build image, lifecycle, and no buildpacks of its own; each test brings those it wants.

# builder_toml: the variables go to every buildpack as operator settings, because the lifecycle keeps the build
# image's own environment from buildpacks. `default` lets a buildpack choose otherwise.
# shellcheck disable=SC2154
builder_toml() {
    cat <<EOF
[lifecycle]
uri = "file://$tools/lifecycle.tgz"
[build]
image = "$build_image"
[[run.images]]
image = "$run_image"
EOF
    local name
    for name in NODE_EXTRA_CA_CERTS SSL_CERT_FILE PIP_CERT; do
        printf '[[build.env]]\nname = "%s"\nvalue = "%s"\nsuffix = "default"\n' "$name" "$image_ca"
    done
}

# ensure_builder: sets builder_image.
# shellcheck disable=SC2154
ensure_builder() {
    local start=$SECONDS config=$cache/builder.toml
    builder_toml >"$config"
    builder_image=slugsmith-bed/builder:$images_key-$(printf '%s' "${tools##*-}" | cat - "$bed/lib/builder.sh" | sha256sum | cut -c1-8)
    if image_exists "$builder_image"; then return; fi
    quietly "$cache/logs/builder.log" "$tools/bin/pack" builder create "$builder_image" \
        --config "$config" --pull-policy never
    say "made $builder_image ($(seconds_since "$start"))"
}
