#!/usr/bin/env bash
# Makes an AppImage of the frozen program.
#
#   appimage.sh TREE VERSION OUTPUT [RUNTIME]
#
# An AppImage is a small program (RUNTIME) with a squashfs of the tree behind it. RUNTIME is a file of
# the type2-runtime project; the release workflow fetches it (the project publishes no sums of its
# continuous build). Without RUNTIME the squashfs is made and tried, and that is all. Wants
# squashfs-tools.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd); root=$(cd "$here/../.." && pwd)
tree=$1 version=$2 output=$3 runtime=${4-}
id=chat.phial.Phial
folder=$root/build/Phial.AppDir
rm -rf "$folder"; mkdir -p "$folder/usr/lib" "$folder/usr/share/applications" "$folder/usr/share/metainfo" "$folder/usr/share/icons/hicolor/256x256/apps"
cp -a "$tree" "$folder/usr/lib/phial"
sed "s/^Exec=.*/Exec=AppRun --open %F/; \$aX-AppImage-Version=$version" "$here/$id.desktop" >"$folder/$id.desktop"
cp "$folder/$id.desktop" "$folder/usr/share/applications/"
cp "$here/$id.metainfo.xml" "$folder/usr/share/metainfo/$id.appdata.xml"
cp "$root/build/icons/phial-256.png" "$folder/usr/share/icons/hicolor/256x256/apps/$id.png"
cp "$root/build/icons/phial-256.png" "$folder/$id.png"
ln -s "$id.png" "$folder/.DirIcon"
# Data beside the .AppImage: "Phial.AppImage.home", as AppImages have it, needs nothing of ours.
cat >"$folder/AppRun" <<'RUN'
#!/bin/sh
exec "$(dirname "$(readlink -f "$0")")/usr/lib/phial/phial" "$@"
RUN
chmod 755 "$folder/AppRun"
QT_QPA_PLATFORM=offscreen "$folder/AppRun" --self-test
squashfs=$root/build/phial.squashfs
rm -f "$squashfs"
mksquashfs "$folder" "$squashfs" -root-owned -noappend -comp zstd -Xcompression-level 19 -quiet -no-progress \
  ${SOURCE_DATE_EPOCH:+-mkfs-time "$SOURCE_DATE_EPOCH" -all-time "$SOURCE_DATE_EPOCH"}
unpacked=$root/build/Phial.unpacked
rm -rf "$unpacked"
unsquashfs -quiet -no-progress -dest "$unpacked" "$squashfs" >/dev/null
QT_QPA_PLATFORM=offscreen "$unpacked/AppRun" --self-test | tail -1
rm -rf "$unpacked"
if [ -z "$runtime" ]; then
  echo "no runtime was given: the squashfs is made and tried, $(stat -c %s "$squashfs") bytes, and not more"
  exit
fi
cat "$runtime" "$squashfs" >"$output"
chmod 755 "$output"
ls -l "$output"
