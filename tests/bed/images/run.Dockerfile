# The run image: what a finished app starts on.
ARG BASE
FROM ${BASE}
ARG DEBIAN_VERSION
RUN groupadd --gid 1000 cnb && useradd --uid 1001 --gid 1000 --create-home --shell /bin/bash cnb
COPY ca-certificates.crt /etc/ssl/certs/ca-certificates.crt
LABEL io.buildpacks.base.distro.name="debian" \
      io.buildpacks.base.distro.version="${DEBIAN_VERSION}"
ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
USER 1001:1000
