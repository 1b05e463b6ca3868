// SPDX-License-Identifier: BSD-3-Clause
// Values under a pointer that follows mouse, finger or arrow keys; names that are switches.

function makeSwitch(svg, entry, label) {
  const series = entry.dataset.series;
  entry.setAttribute("role", "checkbox");
  entry.setAttribute("tabindex", "0");
  entry.setAttribute("aria-checked", "true");
  entry.setAttribute("aria-label", label);
  const flip = () => setShown(series, hidden.has(series));
  const stress = (on) => {
    svg.classList.toggle("faded", on && !hidden.has(series));
    for (const part of all(`[data-series="${series}"]`, svg)) part.classList.toggle("on", on);
  };
  entry.addEventListener("click", flip);
  entry.addEventListener("keydown", (event) => {
    if (event.key !== " " && event.key !== "Enter") return;
    event.preventDefault();
    flip();
  });
  entry.addEventListener("pointerenter", () => stress(true));
  entry.addEventListener("pointerleave", () => stress(false));
}

function collectStops(svg) {
  const stops = new Map();
  for (const points of all(".points[data-label]", svg)) {
    for (const point of all("g[data-at]", points)) {
      const { at, x, value } = point.dataset;
      if (!stops.has(x)) stops.set(x, { at: Number(at), x, rows: [] });
      const mark = point.querySelector(".hover");
      stops.get(x).rows.push({
        series: points.dataset.series,
        label: points.dataset.label,
        colour: points.classList[1],
        height: mark ? Number(mark.getAttribute("cy")) : Infinity,
        value,
      });
      point.querySelector("title")?.remove();
    }
  }
  const sorted = [...stops.values()].sort((a, b) => a.at - b.at);
  for (const stop of sorted) stop.rows.sort((a, b) => a.height - b.height);
  return sorted;
}

class Pointer {
  constructor(svg) {
    this.svg = svg;
    this.stops = collectStops(svg);
    this.current = Math.floor(this.stops.length / 2);
    const [left, top, right, bottom] = svg.dataset.area.split(" ").map(Number);
    Object.assign(this, { left, right, bottom });
    this.tip = make("div", { className: "tip", hidden: true, "aria-hidden": "true" });
    svg.parentNode.append(this.tip);
    this.line = makeSvg(svg, "path", { class: "crosshair", d: `M0 ${top}V${bottom}` });
    this.line.style.display = "none";
    this.area = makeSvg(svg, "rect", {
      class: "pointer", x: left, y: top, width: right - left, height: bottom - top,
      role: "slider", tabindex: 0, "aria-orientation": "horizontal",
      "aria-label": `${svg.dataset.y} at one ${svg.dataset.x}`,
      "aria-valuemin": 0, "aria-valuemax": this.stops.length - 1,
    });
    svg.append(this.line, this.area);
    this.describe();
    this.listen();
  }

  listen() {
    const follow = (event) => this.show(this.nearest(event));
    this.area.addEventListener("pointermove", follow);
    this.area.addEventListener("pointerdown", follow);
    this.area.addEventListener("pointerleave", (event) => {
      if (event.pointerType === "mouse" && document.activeElement !== this.area) this.hide();
    });
    this.area.addEventListener("focus", () => this.show(this.current));
    this.area.addEventListener("blur", () => this.hide());
    this.area.addEventListener("keydown", (event) => {
      const last = this.stops.length - 1;
      const to = {
        ArrowLeft: this.current - 1, ArrowDown: this.current - 1,
        ArrowRight: this.current + 1, ArrowUp: this.current + 1, Home: 0, End: last,
      }[event.key];
      if (event.key === "Escape") this.hide();
      if (to === undefined) return;
      event.preventDefault();
      this.show(Math.max(0, Math.min(last, to)));
    });
  }

  scale() {
    return this.svg.getBoundingClientRect().width / this.svg.viewBox.baseVal.width;
  }

  nearest(event) {
    const x = (event.clientX - this.svg.getBoundingClientRect().left) / this.scale();
    const distances = this.stops.map((stop) => Math.abs(stop.at - x));
    return distances.indexOf(Math.min(...distances));
  }

  rows() {
    return this.stops[this.current].rows.filter((row) => !hidden.has(row.series));
  }

  heading() {
    return `${this.svg.dataset.x} ${this.stops[this.current].x} ${this.svg.dataset.unit}`;
  }

  // The piece of curve that the legend has before the name.
  swatch(series) {
    const [line, mark] = all(`.entry[data-series="${series}"] > :is(.line, .points)`, this.svg);
    const [x, y] = line.getAttribute("d").slice(1).split(/[ h]/).map(Number);
    const svg = makeSvg(this.svg, "svg", { class: "plot swatch", viewBox: `${x} ${y - 7} 30 14` });
    svg.append(line.cloneNode(), mark.cloneNode(true));
    return svg;
  }

  describe() {
    const values = this.rows().map((row) => `${row.label}: ${row.value}`).join("; ");
    this.area.setAttribute("aria-valuenow", this.current);
    this.area.setAttribute("aria-valuetext", `${this.heading()}. ${values}`);
  }

  show(index) {
    this.current = index;
    this.describe();
    this.line.setAttribute("transform", `translate(${this.stops[index].at} 0)`);
    this.line.style.display = "";
    const list = this.rows().map((row) => make("li", {},
      this.swatch(row.series), make("span", { textContent: row.label }),
      make("b", { textContent: row.value })));
    this.tip.replaceChildren(
      make("p", {}, this.heading(), make("span", { textContent: this.svg.dataset.y })),
      make("ul", {}, ...list));
    this.tip.hidden = false;
    this.place();
  }

  // Beside the line on wide pages, under the plot on narrow ones.
  place() {
    const scale = this.scale();
    const at = this.stops[this.current].at * scale;
    const narrow = this.svg.classList.contains("narrow");
    const middle = ((this.left + this.right) / 2) * scale;
    const beside = at > middle ? at - this.tip.offsetWidth - 14 : at + 14;
    this.tip.style.left = `${narrow ? 0 : Math.max(0, beside)}px`;
    this.tip.style.top = `${narrow ? (this.bottom + 46) * scale : 10}px`;
    this.tip.style.width = narrow ? `${this.svg.getBoundingClientRect().width}px` : "max-content";
  }

  hide() {
    this.tip.hidden = true;
    this.line.style.display = "none";
  }
}

function animatePlot(svg) {
  svg.setAttribute("role", "group");
  const title = svg.querySelector(":scope > title");
  svg.setAttribute("aria-label", title.textContent);
  svg.removeAttribute("aria-labelledby");
  title.remove();
  const pointer = new Pointer(svg);
  for (const entry of all(".entry", svg)) {
    const points = svg.querySelector(`.points[data-series="${entry.dataset.series}"]`);
    makeSwitch(svg, entry, points.dataset.label);
  }
  document.addEventListener("pointerdown", (event) => {
    if (!svg.contains(event.target)) pointer.hide();
  });
}

for (const caption of all(".chart figcaption")) {
  const plot = caption.parentNode.querySelector(".plot[data-x]");
  if (!plot) continue;
  const x = plot.dataset.x.replace(/^[A-Z](?=[a-z])/, (letter) => letter.toLowerCase());
  caption.append(make("span", {
    className: "hint",
    textContent: `Point at the plot for the values at one ${x} (or focus it and use ` +
      "the arrow keys); press a name to hide or show its curve.",
  }));
}
all(".chart .plot[data-x]").forEach(animatePlot);
