#!/usr/bin/env bash
set -euo pipefail

readonly ROOT="$(pwd)"

# Prints a line to standard error.
log() {
  printf '%s\n' "$*" >&2
}

# Builds one target.
function build {
  local target="$1"
  log "building $target"
  make -C "$ROOT" "$target"
}

build all
