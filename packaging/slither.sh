#!/bin/sh
# Let slither look at the contracts, from an environment that is thrown away; fails on a finding of medium or above.
set -eu
modules=$(pwd)/contracts/node_modules
forge=$(dirname "$(ls "$modules"/@foundry-rs/forge-*/bin/forge)")
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/pip" install --quiet slither-analyzer==0.11.6
mkdir "$folder/contracts"
cp -r contracts/src contracts/foundry.toml contracts/solc.mjs contracts/package.json "$folder/contracts"
ln -s "$modules" "$folder/contracts/node_modules"
cd "$folder/contracts"
PATH="$forge:$PATH" "$folder/env/bin/slither" . --filter-paths node_modules --fail-medium
