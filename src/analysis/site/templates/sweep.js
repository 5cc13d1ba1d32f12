"use strict";
(() => {
  const at = id => document.getElementById(id);
  const data = JSON.parse(at("ui_data").textContent), table = at("ui_runs"), body = table.tBodies[0], form = at("ui_filters"), count = at("ui_count");
  const lang = document.documentElement.lang, collator = new Intl.Collator(lang, { numeric: true });
  const heads = [...table.tHead.rows[0].cells];
  const rows = [...body.rows].map(tr => ({ tr, cells: [...tr.cells].map(keyOf), text: tr.textContent.toLowerCase(), opened: null }));
  function keyOf(cell) {  // a number as a program writes it, in whatever language it is printed
    const text = cell.dataset.number ?? cell.textContent;
    return { text, number: text.trim() && Number.isFinite(Number(text)) ? Number(text) : null };
  }
  // numbers by size and before texts, texts as a person sorts them
  const compare = (a, b) => (a.number === null) - (b.number === null) || (a.number === null ? collator.compare(a.text, b.text) : a.number - b.number);
  const make = (name, parent, fields) => parent.appendChild(Object.assign(document.createElement(name), fields));

  // what a run left is put in when its row is opened
  function open(row) {
    const button = row.tr.querySelector("button"), state = !row.opened || row.opened.hidden;
    if (!row.opened) {
      const href = row.tr.dataset.href, found = data.sets[row.tr.dataset.set], tr = document.createElement("tr");
      const within = make("div", make("td", tr, { className: "opened", colSpan: heads.length }), {}), list = make("ul", within, {});
      const files = [[`notebooks/${data.notebook}.ipynb`, `${data.notebook}.ipynb`], ["run.json", "run.json"], [`log/${data.notebook}.log`, "log"],
        ...found.tables.map(name => [`tables/${name}.csv`, `${name}.csv`])];
      for (const [path, text] of files) make("a", make("li", list, {}), { href: `${href}/${path}`, textContent: text });
      for (const name of found.figures) make("img", within, { src: `${href}/figures/${name}.png`, alt: name, loading: "lazy" });
      row.opened = tr;
      row.tr.after(tr);
    }
    row.opened.hidden = !state;
    button.setAttribute("aria-expanded", state);
  }

  function sort(head) {
    const column = heads.indexOf(head), direction = head.getAttribute("aria-sort") === "ascending" ? -1 : 1;
    rows.sort((a, b) => direction * compare(a.cells[column], b.cells[column]));
    for (const each of heads) each.removeAttribute("aria-sort");
    head.setAttribute("aria-sort", direction > 0 ? "ascending" : "descending");
    body.append(...rows.flatMap(row => row.opened ? [row.tr, row.opened] : [row.tr]));
  }

  function filter() {
    const words = at("ui_search").value.toLowerCase().split(/\s+/).filter(Boolean), status = at("ui_status").value;
    let shown = 0;
    for (const row of rows) {
      const show = (!status || row.tr.dataset.status === status) && words.every(word => row.text.includes(word));
      row.tr.hidden = !show;
      if (row.opened) row.opened.hidden = !show || row.tr.querySelector("button").getAttribute("aria-expanded") !== "true";
      shown += show;
    }
    count.textContent = count.dataset.text.replace("{shown}", shown.toLocaleString(lang)).replace("{total}", rows.length.toLocaleString(lang));
  }

  for (const head of heads) {
    const text = head.textContent;
    head.textContent = "";
    make("button", head, { type: "button", textContent: text }).addEventListener("click", () => sort(head));
  }
  for (const row of rows) {
    const cell = row.tr.cells[0], text = cell.textContent;
    cell.textContent = "";
    const button = make("button", cell, { type: "button", textContent: text });
    button.setAttribute("aria-expanded", "false");
    button.addEventListener("click", () => open(row));
  }
  form.hidden = false;
  form.addEventListener("input", filter);
  form.addEventListener("submit", event => event.preventDefault());
  filter();
})();
