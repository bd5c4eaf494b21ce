#!/bin/sh
# Makes the vendored files of the look anew: src/salter/pages/static/pages/{vendor,themes,fonts}.
# A developer's tool: needs Node 20+ with npm, and Python with django-htmx, fonttools and brotli. Nothing of it is needed
# at run time. After a run, look at `git diff --stat` and at the pictures that tests/browser makes.
set -eu

CSS_VERSION=1.22.0
CLI_VERSION=1.15.0
FONT_VERSION=5.3.0

here=$(cd "$(dirname "$0")" && pwd)
target=$here/../src/salter/pages/static/pages
python=${PYTHON:-python3}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

cd "$work"
npm init -y >/dev/null
npm install --no-audit --no-fund --silent \
    "@digdir/designsystemet-css@$CSS_VERSION" "@digdir/designsystemet@$CLI_VERSION" \
    "@fontsource-variable/source-sans-3@$FONT_VERSION"

mkdir -p "$target/vendor" "$target/themes" "$target/fonts"
cp node_modules/@digdir/designsystemet-css/dist/src/index.css "$target/vendor/designsystemet.css"
cp node_modules/@digdir/designsystemet-css/LICENSE "$target/vendor/designsystemet.LICENSE"

# Two configurations: themes of one file must have the same colour names, and the platform carries every institution's.
for kind in institutions platform; do
    npx designsystemet tokens create --config "$here/look/themes.$kind.json"
    tokens=$($python -c 'import json, sys; print(json.load(open(sys.argv[1]))["outDir"])' "$here/look/themes.$kind.json")
    npx designsystemet tokens build --config "$here/look/themes.$kind.json" -t "$tokens" -o "built-$kind"
    for css in "built-$kind"/*.css; do
        $python "$here/look/squeeze.py" "$css" >"$target/themes/$(basename "$css")"
    done
done

fonts=node_modules/@fontsource-variable/source-sans-3
cp "$fonts/LICENSE" "$target/fonts/source-sans-3.LICENSE"
cp "$fonts/files/source-sans-3-latin-wght-normal.woff2" "$target/fonts/"
# Only the letters of our languages (Polish, Romanian, Serbian Latin) and the Cyrillic of Serbian and Macedonian.
pyftsubset "$fonts/files/source-sans-3-latin-ext-wght-normal.woff2" --flavor=woff2 --layout-features='*' \
    --text="ĂăÂâÎîȘșȚțŞşŢţĄąĆćĘęŁłŃńÓóŚśŹźŻżČčĐđŠšŽž" \
    --output-file="$target/fonts/source-sans-3-latin-ext-wght-normal.woff2"
pyftsubset "$fonts/files/source-sans-3-cyrillic-wght-normal.woff2" --flavor=woff2 --layout-features='*' \
    --unicodes="U+0400-045F" --output-file="$target/fonts/source-sans-3-cyrillic-wght-normal.woff2"

$python - "$target/vendor" <<'PY'
import shutil, sys
from pathlib import Path
import django_htmx
# The package's own build of htmx 2, without the extras that need `eval`.
source = Path(django_htmx.__file__).parent / "static/django_htmx/htmx-2.min.js"
shutil.copyfile(source, Path(sys.argv[1]) / "htmx.js")
PY

cd "$target"
sha256sum vendor/*.css vendor/*.js themes/*.css fonts/*.woff2 >SHA256SUMS
