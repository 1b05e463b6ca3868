// SPDX-License-Identifier: BSD-3-Clause
// One sample enlarged, by every method at the SNR that is shown.

class Zoom {
  constructor(levels) {
    this.levels = levels;
    this.pictures = make("div", { className: "enlarged" });
    this.heading = make("h2", { id: "zoom-heading" });
    const button = (text, press) => {
      const element = make("button", { type: "button", className: "button", textContent: text });
      element.addEventListener("click", press);
      return element;
    };
    const next = button("Next", () => this.step(1));
    next.autofocus = true;
    this.dialog = make("dialog", { className: "zoom", "aria-labelledby": "zoom-heading" },
      make("div", { className: "actions" }, this.heading,
        button("Previous", () => this.step(-1)), next,
        button("Close", () => this.dialog.close())),
      this.pictures);
    this.dialog.addEventListener("keydown", (event) => {
      if (event.key === "ArrowLeft") this.step(-1);
      if (event.key === "ArrowRight") this.step(1);
    });
    this.dialog.addEventListener("click", (event) => {
      if (event.target === this.dialog) this.dialog.close();
    });
    document.body.append(this.dialog);
  }

  open(level, sample) {
    this.level = level;
    this.sample = sample;
    this.count = level.querySelector(".cells").children.length;
    this.draw();
    this.dialog.showModal();
  }

  step(by) {
    this.sample = (this.sample + by + this.count) % this.count;
    this.draw();
  }

  draw() {
    this.heading.textContent =
      `Sample ${this.sample + 1} of ${this.count}, SNR ${this.level.dataset.snr} dB`;
    const strips = all(".strip:not(.off)", this.level);
    this.pictures.replaceChildren(...strips.map((strip) => {
      const cells = strip.querySelector(".cells");
      const picture = cells.children[this.sample].cloneNode(true);
      const name = strip.querySelector(".who").cloneNode(true);
      return make("figure", { className: cells.className }, picture, name);
    }));
  }
}

function addZoom(levels) {
  const zoom = new Zoom(levels);
  levels.addEventListener("click", (event) => {
    const cell = event.target.closest(".cells > *");
    if (cell) zoom.open(cell.closest(".level"), [...cell.parentNode.children].indexOf(cell));
  });
  const button = make("button", { type: "button", className: "button", textContent: "Enlarge" });
  button.addEventListener("click", () => {
    zoom.open(levels.querySelector(".level.current") ?? levels.querySelector(".level"), 0);
  });
  levels.parentNode.querySelector(".tools")?.append(button);
}

for (const levels of all(".levels")) if (levels.querySelector(".cells")) addZoom(levels);
