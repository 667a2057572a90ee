// The live widget of a run. Everything that was logged is written as text, never as markup.

const STYLE = `
.runstead { font: 13px/1.45 system-ui, sans-serif; border: 1px solid #8884; border-radius: 6px; padding: 10px 12px; }
.runstead header { display: flex; gap: 12px; align-items: baseline; flex-wrap: wrap; margin-bottom: 6px; }
.runstead header strong { font-size: 14px; }
.runstead .status { padding: 0 8px; border-radius: 9px; background: #8883; }
.runstead .status[data-status=Completed] { background: #1a7f3733; }
.runstead .status[data-status=Failed] { background: #cf222e33; }
.runstead table { border-collapse: collapse; margin: 6px 0; }
.runstead td, .runstead th { padding: 1px 14px 1px 0; text-align: left; font-variant-numeric: tabular-nums; }
.runstead svg { vertical-align: middle; }
.runstead polyline { fill: none; stroke: currentColor; stroke-width: 1.2; opacity: .7; }
.runstead pre { max-height: 16em; overflow: auto; margin: 6px 0 0; padding: 6px 8px; background: #8881; }
.runstead .problem { color: #cf222e; }
`;
const SVG = "http://www.w3.org/2000/svg";
const WIDTH = 120;
const HEIGHT = 20;

function element(name, text, className) {
  const made = document.createElement(name);
  if (text !== undefined) made.textContent = text;
  if (className) made.className = className;
  return made;
}

function link(url, text) {
  const made = element("a", text);
  if (/^https?:\/\//.test(url)) {
    made.href = url;
    made.target = "_blank";
    made.rel = "noopener";
  }
  return made;
}

function row(cells, kind = "td") {
  const made = element("tr");
  for (const cell of cells) {
    const place = element(kind);
    place.append(cell instanceof Node ? cell : String(cell ?? ""));
    made.append(place);
  }
  return made;
}

function line(values) {
  const numbers = values.map((one, index) => [index, one]).filter(([, one]) => Number.isFinite(one));
  const made = document.createElementNS(SVG, "svg");
  made.setAttribute("width", WIDTH);
  made.setAttribute("height", HEIGHT);
  if (numbers.length < 2) return made;
  const heights = numbers.map(([, one]) => one);
  const low = Math.min(...heights);
  const range = Math.max(...heights) - low || 1;
  const last = values.length - 1;
  const points = numbers.map(([x, y]) => `${(x / last) * WIDTH},${HEIGHT - 1 - ((y - low) / range) * (HEIGHT - 2)}`);
  const path = document.createElementNS(SVG, "polyline");
  path.setAttribute("points", points.join(" "));
  made.append(path);
  return made;
}

function shown(value) {
  return typeof value === "number" ? String(Number(value.toPrecision(6))) : String(value ?? "");
}

function metrics(charts) {
  const table = element("table");
  table.append(row(["Metric", "Last", "Values", ""], "th"));
  for (const chart of charts) {
    for (const series of chart.series) {
      const name = series.name === chart.name ? chart.name : `${chart.name}/${series.name}`;
      table.append(row([name, shown(series.data.at(-1)), series.data.length, line(series.data)]));
    }
  }
  return table;
}

function children(runs) {
  const table = element("table");
  table.append(row(["Child run", "Status", "Duration"], "th"));
  for (const one of runs) table.append(row([one.run_name, one.status, one.duration]));
  return table;
}

function drawn(details, problem) {
  const body = document.createDocumentFragment();
  const head = element("header");
  const status = element("span", details.status, "status");
  status.dataset.status = details.status;
  head.append(element("strong", details.run_id), status, element("span", details.run_properties.run_duration ?? ""));
  head.append(link(details.workbench_run_details_uri, "Open in Studio"));
  body.append(head);
  if (problem) body.append(element("div", problem, "problem"));
  if (details.run_metrics.length > 0) body.append(metrics(details.run_metrics));
  if (details.child_runs.length > 0) body.append(children(details.child_runs));
  if (details.run_logs) body.append(element("pre", details.run_logs));
  return body;
}

function render({ model, el }) {
  const root = element("div", undefined, "runstead");
  const draw = () => {
    const before = root.querySelector("pre");
    const wasAtEnd = !before || before.scrollTop + before.clientHeight >= before.scrollHeight - 4;
    root.replaceChildren(element("style", STYLE), drawn(model.get("details"), model.get("problem")));
    const log = root.querySelector("pre");
    if (log && wasAtEnd) log.scrollTop = log.scrollHeight;
    else if (log && before) log.scrollTop = before.scrollTop;
  };
  model.on("change:details", draw);
  model.on("change:problem", draw);
  el.append(root);
  draw();
  return () => {
    model.off("change:details", draw);
    model.off("change:problem", draw);
  };
}

export default { render };
