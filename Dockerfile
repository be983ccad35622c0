# syntax=docker/dockerfile:1
# One image with all programs of Miseban; the command says which one runs.

FROM rust:1.95-slim-bookworm AS build
WORKDIR /src
COPY . .
# Both caches stay outside the image, so that a second build is incremental.
RUN --mount=type=cache,target=/usr/local/cargo/registry \
    --mount=type=cache,target=/src/target \
    cargo build --locked --release -p standalone -p producer -p worker -p simulator \
    && install -D -t /programs \
        target/release/miseban target/release/producer target/release/worker target/release/simulator

FROM debian:bookworm-slim
# Root certificates for Amazon, BASE and an encrypted database: the newest there are, so not pinned.
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install -y --no-install-recommends ca-certificates \
    && rm -rf /var/lib/apt/lists/*
COPY --from=build /programs/ /usr/local/bin/
# The SQLite database of a single process.
RUN install -d -o 10001 -g 10001 /var/lib/miseban
WORKDIR /var/lib/miseban
USER 10001:10001
# The health page, reachable from inside this container only; and that this is a container: no browser reaches
# its loopback (https://systemd.io/CONTAINER_INTERFACE).
ENV HEALTH_LISTEN=127.0.0.1:8081 \
    container=docker
# Asks the health page of the program in this container. A start may wait a minute for its servers.
HEALTHCHECK --interval=10s --timeout=8s --start-period=90s --retries=3 CMD ["worker", "--healthcheck"]
CMD ["miseban", "--help"]
