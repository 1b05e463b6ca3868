#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""Checks report pages in headless Chromium: looks, interaction, accessibility, weight.

page_check.py --axe axe.min.js --screenshots DIR PAGE.html...
"""

import argparse
import sys
import time
from pathlib import Path

from selenium.common.exceptions import WebDriverException

import interaction
from browser import Browser

MOST_BYTES = 5_000_000
MOST_SECONDS = 1.0
# What a noisy, shared machine may add to the second that is promised.
PATIENCE = 4.0
VIEWS = [(width, dark) for width in (390, 1280) for dark in (False, True)]


def view_name(width, dark):
    return f"{width}-{'dark' if dark else 'light'}"


def check_figures(browser):
    """Every figure is there and not empty."""
    empty = browser.run("""
        const seen = (element) => element.getClientRects().length > 0;
        const small = (element) => {
          const box = element.getBoundingClientRect();
          return box.width < 8 || box.height < 8;
        };
        const figures = [...document.querySelectorAll(
          "figure.chart .plot, .spectrogram, .cells img, .cells svg, audio")].filter(seen);
        const broken = [...document.images].filter((image) => image.naturalWidth === 0);
        const bare = [...document.querySelectorAll(".chart .plot")].filter(
          (plot) => plot.querySelectorAll(".line, .points > g, .heat rect").length === 0);
        return [...figures.filter(small), ...broken, ...bare].map((e) => e.outerHTML.slice(0, 90));
        """)
    assert not empty, f"empty figures: {empty}"


def check_width(browser):
    wider = browser.run("return document.documentElement.scrollWidth - window.innerWidth")
    assert wider <= 0, f"the page is {wider} pixels wider than its window"


def check_headings(browser):
    levels = browser.run("""return [...document.querySelectorAll("h1,h2,h3,h4")]
                            .map((h) => Number(h.tagName[1]))""")
    assert levels and levels[0] == 1 and levels.count(1) == 1
    steps = [b - a for a, b in zip(levels, levels[1:])]
    assert all(step <= 1 for step in steps), f"headings skip a level: {levels}"


def axe_findings(browser, axe):
    """Descriptions of what axe-core finds, worst first, and whether any is serious."""
    browser.run(axe)
    result = browser.driver.execute_async_script("""
        const done = arguments[0];
        axe.run(document, {resultTypes: ["violations"]}).then(
          (result) => done(result.violations.map((v) => [v.impact, v.id, v.nodes.length,
                                                         v.nodes[0].html.slice(0, 120)])),
          (error) => done([["critical", "axe: " + error, 1, ""]]));""")
    serious = [finding for finding in result if finding[0] in ("serious", "critical")]
    return result, serious


def check_loading(browser, path):
    """Seconds until everything is loaded and drawn."""
    browser.driver.get("about:blank")
    browser.requests()
    began = time.monotonic()
    browser.open(path)
    browser.run("return document.body.offsetHeight")
    wall = time.monotonic() - began
    timing = browser.run("return performance.getEntriesByType('navigation')[0].loadEventEnd / 1000")
    asked = [url for url in browser.requests() if url != Path(path).resolve().as_uri()]
    assert not asked, f"asks for {asked}"
    assert timing < MOST_SECONDS * PATIENCE, f"loads in {timing:.2f} s"
    return timing, wall


def page_name(path):
    """Of a folder's index the folder's name."""
    return path.parent.name if path.stem == "index" else path.stem


def check_without_scripts(path, folder):
    """All SNRs, numbers and pictures can be read where scripts are off."""
    with Browser(scripts=False) as browser:
        browser.view(1280)
        browser.open(path)
        browser.screenshot(folder / f"{page_name(path)}-no-script.png")
        shown = interaction.visible(browser, ".level")
        total = browser.driver.find_elements("css selector", ".level")
        assert len(shown) == len(total), f"{len(shown)} of {len(total)} SNRs are shown"
        assert not browser.driver.find_elements("css selector", ".tip, .slider, button")
        if browser.driver.find_elements("css selector", ".chart"):
            assert interaction.visible(browser, ".chart .plot"), "no plot is shown"
            assert interaction.downloaded(browser.driver), "nothing can be downloaded"


def check_print(browser):
    """On paper: every SNR, no controls."""
    browser.view(1280, media="print")
    hidden = [level for level in browser.driver.find_elements("css selector", ".level")
              if not level.is_displayed()]
    assert not hidden, f"{len(hidden)} SNRs are not printed"
    assert not interaction.visible(browser, ".tools, .actions, button, audio, .hint")


def check_enlarged(browser, axe):
    """The enlarged pictures are as accessible as the page; opened and closed by keyboard."""
    buttons = interaction.visible(browser, ".tools button")
    if not buttons:
        return
    buttons[0].send_keys("\n")
    assert interaction.visible(browser, "dialog img, dialog svg")
    _, serious = axe_findings(browser, axe)
    assert not serious, f"axe: {serious}"
    browser.driver.switch_to.active_element.send_keys("\ue00c")


def check(path, axe, folder):
    """Lines about what is wrong."""
    faults = []

    def attempt(name, step, *arguments):
        try:
            return step(*arguments)
        except Exception as fault:  # every check is run, whatever another found
            faults.append(f"{name}: {(str(fault).strip() or repr(fault)).splitlines()[0]}")
            return None

    # A page of words and tables alone has nothing to point at.
    charts = 'class="chart"' in path.read_text("utf-8")
    size = path.stat().st_size
    if size >= MOST_BYTES:
        faults.append(f"weighs {size / 1e6:.1f} MB")
    with Browser() as browser:
        browser.view(1280)
        loading = attempt("loading", check_loading, browser, path)
        attempt("headings", check_headings, browser)
        minor = set()
        for width, dark in VIEWS:
            name = view_name(width, dark)
            browser.view(width, dark)
            browser.open(path)
            attempt(name, check_figures, browser)
            attempt(name, check_width, browser)
            browser.screenshot(folder / f"{page_name(path)}-{name}.png")
            found, serious = attempt(name, axe_findings, browser, axe) or ([], [])
            faults += [f"{name}: axe: {finding}" for finding in serious]
            minor |= {f"{finding[1]} ({finding[0]})" for finding in found}
        for width in (1280, 390):
            browser.view(width)
            browser.open(path)
            for step in interaction.ALL if charts else ():
                attempt(f"{width} {step.__name__}", step, browser)
        attempt("enlarged", check_enlarged, browser, axe)
        attempt("print", check_print, browser)
        browser.screenshot(folder / f"{page_name(path)}-print.png")
        faults += [f"console: {message}" for message in browser.severe_messages()]
    attempt("without scripts", check_without_scripts, path, folder)
    timing = f"loaded in {loading[0]:.2f} s" if loading else "not loaded"
    print(f"{page_name(path)}: {size / 1e6:.2f} MB, {timing}, axe-core: "
          f"{', '.join(sorted(minor)) or 'nothing'}, {len(faults)} faults")
    return [f"  {page_name(path)}: {fault}" for fault in faults]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("pages", nargs="+", type=Path)
    parser.add_argument("--axe", required=True, type=Path)
    parser.add_argument("--screenshots", required=True, type=Path)
    arguments = parser.parse_args()
    arguments.screenshots.mkdir(parents=True, exist_ok=True)
    axe = arguments.axe.read_text(encoding="utf-8")
    try:
        Browser().driver.quit()
    except WebDriverException as error:
        print(error, file=sys.stderr)
        return 3
    faults = []
    for path in arguments.pages:
        faults += check(path, axe, arguments.screenshots)
    print("\n".join(faults) or "All pages are in order.")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
