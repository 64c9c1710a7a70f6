// The pace over time, from the numbers in #pace-data; drawn anew when they, the colours or the window change.
(() => {
  let chart = null;
  let drawn = "";

  // As the browser reckons it: a canvas knows no color-mix().
  const colour = (name) => {
    const probe = document.getElementById("pace");
    probe.style.color = `var(${name})`;
    const found = getComputedStyle(probe).color;
    probe.style.color = "";
    return found;
  };

  const option = (data) => {
    const rates = JSON.parse(data.rates);
    const began = Date.parse(data.began);
    const points = rates.map((rate, index) => [began + index * data.span * 1000, rate]);
    const last = points.at(-1);
    const text = colour("--tblr-secondary");
    const line = colour("--tblr-border-color");
    return {
      animation: false,
      grid: { left: 8, right: 16, top: 12, bottom: 4, containLabel: true },
      xAxis: { type: "time", axisLabel: { color: text, hideOverlap: true }, axisLine: { lineStyle: { color: line } } },
      yAxis: {
        type: "value",
        max: ({ max }) => Math.ceil(Math.max(max, Number(data.limit)) * 1.05),
        axisLabel: { color: text },
        splitLine: { lineStyle: { color: line } },
      },
      series: [
        {
          type: "line", step: "end", showSymbol: false, silent: true,
          data: [...points, [last[0] + data.span * 1000, last[1]]],
          lineStyle: { color: colour("--tblr-primary"), width: 2 },
          areaStyle: { color: colour("--tblr-primary"), opacity: 0.15 },
        },
        {
          type: "line", showSymbol: false, silent: true,
          data: [[points[0][0], Number(data.limit)], [last[0] + data.span * 1000, Number(data.limit)]],
          lineStyle: { color: colour("--state-unknown"), width: 1, type: "dashed" },
        },
      ],
    };
  };

  const draw = (anew = false) => {
    const place = document.getElementById("pace");
    const data = document.getElementById("pace-data")?.dataset;
    if (!place || !data || (!anew && chart?.getDom() === place && drawn === data.rates)) return;
    if (chart?.getDom() !== place) {
      chart?.dispose();
      chart = echarts.init(place);
      chart.getZr().on("mousemove", tell);
      chart.getZr().on("globalout", () => tell(null));
    }
    chart.setOption(option(data), true);
    drawn = data.rates;
  };

  // What is under the pointer is told in the line below: a box of its own would need styles the policy forbids.
  const tell = (event) => {
    const told = document.getElementById("pace-told");
    const data = document.getElementById("pace-data").dataset;
    told.dataset.rest ??= told.textContent;
    if (!event) {
      told.textContent = told.dataset.rest;
      delete told.dataset.rest;
      return;
    }
    const moment = chart.convertFromPixel({ xAxisIndex: 0 }, event.offsetX);
    const rate = JSON.parse(data.rates)[Math.floor((moment - Date.parse(data.began)) / (data.span * 1000))];
    if (rate === undefined) return;
    told.textContent = `${new Date(moment).toLocaleTimeString(document.documentElement.dataset.locale)}: ${campana.number(rate)} ${data.unit}`;
  };

  document.addEventListener("htmx:after:swap", () => draw());
  document.addEventListener("campana:theme", () => draw(true));
  addEventListener("resize", () => chart?.resize());
  document.addEventListener("DOMContentLoaded", () => draw());
})();
