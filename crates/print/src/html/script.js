"use strict";
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const element = (id) => document.getElementById(id);
  const colours = ["#8dd3c7", "#ffffb3", "#bebada", "#fb8072", "#80b1d3", "#fdb462", "#b3de69", "#fccde5", "#d9d9d9", "#ccebc5", "#ffed6f", "#a6cee3"];
  const colourOf = new Map(data.kinds.map((kind, place) => [kind.name, colours[place % colours.length]]));
  const root = data.tree || { name: "", children: [], files: 0, bytes: 0, compressed: 0 };
  let trail = [root];
  let measure = "compressed";
  let stripped = false;
  let rows = "folder";
  let query = "";

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
  // What a folder or file weighs in the view that was chosen.
  // A folder that only held what is gone goes with it.
  const emptied = (node) => stripped && node.gone_bytes > 0 && node.gone_bytes >= node.bytes;
  const compressed = (node) => emptied(node) ? 0 : node.compressed - (stripped ? node.gone || 0 : 0);
  const unpacked = (node) => node.bytes - (stripped ? node.gone_bytes || 0 : 0);
  const weight = (node) => measure === "compressed" ? compressed(node) : unpacked(node);
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
  const enter = (node) => { trail = wayTo(node, root) || [root]; draw(); element("map").querySelector("button")?.focus(); };
  const leave = () => { if (trail.length > 1) { trail.pop(); draw(); element("map").querySelector("button")?.focus(); } };

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
      const label = `${node.name}${inside ? "/" : ""}, ${size(compressed(node))} compressed, ${size(unpacked(node))} unpacked, ${node.files} files, mostly ${node.kind}`;
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
      button.addEventListener("click", () => { trail = trail.slice(0, depth + 1); draw(); });
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
      const all = rows === "copies" ? data.copies.groups : data[rows];
      list = all.filter((row) => row.name.toLowerCase().includes(query));
    }
    list = list.filter((row) => weight(row) > 0 || rows === "copies").sort((a, b) => weight(b) - weight(a));
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
      make("td", row.kind, line);
      const packed = row.compressed === undefined ? ["", ""]
        : [size(compressed(row)) + (row.plus_minus * 5 > row.compressed ? ` ± ${size(row.plus_minus)}` : ""), share(compressed(row), compressed(root))];
      for (const text of [...packed, size(unpacked(row)), row.files.toLocaleString("en")]) {
        make("td", text, line).className = "number";
      }
    }
    const more = list.length > 200 ? `, the largest 200 are shown` : "";
    element("note").textContent = `${list.length} rows${more}.`;
  };

  const draw = () => {
    summary();
    const folder = trail[trail.length - 1];
    drawPath();
    drawMap(folder);
    drawRows(folder);
  };
  const press = (buttons, pressed) => buttons.forEach((button) => button.setAttribute("aria-pressed", String(button === pressed)));

  const summary = () => {
    const whole = stripped ? `${size(compressed(root))} compressed, ${size(unpacked(root))} unpacked after stripping`
      : `${data.size.measured} compressed (${data.size.image} as layers of an image), ${size(data.size.bytes)} unpacked, ${data.size.files.toLocaleString("en")} files`;
    const copies = data.copies.bytes > 0 ? `; ${size(data.copies.bytes)} are copies of other files` : "";
    const unread = data.unread.length > 0 ? `; ${data.unread.length} paths could not be read` : "";
    element("summary").textContent = whole + copies + unread;
  };
  const measures = [element("by-compressed"), element("by-raw")];
  measures[0].addEventListener("click", () => { measure = "compressed"; press(measures, measures[0]); draw(); });
  measures[1].addEventListener("click", () => { measure = "bytes"; press(measures, measures[1]); draw(); });
  const tabs = [...document.querySelectorAll(".tab")];
  tabs.forEach((tab) => tab.addEventListener("click", () => { rows = tab.dataset.rows; press(tabs, tab); draw(); }));
  const stages = [element("before"), element("after")];
  // Packages and kinds are only known as they are now.
  const show = (after) => {
    stripped = after;
    if (after) { rows = "folder"; press(tabs, tabs[0]); }
    tabs.slice(1, 3).forEach((tab) => { tab.hidden = after; });
    draw();
  };
  stages.forEach((button, place) => button.addEventListener("click", () => { press(stages, button); show(place === 1); }));
  element("stages").hidden = !(root.gone_bytes > 0);
  tabs.find((tab) => tab.dataset.rows === "copies").hidden = data.copies.groups.length === 0;
  element("search").addEventListener("input", (event) => { query = event.target.value.trim().toLowerCase(); draw(); });
  element("theme").addEventListener("click", () => {
    const dark = getComputedStyle(document.body).backgroundColor !== "rgb(255, 255, 255)";
    document.documentElement.dataset.theme = dark ? "light" : "dark";
  });
  for (const kind of data.kinds.slice(0, colours.length)) {
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
  draw();
})();
