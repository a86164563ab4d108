// One coder's answers to one page. They live in memory; in localStorage, where other tabs see them at
// once; and in a database, which is on disk when an answer is given, so that a crash of the browser loses
// nothing. Every answer has the time of its change: where copies differ, the latest change counts.

const store = { answers: Object.create(null), removed: Object.create(null), history: [] };
let database = null;
const keptIn = { storage: true, database: false };

const changeOf = (path) => store.answers[path]?.changed ?? store.removed[path] ?? -1;

// Take over what another copy has that is newer. A path can be any text, such as "__proto__": the
// objects have no prototype, and only own entries are read.
function merge(copy) {
  for (const [path, answer] of Object.entries(copy.answers ?? {})) {
    const changed = answer.changed ?? (Date.parse(answer.at) || 0);
    if (changed <= changeOf(path)) continue;
    store.answers[path] = { ...answer, changed };
    delete store.removed[path];
  }
  for (const [path, changed] of Object.entries(copy.removed ?? {})) {
    if (changed <= changeOf(path)) continue;
    store.removed[path] = changed;
    delete store.answers[path];
  }
}

function mergeStored(key) {
  try {
    const copy = JSON.parse(localStorage.getItem(key) ?? "{}");
    merge(copy);
    return copy;
  } catch (error) {
    keptIn.storage = false;
    return {};
  }
}

function writeStored(key) {
  try {
    localStorage.setItem(key, JSON.stringify(store));
    keptIn.storage = true;
  } catch (error) {
    keptIn.storage = false;
  }
}

// Change the answer to one picture, or take it away, and keep the change before the next key.
function change(key, path, answer) {
  const changed = Math.max(Date.now(), changeOf(path) + 1);
  mergeStored(key);
  delete store.answers[path];
  delete store.removed[path];
  if (answer) store.answers[path] = { ...answer, changed };
  else store.removed[path] = changed;
  writeStored(key);
  writeRows(key, [path]);
  return changed;
}

function writeRows(key, paths) {
  if (!database || !paths.length) return;
  const work = database.transaction("answers", "readwrite", { durability: "strict" });
  for (const path of paths) {
    const row = { path, answer: store.answers[path] ?? null, changed: changeOf(path) };
    work.objectStore("answers").put(row, [key, path]);
  }
  work.oncomplete = () => (keptIn.database = true);
  work.onabort = () => (keptIn.database = false);
}

// Load what is kept; `found` is called again when the database has more.
function loadStore(key, found) {
  const copy = mergeStored(key);
  store.history = copy.history ?? [];
  writeStored(key);
  let request;
  try {
    request = indexedDB.open("imagesasdata-label", 1);
  } catch (error) {
    return;
  }
  request.onupgradeneeded = () => request.result.createObjectStore("answers");
  request.onerror = (event) => event.preventDefault();
  request.onsuccess = () => {
    database = request.result;
    const rows = database
      .transaction("answers")
      .objectStore("answers")
      .getAll(IDBKeyRange.bound([key], [key, []]));
    rows.onsuccess = () => {
      keptIn.database = true;
      const before = Object.keys(store.answers).length;
      for (const { path, answer, changed } of rows.result) {
        const copy = { answers: Object.create(null), removed: Object.create(null) };
        if (answer) copy.answers[path] = answer;
        else copy.removed[path] = changed;
        merge(copy);
      }
      writeStored(key);
      const written = new Map(rows.result.map((row) => [row.path, row.changed]));
      const paths = [...Object.keys(store.answers), ...Object.keys(store.removed)];
      writeRows(key, paths.filter((path) => written.get(path) !== changeOf(path)));
      found(Object.keys(store.answers).length > before);
    };
  };
}

// Tell whether another tab has the page open for the same coder, and again when it is closed.
function watchTabs(key, told) {
  if (!navigator.locks) return;
  const hold = () => new Promise(() => {});
  navigator.locks
    .request(key, { ifAvailable: true }, (lock) => {
      told(!lock);
      if (lock) return hold();
      navigator.locks.request(key, () => {
        told(false);
        return hold();
      });
    })
    .catch(() => {});
}
