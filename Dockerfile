# fragscope as a static program in an image that holds nothing else: no shell, no root.
#
#     docker build -t fragscope .
#     docker run --rm --network none --read-only --tmpfs /tmp -v "$PWD/crashes:/dumps:ro" fragscope triage /dumps --format markdown
#
# /tmp is for what is unpacked of compressed dumps and archives; results go to stdout, or to a folder that user 65532 may write.

FROM rust:1.95-alpine AS build
# The C parts (zstd, xz) are compiled and linked statically: musl is this system's own libc.
RUN apk add --no-cache musl-dev make
WORKDIR /src
COPY Cargo.toml Cargo.lock README.md LICENSE ./
COPY src src
COPY docs docs
RUN RUSTFLAGS="-C strip=symbols" cargo build --locked --release --all-features --bin fragscope \
    && install -D -m 755 target/release/fragscope /image/usr/bin/fragscope \
    && install -d -m 1777 /image/tmp \
    && install -d -m 755 /image/dumps

FROM scratch
COPY --from=build /image/ /
ENV PATH=/usr/bin
WORKDIR /dumps
USER 65532:65532
ENTRYPOINT ["fragscope"]
CMD ["--help"]
