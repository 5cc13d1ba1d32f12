"use strict";
(() => {
  const at = id => document.getElementById(id);
  const form = at("ui_filters"), field = form.elements, table = at("ui_table"), body = table.tBodies[0], count = at("ui_count");
  const heads = [...table.tHead.querySelectorAll("[data-key]")];
  const plain = text => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
  const collator = new Intl.Collator(document.documentElement.lang, { numeric: true });
  const print = number => number.toLocaleString(document.documentElement.lang);

  const rows = [...body.rows].map(tr => {
    const cells = [...tr.cells].slice(0, -1).map(cell => cell.textContent);
    const cause = tr.querySelector(".cause");
    return { ...tr.dataset, tr, cells, text: plain([...cells, cause ? cause.textContent : ""].join(" ")) };
  });
  let order = { key: "rank", direction: "ascending" };  // as the page comes

  function sort(key, direction) {
    if (key === order.key && direction === order.direction) return;
    order = { key, direction };
    const column = heads.findIndex(head => head.dataset.key === key), sign = direction === "ascending" ? 1 : -1;
    const isNumber = heads[column].dataset.kind === "number";
    const value = row => isNumber ? row[key] === "" ? null : Number(row[key]) : row[key] || row.cells[column].trim();
    const keyed = rows.map(row => [value(row), row]);
    keyed.sort(([a, one], [b, two]) => {
      const known = (a === null) - (b === null);  // what has no number comes last, whichever way
      return known || sign * (isNumber ? a - b : collator.compare(a, b)) || one.place - two.place;
    });
    body.append(...keyed.map(([, row]) => row.tr));
    for (const head of heads) {
      if (head.dataset.key === key) head.setAttribute("aria-sort", direction);
      else head.removeAttribute("aria-sort");
    }
  }

  let told;
  function filter(wait = 0) {
    const words = plain(field.q.value).split(/\s+/).filter(Boolean), counts = {};
    const chosen = new Set([...form.querySelectorAll("[name=verdict]:checked")].map(box => box.value));
    let shown = 0;
    for (const row of rows) {
      const others = (!field.document.value || row.document === field.document.value)
        && (!field.method.value || row.method === field.method.value) && words.every(word => row.text.includes(word));
      if (others) counts[row.verdict] = (counts[row.verdict] || 0) + 1;
      const show = others && (!chosen.size || chosen.has(row.verdict));
      if (row.tr.hidden === show) row.tr.hidden = !show;
      shown += show;
    }
    for (const each of form.querySelectorAll("[data-count]")) each.textContent = print(counts[each.dataset.count] || 0);
    at("ui_none").hidden = shown > 0;
    clearTimeout(told);  // a reader that speaks hears the count once, not at every letter
    told = setTimeout(() => {
      count.textContent = count.dataset.text.replace("{shown}", print(shown)).replace("{total}", print(rows.length));
    }, wait);
  }

  function keep() {
    const state = new URLSearchParams([...new FormData(form)].filter(([, value]) => value));
    if (order.key !== "rank" || order.direction !== "ascending") { state.set("sort", order.key); state.set("direction", order.direction); }
    history.replaceState(null, "", state.size ? `#?${state}` : "#");
  }

  function restore(state) {
    for (const name of ["q", "document", "method"]) field[name].value = state.get(name) || "";
    for (const box of form.querySelectorAll("[name=verdict]")) box.checked = state.getAll("verdict").includes(box.value);
    const key = state.get("sort"), known = heads.some(head => head.dataset.key === key);
    const direction = known && state.get("direction") === "descending" ? "descending" : "ascending";
    sort(known ? key : "rank", direction);
    filter();
  }

  function arrive() {
    const hash = location.hash.slice(1), tr = hash && at(hash);
    if (hash.startsWith("?")) restore(new URLSearchParams(hash.slice(1)));
    else if (tr && tr.parentNode === body) {
      if (tr.hidden) restore(new URLSearchParams({ sort: order.key, direction: order.direction }));
      tr.querySelector("details").open = true;
      tr.querySelector(".open").focus({ preventScroll: true });
      requestAnimationFrame(() => tr.scrollIntoView());
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
      keep();
    });
  }
  body.addEventListener("click", event => {
    const tr = event.target.closest("#ui_table > tbody > tr"), link = event.target.closest("a");
    if (link && link.hash && link.hash === location.hash) arrive();
    if (link || event.target.closest("details") || String(getSelection())) return;
    tr.querySelector("details").open = !tr.querySelector("details").open;
  });
  body.addEventListener("toggle", event => {
    const tr = event.target.closest("#ui_table > tbody > tr");
    tr.querySelector(".open").setAttribute("aria-expanded", event.target.open);
  }, true);
  form.addEventListener("submit", event => event.preventDefault());
  form.addEventListener("input", event => { filter(event.target === field.q ? 300 : 0); keep(); });
  at("ui_reset").addEventListener("click", () => { restore(new URLSearchParams()); keep(); });
  addEventListener("hashchange", arrive);
  restore(new URLSearchParams());
  arrive();
})();
