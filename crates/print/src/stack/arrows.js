// Draws an arrow from each layer to the one whose command it hides or whose variable it replaces.
(() => {
  const stack = document.querySelector(".stack");
  const draw = () => {
    stack.querySelector("svg")?.remove();
    const box = stack.getBoundingClientRect();
    const name = "http://www.w3.org/2000/svg";
    const svg = document.createElementNS(name, "svg");
    svg.setAttribute("width", stack.scrollWidth);
    svg.setAttribute("height", stack.scrollHeight);
    svg.innerHTML = '<defs><marker id="tip" markerWidth="8" markerHeight="8" refX="7" refY="4" orient="auto"><path d="M0 0L8 4L0 8z"/></marker></defs>';
    arrows.forEach(([from, to, label], index) => {
      const [a, b] = [from, to].map((id) => document.getElementById(id)?.getBoundingClientRect());
      if (!a || !b) return;
      const left = a.left > b.left;
      const x = (left ? a.left : a.right) - box.left + stack.scrollLeft;
      const u = (left ? b.right : b.left) - box.left + stack.scrollLeft;
      // Arrows between the same columns go below each other; those that pass a column go over it.
      const shift = 13 * (index % 4) - 13;
      const [y, v] = [a, b].map((one) => one.top + one.height / 2 - box.top + shift);
      const lift = Math.abs(x - u) > 220 ? -130 - shift : 0;
      const bend = (left ? -1 : 1) * 36;
      const path = document.createElementNS(name, "path");
      path.setAttribute("d", `M${x} ${y}C${x + bend} ${y + lift} ${u - bend} ${v + lift} ${u} ${v}`);
      path.setAttribute("class", label.split(" ")[0]);
      path.setAttribute("marker-end", "url(#tip)");
      const title = document.createElementNS(name, "title");
      title.textContent = label;
      path.append(title);
      const text = document.createElementNS(name, "text");
      text.setAttribute("x", (x + u) / 2);
      text.setAttribute("y", (y + v) / 2 + lift * 0.75 - 3);
      text.textContent = label;
      svg.append(path, text);
    });
    stack.append(svg);
  };
  draw();
  addEventListener("resize", draw);
})();
