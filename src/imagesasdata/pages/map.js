"use strict";
// The map of pictures: PixiJS draws, this file says what is where. All text of the data goes into the page as
// text (textContent), never as markup.
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const count = data.ids.length;
  const byId = (id) => document.getElementById(id);
  const stage = byId("stage"), status = byId("status"), legend = byId("legend"), search = byId("search");
  const names = Object.keys(data.columns);
  if (data.label) names.unshift(names.splice(names.indexOf(data.label), 1)[0]); // it is shown first
  const CELL = 64, GAP = 1.15, SIDE = data.side, ACCENT = 0xffd000, PLAIN = 0x1b1b1b, OTHER = 0x777777;
  const PALETTE = [0x0072b2, 0xe69f00, 0x009e73, 0xcc79a7, 0x56b4e9, 0xd55e00, 0xf0e442, 0xffffff];
  const RAMP = [[68, 1, 84], [59, 82, 139], [33, 145, 140], [94, 201, 98], [253, 231, 37]];

  // Where each picture is, in the world's units: a thumbnail's longer side is CELL.
  const extent = Math.sqrt(Math.max(count, 1)) * CELL * 1.4;
  const places = new Float32Array(2 * count);
  const onMap = data.x.map((x, i) => x !== null && data.y[i] !== null);
  const selected = new Set();
  let view = "map", found = null, focus = -1, lassoing = false, lassoPath = null;
  let scale = 1, left = 0, top = 0;

  const texts = data.paths.map((path, i) => {
    const words = names.filter((n) => data.columns[n].kind === "text").map((n) => data.columns[n].values[i]);
    return [path, ...words].filter((w) => w !== null).join("\n").toLowerCase();
  });

  // ---- where pictures stand in each view
  const range = (values) => {
    let low = Infinity, high = -Infinity;
    for (const v of values) if (v !== null) { low = Math.min(low, v); high = Math.max(high, v); }
    return [low, high];
  };
  function layMap() {
    const [x0, x1] = range(data.x), [y0, y1] = range(data.y);
    const side = Math.max(x1 - x0, y1 - y0) || 1;
    for (let i = 0; i < count; i++) {
      places[2 * i] = onMap[i] ? (data.x[i] - x0) / side * extent : NaN;
      places[2 * i + 1] = onMap[i] ? (y1 - data.y[i]) / side * extent : NaN;
    }
  }
  function ordered() {
    const rows = [...Array(count).keys()], name = byId("order").value;
    if (!name) return rows;
    const values = data.columns[name].values;
    const compare = (a, b) => (typeof a === "string" ? a.localeCompare(b) : a - b);
    return rows.sort((a, b) => values[a] === null ? (values[b] === null ? a - b : 1)
      : values[b] === null ? -1 : compare(values[a], values[b]) || a - b);
  }
  function layGrid() {
    const across = Math.max(1, Math.ceil(Math.sqrt(count * stage.clientWidth / Math.max(1, stage.clientHeight))));
    ordered().forEach((i, n) => {
      places[2 * i] = (n % across) * CELL * GAP;
      places[2 * i + 1] = Math.floor(n / across) * CELL * GAP;
    });
  }
  function layTime() {
    const values = data.columns[data.time].values, [first, last] = range(values);
    const bins = Math.max(1, Math.ceil(Math.sqrt(count) * 2)), heights = new Int32Array(bins);
    for (let i = 0; i < count; i++) {
      if (values[i] === null) { places[2 * i] = places[2 * i + 1] = NaN; continue; }
      const bin = Math.min(bins - 1, Math.floor((values[i] - first) / ((last - first) || 1) * bins));
      places[2 * i] = bin * CELL * GAP;
      places[2 * i + 1] = -(heights[bin]++) * CELL * GAP;
    }
  }
  const asTime = (v) => data.columns[data.time].kind === "time" ? new Date(v).toISOString().slice(0, 10) : String(v);

  // Groups of the legend that are hidden, and each picture's group.
  let hidden = new Set(), groupOf = null;
  function lay() {
    ({map: layMap, grid: layGrid, time: layTime})[view]();
    if (hidden.size) for (let i = 0; i < count; i++)
      if (hidden.has(groupOf[i])) places[2 * i] = places[2 * i + 1] = NaN;
  }

  // ---- drawing
  const app = new PIXI.Application();
  const world = new PIXI.Container(), outline = new PIXI.Graphics(), ring = new PIXI.Graphics();
  // Ten thousand pictures take a processor without a graphics card a sixth of a second to draw. So they are drawn
  // once, somewhat beyond the edges; while the map moves that drawing is moved, and drawn anew when it has come to rest.
  const BEYOND = .25, REST = 150, MAGNIFIED = 3;
  const pen = new PIXI.Container(), drawing = new PIXI.Container();
  let stale = true, drawn = null, paper = null, rest = 0;
  const frames = new Array(count).fill(null), pictures = new Array(count).fill(null), containers = [];
  let waiting = false;
  function draw() { stale = true; move(); } // the pictures are others, or elsewhere
  function move() { // they are seen from elsewhere
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(() => {
      waiting = false;
      if (stale || !reaches()) drawPictures();
      else if (scale !== drawn.scale || left !== drawn.left || top !== drawn.top) {
        clearTimeout(rest);
        rest = setTimeout(draw, REST);
      }
      const by = scale / drawn.scale;
      drawing.scale.set(by);
      drawing.position.set(left - (drawn.x + drawn.left) * by, top - (drawn.y + drawn.top) * by);
      drawRing();
      app.renderer.render(app.stage);
    });
  }
  function reaches() { // whether the drawing fills the stage, and is not magnified too much
    const by = scale / drawn.scale, x = left - (drawn.x + drawn.left) * by, y = top - (drawn.y + drawn.top) * by;
    const {width, height} = app.screen;
    return by <= MAGNIFIED && width === drawn.width && height === drawn.height && x <= 0 && y <= 0
      && x + (width + 2 * drawn.x) * by >= width && y + (height + 2 * drawn.y) * by >= height;
  }
  function drawPictures() {
    const {width, height} = app.screen, x = Math.round(BEYOND * width), y = Math.round(BEYOND * height);
    if (!drawn || width !== drawn.width || height !== drawn.height) {
      if (drawn) { paper.destroy(true); drawing.removeChildren()[0].destroy(); }
      paper = PIXI.RenderTexture.create({width: width + 2 * x, height: height + 2 * y,
        resolution: app.renderer.resolution});
      // Not a sprite: on a processor the program for sprites, which can mix many textures, is ten times as slow.
      const one = new PIXI.ParticleContainer({texture: paper});
      one.addParticle(new PIXI.Particle({texture: paper}));
      drawing.addChild(one);
    }
    world.scale.set(scale);
    world.position.set(left + x, top + y);
    app.renderer.render({container: pen, target: paper, clearColor: PLAIN});
    drawn = {scale, left, top, x, y, width, height};
    stale = false;
    clearTimeout(rest);
  }
  function drawRing() {
    ring.clear();
    if (focus < 0 || Number.isNaN(places[2 * focus])) return;
    const half = CELL * scale / 2 + 3;
    ring.rect(places[2 * focus] * scale + left - half, places[2 * focus + 1] * scale + top - half, 2 * half, 2 * half)
      .stroke({width: 3, color: ACCENT});
  }
  async function addSheet(number) {
    const image = new Image();
    image.src = data.sheets[number];
    await image.decode();
    const source = new PIXI.ImageSource({resource: image, autoGenerateMipmaps: true, scaleMode: "linear"});
    const across = data.sheetSide / SIDE;
    const cell = (n, w, h) => new PIXI.Texture({source,
      frame: new PIXI.Rectangle((n % across) * SIDE, Math.floor(n / across) * SIDE, w, h)});
    const white = cell(across * across - 1, SIDE, SIDE);
    const container = new PIXI.ParticleContainer({
      texture: white, dynamicProperties: {position: false, color: false, vertex: false, rotation: false, uvs: false}});
    for (let n = 0, i = number * data.perSheet; n < data.perSheet && i < count; n++, i++) {
      const [w, h] = data.sizes[i], has = w > 0;
      frames[i] = new PIXI.Particle({texture: white, anchorX: .5, anchorY: .5, tint: PLAIN});
      pictures[i] = new PIXI.Particle({texture: has ? cell(n, w, h) : white, anchorX: .5, anchorY: .5,
        tint: has ? 0xffffff : 0x444444});
      const size = CELL / (has ? Math.max(w, h) : SIDE); // a small picture is shown as large as others
      frames[i].scaleX = ((has ? w : SIDE) * size + 6) / SIDE;
      frames[i].scaleY = ((has ? h : SIDE) * size + 6) / SIDE;
      pictures[i].scaleX = pictures[i].scaleY = size;
      container.addParticle(frames[i], pictures[i]);
    }
    containers.push(container);
    world.addChild(container);
    place(); paint(); draw();
    if (number === 0) requestAnimationFrame(() => requestAnimationFrame(() => {
      document.documentElement.dataset.firstPicture = String(Math.round(performance.now()));
    }));
  }
  function place() {
    for (let i = 0; i < count; i++) {
      if (!pictures[i]) continue;
      const shown = !Number.isNaN(places[2 * i]);
      for (const one of [frames[i], pictures[i]]) {
        one.x = shown ? places[2 * i] : 1e7; // out of sight
        one.y = shown ? places[2 * i + 1] : 1e7;
      }
    }
    containers.forEach((one) => one.update());
  }
  let colors = null;
  function paint() {
    const some = found !== null ? found : selected.size ? selected : null;
    for (let i = 0; i < count; i++) {
      if (!pictures[i]) continue;
      const bright = some === null || some.has(i) ? 1 : .18;
      frames[i].tint = selected.has(i) ? ACCENT : colors ? colors[i] : PLAIN;
      frames[i].alpha = bright;
      pictures[i].alpha = bright;
    }
    containers.forEach((one) => one.update());
    byId("clear").disabled = !selected.size && found === null;
    byId("export").disabled = !selected.size;
    const parts = [`${count.toLocaleString("en")} pictures`];
    const missing = onMap.filter((on) => !on).length;
    if (missing && view === "map") parts.push(`${missing.toLocaleString("en")} without a place on the map (see Grid)`);
    if (hidden.size) parts.push(`${groupOf.filter((one) => hidden.has(one)).length.toLocaleString("en")} hidden`);
    if (found !== null) parts.push(`${found.size.toLocaleString("en")} found`);
    if (selected.size) parts.push(`${selected.size.toLocaleString("en")} selected`);
    status.textContent = parts.join(", ") + ".";
    draw();
  }

  // ---- colors
  function ramp(t) {
    const at = Math.min(RAMP.length - 2, Math.floor(t * (RAMP.length - 1))), part = t * (RAMP.length - 1) - at;
    const [r, g, b] = RAMP[at].map((v, c) => Math.round(v + (RAMP[at + 1][c] - v) * part));
    return (r << 16) | (g << 8) | b;
  }
  // Colors for any number of groups: after those of the palette, hues that are far from each other.
  function colorOf(n) {
    if (n < PALETTE.length) return PALETTE[n];
    const hue = (n * 137.508) % 360, part = (k) => {
      const t = (k + hue / 30) % 12;
      return Math.round(255 * (.66 - .3 * Math.max(-1, Math.min(t - 3, 9 - t, 1))));
    };
    return (part(0) << 16) | (part(8) << 8) | part(4);
  }
  function legendRow(color, text, group) {
    const row = document.createElement("div"), mark = document.createElement("i"), name = document.createElement("span");
    mark.style.background = `#${color.toString(16).padStart(6, "0")}`;
    name.textContent = text;
    if (group === undefined) row.append(mark, name);
    else { // it hides and shows its pictures
      const button = document.createElement("button");
      button.type = "button";
      button.setAttribute("aria-pressed", "true");
      button.append(mark, name);
      button.addEventListener("click", () => {
        if (hidden.has(group)) hidden.delete(group); else hidden.add(group);
        button.setAttribute("aria-pressed", String(!hidden.has(group)));
        if (focus >= 0 && hidden.has(groupOf[focus])) setFocus(-1);
        lay(); place(); paint();
      });
      row.append(button);
    }
    legend.append(row);
  }
  function chooseColors() {
    legend.replaceChildren();
    const wasHidden = hidden.size > 0;
    hidden = new Set(); groupOf = null; colors = null;
    if (wasHidden) { lay(); place(); }
    const name = byId("color").value;
    if (!name) return paint();
    const {kind, values, names: called} = data.columns[name];
    const groups = new Map();
    for (const v of values) if (v !== null) groups.set(v, (groups.get(v) || 0) + 1);
    const most = kind === "group" ? Infinity : PALETTE.length;
    if (kind !== "text" && groups.size > most) {
      const [low, high] = range(values);
      colors = values.map((v) => v === null ? OTHER : ramp((v - low) / ((high - low) || 1)));
      for (const t of [0, .25, .5, .75, 1]) {
        const v = low + t * (high - low);
        legendRow(ramp(t), kind === "time" ? new Date(v).toISOString().slice(0, 10) : Number(v.toPrecision(3)).toString());
      }
      if (values.includes(null)) legendRow(OTHER, "none");
    } else {
      const top = [...groups].sort((a, b) => b[1] - a[1]).slice(0, Math.min(groups.size, most)).map(([v]) => v);
      if (kind !== "text") top.sort((a, b) => a - b);
      const place = new Map(top.map((v, n) => [v, n])), rest = groups.size - top.length;
      const color = (v) => kind === "group" && v < 0 ? OTHER : colorOf(place.get(v));
      groupOf = values.map((v) => v === null ? "none" : place.has(v) ? place.get(v) : "others");
      colors = values.map((v) => place.has(v) ? color(v) : OTHER);
      const said = (v) => called && called[v] ? `${v}: ${called[v]}` : kind === "group" && v < 0 ? "in no cluster" : v;
      top.forEach((v, n) => legendRow(color(v), `${said(v)} (${groups.get(v).toLocaleString("en")})`, n));
      if (rest) legendRow(OTHER, `${rest} others`, "others");
      if (values.includes(null)) legendRow(OTHER, "none", "none");
    }
    paint();
  }

  // ---- view, zoom
  function fit() {
    let x0 = Infinity, x1 = -Infinity, y0 = Infinity, y1 = -Infinity;
    for (let i = 0; i < count; i++) {
      const x = places[2 * i], y = places[2 * i + 1];
      if (Number.isNaN(x)) continue;
      x0 = Math.min(x0, x); x1 = Math.max(x1, x); y0 = Math.min(y0, y); y1 = Math.max(y1, y);
    }
    if (x0 > x1) x0 = x1 = y0 = y1 = 0;
    const w = x1 - x0 + 1.5 * CELL, h = y1 - y0 + 1.5 * CELL;
    scale = Math.min(stage.clientWidth / w, stage.clientHeight / h, 4);
    left = (stage.clientWidth - (x0 + x1) * scale) / 2;
    top = (stage.clientHeight - (y0 + y1) * scale) / 2;
    draw();
  }
  function zoom(factor, x = stage.clientWidth / 2, y = stage.clientHeight / 2) {
    const next = Math.min(40, Math.max(.002, scale * factor));
    left = x - (x - left) * next / scale;
    top = y - (y - top) * next / scale;
    scale = next;
    move();
  }
  function show(name) {
    if (name === "time" && !data.time) return;
    view = name;
    for (const one of ["map", "grid", "time"]) byId(`view-${one}`).setAttribute("aria-pressed", String(one === view));
    lay();
    stage.querySelectorAll(".axis").forEach((one) => one.remove());
    if (view === "time") {
      const ends = range(data.columns[data.time].values);
      ends.forEach((v, n) => {
        const text = document.createElement("span");
        text.className = "axis";
        text.style[n ? "right" : "left"] = ".4rem";
        text.textContent = Number.isFinite(v) ? asTime(v) : "";
        stage.append(text);
      });
    }
    place(); fit(); paint();
  }

  // ---- one picture
  function at(x, y) {
    const wx = (x - left) / scale, wy = (y - top) / scale, half = CELL / 2;
    let best = -1;
    for (let i = 0; i < count; i++) // the last drawn lies on top
      if (Math.abs(places[2 * i] - wx) <= half && Math.abs(places[2 * i + 1] - wy) <= half) best = i;
    return best;
  }
  const preview = byId("preview");
  function describe(i) {
    const details = byId("details");
    details.replaceChildren();
    preview.hidden = i < 0 || !pictures[i] || !data.sizes[i][0];
    if (i < 0) return;
    if (!preview.hidden) {
      const [w, h] = data.sizes[i], t = pictures[i].texture, big = Math.max(w, h);
      preview.width = Math.round(192 * w / big);
      preview.height = Math.round(192 * h / big);
      preview.getContext("2d").drawImage(t.source.resource, t.frame.x, t.frame.y, w, h, 0, 0, preview.width, preview.height);
    }
    const rows = [["image_id", data.ids[i]], ["path", data.paths[i]],
      ...names.map((n) => [n, data.columns[n].kind === "time" && data.columns[n].values[i] !== null
        ? new Date(data.columns[n].values[i]).toISOString().replace("T", " ").slice(0, 19) : data.columns[n].values[i]])];
    for (const [name, value] of rows) {
      if (value === null) continue;
      const term = document.createElement("dt"), text = document.createElement("dd");
      term.textContent = name;
      text.textContent = typeof value === "number" && !Number.isInteger(value) ? value.toPrecision(4) : String(value);
      details.append(term, text);
    }
  }
  function setFocus(i) { if (i !== focus) { focus = i; describe(i); move(); } }
  function toggle(i) {
    if (i < 0) return;
    if (selected.has(i)) selected.delete(i); else selected.add(i);
    paint();
  }
  function step(dx, dy) {
    if (focus < 0) {
      const center = [(stage.clientWidth / 2 - left) / scale, (stage.clientHeight / 2 - top) / scale];
      return setFocus(nearestTo(center[0], center[1], () => true));
    }
    const x = places[2 * focus], y = places[2 * focus + 1];
    // Of the pictures in a direction the nearest, sideways counting twice.
    const next = nearestTo(x, y, (ex, ey) => ex * dx + ey * dy > 1e-6 && Math.abs(ex * dy) + Math.abs(ey * dx) <= 2 * (ex * dx + ey * dy), dx, dy);
    if (next >= 0) { setFocus(next); keepInSight(next); }
  }
  function nearestTo(x, y, allowed, dx = 1, dy = 1) {
    let best = -1, least = Infinity;
    for (let i = 0; i < count; i++) {
      const ex = places[2 * i] - x, ey = places[2 * i + 1] - y;
      if (i === focus || Number.isNaN(ex) || !allowed(ex, ey)) continue;
      const far = (ex * (dx ? 1 : 2)) ** 2 + (ey * (dy ? 1 : 2)) ** 2;
      if (far < least) { least = far; best = i; }
    }
    return best;
  }
  function keepInSight(i) {
    const x = places[2 * i] * scale + left, y = places[2 * i + 1] * scale + top, edge = CELL * scale;
    if (x < edge) left += edge - x;
    if (x > stage.clientWidth - edge) left -= x - stage.clientWidth + edge;
    if (y < edge) top += edge - y;
    if (y > stage.clientHeight - edge) top -= y - stage.clientHeight + edge;
    move();
  }

  // ---- selecting
  function inside(path, x, y) {
    let within = false;
    for (let a = 0, b = path.length - 1; a < path.length; b = a++) {
      const [xa, ya] = path[a], [xb, yb] = path[b];
      if ((ya > y) !== (yb > y) && x < (xb - xa) * (y - ya) / (yb - ya) + xa) within = !within;
    }
    return within;
  }
  function endLasso() {
    if (lassoPath.length > 2) for (let i = 0; i < count; i++)
      if (inside(lassoPath, places[2 * i] * scale + left, places[2 * i + 1] * scale + top)) selected.add(i);
    lassoPath = null;
    outline.clear();
    paint();
  }
  function setLasso(on) {
    lassoing = on;
    byId("lasso").setAttribute("aria-pressed", String(on));
    stage.classList.toggle("lasso", on);
  }
  function clear() {
    selected.clear(); found = null; search.value = "";
    setLasso(false); setFocus(-1); paint();
  }
  function look() {
    const words = search.value.trim().toLowerCase();
    found = words ? new Set(texts.flatMap((text, i) => text.includes(words) ? [i] : [])) : null;
    paint();
  }
  function save() {
    const cell = (v) => typeof v === "number" ? String(v) : `"${String(v).replaceAll('"', '""')}"`;
    const rows = [...selected].sort((a, b) => a - b).map((i) => cell(data.ids[i]));
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob(["image_id\n" + rows.join("\n") + "\n"], {type: "text/csv"}));
    link.download = "selection.csv";
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  }

  // ---- events
  let drag = null;
  const where = (event) => { const box = stage.getBoundingClientRect(); return [event.clientX - box.left, event.clientY - box.top]; };
  stage.addEventListener("pointerdown", (event) => {
    stage.setPointerCapture(event.pointerId);
    const [x, y] = where(event);
    if (lassoing || event.shiftKey) lassoPath = [[x, y]]; else drag = {x, y, moved: false};
  });
  stage.addEventListener("pointermove", (event) => {
    const [x, y] = where(event);
    if (lassoPath) {
      lassoPath.push([x, y]);
      outline.clear().poly(lassoPath.flat()).fill({color: ACCENT, alpha: .15}).stroke({width: 2, color: ACCENT});
      return move();
    }
    if (!drag) return setFocus(at(x, y));
    if (Math.abs(x - drag.x) + Math.abs(y - drag.y) > 3 || drag.moved) {
      left += x - drag.x; top += y - drag.y;
      drag = {x, y, moved: true};
      move();
    }
  });
  stage.addEventListener("pointerup", (event) => {
    if (lassoPath) return endLasso();
    if (drag && !drag.moved) { const i = at(...where(event)); setFocus(i); toggle(i); }
    drag = null;
  });
  stage.addEventListener("pointercancel", () => { drag = null; if (lassoPath) { lassoPath = null; outline.clear(); move(); } });
  stage.addEventListener("wheel", (event) => {
    event.preventDefault();
    zoom(Math.exp(-event.deltaY * (event.deltaMode ? .05 : .0015)), ...where(event));
  }, {passive: false});
  const keys = {
    ArrowLeft: () => step(-1, 0), ArrowRight: () => step(1, 0), ArrowUp: () => step(0, -1), ArrowDown: () => step(0, 1),
    " ": () => toggle(focus), Enter: () => toggle(focus), "+": () => zoom(1.3), "=": () => zoom(1.3), "-": () => zoom(1 / 1.3),
    0: fit, m: () => show("map"), g: () => show("grid"), t: () => show("time"), "/": () => search.focus(), Escape: clear,
  };
  stage.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || !(event.key in keys)) return;
    event.preventDefault();
    keys[event.key]();
  });
  for (const one of ["map", "grid", "time"]) byId(`view-${one}`).addEventListener("click", () => show(one));
  byId("zoom-in").addEventListener("click", () => zoom(1.3));
  byId("zoom-out").addEventListener("click", () => zoom(1 / 1.3));
  byId("fit").addEventListener("click", fit);
  byId("lasso").addEventListener("click", () => setLasso(!lassoing));
  byId("clear").addEventListener("click", clear);
  byId("export").addEventListener("click", save);
  byId("order").addEventListener("change", () => show("grid"));
  byId("color").addEventListener("change", chooseColors);
  search.addEventListener("input", look);
  search.addEventListener("keydown", (event) => {
    if (event.key === "Escape") { clear(); stage.focus(); }
    if (event.key === "Enter" && found !== null) { found.forEach((i) => selected.add(i)); found = null; paint(); stage.focus(); }
  });

  function options(select, first) {
    for (const [value, text] of [["", first], ...names.map((n) => [n, n])]) {
      const option = document.createElement("option");
      option.value = value;
      option.textContent = text;
      select.append(option);
    }
  }
  async function start() {
    options(byId("order"), "table");
    options(byId("color"), "nothing");
    if (data.color) byId("color").value = data.color;
    if (!data.time) { byId("view-time").disabled = true; byId("view-time").title = "no column of times"; }
    await app.init({preference: "webgl", background: PLAIN, autoStart: false, sharedTicker: false, resizeTo: stage,
      autoDensity: true, resolution: Math.min(2, window.devicePixelRatio || 1), eventFeatures: {move: false, globalMove: false, click: false, wheel: false}});
    stage.append(app.canvas);
    pen.addChild(world);
    app.stage.addChild(drawing, outline, ring);
    new ResizeObserver(() => { app.resize(); draw(); }).observe(stage);
    show("map"); chooseColors();
    for (let n = 0; n < data.sheets.length; n++) await addSheet(n);
    document.documentElement.dataset.ready = "true";
  }
  start().catch((error) => {
    status.textContent = `The pictures cannot be drawn: ${error.message}. This page needs WebGL, which is off in this browser.`;
    document.documentElement.dataset.failed = "true";
  });

  // For tests and for other scripts: what is where on the screen, and what is selected.
  window.imageMap = {
    at: (i) => [places[2 * i] * scale + left, places[2 * i + 1] * scale + top],
    get state() { return {view, scale, left, top, focus, selected: [...selected].map((i) => data.ids[i]), found: found && found.size}; },
    redraw: draw,
  };
})();
