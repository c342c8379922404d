#!/usr/bin/env bash
# Answers with llama.cpp's processor modules on processors this machine does not have: a Linux starts
# in Bochs, which emulates AVX-512, and lets each module of the tree answer one question. Those that
# the emulated processor can run must all say what this machine's own processor says.
#
#   try.sh TREE [PROCESSOR]     PROCESSOR: one of `bochs --help cpu`; corei7_skylake_x has AVX-512
#
# Needs gcc, bochs, bochsbios, vgabios, bochs-term, isolinux, syslinux-common, xorriso, cpio,
# busybox-static, and the unpacked llama.cpp that build.py leaves in build/. Takes about five minutes.
set -euo pipefail
tree=$(realpath "$1"); processor=${2:-corei7_skylake_x}
here=$(realpath "$(dirname "$0")")
sources=("$here"/../../../build/llama_cpp_python-*/vendor/llama.cpp)
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
guest=$work/guest; disc=$work/disc
mkdir -p "$guest"/{bin,proc,dev,lib64,lib/x86_64-linux-gnu,phial/lib} "$disc/isolinux"

cp -L "$tree"/_internal/llama_cpp/lib/*.so* "$guest/phial/lib"
cp "$tree/_internal/models/demo.gguf" "$guest/phial"
for library in llama ggml ggml-base; do
  [ -e "$guest/phial/lib/lib$library.so" ] || ln -s "lib$library.so.0" "$guest/phial/lib/lib$library.so"
done
[ -e "$guest/phial/lib/libllama.so.0" ] || ln -s libllama.so "$guest/phial/lib/libllama.so.0"
# shellcheck disable=SC2016  # $ORIGIN is the loader's
gcc -O1 -I"${sources[0]}/include" -I"${sources[0]}/ggml/include" "$here/answer.c" -o "$guest/phial/answer" \
  -L"$guest/phial/lib" -lllama -lggml -lggml-base -Wl,-rpath,'$ORIGIN/lib' -Wl,--allow-shlib-undefined
expected=$("$guest/phial/answer" "$guest/phial/lib/libggml-cpu-x64.so" "$guest/phial/demo.gguf" 2>/dev/null)

# The guest: busybox, glibc, and an init that lets each module answer.
cp /bin/busybox "$guest/bin/"
for library in libc.so.6 libm.so.6 libgcc_s.so.1 libstdc++.so.6; do
  cp -L "/lib/x86_64-linux-gnu/$library" "$guest/lib/x86_64-linux-gnu/"
done
cp -L /lib64/ld-linux-x86-64.so.2 "$guest/lib64/"
cat >"$guest/init" <<'INIT'
#!/bin/busybox sh
/bin/busybox mount -t proc proc /proc; /bin/busybox mount -t devtmpfs dev /dev
echo "PROCESSOR $(/bin/busybox grep -m1 flags /proc/cpuinfo | /bin/busybox grep -o 'avx[^ ]*' | /bin/busybox tr '\n' ' ')"
cd /phial
for module in lib/libggml-cpu-*.so; do
  said=$(./answer $module demo.gguf 2>/dev/null); echo "MODULE $? ${module#lib/libggml-cpu-} $said"
done
echo DONE; /bin/busybox sleep 1; /bin/busybox poweroff -f  # the serial line is slow
INIT
chmod +x "$guest/init"
(cd "$guest" && find . | cpio -o -H newc --quiet) >"$disc/guest.cpio"

# Debian's kernel for virtual machines. Bochs 2.7 reports the sizes of XSAVE's compact forms wrongly and
# knows no protection keys: the kernel does without (bits 10*32+1 and 16*32+3 of its feature words).
(cd "$work" && apt-get download -qq "$(apt-cache depends linux-image-cloud-amd64 | awk '/Depends: linux-image/{print $2; exit}')" 2>/dev/null)
dpkg-deb -x "$work"/linux-image-*.deb "$work/kernel"
cp "$work"/kernel/boot/vmlinuz-* "$disc/kernel"
cp /usr/lib/ISOLINUX/isolinux.bin /usr/lib/syslinux/modules/bios/ldlinux.c32 "$disc/isolinux/"
cat >"$disc/isolinux/isolinux.cfg" <<'MENU'
DEFAULT phial
LABEL phial
 KERNEL /kernel
 INITRD /guest.cpio
 APPEND console=ttyS0 quiet rdinit=/init lsm= noxsaves clearcpuid=515,321 mitigations=off nokaslr random.trust_cpu=on idle=poll lapic=notscdeadline nohz=off highres=off
MENU
xorriso -as mkisofs -quiet -o "$work/disc.iso" -b isolinux/isolinux.bin -c isolinux/boot.cat \
  -no-emul-boot -boot-load-size 4 -boot-info-table "$disc"
cat >"$work/bochsrc" <<BOCHS
config_interface: textconfig
display_library: term
memory: guest=512, host=512
romimage: file=/usr/share/bochs/BIOS-bochs-latest
vgaromimage: file=/usr/share/bochs/VGABIOS-lgpl-latest
cpu: model=$processor, count=1, ips=80000000, reset_on_triple_fault=0
ata0: enabled=1, ioaddr1=0x1f0, ioaddr2=0x3f0, irq=14
ata0-master: type=cdrom, path=$work/disc.iso, status=inserted
boot: cdrom
com1: enabled=1, mode=file, dev=$work/serial
log: $work/log
panic: action=fatal
BOCHS
echo continue >"$work/orders"  # Debian's Bochs has its debugger built in, and asks
script -qec "timeout 3600 bochs -q -f $work/bochsrc -rc $work/orders" /dev/null >"$work/screen" 2>&1 </dev/null || true

grep -aq '^DONE' "$work/serial" || { echo "FAILED: the emulated system did not end:" >&2; tail -n 5 "$work/serial" >&2; exit 1; }
tr -d '\r' <"$work/serial" | grep -a '^PROCESSOR'
printf '%-22s %-8s %s\n' module outcome answer
ran=0
while read -r _ code module answer; do
  case $code in
    0) outcome=ran; ran=$((ran + 1))
       [ "$answer" = "$expected" ] || { echo "FAILED: $module says '$answer', not '$expected'" >&2; exit 1; } ;;
    3) outcome=refused ;;
    *) echo "FAILED: $module: $answer (exit code $code)" >&2; exit 1 ;;
  esac
  printf '%-22s %-8s %s\n' "$module" "$outcome" "$answer"
done < <(tr -d '\r' <"$work/serial" | grep -a '^MODULE')
[ "$ran" -gt 0 ] || { echo "FAILED: none of them ran" >&2; exit 1; }
echo "$ran modules ran on $processor and said the same."
