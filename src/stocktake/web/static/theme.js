// Light or dark as chosen earlier, before the page is drawn; without a choice the system's setting holds.
(() => {
  try {
    const chosen = localStorage.getItem("stocktake-theme");
    if (chosen) document.documentElement.dataset.theme = chosen;
  } catch {
    // No storage in this browser: the system's setting holds.
  }
})();
