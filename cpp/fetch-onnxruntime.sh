#!/usr/bin/env bash
# Puts ONNX Runtime where CMake looks for it:  fetch-onnxruntime.sh FOLDER [PYTHON]
#
#   FOLDER/include   the C++ headers, from Debian 13's package libonnxruntime-dev (Debian 12 has none)
#   FOLDER/lib       a link to the library of the wheel that PYTHON has installed; the C API keeps its ABI, so that
#                    a library newer than the headers serves
#
# The package comes from the mirror that apt already uses on this machine, checked against Debian's keys; apt's own
# lists, sources and packages stay as they are.
set -euo pipefail
[ $# -ge 1 ] || { echo "usage: $0 FOLDER [PYTHON]" >&2; exit 2; }
mkdir -p "$1"
folder=$(cd "$1" && pwd)
python=${2:-python3}
suite=trixie package=libonnxruntime-dev

library=$("$python" -c '
import importlib.util, pathlib
found = importlib.util.find_spec("onnxruntime")
print(*sorted(pathlib.Path(found.origin).parent.glob("capi/libonnxruntime.so.*")) if found else ())')
[ -n "$library" ] || { echo "$0: $python has no onnxruntime with a library in it: pip install onnxruntime" >&2; exit 1; }
mkdir -p "$folder/lib"
# By both names: the linker looks for the first, the program for the second, which is what the library calls itself.
for name in libonnxruntime.so libonnxruntime.so.1; do ln -sfn "$library" "$folder/lib/$name"; done

[ ! -e "$folder/include/onnxruntime_cxx_api.h" ] || exit 0
apt=$(mktemp -d)
trap 'rm -rf "$apt"' EXIT
mkdir -p "$apt/lists/partial" "$apt/cache/archives/partial" "$apt/unpacked"
mirror=$(apt-get indextargets --format '$(REPO_URI) $(CODENAME) $(SUITE)' 'Created-By: Packages' |
  awk '$2 !~ /security|updates|backports/ && $1 !~ /security/ { print $1; exit }')
[ -n "$mirror" ] || { echo "$0: apt knows no Debian mirror; put the headers into $folder/include yourself" >&2; exit 1; }
echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror $suite main" >"$apt/sources.list"
private=(-qq -o "Dir::State::lists=$apt/lists" -o "Dir::Cache=$apt/cache" -o "Dir::Etc::sourcelist=$apt/sources.list"
  -o Dir::Etc::sourceparts=/dev/null -o "APT::Sandbox::User=$(id -un)" -o Acquire::Languages=none
  -o Acquire::IndexTargets::deb::Contents-deb::DefaultEnabled=false)
apt-get "${private[@]}" update
(cd "$apt" && apt-get "${private[@]}" download "$package/$suite")
dpkg-deb --extract "$apt/$package"_*.deb "$apt/unpacked"
mkdir -p "$folder/include"
find "$apt/unpacked/usr/include" -name '*.h' -exec cp {} "$folder/include/" \;
