// Send Messages: keeps what is typed, shows at once what would become of it, and asks before it is scheduled.
// Without it every button still works: the page is one form.
document.addEventListener("DOMContentLoaded", () => {
  const form = document.getElementById("send");
  if (!form) return;
  const id = form.dataset.draft;
  const saved = document.querySelector("[data-saved]");
  const signedOut = form.querySelector("[data-signed-out]");
  const question = document.getElementById("question");
  const texts = JSON.parse(form.dataset.texts); // of the catalogue; {name} is where a value goes
  const told = (name, values = {}) => texts[name].replace(/\{(\w+)\}/g, (_, key) => values[key]);
  const PAUSE_MS = 350;
  const mine = `draft ${form.dataset.person} `;
  const key = mine + id;
  let timer = 0;
  let latest = 0;
  let unsaved = false;
  let person = {};
  let running = Promise.resolve();

  const pairs = () => [...new FormData(form)].filter(([name, value]) => typeof value === "string" && name !== "pasted");
  const part = (name) => document.querySelector(`[data-part="${name}"]`);
  const clock = new Intl.DateTimeFormat(document.documentElement.dataset.locale, { timeStyle: "short" });

  // --- what was typed stays in this tab until the server has it
  const remember = () => {
    const typed = pairs().filter(([name]) => name !== "csrf_token");
    sessionStorage.setItem(key, JSON.stringify([form.getAttribute("action"), typed]));
  };
  const restore = async () => {
    for (const name of Object.keys(sessionStorage).filter((each) => each.startsWith(mine))) {
      if (name !== key && location.pathname !== "/send") continue;
      const [action, typed] = JSON.parse(sessionStorage.getItem(name));
      const answer = await post(action, typed);
      if (answer.status === 401) return;
      sessionStorage.removeItem(name);
      if (answer.ok) location.replace(action);
    }
  };

  // --- talking to the server
  const post = (address, values) => fetch(address, {
    method: "POST",
    headers: { Accept: "application/json", "X-CSRF-Token": campana.token() },
    body: new URLSearchParams(values),
  });

  const replace = (name, html) => {
    const place = part(name);
    if (!place || place.innerHTML === html) return;
    const active = place.contains(document.activeElement) ? document.activeElement : null;
    const at = active && "selectionStart" in active ? active.selectionStart : null;
    place.innerHTML = html;
    const again = active && active.id ? document.getElementById(active.id) : null;
    if (again) {
      again.focus();
      if (at !== null && again.setSelectionRange && again.type !== "email") again.setSelectionRange(at, at);
    }
    campana.localise(place);
  };

  const apply = (body, parts) => {
    const fields = form.querySelector(".fields");
    const wanted = new Set(["preview", "meaning", ...parts]);
    if (Number(fields.dataset.count) !== body.count) wanted.add("fields");
    for (const name of wanted) replace(name, body.html[name]);
    for (const head of form.querySelectorAll("[data-step]")) {
      head.toggleAttribute("data-done", Boolean(body.done[head.dataset.step]));
    }
    wakeChips();
    return campana.showProblems(form, body.problems);
  };

  const tellSaved = (text) => { saved.textContent = text; };

  // Saves the draft, with a step where one is named; gives {body, first} or nothing where it was not taken.
  // One at a time, so that nothing older overtakes.
  const save = (step = {}, parts = []) => {
    clearTimeout(timer);
    const mine = running.then(() => saveNow(step, parts));
    running = mine.catch(() => null);
    return mine;
  };
  const saveNow = async (step, parts) => {
    const turn = ++latest;
    remember();
    unsaved = false;
    let answer;
    try {
      answer = await post(form.getAttribute("action"), [...pairs(), ...Object.entries({ ...person, ...step })]);
    } catch {
      unsaved = true;
      tellSaved(told("unsaved"));
      timer = setTimeout(() => save(), 5000);
      return null;
    }
    if (answer.status === 401 || answer.status === 403) {
      signedOut.hidden = false;
      signedOut.querySelector("a").href = `/sign-in?next=${location.pathname}`;
      signedOut.scrollIntoView({ block: "nearest" });
      tellSaved("");
      return null;
    }
    if (answer.status === 409) {
      sessionStorage.removeItem(key);
      location.assign(form.getAttribute("action"));
      return null;
    }
    const body = await answer.json();
    if (!body.html) {
      campana.showProblems(form, Object.fromEntries((body.errors || []).map((each) => [each.field, each.message])));
      return null;
    }
    signedOut.hidden = true;
    // Something was typed meanwhile, and is on its way; a step is taken again with it.
    if (turn !== latest) return step.do ? saveNow(step, parts) : null;
    sessionStorage.removeItem(key);
    if (location.pathname === "/send") history.replaceState(null, "", `/send/${id}`);
    tellSaved(told("saved", { time: clock.format(new Date()) }));
    return { body, first: apply(body, parts) };
  };

  const soon = () => {
    unsaved = true;
    latest += 1;
    remember();
    clearTimeout(timer);
    timer = setTimeout(() => save(), PAUSE_MS);
  };

  // --- recipients
  const sendFile = async () => {
    await save();
    const { status, body } = await campana.upload(form, "/send/recipients");
    if (status === 200 && body.html) {
      person = {};
      replace("recipients", body.html.recipients);
      await save({}, ["fields"]);
      return;
    }
    campana.showProblems(form, body.problems || { file: body.detail || body.title })?.focus();
  };

  // --- test message
  const test = async (button) => {
    button.disabled = true;
    part("tested").textContent = told("sending");
    const answer = await post(button.formAction, pairs());
    const body = await answer.json();
    button.disabled = false;
    part("tested").innerHTML = body.html && body.html.tested ? body.html.tested : "";
    if (answer.ok) return;
    const problems = body.problems || { test_phone: body.detail || body.title };
    const first = campana.showProblems(form, problems);
    if (first) first.focus();
  };

  // --- the last question
  const schedule = async () => {
    form.elements.tried.value = "yes";
    const done = await save({ do: "schedule" });
    if (!done) return;
    if (Object.keys(done.body.problems).length) {
      if (done.first) {
        done.first.focus();
        done.first.scrollIntoView({ block: "center" });
      }
      return;
    }
    const answer = await fetch(`/send/${id}/confirm?fragment=yes`);
    if (answer.redirected || !answer.ok) {
      location.reload();
      return;
    }
    question.innerHTML = await answer.text();
    campana.localise(question);
    question.showModal();
  };
  question.addEventListener("click", (event) => {
    if (!event.target.closest("[data-close]")) return;
    event.preventDefault();
    question.close();
  });

  // --- chips insert a column where the cursor is, or was
  let field = null;
  const wakeChips = () => {
    if (field && !field.isConnected) field = document.getElementById(field.id);
    for (const chip of form.querySelectorAll("[data-chip]")) chip.disabled = !field;
  };
  form.addEventListener("focusin", (event) => {
    if (!event.target.matches("[data-insert]")) return;
    field = event.target;
    wakeChips();
  });
  form.addEventListener("click", (event) => {
    const chip = event.target.closest("[data-chip]");
    if (!chip || !field) return;
    const [from, to] = [field.selectionStart, field.selectionEnd];
    field.focus();
    field.setRangeText(chip.dataset.chip, from ?? field.value.length, to ?? field.value.length, "end");
    field.dispatchEvent(new Event("input", { bubbles: true }));
  });

  // --- templates that the provider offers; it may take its time
  const offers = async (tries = 0) => {
    const sender = form.elements.sender_id.value;
    const answer = await fetch(`/send/offers?sender_id=${sender}`, { headers: { Accept: "application/json" } });
    if (!answer.ok) return;
    const offer = await answer.json();
    known = offer.templates;
    listLanguages();
    const names = document.getElementById("template-names");
    if (names) names.replaceChildren(...[...new Set(known.map((each) => each.name))].map((name) => new Option("", name)));
    if (offer.asking && tries < 40) setTimeout(() => offers(tries + 1), 800);
    const note = form.querySelector("[data-offer]");
    if (known.length) note.textContent = told(known.length === 1 ? "offer" : "offers", { count: campana.number(known.length) });
    else if (!offer.asking) note.textContent = offer.reason ? told("noOffer", { why: offer.reason }) : "";
  };
  let known = [];
  const listLanguages = () => {
    const name = form.elements.template_name.value;
    const fitting = known.filter((each) => each.name === name);
    const languages = [...new Set((fitting.length ? fitting : known).map((each) => each.language))];
    document.getElementById("template-languages").replaceChildren(...languages.map((each) => new Option("", each)));
    const language = form.elements.template_language;
    if (fitting.length && !fitting.some((each) => each.language === language.value)) {
      language.value = fitting[0].language;
      soon();
    }
  };

  // --- a time to begin with, where none was chosen yet
  const propose = () => {
    const { when, date, time } = form.elements;
    if (when.value !== "later" || date.value) return;
    const tomorrow = new Date(Date.now() + 86400000);
    const two = (number) => String(number).padStart(2, "0");
    date.value = `${tomorrow.getFullYear()}-${two(tomorrow.getMonth() + 1)}-${two(tomorrow.getDate())}`;
    time.value ||= "10:00";
  };

  form.addEventListener("input", (event) => {
    if (event.target.name === "template_name") listLanguages();
    if (event.target.name === "when") propose();
    if (event.target.type !== "file" && event.target.name !== "pasted") soon();
  });
  form.addEventListener("change", (event) => {
    if (event.target.name === "recipient_list_id") save({}, ["recipients", "fields"]);
    if (event.target.name === "sender_id") offers();
  });
  form.addEventListener("submit", (event) => {
    const button = event.submitter;
    if (!button || button.formAction.endsWith("/discard")) {
      sessionStorage.removeItem(key);
      unsaved = false;
      return;
    }
    event.preventDefault();
    if ("upload" in button.dataset) sendFile();
    else if ("test" in button.dataset) test(button);
    else if ("schedule" in button.dataset) schedule();
    else if ("row" in button.dataset) {
      person = { row: button.dataset.row, ...(button.dataset.back ? { back: "yes" } : {}) };
      save();
    } else {
      const verb = button.value.split(":")[0];
      const PARTS = { "other-list": ["recipients", "fields"], take: ["template", "fields"], keep: ["template"], forget: ["template"] };
      save({ do: button.value }, PARTS[verb] || (verb === "save" ? [] : ["fields"]));
    }
  }, true);
  addEventListener("pagehide", () => {
    if (unsaved) navigator.sendBeacon(form.getAttribute("action"), new URLSearchParams(pairs()));
  });

  campana.watchDrops(form, sendFile);
  restore();
  offers();
});
