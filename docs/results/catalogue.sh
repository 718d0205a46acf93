#!/usr/bin/env bash
# Measures every attack with every balancer on the default model and writes the page of attacks.
# usage: docs/results/catalogue.sh [IMAGES]   (16 by default; about a minute of processor time per image)
set -euo pipefail
cd "$(dirname "$0")/../.."
images=${1:-16}
out=${TMPDIR:-/tmp}/topple-catalogue-$images
topple=${TOPPLE:-./topple}
"$topple" attack --attack all --balance all --limit "$images" --batch "$images" --queries 300 --pictures 1 --out "$out"
"$topple" study catalogue --results "$out/results.json" --keep docs/results/catalogue.json --page docs/attacks.md
