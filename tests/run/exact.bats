#!/usr/bin/env bats
# exact: what lands on disk is what the image says. Each of some fifty hard images is pulled and mounted, and compared
# with what umoci makes of it, file by file.

load lib
setup_file() {
  suite_start
  if [ "$(id -u)" != 0 ]; then return 0; fi
  export EXACT=$BATS_FILE_TMPDIR/exact
  mkdir -p "$EXACT/images" "$EXACT/merged"
  # The suite's own registry takes no images.
  REGISTRY_READONLY='' registry_start "$EXACT/registry" "$EXACT/registry.yml"
  export REGISTRY
  echo "$REGISTRY_PID" >>"$BATS_FILE_TMPDIR/pids"
  "$TOP/tests/images/exact.py" "$REGISTRY" "$EXACT/images" >"$EXACT/names"
}
teardown_file() { suite_end; }
setup() {
  test_start
  private_root
}
teardown() {
  if [ -n "${EXACT:-}" ] && mountpoint -q "$EXACT/merged"; then umount "$EXACT/merged"; fi
  test_end
}

# layers_of NAME: the directories of an image's layers, the topmost first, joined by colons.
layers_of() {
  python3 - "$RACKER_ROOT/images.json" "$1" <<'END'
import json, sys
for image in json.load(open(sys.argv[1]))["images"]:
    if sys.argv[2] in image["names"]:
        print(":".join(reversed(image["layers"])))
END
}

# mount_image NAME: its merged layers on $EXACT/merged.
mount_image() {
  local layers
  layers=$(layers_of "$1")
  case $layers in
  # Overlayfs wants two. fsconfig(2), which newer mounts use, takes 255 characters for sixty layers.
  *:*)
    (cd "$RACKER_ROOT/layers" &&
      LIBMOUNT_FORCE_MOUNT2=always mount -t overlay overlay -o "ro,lowerdir=$layers" "$EXACT/merged")
    ;;
  *) mount --bind "$RACKER_ROOT/layers/$layers" "$EXACT/merged" ;;
  esac
}

compare_with_umoci() {
  umoci unpack --image "$EXACT/images/$1:x" "$EXACT/umoci-$1" >"$EXACT/umoci.log" 2>&1 &&
    mount_image "$REGISTRY/exact/$1:latest" &&
    "$TOP/tests/images/compare-trees" "$EXACT/merged" "$EXACT/umoci-$1/rootfs"
}

@test "images are unpacked as umoci unpacks them" {
  local kind name compared=0 bad=0
  while read -r kind name _; do
    if [ "$kind" != exact ]; then continue; fi
    if ! racker pull -q "$REGISTRY/exact/$name" >/dev/null || ! compare_with_umoci "$name"; then
      echo "^ $name"
      bad=$((bad + 1))
    fi
    umount "$EXACT/merged"
    rm -rf "$EXACT/umoci-$name"
    compared=$((compared + 1))
  done <"$EXACT/names"
  equal "$bad" 0
  [ "$compared" -ge 40 ]
}

@test "layers that cannot be what they say are refused by name" {
  local kind name words tried=0
  while read -r kind name words; do
    if [ "$kind" != refused ]; then continue; fi
    run --separate-stderr racker pull -q "$REGISTRY/refused/$name"
    equal "$status" 1
    one_line "$stderr"
    contains "$stderr" "$words"
    contains "$stderr" "refused/$name"
    tried=$((tried + 1))
  done <"$EXACT/names"
  [ "$tried" -ge 15 ]
  run --separate-stderr racker images -q
  equal "$output" ""
  equal "$(find "$RACKER_ROOT/layers" "$RACKER_ROOT/tmp" -mindepth 1)" ""
}

@test "skopeo reads the store's OCI layout" {
  racker pull -q "$REGISTRY/exact/base"
  run skopeo inspect "oci:$RACKER_ROOT/oci:$REGISTRY/exact/base:latest"
  equal "$status" 0
  contains "$output" '"Os": "linux"'
  run skopeo copy "oci:$RACKER_ROOT/oci:$REGISTRY/exact/base:latest" "dir:$BATS_TEST_TMPDIR/copy"
  equal "$status" 0
}
