#!/bin/sh
# Check the types of the scripts of the review page and of the gallery's two pages, which say them in JSDoc, with the TypeScript of packaging/typescript.
# Where npm is missing the check is skipped and says so; under REQUIRE_ALL=1 that is a failure.
set -eu
here=$(dirname "$0")
sh "$here/node-tools.sh" "$here/typescript"
if [ -x "$here/typescript/node_modules/.bin/tsc" ]; then
    for project in tsconfig.json tsconfig.gallery.json tsconfig.proof.json; do
        "$here/typescript/node_modules/.bin/tsc" --project "$here/typescript/$project"
    done
    echo "tsc: the pages' scripts agree with their types"
elif [ "${REQUIRE_ALL:-}" = 1 ]; then
    echo "REQUIRE_ALL=1, but the types of the page's scripts cannot be checked: install npm" >&2
    exit 1
else
    echo "tsc: skipped, because npm is not here: the types of the page's scripts are not checked" >&2
fi
