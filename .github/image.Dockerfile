# The command as an image, for CI that takes images: `docker run --rm -v "$PWD:/app" IMAGE check /app`.
# The program is static, so that nothing else has to be in it. Git is not: compare commits with integrations/check.
FROM scratch
ARG TARGETARCH
COPY slugsmith-${TARGETARCH} /slugsmith
ENTRYPOINT ["/slugsmith"]
