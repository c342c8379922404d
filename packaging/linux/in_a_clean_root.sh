#!/usr/bin/env bash
# Installs Phial in a minimal root, uses it, upgrades it, removes it. Wants root and Debian's
# debootstrap, xvfb, xdotool, openbox, imagemagick; everything but the display comes from inside the
# root. ROOT is made where it does not exist; its name says of which release: bookworm, trixie.
#
#   in_a_clean_root.sh ROOT OLD.deb NEW.deb PICTURES    a Debian package; with "-" for OLD.deb the
#                                                       older one is NEW.deb under a lower version
#   in_a_clean_root.sh ROOT PHIAL.tar.xz [PACKAGES] PICTURES   a folder to unpack, portable; PACKAGES
#                                                       are what a desktop has and ROOT lacks
set -euo pipefail
root=$1; shift
pictures=$(realpath -m "${!#}")
mkdir -p "$pictures"
[ -e "$root/usr" ] || debootstrap --variant=minbase "$(basename "$root")" "$root" >"$pictures/debootstrap.log"
root=$(realpath "$root")
display=:$((80 + RANDOM % 100))
fail() { echo "FAILED: $*" >&2; exit 1; }
inside() { chroot "$root" /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive "$@"; }
user() { chroot --userspec=1234:1234 "$root" /usr/bin/env -i PATH=/usr/bin:/bin HOME=/home/anna LC_ALL=C.UTF-8 DISPLAY="$display" "$@"; }
state() { (cd "$root" && find . -xdev \( -path ./proc -o -path ./sys -o -path ./dev -o -path ./tmp -o -path ./home -o -path ./var/cache -o -path ./var/log -o -path ./var/lib/apt -o -path ./var/lib/dpkg \) -prune -o -print | sort); }

for place in proc sys dev; do mountpoint -q "$root/$place" || mount --bind "/$place" "$root/$place"; done
mkdir -p "$root/tmp/.X11-unix" "$root/home/anna"
chown 1234:1234 "$root/home/anna"
Xvfb "$display" -screen 0 1200x850x24 -nolisten tcp >/dev/null 2>&1 &
server=$!
for _ in $(seq 50); do [ -S "/tmp/.X11-unix/X${display#:}" ] && break; sleep 0.1; done
mount --bind /tmp/.X11-unix "$root/tmp/.X11-unix"
DISPLAY=$display openbox >/dev/null 2>&1 &
manager=$!
end() {
  kill "$manager" "$server" 2>/dev/null || true
  for place in tmp/.X11-unix dev sys proc; do umount "$root/$place" 2>/dev/null || true; done
}
trap end EXIT

hands() { DISPLAY=$display xdotool "$@"; }
picture() { DISPLAY=$display import -window root "$pictures/$1.png"; echo "picture: $1.png"; }
# answered PROGRAM QUESTION: whether the chat used last holds the question and a finished answer.
answered() {
  local chat words
  chat=$(user "$1" chats list --json | sed -n 's/.*"id": *"\([^"]*\)".*/\1/p' | head -1)
  [ -n "$chat" ] || return 1
  words=$(user "$1" chats show "$chat" --json | tr -d '\n')
  [[ $words == *"$2"* ]] && [[ $words =~ \"role\":\ *\"assistant\",\ *\"status\":\ *\"complete\" ]]
}
# ask PROGRAM NAME QUESTION: open the window, type, wait until the answer is on disk, take a picture, quit.
ask() {
  user "$1" --demo & local running=$!
  hands search --sync --onlyvisible --name Phial windowactivate --sync >/dev/null
  hands type --delay 15 "$3"; hands key Return
  for _ in $(seq 120); do answered "$1" "$3" && break; sleep 0.5; done
  answered "$1" "$3" || fail "no answer came"
  sleep 1; picture "$2"; hands key ctrl+q; wait "$running" || fail "the window ended with $?"
}

echo "== $(sed -n 's/^PRETTY_NAME="\(.*\)"/\1/p' "$root/etc/os-release"), glibc $(inside ldd --version | sed -n '1s/.* //p')"
if inside sh -c 'command -v python3' >/dev/null; then fail "this root has a Python"; fi
echo "no Python in this root"

if [[ $1 == *.tar.xz ]]; then
  needs=(); [ $# = 2 ] || read -ra needs <<<"$2"
  rm -rf "$root/home/anna/stick"; mkdir "$root/home/anna/stick"
  tar -C "$root/home/anna/stick" -xJf "$1"; chown -R 1234:1234 "$root/home/anna/stick"
  folder=$(basename "$root"/home/anna/stick/*); program=/home/anna/stick/$folder/phial
  if [ ${#needs[@]} -gt 0 ]; then
    inside apt-get -qq update
    inside apt-get -qq install -y --no-install-recommends "${needs[@]}" >/dev/null 2>&1 || fail "apt could not install what a desktop has"
  fi
  user "$program" --self-test
  touch "$root/home/anna/stick/$folder/portable"
  ask "$program" portable "What is Phial?"
  user "$program" chats list
  [ -f "$root/home/anna/stick/$folder/data/phial.db" ] || fail "the chats are not in the folder"
  outside=$(find "$root/home/anna" -type f ! -path '*/stick/*' ! -path '*/.cache/fontconfig/*')
  [ -z "$outside" ] || fail "something was written outside the folder: $outside"
  echo "nothing was written outside the folder (the font library's own cache aside)"
  exit
fi

# install FILE: with apt, from the root's own /tmp.
install() {
  echo "== install $(basename "$1")"
  cp "$1" "$root/tmp/"
  inside apt-get -qq install -y --no-install-recommends "/tmp/$(basename "$1")" >"$pictures/apt.log" 2>&1 || fail "apt could not install it: $(tail -3 "$pictures/apt.log")"
  rm "$root/tmp/$(basename "$1")"
}
old=$1 new=$2
if [ "$old" = - ]; then
  scratch=$(mktemp -d)
  dpkg-deb -R "$new" "$scratch/stage"
  sed -i 's/^Version: .*/Version: 0.0.0/' "$scratch/stage/DEBIAN/control"
  old=$scratch/phial_0.0.0_amd64.deb
  dpkg-deb --root-owner-group -Zxz -z0 -b "$scratch/stage" "$old" >/dev/null
fi
inside apt-get -qq update
state >"$pictures/before"
rm -rf "$root/home/anna/.local" "$root/home/anna/.cache" "$root/home/anna/.config"  # of an earlier run
install "$old"
[ -z "${scratch-}" ] || rm -rf "$scratch"
inside dpkg-query -W phial
user phial --version
echo "== phial --self-test"
user phial --self-test
ask phial installed "What is Phial?"
echo "== chats"; user phial chats list; user phial chats list --json >"$pictures/chats.old"
install "$new"
inside dpkg-query -W phial
user phial chats list --json | diff "$pictures/chats.old" - || fail "chats changed"
echo "the chats are as they were"
user phial --self-test | tail -1
ask phial upgraded "What is 2 + 3?"
kept=$(find "$root/home/anna" -type f | sort)
echo "== remove"
inside apt-get -qq remove -y phial >/dev/null 2>&1
[ ! -e "$root/usr/lib/phial" ] || fail "left behind: $(find "$root/usr/lib/phial" | head)"
[ ! -e "$root/usr/bin/phial" ] || fail "the command is still there"
echo "== purge"
# Once removed, apt no longer knows a package that came from a file; dpkg does, if anything is left.
inside dpkg --purge phial >/dev/null 2>&1
inside apt-get -qq autoremove -y --purge >/dev/null 2>&1
state >"$pictures/after"
echo "left in the root, beside caches of the system and the home:"
left=$(diff "$pictures/before" "$pictures/after" | sed -n 's/^> //p' | grep -i phial || true)
[ -z "$left" ] || fail "$left"
echo "nothing of Phial's; $(diff "$pictures/before" "$pictures/after" | grep -c '^[<>]' || true) other paths differ:"
diff "$pictures/before" "$pictures/after" | head -12 || true
diff <(echo "$kept") <(find "$root/home/anna" -type f | sort) || fail "user data changed"
echo "user data: $(echo "$kept" | wc -l) files, untouched"
