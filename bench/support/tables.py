# SPDX-License-Identifier: BSD-3-Clause
"""Markdown tables, and their place in a page between two comment lines."""

import pathlib


def table(header, rows):
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join("| " + " | ".join(str(cell) for cell in line) + " |" for line in lines)


def significant(value, digits=3):
    """A number as people write it: 0.0123, 1.23, 123, 12300."""
    text = f"{value:.{digits}g}"
    return f"{float(text):.0f}" if "e" in text and abs(value) >= 1 else text


def replace_between(path, name, text):
    """Puts `text` between `<!-- NAME begin -->` and `<!-- NAME end -->` of the page."""
    path = pathlib.Path(path)
    page = path.read_text()
    begin, end = f"<!-- {name} begin -->", f"<!-- {name} end -->"
    if begin not in page or end not in page.split(begin, 1)[1]:
        raise SystemExit(f"{path}: no lines '{begin}' and '{end}' to write between")
    before, rest = page.split(begin, 1)
    after = rest.split(end, 1)[1]
    path.write_text(f"{before}{begin}\n\n{text.strip()}\n\n{end}{after}")
