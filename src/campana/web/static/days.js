// Messages by day as bars, from the table that everybody gets; drawn anew when the colours or the window change.
(() => {
  const place = document.getElementById("days");
  const table = document.getElementById("days-table");
  if (!place || !table) return;
  place.hidden = false;
  let chart = null;

  // As the browser reckons it: a canvas knows no color-mix().
  const colour = (name) => {
    place.style.color = `var(${name})`;
    const found = getComputedStyle(place).color;
    place.style.color = "";
    return found;
  };

  const rows = [...table.tBodies[0].rows];
  const heads = [...table.tHead.rows[0].cells].slice(1);

  const draw = () => {
    chart?.dispose();
    chart = echarts.init(place);
    const text = colour("--tblr-secondary");
    const line = colour("--tblr-border-color");
    chart.setOption({
      animation: false,
      grid: { left: 8, right: 16, top: 12, bottom: 4, containLabel: true },
      xAxis: { type: "category", data: rows.map((row) => row.cells[0].textContent), axisLabel: { color: text, hideOverlap: true }, axisLine: { lineStyle: { color: line } } },
      yAxis: { type: "value", minInterval: 1, axisLabel: { color: text }, splitLine: { lineStyle: { color: line } } },
      series: heads.map((head, index) => ({
        type: "bar", stack: "all", silent: true, name: head.textContent,
        itemStyle: { color: colour(head.dataset.fill) },
        data: rows.map((row) => Number(row.cells[index + 1].dataset.count)),
      })),
    });
  };

  draw();
  document.addEventListener("campana:theme", draw);
  addEventListener("resize", () => chart.resize());
})();
