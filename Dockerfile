# syntax=docker/dockerfile:1

FROM rust:1-bookworm AS builder
# aws-lc-rs and the vendored OpenSSL are built from source.
RUN apt-get update \
 && apt-get install -y --no-install-recommends cmake perl \
 && rm -rf /var/lib/apt/lists/*
WORKDIR /src
COPY . .
# The manifest names test targets whose folders are left out of the image's context.
RUN mkdir -p tests/it tests/browser \
 && echo 'fn main() {}' | tee tests/it/main.rs > tests/browser/main.rs \
 && cargo build --release --locked --bin vidimus

FROM debian:bookworm-slim
RUN apt-get update \
 && apt-get install -y --no-install-recommends ca-certificates \
 && rm -rf /var/lib/apt/lists/* \
 && useradd --no-log-init --uid 10001 --user-group --no-create-home --home-dir /data vidimus \
 && install -d -o vidimus -g vidimus -m 0700 /data /data/keys
COPY --from=builder /src/target/release/vidimus /usr/local/bin/vidimus
# All of it can be set otherwise; see docs/configuration.md.
ENV VIDIMUS_LISTEN=0.0.0.0:8080 \
    VIDIMUS_DATA=/data \
    VIDIMUS_KEYS_DIR=/data/keys
USER 10001:10001
WORKDIR /data
VOLUME /data
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=5s --start-period=20s CMD ["vidimus", "healthcheck"]
ENTRYPOINT ["vidimus"]
CMD ["serve"]
