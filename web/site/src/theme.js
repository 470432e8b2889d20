// Loaded before the styles so that a chosen theme never flashes.
(() => {
  const KEY = "theme";
  const root = document.documentElement;
  const systemDark = matchMedia("(prefers-color-scheme: dark)");

  function stored() {
    try {
      return localStorage.getItem(KEY);
    } catch {
      return null;
    }
  }

  /** A choice that equals the system's is not stored: the page then follows the system again. */
  function choose(theme) {
    const system = systemDark.matches ? "dark" : "light";
    try {
      if (theme === system) localStorage.removeItem(KEY);
      else localStorage.setItem(KEY, theme);
    } catch {
      // storage is off: the choice lasts for this page
    }
    apply(theme === system ? null : theme);
  }

  function apply(theme) {
    if (theme === "dark" || theme === "light") root.dataset.theme = theme;
    else delete root.dataset.theme;
    const dark = theme ? theme === "dark" : systemDark.matches;
    for (const button of document.querySelectorAll("[data-theme-toggle]")) {
      button.hidden = false;
      button.setAttribute("aria-pressed", String(dark));
    }
  }

  apply(stored());
  systemDark.addEventListener("change", () => apply(stored()));

  document.addEventListener("DOMContentLoaded", () => {
    apply(stored());
    const menus = document.querySelectorAll("[data-menu]");
    document.addEventListener("click", (event) => {
      const toggle = event.target.closest("[data-theme-toggle]");
      if (toggle) choose(toggle.getAttribute("aria-pressed") === "true" ? "light" : "dark");
      for (const menu of menus) if (menu.open && !menu.contains(event.target)) menu.open = false;
    });
    document.addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      for (const menu of menus) {
        if (!menu.open) continue;
        menu.open = false;
        menu.querySelector("summary").focus();
      }
    });
  });
})();
