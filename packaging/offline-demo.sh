#!/bin/sh
# Whether a sample runs whole where there is nothing but the package: an empty home, no cache, no hub, no network.
#   sh packaging/offline-demo.sh [SAMPLE]
set -eu
sample=${1:-tiny-diffusion}
program=$(cd "$(dirname "$0")/.." && pwd)/.venv/bin/collection
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
mkdir "$place/home"
alone=
if unshare -rn true 2>/dev/null; then alone="unshare -rn"; else echo "the network cannot be cut off here; the hub is" >&2; fi
bare() { (cd "$place" && $alone env -i PATH=/usr/bin:/bin HOME="$place/home" LANG=C.UTF-8 HF_HUB_OFFLINE=1 "$program" "$@"); }
bare new demo --sample "$sample"
bare -C demo run
bare -C demo mismatches
bare -C demo status
counts=$(bare -C demo status --json | tr -d ' \n' | grep -o '"\(minted\|verified\)":[0-9]*' | sort -u | tr '\n' ' ')
minted=${counts#*'"minted":'} verified=${counts#*'"verified":'}
test "${minted%% *}" -gt 0 && test "${minted%% *}" = "${verified%% *}"
echo "$sample: ${verified%% *} tokens verified, with nothing but the package"
