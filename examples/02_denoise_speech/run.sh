#!/bin/bash
# Speech with white noise at 0, 10 and 20 dB: mixtures of 64 Gaussians of plain frames and of
# short-time spectra beside the Wiener filter and PCA, on recordings that were not learnt from (every
# tenth). Needs Debian's asterisk-core-sounds-en-wav; about 15 minutes on two cores.
# Usage: run.sh [OUT]
set -euo pipefail

readonly program=${PELLUCID:-pellucid}
readonly out=${1:-speech}
readonly sounds=${SOUNDS:-/usr/share/asterisk/sounds/en_US_f_Allison}

mkdir -p "$out/train" "$out/test"
number=0
for file in "$sounds"/*.wav; do
  number=$((number + 1))
  part=train
  if ((number % 10 == 0)); then part='test'; fi
  ln -sf "$file" "$out/$part/"
done

"$program" fit "$out/train" --frame 128 --hop 32 --components 64 --passes 30 --vectors 200000 \
  -o "$out/frames.safetensors"
"$program" fit "$out/train" --transform stft --components 64 --passes 20 -o "$out/stft.safetensors"
for model in frames stft; do
  "$program" evaluate "$out/test" -m "$out/$model.safetensors" --snr-db 0:10:20 \
    --title "Speech, $model" --json "$out/$model.json" --report "$out/$model.html"
done
echo "Listen: $out/frames.html and $out/stft.html"
