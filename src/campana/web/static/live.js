// Progress as it comes: one connection for a page (data-live), which updates every campaign on it (data-campaign).
(() => {
  const PARTS = ["read", "delivered", "sent", "unknown", "failed", "skipped", "sending"];
  const words = JSON.parse(document.getElementById("words").dataset.words);
  let source = null;
  let retry = 0;

  const show = (root, name, text) => {
    for (const element of root.querySelectorAll(name)) if (element.textContent !== text) element.textContent = text;
  };

  const drawBar = (bar, counts) => {
    let at = 0;
    for (const part of PARTS) {
      const width = counts.total ? (1000 * counts[part]) / counts.total : 0;
      const rect = bar.querySelector(`[data-part="${part}"]`);
      rect.setAttribute("x", at);
      rect.setAttribute("width", width);
      at += width;
    }
  };

  const drawFunnel = (root, counts) => {
    const arrived = counts.delivered + counts.read;
    const steps = { gone_out: counts.sent + counts.unknown + arrived, arrived, read: counts.read };
    for (const step of root.querySelectorAll("[data-share]")) {
      const count = steps[step.dataset.share];
      show(step, "[data-share-count]", campana.number(count));
      show(step, "[data-share-percent]", campana.percent(count, counts.total));
      step.querySelector("rect").setAttribute("width", counts.total ? (1000 * count) / counts.total : 0);
    }
  };

  const update = (root, { status, counts, rate }) => {
    const open = counts.pending + counts.sending;
    for (const [part, count] of Object.entries({ ...counts, done: counts.total - open })) {
      show(root, `[data-count="${part}"]`, campana.number(count));
    }
    show(root, "[data-rate]", campana.number(rate));
    if (rate > 0) show(root, "[data-left]", open ? campana.span(open / rate) : "–");
    for (const bar of root.querySelectorAll("svg[data-bar]")) drawBar(bar, counts);
    drawFunnel(root, counts);
    for (const badge of root.querySelectorAll("[data-state]")) {
      badge.className = `state state-${status}`;
      badge.textContent = words[status];
    }
    if ("reloads" in root.dataset && root.dataset.status !== status) reload(root, status);
  };

  // Another state means other levers, banners and parts: the page knows them.
  const reload = (root, status) => {
    root.dataset.status = status;
    if (document.querySelector("dialog[open]")) return;
    htmx.ajax("GET", location.pathname + location.search, { target: "#content", select: "#content", swap: "outerMorph" });
  };

  const heard = (event) => {
    retry = 0;
    const progress = JSON.parse(event.data);
    for (const root of document.querySelectorAll(`[data-campaign="${progress.id}"]`)) update(root, progress);
  };

  const connect = () => {
    const place = document.querySelector("[data-live]");
    if (!place || document.hidden) return;
    source = new EventSource(place.dataset.live);
    source.addEventListener("progress", heard);
    source.addEventListener("error", () => {
      // A dropped line is taken up again by the browser itself; an answer that was no stream is not.
      if (source.readyState !== EventSource.CLOSED) return;
      retry = Math.min(retry + 1, 10);
      setTimeout(reconnect, 1000 * retry);
    });
  };
  const reconnect = () => {
    source?.close();
    connect();
  };

  // A hidden page keeps no connection: browsers have only six for a server.
  document.addEventListener("visibilitychange", () => (document.hidden ? source?.close() : reconnect()));
  addEventListener("pagehide", () => source?.close());
  connect();
})();
