// What every page has: the token of forms for htmx, times in the viewer's zone, countdowns, dialogs, the colours' switch.
// Exposes `campana` with what other scripts of ours share.
const campana = (() => {
  const root = document.documentElement;
  const locale = root.dataset.locale;
  const YEAR = 31536000;

  const token = () => document.querySelector('meta[name="csrf-token"]').content;
  const remember = (name, value) => {
    const secure = location.protocol === "https:" ? "; Secure" : "";
    document.cookie = `${name}=${value}; Path=/; Max-Age=${YEAR}; SameSite=Lax${secure}`;
  };

  // --- times: the server writes UTC until this cookie tells it the zone
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const full = new Intl.DateTimeFormat(locale, { dateStyle: "full", timeStyle: "long" });
  const day = new Intl.DateTimeFormat(locale, { dateStyle: "medium" });
  const clock = new Intl.DateTimeFormat(locale, { timeStyle: "short" });
  const zoned = new Intl.DateTimeFormat(locale, { hour: "numeric", timeZoneName: "short" });
  const zoneName = (moment) => zoned.formatToParts(moment).find((part) => part.type === "timeZoneName").value;

  const localise = (within) => {
    for (const element of within.querySelectorAll("time[data-moment]")) {
      const moment = new Date(element.dateTime);
      element.textContent = `${day.format(moment)}, ${clock.format(moment)} ${zoneName(moment)}`;
      element.title = `${full.format(moment)} ${zone}`;
      element.removeAttribute("data-moment");
    }
  };

  // --- spans, written as the server does
  const UNITS = [["d", 86400], ["h", 3600], ["min", 60], ["s", 1]];
  const span = (seconds) => {
    let left = Math.round(seconds);
    const parts = [];
    for (const [unit, size] of UNITS) {
      const count = Math.floor(left / size);
      left -= count * size;
      if (count || parts.length) parts.push(count ? `${count} ${unit}` : "");
      if (parts.length === 2) break;
    }
    return parts.filter(Boolean).join(" ") || "under 1 s";
  };

  const countDown = () => {
    for (const element of document.querySelectorAll("time[data-until]")) {
      const left = (new Date(element.dateTime) - Date.now()) / 1000;
      element.textContent = left > 0 ? `in ${span(left)}` : "now";
    }
  };

  const number = (value, digits = 1) => new Intl.NumberFormat(locale, { maximumFractionDigits: digits }).format(value);

  // Neither none nor all unless it is, as the server writes it.
  const percent = (part, whole) => {
    const format = (share) => new Intl.NumberFormat(locale, { style: "percent", maximumFractionDigits: 0 }).format(share);
    if (!whole || !part) return format(0);
    if (part >= whole) return format(1);
    return part / whole < 0.01 ? `<${format(0.01)}` : format(Math.min(0.99, part / whole));
  };

  // --- the colours' switch
  const showSwitch = () => {
    const button = document.querySelector("[data-theme-switch]");
    if (!button) return;
    const name = button.querySelector("span");
    const tell = () => { name.textContent = name.dataset[root.dataset.bsTheme]; };
    button.addEventListener("click", () => {
      root.dataset.bsTheme = root.dataset.bsTheme === "dark" ? "light" : "dark";
      remember("theme", root.dataset.bsTheme);
      document.dispatchEvent(new CustomEvent("campana:theme"));
    });
    document.addEventListener("campana:theme", tell);
    button.hidden = false;
    tell();
  };

  // --- dialogs, for browsers that do not open them by themselves (command, commandfor)
  const openDialogs = () => {
    if ("commandForElement" in HTMLButtonElement.prototype) return;
    document.addEventListener("click", (event) => {
      const button = event.target.closest("button[commandfor]");
      if (!button) return;
      const dialog = document.getElementById(button.getAttribute("commandfor"));
      if (button.getAttribute("command") === "close") dialog.close();
      else dialog.showModal();
    });
  };

  // --- what is shown once can be copied; browsers let scripts do so only over TLS and on the machine itself
  const offerCopies = () => {
    if (!navigator.clipboard) return;
    for (const button of document.querySelectorAll("[data-copy]")) {
      button.hidden = false;
      button.addEventListener("click", async () => {
        const source = document.getElementById(button.dataset.copy);
        await navigator.clipboard.writeText(source.value ?? source.textContent);
        button.querySelector("span").textContent = button.dataset.done;
      });
    }
  };

  // --- a form is sent once
  const sendOnce = () => document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || form.method === "get") return;
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = "yes";
  });

  document.addEventListener("htmx:config:request", (event) => {
    event.detail.ctx.request.headers["X-CSRF-Token"] = token();
  });
  document.addEventListener("htmx:after:swap", () => { localise(document); countDown(); });
  addEventListener("pageshow", () => {
    for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
  });
  document.addEventListener("DOMContentLoaded", () => {
    if (!document.cookie.split("; ").includes(`tz=${zone}`)) remember("tz", zone);
    localise(document);
    showSwitch();
    openDialogs();
    offerCopies();
    sendOnce();
    setInterval(countDown, 1000);
  });

  return { token, number, percent, span, localise };
})();
