const data = JSON.parse(document.getElementById("data").textContent);
const $ = (id) => document.getElementById(id);
const items = data.items;
const state = store;
let coder = null;
let place = 0;
let shownAt = 0;
let revealed = false;

const key = () => `imagesasdata-label:${data.id}:${coder}`;

function load() {
  loadStore(key(), (more) => {
    if (more) showFirstOpen();
    else refresh();
  });
  watchTabs(key(), (open) => ($("tabs").hidden = !open));
  showFirstOpen();
}

function showFirstOpen() {
  const open = items.findIndex((item) => !(item.path in state.answers));
  show(open < 0 ? items.length : open);
}

function show(number) {
  place = Math.max(0, Math.min(number, items.length));
  const item = items[place];
  revealed = false;
  shownAt = performance.now();
  if (item && item.source) $("picture").src = item.source;
  else $("picture").removeAttribute("src");
  blur(Boolean(item && item.source && data.blur));
  refresh();
}

// What depends on the answers, which another tab can change.
function refresh() {
  const item = items[place];
  const done = items.filter((one) => one.path in state.answers).length;
  $("warning").hidden = keptIn.storage || keptIn.database;
  $("progress").max = items.length;
  $("progress").value = done;
  $("count").textContent = `${done} of ${items.length}`;
  $("who").textContent = coder;
  $("picture").hidden = !item || !item.source;
  $("text").hidden = Boolean(item && item.source);
  if (!item) $("text").textContent = done === items.length
    ? "All pictures are coded. Export the answers, and send the file."
    : `${items.length - done} pictures have no answer yet. Go back with the arrow key.`;
  else if (!item.source) $("text").textContent = `${item.path}: ${item.error}`;
  const answer = item && state.answers[item.path];
  for (const button of $("choices").children) {
    button.classList.toggle("chosen", Boolean(answer) && answer.choice === Number(button.dataset.choice));
    button.disabled = !item;
  }
  $("undo").disabled = state.history.length === 0;
}

function blur(on) {
  $("picture").classList.toggle("blurred", on);
  $("cover").hidden = !on;
  revealed = !on;
}

function choose(choice) {
  const item = items[place];
  if (!item || choice >= data.choices.length) return;
  const entry = { path: item.path, before: state.answers[item.path] ?? null };
  state.history.push(entry);
  entry.changed = change(key(), item.path, {
    choice,
    at: new Date().toISOString(),
    seconds: Math.round((performance.now() - shownAt) / 100) / 10,
  });
  writeStored(key());
  show(place + 1);
}

function undo() {
  mergeStored(key());
  let last = state.history.pop();
  // What another tab has changed since is not taken back here.
  while (last && last.changed !== undefined && changeOf(last.path) !== last.changed) last = state.history.pop();
  if (last) {
    change(key(), last.path, last.before);
    show(items.findIndex((item) => item.path === last.path));
  } else refresh();
}

// A text that a spreadsheet would compute gets an apostrophe, which `read_labels` takes away.
function cell(value) {
  let text = value === null || value === undefined ? "" : String(value);
  if (/^'*[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]/.test(text) && !/^[+-]?\d+([.,]\d+)?$/.test(text)) text = `'${text}`;
  return /[",;\r\n\t]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

function csv() {
  const lines = [["image_id", "path", "coder", "question", "value", "coded_at", "seconds"]];
  for (const item of items) {
    const answer = state.answers[item.path];
    if (!answer) continue;
    const value = data.choices[answer.choice];
    lines.push([item.image_id, item.path, coder, data.question, value, answer.at, answer.seconds]);
  }
  return lines.map((line) => line.map(cell).join(",")).join("\r\n") + "\r\n";
}

function download() {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([csv()], { type: "text/csv" }));
  link.download = `labels-${coder.replace(/[^\p{L}\p{N}_-]+/gu, "_")}-${data.id}.csv`;
  link.click();
  URL.revokeObjectURL(link.href);
}

data.choices.forEach((choice, number) => {
  const button = document.createElement("button");
  const sign = document.createElement("kbd");
  sign.textContent = String(number + 1);
  button.type = "button";
  button.dataset.choice = String(number);
  button.append(sign, String(choice));
  button.addEventListener("click", () => choose(number));
  $("choices").append(button);
});
$("export").addEventListener("click", download);
$("undo").addEventListener("click", undo);
$("back").addEventListener("click", () => show(place - 1));
$("next").addEventListener("click", () => show(place + 1));
$("cover").addEventListener("click", () => blur(false));
$("picture").addEventListener("click", () => blur(false));
document.addEventListener("keydown", (event) => {
  if ($("ask").open || event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
  if (/^[1-9]$/.test(event.key)) choose(Number(event.key) - 1);
  else if (event.key === "u" || event.key === "Backspace") undo();
  else if (event.key === "ArrowLeft") show(place - 1);
  else if (event.key === "ArrowRight") show(place + 1);
  else if (event.key === " " && !revealed) blur(false);
  else return;
  event.preventDefault();
});

addEventListener("storage", (event) => {
  if (coder === null || event.key !== key() || event.newValue === null) return;
  mergeStored(key());
  refresh();
});

function start(name) {
  coder = name;
  load();
}

if (data.coders.length === 1) {
  start(data.coders[0]);
} else {
  const list = data.coders.length > 1;
  $("coder-list").hidden = !list;
  $("coder").hidden = list;
  $("coder").required = !list;
  for (const name of data.coders) $("coder-list").append(new Option(name, name));
  $("ask").addEventListener("cancel", (event) => event.preventDefault());
  // At "submit", not at "close", which comes later: no key may fall between the two.
  $("ask").querySelector("form").addEventListener("submit", (event) => {
    const name = (list ? $("coder-list").value : $("coder").value).trim();
    if (name) start(name);
    else event.preventDefault();
  });
  $("ask").showModal();
}
