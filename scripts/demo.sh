#!/bin/bash
# The main job on real data: fits a mixture to Fashion-MNIST, makes test images noisy and denoises
# them, generates new ones, measures everything against the alternatives; then the same with speech.
# Usage: demo.sh [OUT]
set -euo pipefail

readonly program=${PELLUCID:-build/release/bin/pellucid}
readonly out=${1:-build/demo}
readonly data=${FASHION_MNIST:-/usr/share/datasets/fashion-mnist}
readonly train=$data/train-images-idx3-ubyte.gz test=$data/t10k-images-idx3-ubyte.gz
readonly sounds=${SOUNDS:-/usr/share/asterisk/sounds/en_US_f_Allison}
readonly recording=all-circuits-busy-now.wav  # the tenth: not one of those learnt from
readonly train_images=12000 test_images=1000 components=16

for file in "$train" "$test"; do
  [[ -r $file ]] || { echo "demo: $file is missing: install dataset-fashion-mnist" >&2; exit 1; }
done
[[ -r $sounds/$recording ]] ||
  { echo "demo: $sounds is missing: install asterisk-core-sounds-en-wav" >&2; exit 1; }
rm -rf "$out"
mkdir -p "$out"

# say TEXT - a heading; run ARGUMENT... - shows the command, then runs it.
say() { printf '\n\033[1m%s\033[0m\n' "$*"; }
run() {
  echo "\$ pellucid $*"
  "$program" "$@"
}

say "1. Learn a prior from the first $train_images of 60,000 training images (a subset, to be quick)"
run fit "$train" --first $train_images --components $components --passes 12 -o "$out/fashion.safetensors"

say "2. Denoise test images at several SNRs"
for snr in -5 5 15; do
  run corrupt "$test" --first $test_images --snr-db=$snr -o "$out/noisy$snr.npy"
  run denoise "$out/noisy$snr.npy" -m "$out/fashion.safetensors" --snr-db=$snr -o "$out/denoised$snr.npy"
done

say "3. Generate new images"
run sample -m "$out/fashion.safetensors" -n 64 --steps 100 -o "$out/generated"

say "4. Measure against the alternatives, on $test_images test images"
run evaluate "$test" --first $test_images -m "$out/fashion.safetensors" --snr-db -10:5:20 \
  --method one-step --method mean-forwarding --steps 8 \
  --title "Fashion-MNIST: $test_images test images" \
  --json "$out/results.json" --report "$out/report.html" | tee "$out/results.txt"

say "5. The same with recorded speech: every tenth recording is kept for the test"
mkdir -p "$out/speech/train" "$out/speech/test"
number=0
for file in "$sounds"/*.wav; do
  number=$((number + 1))
  kept=train
  if ((number % 10 == 0)); then kept='test'; fi
  ln -s "$file" "$out/speech/$kept/"
done
run fit "$out/speech/train" --frame 64 --hop 16 --components 32 --passes 15 --vectors 60000 \
  -o "$out/speech.safetensors"
run corrupt "$out/speech/test/$recording" --noise-std 0.06 -o "$out/noisy.wav"
run denoise "$out/noisy.wav" -m "$out/speech.safetensors" --noise-std 0.06 -o "$out/denoised.wav"
run evaluate "$out/speech/test" -m "$out/speech.safetensors" --snr-db 0:5:20 \
  --title "Speech: recordings the model has not heard" --report "$out/speech.html"

# nmse METHOD MODEL SNR - a number of the table.
nmse() {
  awk -v method="$1" -v model="$2" -v snr="$3" \
    '$1 == snr && $3 == method && (model == "" || $4 == model) { print (model == "" ? $4 : $5); exit }' \
    "$out/results.txt"
}

say "Done. Open the pages: file://$(realpath "$out/report.html") (images) and"
echo "file://$(realpath "$out/speech.html") (speech, to listen to)"
echo "Normalised mean square error on Fashion-MNIST (1 = knows nothing; noisy images have 1/SNR):"
for snr in 0 10; do
  printf '  %3s dB: noisy %.3f, PCA %.4f, Wiener filter %.4f, mixture of %d Gaussians %.4f\n' $snr \
    "$(nmse least-squares "" $snr)" "$(nmse pca "" $snr)" "$(nmse wiener "" $snr)" $components \
    "$(nmse one-step fashion $snr)"
done
cat << END
Pictures of generated images: $out/generated/; numbers: $out/results.json
Try next:
  $program info $out/fashion.safetensors
  $program fit $train --components 32 --first 30000 -o $out/better.safetensors
  $program denoise $out/noisy5.npy -m $out/fashion.safetensors --snr-db 5 -o $out/pictures
END
