# One static binary on an empty image. Build: docker build -t homeward .
FROM golang:1.26 AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
ARG VERSION=dev
RUN CGO_ENABLED=0 go build -trimpath -ldflags="-s -w -X main.version=${VERSION}" -o /out/homeward ./cmd/homeward \
 && mkdir -p /out/data /out/tmp

FROM scratch
# Roots to know Stripe, Twilio and mail servers by. Time zones are inside the binary.
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/
COPY --from=build /out/homeward /homeward
COPY --from=build --chown=65532:65532 /out/data /data
COPY --from=build --chown=65532:65532 /out/tmp /tmp
USER 65532:65532
# A relative path in the configuration (sqlite:homeward.db) lies here, on the volume.
WORKDIR /data
VOLUME /data
EXPOSE 8080
# serve finishes the work in hand on SIGTERM; give it the minute that it may take.
STOPSIGNAL SIGTERM
ENTRYPOINT ["/homeward"]
CMD ["serve", "--config", "/etc/homeward/homeward.yaml"]
