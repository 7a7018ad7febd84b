# syntax=docker/dockerfile:1
FROM rust:1.95-slim-bookworm AS build
WORKDIR /source
COPY . .
# The caches stay outside the image; a change of one crate builds that crate.
RUN --mount=type=cache,target=/usr/local/cargo/registry \
    --mount=type=cache,target=/source/target \
    cargo build --locked --profile dist --package evenkeel && \
    cp target/dist/evenkeel /evenkeel

# Certificates and the C library, and neither a shell nor a package manager.
FROM gcr.io/distroless/cc-debian12:nonroot
ARG VERSION=0.0.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="Evenkeel" \
      org.opencontainers.image.description="A declarative reconciliation engine for geo-redundant applications on Azure" \
      org.opencontainers.image.source="https://github.com/evenkeel/evenkeel" \
      org.opencontainers.image.documentation="https://github.com/evenkeel/evenkeel/blob/main/docs/how-to/install.md" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"
COPY --from=build /evenkeel /usr/local/bin/evenkeel
WORKDIR /work
# `nonroot`; a number, so that a cluster can tell that it is not root.
USER 65532:65532
ENTRYPOINT ["/usr/local/bin/evenkeel"]
CMD ["--help"]
