#!/bin/sh
# Install the npm tools of FOLDER (EVM nodes, an IPFS node and axe for tests, the Solidity compiler, TypeScript) into its node_modules,
# as its lock file says.
# Without npm nothing is installed; the tests that want a tool then skip and say so.
set -eu
folder=$1
installed=$folder/node_modules/.installed
wanted=$(cat "$folder/package.json" "$folder/package-lock.json" | cksum)
if [ "$(cat "$installed" 2>/dev/null)" = "$wanted" ]; then
    echo "set-up: $folder/node_modules is as its lock file says"
elif command -v npm >/dev/null 2>&1; then
    echo "set-up: installing the npm tools of $folder (once; the IPFS node of tests/node takes some minutes)"
    # Not `npm ci`: a lock file written where other platforms' packages cannot be seen lacks them.
    npm install --no-save --prefix "$folder" --no-fund --no-audit --loglevel=error
    echo "$wanted" >"$installed"
else
    echo "set-up: npm is not here; tests that want the tools of $folder will skip" >&2
fi
