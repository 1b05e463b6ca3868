# SPDX-License-Identifier: BSD-3-Clause
"""What the script of a report page must do, one function each; they raise AssertionError."""

import csv
import io
import urllib.parse

from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys


def table(browser):
    """{SNR: {method: first number column}} of the page's table, as shown."""
    return browser.run("""
        const table = {};
        for (const body of document.querySelectorAll("table tbody")) {
          const snr = body.querySelector(".snr").textContent.match(/SNR (\\S+) dB/)[1];
          table[snr] = {};
          const head = [...document.querySelectorAll("thead th")].map((th) => th.textContent);
          for (const row of body.querySelectorAll("tr:not(.snr)")) {
            const cells = [...row.children].map((cell) => cell.textContent);
            table[snr][cells[0]] = Object.fromEntries(head.map((name, i) => [name, cells[i]]));
          }
        }
        return table;""")


def same_method(name, label):
    """Legends add the number of steps to a method's name."""
    return label == name or label.startswith(name + ", ")


def tip(plot):
    return plot.parent.execute_script("""
        const tip = [...arguments[0].parentNode.querySelectorAll(".tip")].find((t) => !t.hidden);
        if (!tip) return null;
        return {heading: tip.querySelector("p").firstChild.textContent,
                rows: [...tip.querySelectorAll("li")].map((li) =>
                  [li.querySelector("span").textContent, li.querySelector("b").textContent])};
        """, plot)


def visible(browser, selector):
    return [element for element in browser.driver.find_elements(By.CSS_SELECTOR, selector)
            if element.is_displayed()]


def is_evaluation(browser):
    return browser.driver.find_element(By.CSS_SELECTOR, ".kind").text == "Pellucid evaluation"


def check_hover(browser):
    """Values under the pointer are those of the table, at both ends and by keyboard."""
    numbers = table(browser) if is_evaluation(browser) else None
    plot = visible(browser, ".chart .plot")[0]
    area = plot.find_element(By.CSS_SELECTOR, ".pointer")
    browser.run("arguments[0].scrollIntoView({block: 'center'})", plot)
    half = area.size["width"] / 2 - 2
    for side in (-half, half):
        ActionChains(browser.driver).move_to_element_with_offset(area, side, 0).perform()
        compare(tip(plot), numbers)
    caption = visible(browser, ".chart figcaption")[0]
    ActionChains(browser.driver).move_to_element(caption).perform()
    assert tip(plot) is None, "the values stay when the pointer has left"
    browser.run("arguments[0].focus()", area)
    area.send_keys(Keys.HOME)
    first = tip(plot)
    compare(first, numbers)
    area.send_keys(Keys.ARROW_RIGHT)
    if numbers is None or len(numbers) > 1:
        assert tip(plot)["heading"] != first["heading"], "arrow keys do not move the pointer"
    assert tip(plot)["heading"] in area.get_attribute("aria-valuetext")
    area.send_keys(Keys.ESCAPE)
    assert tip(plot) is None, "Escape does not close the values"


def compare(shown, numbers):
    assert shown and shown["rows"], "no values under the pointer"
    if numbers is None:
        return
    rows = numbers[shown["heading"].split(" ")[1]]
    assert len(shown["rows"]) == len(rows), f"{len(shown['rows'])} values for {len(rows)} methods"
    for label, value in shown["rows"]:
        matches = [row["NMSE"] for name, row in rows.items() if same_method(name, label)]
        assert value in matches, f"{label}: {value} under the pointer, {matches} in the table"


def check_switches(browser):
    """A name of the legend hides its curve and its pictures, and shows them again."""
    entry = visible(browser, ".chart .entry")[-1]
    series = entry.get_attribute("data-series")
    browser.run("arguments[0].scrollIntoView({block: 'center'})", entry)
    parts = f'.line[data-series="{series}"], [data-label][data-series="{series}"], ' \
            f'.level.current [data-series="{series}"], .levels:not(.one) [data-series="{series}"]'
    before = len(visible(browser, parts))
    assert before >= 1, "the last name of the legend has no curve"
    entry.find_element(By.CSS_SELECTOR, "text").click()
    assert entry.get_attribute("aria-checked") == "false"
    assert not visible(browser, parts), "the legend's switch leaves something visible"
    entry.send_keys(" ")
    assert entry.get_attribute("aria-checked") == "true"
    assert len(visible(browser, parts)) == before, "the legend's switch does not bring all back"


def check_slider(browser):
    """One SNR at a time, chosen by the slider; a chip hides its method."""
    levels = browser.driver.find_elements(By.CSS_SELECTOR, ".levels .level")
    if len(levels) < 2:
        return
    slider = browser.driver.find_element(By.CSS_SELECTOR, ".slider input")
    seen = []
    slider.send_keys(Keys.HOME)
    for _ in levels:
        shown = visible(browser, ".levels .level")
        assert len(shown) == 1, f"{len(shown)} SNRs are shown at once"
        seen.append(shown[0].get_attribute("data-snr"))
        output = browser.driver.find_element(By.CSS_SELECTOR, ".slider output").text
        assert output == seen[-1] + " dB" == slider.get_attribute("aria-valuetext")
        slider.send_keys(Keys.ARROW_RIGHT)
    assert len(set(seen)) == len(levels), f"the slider reaches {seen} only"
    chip = browser.driver.find_element(By.CSS_SELECTOR, ".chips input")
    strips = f'.levels [data-series="{chip.get_attribute("data-series")}"]'
    assert visible(browser, strips)
    chip.click()
    assert not visible(browser, strips), "a chip does not hide its method"
    chip.click()


def check_zoom(browser):
    """A press on a picture shows that sample large by every method; Escape closes it."""
    pictures = visible(browser, ".levels .cells > *")
    if not pictures:
        return
    browser.run("arguments[0].scrollIntoView({block: 'center'})", pictures[0])
    pictures[0].click()
    dialog = browser.driver.find_element(By.CSS_SELECTOR, "dialog[open]")
    strips = len(visible(browser, ".level.current .strip, .levels:not(.one) .level:first-child .strip"))
    shown = dialog.find_elements(By.CSS_SELECTOR, "figure")
    assert len(shown) == strips, f"{len(shown)} enlarged pictures of {strips} methods"
    dialog.send_keys(Keys.ESCAPE)
    assert not visible(browser, "dialog"), "Escape does not close the enlarged pictures"


def downloaded(part):
    """Rows of the CSV link in a part of the page."""
    link = part.find_element(By.CSS_SELECTOR, "a[download]").get_attribute("href")
    assert link.startswith("data:text/csv;charset=utf-8,")
    return list(csv.DictReader(io.StringIO(urllib.parse.unquote(link.split(",", 1)[1]))))


def check_csv(browser):
    """Each CSV has every number of its table, and what is copied is the same."""
    for part in browser.driver.find_elements(By.CSS_SELECTOR, ".numbers"):
        check_one_csv(browser, part)


def check_one_csv(browser, part):
    rows = downloaded(part)
    exact = browser.run("""
        return [...arguments[0].querySelectorAll("tbody tr:not(.snr)")].map((row) =>
          [...row.querySelectorAll("data")].map((data) => data.getAttribute("value")));""", part)
    assert len(rows) == len(exact), f"{len(rows)} lines for {len(exact)} rows"
    lines = sorted(list(filter(None, row.values())) for row in rows)
    for cells in exact:
        assert any(set(cells) <= set(line) for line in lines), f"{cells} not in the CSV"
    browser.run("""
        window.copied = null;
        navigator.clipboard.writeText = async (text) => { window.copied = text; };""")
    button = part.find_element(By.CSS_SELECTOR, ".actions button")
    browser.run("arguments[0].closest('details')?.setAttribute('open', '')", button)
    browser.run("arguments[0].scrollIntoView({block: 'center'})", button)
    button.click()
    copied = list(csv.DictReader(io.StringIO(browser.run("return window.copied")), delimiter="\t"))
    assert copied == rows, "what is copied differs from the CSV"


def check_sounds(browser):
    """Every player can play what it has."""
    faults = browser.driver.execute_async_script("""
        const done = arguments[0];
        const players = [...document.querySelectorAll("audio")];
        Promise.all(players.map((player) => new Promise((resolve) => {
          player.addEventListener("loadedmetadata", () =>
            resolve(player.duration > 0.1 ? null : "empty: " + player.ariaLabel));
          player.addEventListener("error", () => resolve(player.ariaLabel));
          player.preload = "metadata";
          player.load();
        }))).then((all) => done(all.filter((fault) => fault)));""")
    assert not faults, f"players that do not play: {faults}"


ALL = [check_hover, check_switches, check_slider, check_zoom, check_csv, check_sounds]
