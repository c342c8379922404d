#!/usr/bin/env bash
# Installs, upgrades and uninstalls under Wine, over a staged tree with a program that does nothing.
# The installer is made for 64 bits here, so that a Wine without its 32-bit half can run it.
# Wants Debian's nsis, wine64 and gcc-mingw-w64-x86-64, and build/icons (build.py).
#
#   in_wine.sh FOLDER       everything happens in FOLDER, an absolute path
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
work=$1; mkdir -p "$work"; cd "$work"
export WINEPREFIX=$work/prefix WINEDEBUG=-all WINEDLLOVERRIDES="mscoree,mshtml=" DISPLAY=
fail() { echo "FAILED: $*" >&2; exit 1; }
ok() { echo "ok      $*"; }

# --- two versions to install: each has a library that the other lacks, and a very long path
long=$(printf 'a-long-name-%.0s' $(seq 9))
cat >stub.c <<'C'
#include <stdio.h>
#include <windows.h>
int main(int count, char **words) {
    if (count > 2) printf("opened %s %s\n", words[1], words[2]);
    if (count == 1) Sleep(15000);
    return 0;
}
C
x86_64-w64-mingw32-gcc -O1 -s -o stub.exe stub.c
for version in 0.0.9 0.1.0; do
  rm -rf "tree-$version"; mkdir -p "tree-$version/_internal/$long/$long"
  cp stub.exe "tree-$version/Phial.exe"; cp stub.exe "tree-$version/phial-terminal.exe"
  echo "$version" >"tree-$version/_internal/version.txt"
  echo library >"tree-$version/_internal/library-$version.dll"
  echo deep >"tree-$version/_internal/$long/$long/deep.txt"
  python3 - "$here" "$version" <<'PY'
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
import package
package.installer(Path(f"tree-{sys.argv[2]}"), sys.argv[2], Path(f"setup-{sys.argv[2]}.exe"), quick=True, x64=True)
PY
done

[ -d "$WINEPREFIX/drive_c" ] || wineboot -i >/dev/null 2>&1
wine reg add 'HKCU\Software\Wine' /v Version /d win10 /f >/dev/null 2>&1
home=$(find "$WINEPREFIX/drive_c/users" -maxdepth 3 -path '*/AppData/Local' ! -path '*/Public/*' | head -1)
program="$home/Programs/Phial"; data="$home/phial"
menu=$(dirname "$home")/Roaming/Microsoft/Windows/Start\ Menu/Programs/Phial.lnk
# value KEY [NAME]: a registry value; without NAME the key's own.
value() {
  local which=(/ve); [ $# = 1 ] || which=(/v "$2")
  { wine reg query "$1" "${which[@]}" 2>/dev/null || true; } | tr -d '\r' | sed -n 's/.*REG_[A-Z]* *//p' | head -1
}
uninstall() { wine "$program/uninstall.exe" /S "$@" "_?=$(winepath -w "$program")" 2>/dev/null; }
key='HKCU\Software\Microsoft\Windows\CurrentVersion\Uninstall\Phial'
rm -rf "$program" "$data"

wine setup-0.0.9.exe /S || fail "the installer ended with $?"
[ "$(tr -d '\r' <"$program/_internal/version.txt")" = 0.0.9 ] || fail "nothing was installed"
ok "installed silently, in the user's own folder: ${program#"$WINEPREFIX"/}"
[ -f "$program/_internal/$long/$long/deep.txt" ] || fail "the long path is missing"
deep=$(winepath -w "$program/_internal/$long/$long/deep.txt")
ok "with a path of ${#deep} characters"
[ -f "$menu" ] || fail "no entry in the Start menu"
ok "an entry in the Start menu"
[ "$(value "$key" DisplayVersion)" = 0.0.9 ] || fail "not listed among installed programs"
ok "listed as: $(value "$key" DisplayName) $(value "$key" DisplayVersion), $(value "$key" Publisher)"
[ "$(value 'HKCU\Software\Classes\.phial')" = Phial.Chat ] || fail "no association"
ok ".phial opens with: $(value 'HKCU\Software\Classes\Phial.Chat\shell\open\command')"
wine reg query 'HKCU\Software\Classes\.gguf\OpenWithProgids' 2>/dev/null | grep -q Phial.Model || fail "no .gguf"
[[ $(value 'HKCU\Software\Classes\.gguf') != Phial* ]] || fail ".gguf was taken from whom it belongs"
ok ".gguf is offered to Phial, and stays with whom it belongs"
mkdir -p "$data/models"
echo chats >"$data/phial.db"; echo weights >"$data/models/m.gguf"; echo mine >"$program/mine.txt"

for name in Phial phial-terminal; do
  wine "$program/$name.exe" >/dev/null 2>&1 & running=$!
  sleep 3
  code=0; wine setup-0.1.0.exe /S || code=$?
  if [ "$code" != 3 ] || [ ! -f "$program/_internal/library-0.0.9.dll" ]; then fail "it upgraded while $name runs (exit $code)"; fi
  ok "refused while $name runs (exit 3); nothing was changed"
  wait "$running" || true
done

wine setup-0.1.0.exe /S || fail "the upgrade ended with $?"
if [ ! -f "$program/_internal/library-0.1.0.dll" ] || [ -e "$program/_internal/library-0.0.9.dll" ]; then fail "old and new files are mixed"; fi
ok "upgraded in place: no file of the older version is left"
[ "$(value "$key" DisplayVersion)" = 0.1.0 ] || fail "still listed as the older version"
if [ "$(cat "$data/phial.db")" != chats ] || [ ! -f "$program/mine.txt" ]; then fail "something of the user's is gone"; fi
ok "chats, models and a file of the user's beside the program were kept"

uninstall || fail "the uninstaller ended with $?"
if [ -e "$program/Phial.exe" ] || [ -e "$program/_internal" ] || [ -e "$menu" ]; then fail "program files are left"; fi
if [ -n "$(value "$key" DisplayName)" ] || [ -n "$(value 'HKCU\Software\Classes\.phial')" ]; then fail "registry entries are left"; fi
if [ ! -f "$data/phial.db" ] || [ ! -f "$data/models/m.gguf" ] || [ ! -f "$program/mine.txt" ]; then fail "user data is gone"; fi
ok "uninstalled: programs, menu and registry are clean; chats and models are kept"

wine setup-0.1.0.exe /S; uninstall /DELETEDATA
[ ! -e "$data" ] || fail "data is left"
ok "uninstalled with /DELETEDATA: chats and models are gone too, as asked"

program=$WINEPREFIX/drive_c/Tools/Phial
wine setup-0.1.0.exe /S '/D=C:\Tools\Phial'
[ -f "$program/Phial.exe" ] || fail "/D= was not heard"
uninstall  # told to wait, it runs from where it lies and cannot delete itself
[ "$(ls -A "$program")" = uninstall.exe ] || fail "left in its folder: $(ls -A "$program")"
ok "/D= installs elsewhere, and nothing is left there"
wineserver -w
echo "All of it works."
