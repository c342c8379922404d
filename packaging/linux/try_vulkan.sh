#!/usr/bin/env bash
# Tries the Vulkan flavour with this machine's first Vulkan device. A software one will do: Debian's
# mesa-vulkan-drivers has one, which llama.cpp takes only where it is named. The built-in model must
# say the same on it as on the processor, and must still answer where there is no driver.
#
#   try_vulkan.sh TREE
set -euo pipefail
tree=$(realpath "$1"); work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
export QT_QPA_PLATFORM=offscreen PHIAL_HOME=$work
fail() { echo "FAILED: $*" >&2; exit 1; }
phial() { "$tree/phial" "$@"; }
ask() { phial ask --model demo --temperature 0 --max-tokens 60 "What is Phial?"; }

export GGML_VK_VISIBLE_DEVICES=${GGML_VK_VISIBLE_DEVICES-0}
found=$(phial doctor --model demo)
grep -E '^Device|layers on' <<<"$found" || fail "no device: $found"
[[ $found == *"Device      Vulkan: "*" free, libggml-vulkan.so"* ]] || fail "Vulkan lists no device with its memory"
[[ $found =~ All\ [0-9]+\ layers\ on ]] || fail "the plan leaves layers on the processor"
there=$(ask)
echo "on it:             $there"

export VK_ICD_FILENAMES=$work/none VK_DRIVER_FILES=$work/none
found=$(phial doctor)
[[ $found != *"Vulkan: "* ]] || fail "a device is listed without a driver"
here=$(ask)
echo "without a driver:  $here"
[ "$there" = "$here" ] || fail "they do not say the same"
