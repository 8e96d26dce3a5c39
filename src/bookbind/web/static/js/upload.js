// Upload by drag and drop or the file button: several files, a line with progress and the outcome for each.

const AT_ONCE = 2;

function startUpload(form) {
  const input = form.querySelector("input[type=file]");
  const list = form.querySelector("[data-upload-list]");
  const summary = form.querySelector("[data-upload-summary]");
  const waiting = [];
  let running = 0;
  let added = 0;
  let refused = 0;

  function addRow(file) {
    const row = document.createElement("li");
    row.className = "upload-row";
    const name = document.createElement("span");
    name.className = "upload-name";
    name.textContent = file.name;
    const bar = document.createElement("progress");
    bar.max = 100;
    bar.value = 0;
    bar.setAttribute("aria-label", `Uploading ${file.name}`);
    const said = document.createElement("span");
    said.className = "upload-said";
    said.textContent = "Waiting to upload";
    row.append(name, bar, said);
    list.append(row);
    return { row, bar, said };
  }

  function finish(parts, answer) {
    running -= 1;
    parts.bar.remove();
    parts.row.classList.add(answer.ok ? "is-added" : "is-refused");
    parts.said.textContent = answer.message;
    if (answer.ok && answer.url) {
      const link = document.createElement("a");
      link.href = answer.url;
      link.textContent = "Open";
      link.setAttribute("aria-label", `Open ${parts.row.querySelector(".upload-name").textContent}`);
      parts.row.append(link);
    }
    if (answer.ok) added += 1;
    else refused += 1;
    next();
  }

  function parse(request) {
    try {
      return JSON.parse(request.responseText);
    } catch {
      const late = request.status === 403 || request.status === 401;
      const why = late ? "You were signed out. Sign in again and add it once more." : "It did not arrive. Please add it once more.";
      return { ok: false, message: request.status === 413 ? "The file is too big." : why };
    }
  }

  function send(file, parts) {
    running += 1;
    parts.said.textContent = "Uploading";
    const body = new FormData();
    body.append("csrfmiddlewaretoken", form.querySelector("[name=csrfmiddlewaretoken]").value);
    body.append("files", file);
    const request = new XMLHttpRequest();
    request.open("POST", form.action);
    request.setRequestHeader("Accept", "application/json");
    request.upload.addEventListener("progress", (event) => {
      if (event.lengthComputable) parts.bar.value = Math.round((event.loaded / event.total) * 100);
      if (event.loaded === event.total) parts.said.textContent = "Reading it";
    });
    request.addEventListener("load", () => finish(parts, parse(request)));
    request.addEventListener("error", () =>
      finish(parts, { ok: false, message: "It did not arrive: no connection. Please add it once more." }),
    );
    request.send(body);
  }

  async function showResults() {
    const words = [`${added} added`];
    if (refused) words.push(`${refused} not added`);
    summary.textContent = words.join(", ");
    if (!added) return;
    const answer = await fetch(window.location.href, { headers: { Accept: "text/html" } });
    if (!answer.ok) return;
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    for (const id of ["costs-tabs", "costs-results"]) {
      const now = document.getElementById(id);
      const then = fresh.getElementById(id);
      if (now && then) now.replaceWith(document.adoptNode(then));
    }
  }

  function next() {
    while (running < AT_ONCE && waiting.length) {
      const { file, parts } = waiting.shift();
      send(file, parts);
    }
    if (running === 0 && waiting.length === 0) showResults();
  }

  function take(files) {
    if (!files.length) return;
    if (running === 0) {
      list.replaceChildren();
      added = 0;
      refused = 0;
    }
    summary.textContent = "";
    for (const file of files) waiting.push({ file, parts: addRow(file) });
    next();
  }

  input.addEventListener("change", () => {
    take([...input.files]);
    input.value = "";
  });
  form.addEventListener("submit", (event) => event.preventDefault());
  form.classList.add("is-ready");

  let depth = 0;
  const carriesFiles = (event) => [...(event.dataTransfer?.types ?? [])].includes("Files");
  window.addEventListener("dragenter", (event) => {
    if (!carriesFiles(event)) return;
    depth += 1;
    form.classList.add("is-over");
  });
  window.addEventListener("dragleave", (event) => {
    if (!carriesFiles(event)) return;
    depth -= 1;
    if (depth <= 0) form.classList.remove("is-over");
  });
  window.addEventListener("dragover", (event) => {
    if (carriesFiles(event)) event.preventDefault();
  });
  window.addEventListener("drop", (event) => {
    if (!carriesFiles(event)) return;
    event.preventDefault();
    depth = 0;
    form.classList.remove("is-over");
    take([...event.dataTransfer.files]);
  });
}

document.querySelectorAll("[data-upload]").forEach(startUpload);
