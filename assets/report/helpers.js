// SPDX-License-Identifier: BSD-3-Clause
"use strict";

const all = (selector, root = document) => [...root.querySelectorAll(selector)];

function make(name, properties = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(properties)) {
    if (key in element && key !== "role") element[key] = value;
    else element.setAttribute(key, value);
  }
  element.append(...children);
  return element;
}

function makeSvg(svg, name, attributes) {
  const element = document.createElementNS(svg.namespaceURI, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  return element;
}

// One set of switches for all plots and pictures

const hidden = new Set();

function setShown(series, shown) {
  if (shown) hidden.delete(series);
  else hidden.add(series);
  for (const element of all(`[data-series="${series}"]`)) {
    if (element.matches(".entry")) element.setAttribute("aria-checked", String(shown));
    else if (element.matches("input")) element.checked = shown;
    else element.classList.toggle("off", !shown);
  }
}
