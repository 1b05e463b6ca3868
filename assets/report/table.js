// SPDX-License-Identifier: BSD-3-Clause
// The table, copied for spreadsheets.

function csvRows(csv) {
  const rows = [[]];
  for (const [, cell, end] of csv.matchAll(/("(?:[^"]|"")*"|[^",\r\n]*)(,|\r\n)/g)) {
    rows.at(-1).push(cell.replace(/^"|"$/g, "").replaceAll('""', '"'));
    if (end !== ",") rows.push([]);
  }
  return rows.slice(0, -1);
}

async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    // Pages opened from a disk may not reach the clipboard that way.
    const area = make("textarea", { value: text });
    document.body.append(area);
    area.select();
    document.execCommand("copy");
    area.remove();
  }
}

function addCopyButton(link) {
  const csv = decodeURIComponent(link.href.slice(link.href.indexOf(",") + 1));
  const plain = (cell) => cell.replace(/[\t\r\n]/g, " ");
  const text = csvRows(csv).map((row) => row.map(plain).join("\t")).join("\n") + "\n";
  const status = make("span", { role: "status" });
  const button = make("button", { type: "button", className: "button", textContent: "Copy table" });
  button.addEventListener("click", async () => {
    await copy(text);
    status.textContent = "Copied, for pasting into a spreadsheet.";
  });
  link.before(button);
  link.after(status);
}

all("a[download]").forEach(addCopyButton);
