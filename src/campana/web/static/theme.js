// Light or dark before anything is drawn: the choice in the cookie (the server has it already), else the system's.
(() => {
  const root = document.documentElement;
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const follow = () => {
    if (!/(?:^|; )theme=/.test(document.cookie)) root.dataset.bsTheme = dark.matches ? "dark" : "light";
  };
  follow();
  dark.addEventListener("change", () => {
    follow();
    document.dispatchEvent(new CustomEvent("campana:theme"));
  });
})();
