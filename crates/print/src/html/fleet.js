"use strict";
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const element = (id) => document.getElementById(id);
  const known = (value) => value !== null && value !== undefined && value !== "";
  const size = (bytes) => {
    if (!known(bytes)) return "";
    for (const [unit, factor, digits] of [["GB", 1e9, 2], ["MB", 1e6, 1], ["kB", 1e3, 1]]) {
      if (bytes >= factor) return (bytes / factor).toFixed(digits) + " " + unit;
    }
    return Math.round(bytes) + " B";
  };
  const percent = (value) => (known(value) ? (value > 0 ? "+" : "") + value.toFixed(0) + " %" : "");
  const seconds = (value) => (known(value) ? value.toFixed(2) + " s" : "");
  const minutes = (value) => (value < 60 ? value.toFixed(0) + " s" : (value / 60).toFixed(0) + " min");
  const day = (at) => (at ? new Date(at * 1000).toISOString().slice(0, 10) : "");
  const plain = (value) => (known(value) ? String(value) : "");
  const rank = { error: 2, warn: 1, info: 0, over: 3, within: 1 };
  const worth = (value) => (value in rank ? rank[value] : value);
  const hits = (app) => (app.cache_lookups ? app.cache_hits / app.cache_lookups : null);
  const list = (names) => names.join(", ");

  // Each column: title, what is sorted by, what is shown, whether it is a number, whether a phone leaves it out.
  const tables = {
    apps: [
      ["App", (a) => a.app, (a) => a.app],
      ["Compressed", (a) => a.compressed, (a) => size(a.compressed), true],
      ["Growth", (a) => a.growth_percent, (a) => percent(a.growth_percent), true, true],
      ["Budget", (a) => worth(a.verdict), (a) => a.verdict],
      ["Cache hits", hits, (a) => (a.cache_lookups ? `${a.cache_hits} of ${a.cache_lookups}` : ""), true, true],
      ["Saved", (a) => a.saved_seconds, (a) => minutes(a.saved_seconds), true, true],
      ["Start", (a) => a.boot_seconds, (a) => seconds(a.boot_seconds), true, true],
      ["Errors", (a) => a.errors, (a) => plain(a.errors), true],
      ["Warnings", (a) => a.warnings, (a) => plain(a.warnings), true, true],
      ["Runtimes", (a) => a.runtimes.map((one) => one.end).filter(known).sort()[0], (a) => list(a.runtimes.map((one) => `${one.name} ${one.line}`)), false, true],
      ["Last report", (a) => a.at, (a) => day(a.at), true, true],
    ],
    rules: [
      ["Level", (r) => rank[r.level], (r) => r.level],
      ["Rule", (r) => r.rule, (r) => r.rule],
      ["Apps", (r) => r.apps.length, (r) => plain(r.apps.length), true],
      ["Which", (r) => list(r.apps), (r) => list(r.apps), false, true],
    ],
    runtimes: [
      ["End", (r) => r.end, (r) => r.end || "unknown"],
      ["What", (r) => `${r.name} ${r.line}`, (r) => `${r.name} ${r.line}`],
      ["Apps", (r) => r.apps.length, (r) => plain(r.apps.length), true],
      ["Which", (r) => list(r.apps), (r) => list(r.apps), false, true],
    ],
    buildpacks: [
      ["Buildpack", (r) => r.id, (r) => r.id],
      ["Version", (r) => r.version, (r) => r.version],
      ["Apps", (r) => r.apps.length, (r) => plain(r.apps.length), true],
      ["Which", (r) => list(r.apps), (r) => list(r.apps), false, true],
    ],
    refused: [
      ["File", (r) => r.file, (r) => r.file],
      ["Why", (r) => r.why, (r) => r.why],
    ],
  };
  let rows = "apps";
  let query = "";
  let order = { column: 1, down: true };

  const text = (row) => JSON.stringify(row).toLowerCase();
  const texts = new Map(Object.keys(tables).map((name) => [name, data[name].map(text)]));
  const compare = (a, b) => {
    if (!known(a) || !known(b)) return known(a) ? -1 : known(b) ? 1 : 0;
    const sign = order.down ? -1 : 1;
    return sign * (typeof a === "number" && typeof b === "number" ? a - b : String(a).localeCompare(String(b)));
  };
  const show = () => {
    const columns = tables[rows];
    const heads = columns.map(([title, , , isNumber, isWide], column) => {
      const head = document.createElement("th");
      head.scope = "col";
      head.className = [isNumber ? "number" : "", isWide ? "wide" : ""].join(" ").trim();
      if (order.column === column) head.setAttribute("aria-sort", order.down ? "descending" : "ascending");
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = title;
      button.addEventListener("click", () => {
        order = { column, down: order.column === column ? !order.down : Boolean(isNumber) };
        show();
        element("heads").querySelectorAll("button")[column].focus();
      });
      head.append(button);
      return head;
    });
    element("heads").replaceChildren(...heads);
    const found = data[rows].filter((row, place) => texts.get(rows)[place].includes(query));
    const key = columns[order.column][1];
    found.sort((a, b) => compare(key(a), key(b)));
    element("rows").replaceChildren(...found.map((row) => {
      const line = document.createElement("tr");
      for (const [, , shown, isNumber, isWide] of columns) {
        const cell = document.createElement("td");
        cell.className = [isNumber ? "number" : "", isWide ? "wide" : ""].join(" ").trim();
        cell.textContent = shown(row);
        line.append(cell);
      }
      return line;
    }));
    element("note").textContent = `${found.length} of ${data[rows].length} rows`;
    for (const tab of document.querySelectorAll(".tab")) {
      tab.setAttribute("aria-pressed", String(tab.dataset.rows === rows));
    }
  };
  for (const tab of document.querySelectorAll(".tab")) {
    tab.hidden = data[tab.dataset.rows].length === 0;
    tab.addEventListener("click", () => {
      rows = tab.dataset.rows;
      order = rows === "apps" ? { column: 1, down: true } : { column: 0, down: rows === "rules" };
      show();
    });
  }
  element("search").addEventListener("input", (event) => {
    query = event.target.value.trim().toLowerCase();
    show();
  });
  element("theme").addEventListener("click", () => {
    const isDark = document.documentElement.dataset.theme
      ? document.documentElement.dataset.theme === "dark"
      : matchMedia("(prefers-color-scheme: dark)").matches;
    document.documentElement.dataset.theme = isDark ? "light" : "dark";
  });
  show();
})();
