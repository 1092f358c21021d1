#!/usr/bin/env bats
# install: `make install` with another PREFIX than was built for, and `make uninstall`.

bats_require_minimum_version 1.5.0

setup_file() {
  export TOP BUILD PREFIX
  TOP=$(cd "$(dirname "$(readlink -f "$BATS_TEST_FILENAME")")/../.." && pwd)
  local built=${RACKER_BIN:-$TOP/build/release/bin}
  BUILD=$BATS_FILE_TMPDIR/build
  PREFIX=$BATS_FILE_TMPDIR/prefix
  # A copy: what other tests run must not be linked anew under them.
  cp -a "${built%/bin}" "$BUILD"
  install_with install
}

install_with() {
  make -C "$TOP" --no-print-directory B="$BUILD" MODE="$(basename "$(dirname "${RACKER_BIN:-release/bin}")")" \
    PREFIX="$PREFIX" "$@" >"$BATS_FILE_TMPDIR/log" 2>&1 3>&- || {
    cat "$BATS_FILE_TMPDIR/log"
    return 1
  }
}

@test "programs, helpers and data are where they belong" {
  cd "$PREFIX"
  run find . -type f -printf '%m %P\n'
  [ "$(printf '%s\n' "$output" | sort)" = "644 lib/sysctl.d/50-racker.conf
644 lib/systemd/system/racker-restart.service
644 share/racker/images.yaml
755 bin/postroj
755 bin/pronto
755 bin/racker
755 libexec/racker/racker-image
755 libexec/racker/racker-init
755 libexec/racker/racker-monitor" ]
}

@test "the unit names the program that was installed" {
  grep -qx "ExecStart=$PREFIX/bin/racker system start-enabled" "$PREFIX/lib/systemd/system/racker-restart.service"
  ! command -v systemd-analyze >/dev/null || systemd-analyze verify "$PREFIX/lib/systemd/system/racker-restart.service"
}

@test "an installed program finds its data" {
  # Without the build's own copy beside it.
  run --separate-stderr "$PREFIX/bin/postroj" list-images
  [ "$status" = 0 ]
  [[ $output == *debian-bookworm* ]]
}

@test "an installed program finds its helpers" {
  [ "$(id -u)" = 0 ] || skip "needs root"
  run --separate-stderr "$PREFIX/bin/racker" --root "$BATS_TEST_TMPDIR/root" pull localhost:1/x
  [ "$status" = 1 ]
  [[ $stderr == *"localhost:1"* ]]
  [[ $stderr != *racker-image* ]]
}

@test "uninstall removes what install made" {
  install_with uninstall
  [ "$(find "$PREFIX" -type f)" = "" ]
}
