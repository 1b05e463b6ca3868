#!/bin/bash
# A photograph with white noise at 0, 10 and 20 dB, grey and in colour, by patches of 8 x 8: a mixture
# learnt from two other photographs beside its Wiener filter. Needs Debian's python3-scipy (the
# photograph: a raccoon, US Fish and Wildlife Service, public domain), python3-sklearn (the two others,
# CC BY 2.0 by Daniel Buechele and vultilion) and imagemagick; about 5 minutes on two cores.
# Usage: run.sh [OUT]
set -euo pipefail

readonly program=${PELLUCID:-pellucid}
readonly out=${1:-photograph}
readonly images=${IMAGES:-/usr/lib/python3/dist-packages/sklearn/datasets/images}

mkdir -p "$out/grey" "$out/colour"
for name in china flower; do
  convert "$images/$name.jpg" -strip "$out/colour/$name.png"
  convert "$images/$name.jpg" -strip -colorspace Gray "$out/grey/$name.png"
done
/usr/bin/python3 -W ignore -c '
import scipy.misc, sys
face = scipy.misc.face()
header = b"P6 %d %d 255\n" % (face.shape[1], face.shape[0])
sys.stdout.buffer.write(header + face.tobytes())' > "$out/raccoon.ppm"
convert "$out/raccoon.ppm" "$out/raccoon-colour.png"
convert "$out/raccoon.ppm" -colorspace Gray "$out/raccoon-grey.png"

for kind in grey colour; do
  "$program" fit "$out/$kind" --patch 8 --components 64 --passes 20 -o "$out/$kind.safetensors"
  "$program" evaluate "$out/raccoon-$kind.png" -m "$out/$kind.safetensors" --snr-db 0:10:20 \
    --title "A photograph, $kind" --json "$out/$kind.json" --report "$out/$kind.html"
done
echo "Look: $out/grey.html and $out/colour.html"
