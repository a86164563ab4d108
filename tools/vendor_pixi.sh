#!/usr/bin/env bash
# Take PixiJS's built file of a version from npm, as it is, with its license: tools/vendor_pixi.sh 8.22.0
set -euo pipefail
version=${1:?a version, such as 8.22.0}
to=$(cd "$(dirname "$0")/../src/imagesasdata/pages/vendor" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm pack --silent "pixi.js@$version" >/dev/null
tar xzf pixi.js-*.tgz
cp package/dist/pixi.min.js "$to/pixi.min.js"
cp package/LICENSE "$to/pixi.LICENSE.txt"
sha256sum "$to/pixi.min.js"
