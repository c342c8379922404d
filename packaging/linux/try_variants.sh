#!/usr/bin/env bash
# Runs the self-test with each of llama.cpp's processor modules forced, one after another. Those that
# this processor can run must all say the same; the others must be refused, not crash.
#
#   try_variants.sh TREE
set -euo pipefail
tree=$(realpath "$1"); work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
export QT_QPA_PLATFORM=offscreen
printf '%-14s %-8s %s\n' module outcome "the demo's answer, or why not"
answers=()
for module in "$tree"/_internal/llama_cpp/lib/libggml-cpu-*.so; do
  name=$(basename "$module" .so); name=${name#libggml-cpu-}
  rm -rf "$work/tree"; cp -al "$tree" "$work/tree" 2>/dev/null || cp -a "$tree" "$work/tree"
  find "$work/tree/_internal/llama_cpp/lib" -name 'libggml-cpu-*' ! -name "libggml-cpu-$name.so" -delete
  timeout 120 "$work/tree/phial" --self-test >"$work/out" 2>&1 || true
  answer=$(sed -n 's/^ok *demo model: \(.*\) ([0-9.]* s)$/\1/p' "$work/out")
  if [ -n "$answer" ] && grep -q "by libggml-cpu-$name.so" "$work/out"; then
    answers+=("$answer"); outcome=ran
  else
    outcome=refused; answer=$(sed -n 's/^FAILED *engine process: //p' "$work/out")
    case $answer in *SIG*) echo "FAILED: $name crashed: $answer" >&2; exit 1 ;; esac
  fi
  printf '%-14s %-8s %s\n' "$name" "$outcome" "$answer"
done
[ ${#answers[@]} -gt 0 ] || { echo "FAILED: none of them ran" >&2; exit 1; }
[ "$(printf '%s\n' "${answers[@]}" | sort -u | wc -l)" = 1 ] || { echo "FAILED: they do not say the same" >&2; exit 1; }
echo "${#answers[@]} modules ran and said the same."
