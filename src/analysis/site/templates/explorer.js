"use strict";
// Everything chosen is kept in the address, after #, so that a view can be sent to someone else.
const data = JSON.parse(document.getElementById("data").textContent);
const by = id => document.getElementById(id);
const make = (tag, attributes = {}, text = "") => {
  const svg = ["svg", "path", "line", "text", "circle", "g", "polygon"].includes(tag);
  const made = svg ? document.createElementNS("http://www.w3.org/2000/svg", tag) : document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  if (text) made.textContent = text;
  return made;
};
const DASHES = ["", "7 4", "2 3", "10 3 2 3", "", "7 4", "2 3", "10 3 2 3"];
const choice = { measure: data.measures[0].key, scale: "absolute", groups: [], first: null, last: null };
const nameOf = series => `${series.dimension}: ${series.group}`;
const offered = () => data.series.filter(each => each.measure === choice.measure);
const chosen = () => offered().filter(each => choice.groups.includes(nameOf(each)));
const measure = () => data.measures.find(each => each.key === choice.measure);
const unit = () => choice.scale === "relative" ? data.words.relative : measure().unit;
const decimals = () => choice.scale === "relative" ? 1 : measure().decimals;
const format = (value, places = decimals()) =>
  new Intl.NumberFormat(data.lang === "nl" ? "nl-NL" : "en-GB", { minimumFractionDigits: places, maximumFractionDigits: places }).format(value);

/** An interval, its ends rounded away from each other, so that what is printed contains all of it. */
function interval(low, high) {
  const scale = 10 ** decimals();
  const ends = { lo: Math.floor(low * scale + 1e-6) / scale, hi: Math.ceil(high * scale - 1e-6) / scale };
  return data.words.interval.replace("{lo}", format(ends.lo)).replace("{hi}", format(ends.hi));
}

function fillMeasure() {
  by("measure").replaceChildren(...data.measures.map(each => make("option", { value: each.key }, each.name)));
  by("measure").value = choice.measure;
}

function fillGroups() {
  const names = offered().map(nameOf);
  choice.groups = choice.groups.filter(each => names.includes(each));
  if (!choice.groups.length) choice.groups = names.slice(0, 1);
  const dimensions = [...new Set(offered().map(each => each.dimension))];
  by("groups").replaceChildren(...dimensions.map(dimension => {
    const line = make("div");
    line.append(make("b", {}, dimension));
    for (const each of offered().filter(one => one.dimension === dimension)) {
      const label = make("label"), box = make("input", { type: "checkbox", value: nameOf(each) });
      box.checked = choice.groups.includes(box.value);
      label.append(box, document.createTextNode(each.group));
      line.append(label);
    }
    return line;
  }));
}

function fillPeriods() {
  const known = [...new Set(offered().flatMap(each => each.points.map(point => point[0])))].sort((a, b) => a - b);
  for (const [end, fallback] of [["first", known[0]], ["last", known[known.length - 1]]]) {
    by(end).replaceChildren(...known.map(each => make("option", { value: each }, measure().periods[each])));
    if (!known.includes(choice[end])) choice[end] = fallback;
    by(end).value = choice[end];
  }
}

/** The points of a series within the chosen periods; relative: the first of them is 100. */
function pointsOf(series) {
  const inside = series.points.filter(point => point[0] >= choice.first && point[0] <= choice.last);
  if (choice.scale === "absolute" || !inside.length || !inside[0][1]) return choice.scale === "absolute" ? inside : [];
  const base = inside[0];
  return inside.map((point, place) => place
    ? [point[0], 100 * point[1] / base[1], 100 * point[2] / base[3], 100 * point[3] / base[2], point[4]]
    : [point[0], 100, 100, 100, point[4]]);
}

function ticksOf(low, high) {
  const rough = (high - low) / 5 || 1, size = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map(each => each * size).find(each => each >= rough);
  const ticks = [];
  for (let tick = Math.ceil(low / step) * step; tick <= high + step * 1e-9; tick += step) ticks.push(tick);
  return [ticks, Math.max(0, -Math.floor(Math.log10(step) + 1e-9))];
}

function draw(lines) {
  const width = Math.max(320, Math.min(by("chart").clientWidth || 900, 1100)), height = Math.max(280, Math.min(420, width * .5));
  const side = width < 600 ? 12 : 190, left = 62, top = 34, bottom = 34;
  const values = lines.flatMap(line => line.points.flatMap(point => point.slice(1, 4))).filter(Number.isFinite);
  let [low, high] = [Math.min(...values), Math.max(...values)];
  if (low === high) [low, high] = [low - Math.abs(low) * .05 - 1e-6, high + Math.abs(high) * .05 + 1e-6];
  const [ticks, places] = ticksOf(low, high);
  [low, high] = [Math.min(low, ticks[0]), Math.max(high, ticks[ticks.length - 1])];
  const x = at => left + (width - left - side) * (choice.last === choice.first ? .5 : (at - choice.first) / (choice.last - choice.first));
  const y = value => top + (height - top - bottom) * (high - value) / (high - low);
  const about = lines.map(({ series, points }) => points.length ? `${series.group}: ${measure().periods[points[0][0]]} ${format(points[0][1])}, ${measure().periods[points[points.length - 1][0]]} ${format(points[points.length - 1][1])}` : "").filter(Boolean).join("; ");
  const svg = make("svg", { viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": `${data.words.chart}: ${about}` });
  for (const tick of ticks) {
    svg.append(make("line", { class: "grid", x1: left, x2: width - side, y1: y(tick), y2: y(tick) }));
    svg.append(make("text", { x: left - 8, y: y(tick) + 4, "text-anchor": "end" }, format(tick, places)));
  }
  const shown = [...new Set(lines.flatMap(line => line.points.map(point => point[0])))].sort((a, b) => a - b);
  const every = Math.ceil(shown.length / Math.max(2, Math.floor((width - left - side) / 85)));
  shown.forEach((at, place) => { if (place % every === 0) svg.append(make("text", { x: x(at), y: height - 10, "text-anchor": "middle" }, measure().periods[at])); });
  svg.append(make("line", { class: "axis", x1: left, x2: width - side, y1: height - bottom, y2: height - bottom }));
  svg.append(make("text", { class: "unit", x: 4, y: 14 }, unit()));
  const ends = [], changes = new Set();
  lines.forEach(({ series, points }, number) => {
    const colour = `var(--c${number})`, runs = [];
    points.forEach((point, place) => {
      const before = points[place - 1], follows = place && point[0] === before[0] + 1;
      if (follows && point[4] !== before[4]) changes.add((point[0] + before[0]) / 2);
      if (follows && point[4] === before[4]) runs[runs.length - 1].push(point); else runs.push([point]);
    });
    for (const run of runs) {
      const up = run.map(point => `${x(point[0])},${y(point[3])}`), down = run.map(point => `${x(point[0])},${y(point[2])}`).reverse();
      svg.append(make("polygon", { class: "range", points: [...up, ...down].join(" "), style: `fill:${colour}` }));
      svg.append(make("path", { class: "line", d: run.map((point, place) => `${place ? "L" : "M"}${x(point[0])} ${y(point[1])}`).join(""), style: `stroke:${colour}`, "stroke-dasharray": DASHES[number] }));
      for (const point of run) svg.append(make("circle", { cx: x(point[0]), cy: y(point[1]), r: points.length > 30 ? 1.8 : 3, style: `fill:${colour}` }));
    }
    if (points.length) ends.push({ series, number, y: y(points[points.length - 1][1]) });
  });
  for (const change of changes) {
    svg.append(make("line", { class: "change", x1: x(change), x2: x(change), y1: top - 4, y2: height - bottom }));
    const late = change > (choice.first + choice.last) / 2;
    svg.append(make("text", { class: "change", x: x(change) + (late ? -5 : 5), y: top + 6, "text-anchor": late ? "end" : "start" }, data.words.other_table));
  }
  if (side > 100) {
    let before = -Infinity;
    for (const end of ends.sort((a, b) => a.y - b.y)) {
      before = Math.max(end.y + 4, before + 16);
      svg.append(make("text", { class: "name", x: width - side + 8, y: before, style: `fill:var(--c${end.number})` }, end.series.group));
    }
  }
  const at = make("line", { class: "at", y1: top, y2: height - bottom, visibility: "hidden" });
  svg.append(at);
  svg.addEventListener("pointermove", event => {
    const box = svg.getBoundingClientRect(), across = (event.clientX - box.left) * width / box.width;
    mark(shown.reduce((best, each) => Math.abs(x(each) - across) < Math.abs(x(best) - across) ? each : best, shown[0]));
  });
  by("chart").replaceChildren(svg);
  return period => { at.setAttribute("x1", x(period)); at.setAttribute("x2", x(period)); at.setAttribute("visibility", "visible"); };
}

let moveLine = () => {};
function mark(period) {
  moveLine(period);
  for (const row of by("table").querySelectorAll("tbody tr")) row.classList.toggle("chosen", Number(row.dataset.period) === period);
}

function fillTable(lines) {
  const head = make("tr"), body = make("tbody"), top = make("thead");
  head.append(make("th", { scope: "col" }, data.words.period));
  lines.forEach(({ series }, number) => {
    const cell = make("th", { scope: "col" });
    cell.append(make("span", { class: "swatch", style: `background:var(--c${number})` }), document.createTextNode(series.group));
    head.append(cell);
  });
  top.append(head);
  const shown = [...new Set(lines.flatMap(line => line.points.map(point => point[0])))].sort((a, b) => b - a);
  for (const period of shown) {
    const row = make("tr", { "data-period": period });
    row.append(make("th", { scope: "row", class: "short" }, measure().periods[period]));
    for (const { points } of lines) {
      const point = points.find(each => each[0] === period), cell = make("td", {}, point ? format(point[1]) : "–");
      if (point && point[2] !== point[3]) cell.append(document.createTextNode(" "), make("span", { class: "interval" }, interval(point[2], point[3])));
      row.append(cell);
    }
    row.addEventListener("pointerenter", () => mark(period));
    body.append(row);
  }
  by("table").replaceChildren(top, body);
}

function fillCsv(lines) {
  const quoted = text => /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  const rows = lines.flatMap(({ series, points }) => points.map(point =>
    [choice.measure, choice.scale, series.dimension, series.group, measure().codes[point[0]], ...point.slice(1, 4), data.tables[point[4]], unit(), data.sources[data.tables[point[4]]]].map(each => quoted(String(each))).join(",")));
  const text = ["measure,scale,dimension,group,period,value,value_lo,value_hi,tables,unit,source", ...rows, ""].join("\n");
  by("csv").href = `data:text/csv;charset=utf-8,${encodeURIComponent(text)}`;
}

function show() {
  const picked = chosen(), most = picked.slice(0, data.most);
  by("state").textContent = picked.length > data.most
    ? data.words.too_many.replaceAll("{most}", data.most).replace("{count}", picked.length)
    : picked.length ? "" : data.words.no_group;
  const lines = most.map(series => ({ series, points: pointsOf(series) })).filter(line => line.points.length);
  if (lines.length) moveLine = draw(lines); else by("chart").replaceChildren();
  fillTable(lines);
  fillCsv(lines);
  const named = [...new Set(lines.flatMap(line => line.points.map(point => data.sources[data.tables[point[4]]])))];
  by("source").replaceChildren(...named.map(each => make("span", { class: "source" }, each)));
  const kept = new URLSearchParams({ measure: choice.measure, scale: choice.scale, first: measure().codes[choice.first], last: measure().codes[choice.last] });
  choice.groups.forEach(each => kept.append("group", each));
  try { history.replaceState(null, "", `#?${kept}`); } catch { /* within a cell of a notebook there is no address */ }
}

function choose() {
  fillGroups();
  fillPeriods();
  show();
}

by("measure").addEventListener("change", event => { choice.measure = event.target.value; choice.first = choice.last = null; choose(); });
by("groups").addEventListener("change", () => {
  choice.groups = [...by("groups").querySelectorAll("input:checked")].map(each => each.value);
  show();
});
for (const end of ["first", "last"]) by(end).addEventListener("change", event => {
  choice[end] = Number(event.target.value);
  if (choice.first > choice.last) { const other = end === "first" ? "last" : "first"; choice[other] = choice[end]; by(other).value = choice[end]; }
  show();
});
document.querySelectorAll("[name=scale]").forEach(each => each.addEventListener("change", () => { choice.scale = each.value; show(); }));
window.addEventListener("resize", show);
const asked = new URLSearchParams(location.hash.replace(/^#\??/, ""));
if (data.measures.some(each => each.key === asked.get("measure"))) choice.measure = asked.get("measure");
if (asked.get("scale") === "relative") { choice.scale = "relative"; document.querySelector("[value=relative]").checked = true; }
choice.groups = asked.getAll("group");
for (const end of ["first", "last"]) if (measure().codes.includes(asked.get(end))) choice[end] = measure().codes.indexOf(asked.get(end));
fillMeasure();
choose();
