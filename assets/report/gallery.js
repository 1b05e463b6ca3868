// SPDX-License-Identifier: BSD-3-Clause
// Pictures and sounds: one SNR at a time, chosen by a slider, and methods switched on and off.

function makeSlider(levels, number) {
  const blocks = all(".level", levels);
  const id = `snr-${number}`;
  const input = make("input", {
    id, type: "range", min: 0, max: blocks.length - 1, step: 1,
    value: Math.floor((blocks.length - 1) / 2),
  });
  const output = make("output", { htmlFor: id });
  const update = () => {
    const snr = `${blocks[Number(input.value)].dataset.snr} dB`;
    output.textContent = snr;
    input.setAttribute("aria-valuetext", snr);
    blocks.forEach((block, i) => block.classList.toggle("current", i === Number(input.value)));
    for (const player of all(".level:not(.current) audio", levels)) player.pause();
  };
  input.addEventListener("input", update);
  const marks = blocks.map((block, i) => {
    const mark = make("span", { textContent: block.dataset.snr });
    mark.style.left = `${(100 * i) / (blocks.length - 1)}%`;
    return mark;
  });
  levels.classList.add("one");
  update();
  return make("div", { className: "slider" },
    make("label", { htmlFor: id }, "SNR", output), input,
    make("div", { className: "marks", "aria-hidden": "true" }, ...marks));
}

function makeChips(levels) {
  const names = new Map();
  for (const strip of all("[data-series]", levels)) {
    names.set(strip.dataset.series, strip.querySelector(".who b").textContent);
  }
  if (names.size < 2) return null;
  const chips = [...names].map(([series, name]) => {
    const box = make("input", { type: "checkbox", checked: true, "data-series": series });
    box.addEventListener("change", () => setShown(series, box.checked));
    return make("label", {}, box, name);
  });
  return make("fieldset", { className: "chips" }, make("legend", { textContent: "Show" }), ...chips);
}

function addTools(levels, number) {
  const chips = makeChips(levels);
  if (chips) levels.before(make("div", { className: "tools" }, chips));
  if (all(".level", levels).length > 1) levels.before(makeSlider(levels, number));
}

// One player at a time.

document.addEventListener("play", (event) => {
  for (const player of all("audio")) if (player !== event.target) player.pause();
}, true);

all(".levels").forEach(addTools);
