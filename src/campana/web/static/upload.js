// Files by drop or dialog, with their progress, and problems where they belong. Shared by Send Messages and Recipients.
Object.assign(campana, (() => {
  // Problems by field into the places that the page has for them; returns the first field that has one.
  const showProblems = (form, problems) => {
    let first = null;
    for (const slot of form.querySelectorAll("[data-problem]")) {
      const name = slot.dataset.problem;
      const told = problems[name] || "";
      if (slot.textContent !== told) slot.textContent = told;
      for (const field of form.querySelectorAll(`[name="${CSS.escape(name)}"]`)) {
        if (told) field.setAttribute("aria-invalid", "true");
        else field.removeAttribute("aria-invalid");
        if (told && !first && field.type !== "hidden") first = field;
      }
      if (told && !first) first = slot.parentElement.querySelector("input:not([type=hidden]), select, textarea");
      if (told && slot.closest("details")) slot.closest("details").open = true;
    }
    return first;
  };

  // Sends the form with its file; the answer is {status, body}.
  const upload = (form, address) => new Promise((resolve) => {
    const bar = form.querySelector(".drop-progress");
    const request = new XMLHttpRequest();
    request.open("POST", address);
    request.setRequestHeader("Accept", "application/json");
    request.setRequestHeader("X-CSRF-Token", campana.token());
    request.upload.addEventListener("progress", (event) => {
      bar.hidden = false;
      if (event.lengthComputable && event.loaded < event.total) bar.value = 100 * event.loaded / event.total;
      else bar.removeAttribute("value"); // all is there; now it is being checked
    });
    request.addEventListener("loadend", () => {
      bar.hidden = true;
      let body = { problems: { file: request.status === 413 ? bar.dataset.tooLarge : bar.dataset.away } };
      try { body = request.status === 413 ? body : JSON.parse(request.responseText); } catch { /* not ours */ }
      resolve({ status: request.status, body });
    });
    request.send(new FormData(form));
  });

  // `send` is called when a file was dropped or chosen.
  const watchDrops = (form, send) => {
    const place = (event) => event.target.closest && event.target.closest("[data-drop]");
    for (const kind of ["dragenter", "dragover"]) {
      form.addEventListener(kind, (event) => {
        const drop = place(event);
        if (!drop) return;
        event.preventDefault();
        drop.classList.add("is-over");
      });
    }
    form.addEventListener("dragleave", (event) => {
      const drop = place(event);
      if (drop && !drop.contains(event.relatedTarget)) drop.classList.remove("is-over");
    });
    form.addEventListener("drop", (event) => {
      const drop = place(event);
      if (!drop) return;
      event.preventDefault();
      drop.classList.remove("is-over");
      if (!event.dataTransfer.files.length) return;
      drop.querySelector("input[type=file]").files = event.dataTransfer.files;
      send();
    });
    form.addEventListener("change", (event) => {
      if (event.target.type === "file" && event.target.files.length) send();
    });
  };

  document.addEventListener("DOMContentLoaded", () => {
    const form = document.querySelector("form[data-upload-form]");
    if (!form) return;
    const send = async () => {
      const { body } = await upload(form, form.action);
      if (body.location) location.assign(body.location);
      else showProblems(form, body.problems || { file: body.detail || body.title })?.focus();
    };
    watchDrops(form, () => {}); // there is more to say of a list than its file: the button sends it
    form.addEventListener("submit", (event) => { event.preventDefault(); send(); });
  });

  return { showProblems, upload, watchDrops };
})());
