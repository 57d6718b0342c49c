# The build image: what buildpacks run on. The npmrc, the pip.conf and the certificates are the host's.
ARG BASE
FROM ${BASE}
ARG DEBIAN_VERSION
ARG CA
RUN groupadd --gid 1000 cnb && useradd --uid 1001 --gid 1000 --create-home --shell /bin/bash cnb
COPY ca-certificates.crt /etc/ssl/certs/ca-certificates.crt
COPY npmrc /etc/npmrc
COPY pip.conf /etc/pip.conf
# yarn and pnpm beside npm. uv lies off PATH, because it would do pip's work: the fixture tool-uv puts it there.
RUN npm install --global yarn@1.22.22 pnpm@9.15.9 && npm cache clean --force && \
    python3 -m venv --without-pip /opt/uv && python3 -m pip --python /opt/uv install --no-cache-dir uv==0.8.22
LABEL io.buildpacks.base.distro.name="debian" \
      io.buildpacks.base.distro.version="${DEBIAN_VERSION}"
ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
    CNB_USER_ID=1001 \
    CNB_GROUP_ID=1000 \
    NODE_EXTRA_CA_CERTS=${CA} \
    SSL_CERT_FILE=${CA} \
    PIP_CERT=${CA}
USER 1001:1000
