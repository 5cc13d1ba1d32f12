"use strict";
(async () => {
  const at = id => document.getElementById(id);
  const form = at("ui_filters"), field = form.elements, table = at("ui_table"), body = table.tBodies[0], count = at("ui_count");
  const heads = [...table.tHead.querySelectorAll("[data-key]")];
  const searchable = text => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
  const collator = new Intl.Collator(document.documentElement.lang, { numeric: true });
  const print = number => number.toLocaleString(document.documentElement.lang);
  const fill = (text, numbers) => text.replace(/\{(\w+)\}/g, (_, name) => print(numbers[name]));

  // what waits behind each row is compressed: written out it would be four fifths of the page
  async function unpack(id) {
    const bytes = Uint8Array.from(atob(at(id).textContent), letter => letter.charCodeAt(0));
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
    return JSON.parse(await new Response(stream).text());
  }
  if (!self.DecompressionStream) {  // a browser of before 2023 shows the rows as they are
    table.classList.add("ready", "plain");
    return;
  }
  const facts = await unpack("ui_packed");

  // rows are grids, which are no table rows to a screen reader unless they say so; in the page that is a tenth of it
  for (const row of body.rows) {
    row.setAttribute("role", "row");
    for (const [column, cell] of [...row.cells].entries()) {
      cell.setAttribute("role", cell.tagName === "TH" ? "rowheader" : "cell");
      if (heads[column].dataset.label) cell.dataset.label = heads[column].textContent;
    }
    const button = document.createElement("button");
    button.type = "button";
    button.className = "open";
    button.setAttribute("aria-expanded", false);
    button.setAttribute("aria-label", table.dataset.open.replace("{claim}", row.id));
    row.cells[0].prepend(button);
  }
  let rows = [...body.rows].map((tr, number) => {
    const cells = [...tr.cells].map(cell => cell.textContent);
    return { ...facts[number], tr, cells, text: searchable([...cells, facts[number].cause].join(" ")) };
  });
  const row_of = new Map(rows.map(row => [row.tr, row]));
  const size = 100, all = -1;  // rows of a page: laying out thousands would take seconds at every letter
  let page = 0;
  let order = { key: "rank", direction: "ascending" };  // as the page comes

  function sort(key, direction) {
    if (key === order.key && direction === order.direction) return;
    order = { key, direction };
    const column = heads.findIndex(head => head.dataset.key === key), sign = direction === "ascending" ? 1 : -1;
    const isNumber = heads[column].dataset.kind === "number";
    const value = row => isNumber ? row[key] === "" ? null : Number(row[key]) : row[key] || row.cells[column].trim();
    const keyed = rows.map(row => [value(row), row]).sort(([a, one], [b, two]) => {
      const known = (a === null) - (b === null);  // what has no number comes last, in either order
      return known || sign * (isNumber ? a - b : collator.compare(a, b)) || one.location - two.location;
    });
    body.remove();  // out of the page and emptied before its rows move: else the browser takes a second for a thousand
    body.textContent = "";
    rows = keyed.map(([, row]) => row);
    body.append(...rows.map(row => row.tr));
    table.append(body);
    for (const head of heads) {
      if (head.dataset.key === key) head.setAttribute("aria-sort", direction);
      else head.removeAttribute("aria-sort");
    }
  }

  let announcement;
  function filter(at_page = 0, wait = 0) {
    page = at_page;
    const words = searchable(field.q.value).split(/\s+/).filter(Boolean), counts = {};
    const chosen = new Set([...form.querySelectorAll("[name=verdict]:checked")].map(box => box.value));
    let found = 0;
    for (const row of rows) {
      const others = (!field.document.value || row.document === field.document.value)
        && (!field.part.value || row.parts.split("|").includes(field.part.value))
        && (!field.method.value || row.method === field.method.value) && words.every(word => row.text.includes(word));
      if (others) counts[row.verdict] = (counts[row.verdict] || 0) + 1;
      row.found = others && (!chosen.size || chosen.has(row.verdict)) ? found++ : -1;
      const show = row.found >= 0 && (page === all || Math.floor(row.found / size) === page);
      if (row.tr.hidden === show) row.tr.hidden = !show;
    }
    for (const each of form.querySelectorAll("[data-count]")) each.textContent = print(counts[each.dataset.count] || 0);
    at("ui_none").hidden = found > 0;
    at("ui_pages").hidden = found <= size;
    at("ui_previous").disabled = page === 0;
    at("ui_next").disabled = (page + 1) * size >= found;
    const ends = { first: page * size + 1, last: Math.min(found, (page + 1) * size) };
    const part = found > size && page !== all ? fill(count.dataset.part, ends) : "";
    clearTimeout(announcement);  // a screen reader reads out the count once, not at every letter
    announcement = setTimeout(() => {
      count.textContent = fill(count.dataset.text, { shown: found, total: rows.length }) + part;
    }, wait);
  }

  function keep() {
    const state = new URLSearchParams([...new FormData(form)].filter(([, value]) => value));
    if (order.key !== "rank" || order.direction !== "ascending") { state.set("sort", order.key); state.set("direction", order.direction); }
    history.replaceState(null, "", state.size ? `#?${state}` : "#");
  }

  function restore(state) {
    for (const name of ["q", "document", "part", "method"]) field[name].value = state.get(name) || "";
    for (const box of form.querySelectorAll("[name=verdict]")) box.checked = state.getAll("verdict").includes(box.value);
    const key = state.get("sort"), known = heads.some(head => head.dataset.key === key);
    const direction = known && state.get("direction") === "descending" ? "descending" : "ascending";
    sort(known ? key : "rank", direction);
    filter();
  }

  // The arithmetic becomes a cell of the row when it is asked for: thousands of rows stay light.
  function open(tr, state) {
    const button = tr.querySelector(".open");
    let details = tr.querySelector("details");
    if (!details) {
      const cell = tr.insertCell(), summary = document.createElement("summary");
      cell.setAttribute("role", "cell");
      cell.innerHTML = `<details id="${tr.id}_more">${row_of.get(tr).more}</details>`;
      details = cell.firstChild;
      summary.textContent = table.dataset.arithmetic;
      details.prepend(summary);
      button.setAttribute("aria-controls", details.id);
    }
    details.open = state;
    button.setAttribute("aria-expanded", state);
  }

  function arrive() {
    const hash = location.hash.slice(1), tr = hash && at(hash);
    if (hash.startsWith("?")) {
      restore(new URLSearchParams(hash.slice(1)));
      // on a phone the filters are higher than the screen: a link to some numbers leads to them
      if (matchMedia("(max-width: 60rem)").matches) count.scrollIntoView();
    }
    else if (tr && tr.parentNode === body) {
      const row = rows.find(row => row.tr === tr);
      if (row.found < 0) restore(new URLSearchParams({ sort: order.key, direction: order.direction }));
      if (tr.hidden) filter(Math.floor(row.found / size));
      open(tr, true);
      tr.querySelector(".open").focus({ preventScroll: true });
      tr.scrollIntoView();
      requestAnimationFrame(() => tr.scrollIntoView());  // again, now that the rows near it have their own height
    }
  }

  for (const head of heads) {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...head.childNodes);
    head.append(button);
    button.addEventListener("click", () => {
      const again = head.getAttribute("aria-sort") === "ascending";
      sort(head.dataset.key, again ? "descending" : "ascending");
      filter();
      keep();
    });
  }
  body.addEventListener("click", event => {
    const tr = event.target.closest("#ui_table > tbody > tr"), link = event.target.closest("a");
    if (link && link.hash && link.hash === location.hash) arrive();
    if (link || event.target.closest("details") || String(getSelection())) return;
    open(tr, !tr.querySelector("details")?.open);
  });
  body.addEventListener("toggle", event => open(event.target.closest("#ui_table > tbody > tr"), event.target.open), true);
  form.addEventListener("submit", event => event.preventDefault());
  form.addEventListener("input", event => { filter(0, event.target === field.q ? 300 : 0); keep(); });
  at("ui_reset").addEventListener("click", () => { restore(new URLSearchParams()); keep(); });
  for (const [id, step] of [["ui_previous", -1], ["ui_next", 1]]) {
    at(id).addEventListener("click", () => { filter(page + step); at("ui_main").focus(); at("ui_main").scrollIntoView(); });
  }
  addEventListener("beforeprint", () => filter(all));  // paper has no pages to leaf through
  addEventListener("afterprint", () => filter());
  addEventListener("hashchange", arrive);
  restore(new URLSearchParams());
  table.classList.add("ready");
  if (document.readyState === "complete") arrive();
  else addEventListener("load", arrive);  // after the browser's own jump to the hash
})();
