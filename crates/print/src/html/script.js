"use strict";
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const element = (id) => document.getElementById(id);
  const colours = ["#8dd3c7", "#ffffb3", "#bebada", "#fb8072", "#80b1d3", "#fdb462", "#b3de69", "#fccde5", "#d9d9d9", "#ccebc5", "#ffed6f", "#a6cee3", "#e5c494", "#cab2d6", "#b2df8a", "#f4cae4", "#fddaec", "#e6f5c9", "#cbd5e8"];
  // A kind has the same colour in every report.
  const colourOf = new Map(data.colours.map((kind, place) => [kind, colours[place % colours.length]]));
  const nothing = { name: "", children: [], files: 0, bytes: 0, compressed: 0 };
  let view = data.before;
  let root = view.tree || nothing;
  let trail = [root];
  let measure = "compressed";
  let rows = "folder";
  let query = "";
  let order = { key: "", down: true };

  const size = (bytes) => {
    const steps = [["GB", 1e9, 2], ["MB", 1e6, 1], ["kB", 1e3, 1]];
    for (const [unit, factor, digits] of steps) {
      if (bytes >= factor) return (bytes / factor).toFixed(digits) + " " + unit;
    }
    return Math.round(bytes) + " B";
  };
  const share = (part, whole) => (whole > 0 ? (100 * part / whole).toFixed(1) + " %" : "");
  const make = (tag, text, parent) => {
    const made = document.createElement(tag);
    if (text !== undefined) made.textContent = text;
    if (parent) parent.append(made);
    return made;
  };
  const weight = (node) => (measure === "compressed" ? node.compressed : node.bytes) || 0;
  const hits = (node) => node.name.toLowerCase().includes(query);
  const hitsBelow = (node) => hits(node) || (node.children || []).some(hitsBelow);

  // Rows of boxes that are as square as they can be (Bruls, Huizing, van Wijk: "Squarified Treemaps").
  const place = (nodes, area) => {
    const placed = [];
    let rest = nodes.filter((node) => weight(node) > 0).sort((a, b) => weight(b) - weight(a));
    const total = rest.reduce((sum, node) => sum + weight(node), 0);
    if (total <= 0) return placed;
    const scale = area.width * area.height / total;
    let { x, y, width, height } = area;
    while (rest.length > 0) {
      const side = Math.max(Math.min(width, height), 1e-6);
      let sum = 0, count = 0, worst = Infinity;
      while (count < rest.length) {
        const next = sum + weight(rest[count]) * scale;
        const largest = weight(rest[0]) * scale, smallest = weight(rest[count]) * scale;
        const ratio = Math.max(side * side * largest / (next * next), next * next / (side * side * smallest));
        if (ratio > worst) break;
        worst = ratio; sum = next; count += 1;
      }
      const thickness = sum / side;
      let along = 0;
      for (const node of rest.slice(0, count)) {
        const length = weight(node) * scale / thickness;
        placed.push(width >= height
          ? { node, x, y: y + along, width: thickness, height: length }
          : { node, x: x + along, y, width: length, height: thickness });
        along += length;
      }
      if (width >= height) { x += thickness; width -= thickness; } else { y += thickness; height -= thickness; }
      rest = rest.slice(count);
    }
    return placed;
  };

  const wayTo = (node, from) => {
    if (from === node) return [from];
    for (const child of from.children || []) {
      const way = wayTo(node, child);
      if (way) return [from, ...way];
    }
    return null;
  };
  const focusMap = () => element("map").querySelector("button")?.focus();
  const enter = (node) => { trail = wayTo(node, root) || [root]; remember(); draw(); focusMap(); };
  const leave = () => { if (trail.length > 1) { trail.pop(); remember(); draw(); focusMap(); } };

  // Folder, stage and rows stand in the address, so that Back leads back and a link leads here.
  const state = () => new URLSearchParams({
    folder: trail.slice(1).map((node) => node.name).join("/"),
    stage: view === data.after ? "after" : "before", by: measure, rows,
  }).toString();
  const remember = () => { if (location.hash.slice(1) !== state()) history.pushState(null, "", "#" + state()); };
  const follow = (names) => {
    trail = [root];
    for (const name of names) {
      const next = (trail[trail.length - 1].children || []).find((child) => child.name === name);
      if (!next) break;
      trail.push(next);
    }
  };
  const recall = () => {
    const asked = new URLSearchParams(location.hash.slice(1));
    view = asked.get("stage") === "after" && data.after ? data.after : data.before;
    root = view.tree || nothing;
    measure = asked.get("by") === "bytes" ? "bytes" : "compressed";
    rows = ["folder", "parts", "kinds", "copies"].includes(asked.get("rows")) ? asked.get("rows") : "folder";
    follow((asked.get("folder") || "").split("/").filter((name) => name !== ""));
    draw();
  };

  // A folder's box shows what is in it where there is room, under a line with its name.
  const drawBoxes = (nodes, area, depth) => {
    for (const box of place(nodes, area)) {
      if (box.width < 3 || box.height < 3) continue;
      const { node } = box;
      const inside = (node.children || []).length > 0;
      const open = inside && depth < 3 && box.width > 90 && box.height > 60;
      const button = make("button", undefined, element("map"));
      button.type = "button";
      button.style.cssText = `left:${box.x}px;top:${box.y}px;width:${box.width}px;height:${box.height}px`;
      button.style.background = colourOf.get(node.kind) || "#d9d9d9";
      const label = `${node.name}${inside ? "/" : ""}, ${size(node.compressed)} compressed, ${size(node.bytes)} unpacked, ${node.files} files, mostly ${node.kind}`;
      button.setAttribute("aria-label", label);
      button.title = label;
      if (box.width > 40 && box.height > 16) {
        const text = make("span", node.name + (inside ? "/" : ""), button);
        if (open) text.textContent += " " + size(weight(node));
        else if (box.height > 34) make("span", size(weight(node)), button).className = "size";
      }
      if (query !== "" && (inside ? hitsBelow(node) : hits(node))) button.classList.add("hit");
      if (inside) button.addEventListener("click", () => enter(node));
      if (open) drawBoxes(node.children, { x: box.x + 3, y: box.y + 18, width: box.width - 6, height: box.height - 21 }, depth + 1);
    }
  };

  const drawMap = (folder) => {
    const map = element("map");
    map.replaceChildren();
    map.classList.toggle("searching", query !== "");
    drawBoxes(folder.children || [], { x: 0, y: 0, width: map.clientWidth, height: map.clientHeight }, 0);
  };

  const drawPath = () => {
    const path = element("path");
    path.replaceChildren();
    trail.forEach((node, depth) => {
      if (depth > 0) path.append(" / ");
      const button = make("button", depth === 0 ? data.title : node.name, path);
      button.type = "button";
      if (depth === trail.length - 1) button.setAttribute("aria-current", "true");
      button.addEventListener("click", () => { trail = trail.slice(0, depth + 1); remember(); draw(); });
    });
  };

  const found = (node, prefix, out) => {
    for (const child of node.children || []) {
      const path = prefix + child.name;
      if (path.toLowerCase().includes(query)) out.push({ ...child, name: path, node: child });
      else found(child, path + "/", out);
    }
    return out;
  };

  const drawRows = (folder) => {
    let list;
    if (rows === "folder") {
      list = query === "" ? (folder.children || []).map((node) => ({ ...node, node })) : found(root, "", []);
    } else {
      const all = rows === "copies" ? view.copies.groups : view[rows];
      list = all.filter((row) => row.name.toLowerCase().includes(query));
    }
    list = list.filter((row) => weight(row) > 0 || rows === "copies");
    const value = (row) => order.key === "" ? weight(row) : row[order.key] ?? 0;
    list.sort((a, b) => {
      const [one, other] = [value(a), value(b)];
      const by = typeof one === "string" ? one.localeCompare(other) : one - other;
      return order.down ? -by : by;
    });
    const body = element("rows");
    body.replaceChildren();
    for (const row of list.slice(0, 200)) {
      const line = make("tr", undefined, body);
      const name = make("td", undefined, line);
      if (row.node && (row.node.children || []).length > 0 && query === "") {
        const button = make("button", row.name + "/", name);
        button.type = "button";
        button.addEventListener("click", () => enter(row.node));
      } else {
        name.textContent = row.name;
      }
      make("td", row.kind, line).className = "wide";
      const packed = row.compressed === undefined ? ["", ""]
        : [size(row.compressed) + (row.plus_minus * 5 > row.compressed ? ` ± ${size(row.plus_minus)}` : ""), share(row.compressed, root.compressed)];
      [...packed, size(row.bytes), row.files.toLocaleString("en")].forEach((text, place) => {
        make("td", text, line).className = place % 2 === 1 ? "number wide" : "number";
      });
    }
    const more = list.length > 200 ? `, the largest 200 are shown` : "";
    element("note").textContent = `${list.length} rows${more}.`;
  };

  const press = (buttons, pressed) => buttons.forEach((button) => button.setAttribute("aria-pressed", String(button === pressed)));
  const measures = [element("by-compressed"), element("by-raw")];
  const stages = [element("before"), element("after")];
  const tabs = [...document.querySelectorAll(".tab")];
  const heads = [...document.querySelectorAll("th[data-key]")];

  const draw = () => {
    summary();
    press(measures, measures[measure === "compressed" ? 0 : 1]);
    press(stages, stages[view === data.after ? 1 : 0]);
    tabs.find((tab) => tab.dataset.rows === "copies").hidden = view.copies.groups.length === 0;
    press(tabs, tabs.find((tab) => tab.dataset.rows === rows));
    for (const head of heads) {
      if (head.dataset.key === order.key) head.setAttribute("aria-sort", order.down ? "descending" : "ascending");
      else head.removeAttribute("aria-sort");
    }
    const folder = trail[trail.length - 1];
    drawPath();
    drawMap(folder);
    drawRows(folder);
  };

  const summary = () => {
    const of = view.size;
    const whole = `${of.measured} compressed (${of.image} as layers of an image), ${size(of.bytes)} unpacked, ${of.files.toLocaleString("en")} files`;
    const stage = view === data.after ? " after stripping" : "";
    const copies = view.copies.bytes > 0 ? `; ${size(view.copies.bytes)} are copies of other files` : "";
    const unread = view.unread.length > 0 ? `; ${view.unread.length} paths could not be read` : "";
    element("summary").textContent = whole + stage + copies + unread;
  };
  measures.forEach((button, place) => button.addEventListener("click", () => { measure = place === 0 ? "compressed" : "bytes"; remember(); draw(); }));
  tabs.forEach((tab) => tab.addEventListener("click", () => { rows = tab.dataset.rows; remember(); draw(); }));
  stages.forEach((button, place) => button.addEventListener("click", () => {
    const names = trail.slice(1).map((node) => node.name);
    view = place === 1 ? data.after : data.before;
    root = view.tree || nothing;
    follow(names);
    remember();
    draw();
  }));
  heads.forEach((head) => head.querySelector("button").addEventListener("click", () => {
    const key = head.dataset.key;
    order = { key, down: order.key === key ? !order.down : key !== "name" && key !== "kind" };
    draw();
  }));
  element("stages").hidden = !data.after;
  element("search").addEventListener("input", (event) => { query = event.target.value.trim().toLowerCase(); draw(); });
  element("theme").addEventListener("click", () => {
    const dark = getComputedStyle(document.body).backgroundColor !== "rgb(255, 255, 255)";
    document.documentElement.dataset.theme = dark ? "light" : "dark";
  });
  for (const kind of data.before.kinds.slice(0, 12)) {
    const item = make("li", undefined, element("legend"));
    make("span", "", item).style.background = colourOf.get(kind.name);
    item.append(kind.name);
  }
  document.addEventListener("keydown", (event) => {
    if (event.target.tagName === "INPUT") return;
    const boxes = [...element("map").querySelectorAll("button")];
    const here = boxes.indexOf(document.activeElement);
    if (event.key === "Escape" || event.key === "Backspace") leave();
    else if (event.key === "/") { event.preventDefault(); element("search").focus(); }
    else if (here >= 0 && (event.key === "ArrowRight" || event.key === "ArrowDown")) { event.preventDefault(); boxes[(here + 1) % boxes.length].focus(); }
    else if (here >= 0 && (event.key === "ArrowLeft" || event.key === "ArrowUp")) { event.preventDefault(); boxes[(here + boxes.length - 1) % boxes.length].focus(); }
  });
  window.addEventListener("resize", draw);
  window.addEventListener("popstate", recall);
  recall();
})();
