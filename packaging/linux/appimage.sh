#!/usr/bin/env bash
# Makes an AppImage of the frozen program.
#
#   appimage.sh TREE VERSION OUTPUT [RUNTIME]
#
# An AppImage is a small program (RUNTIME) with a squashfs of the tree behind it. RUNTIME is a file
# of the type2-runtime project, the one thing here that no package registry has; the release
# workflow fetches it (its project publishes no sums of the continuous build). Without RUNTIME the folder is made and tried, and that is
# all. Wants squashfs-tools.
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
if [ -z "$runtime" ]; then echo "no runtime was given: the folder is made and tried, nothing is packed"; exit; fi
squashfs=$root/build/phial.squashfs
rm -f "$squashfs"
mksquashfs "$folder" "$squashfs" -root-owned -noappend -comp zstd -Xcompression-level 19 -quiet -no-progress \
  ${SOURCE_DATE_EPOCH:+-mkfs-time "$SOURCE_DATE_EPOCH" -all-time "$SOURCE_DATE_EPOCH"}
cat "$runtime" "$squashfs" >"$output"
chmod 755 "$output"
ls -l "$output"
