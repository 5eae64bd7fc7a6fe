// The sections of a form as tabs. Without this script all are open, one below the other, and the tabs
// are links to them.
{
  const bar = document.querySelector("form .tabs");
  const tabs = [...bar.children];
  const section = (tab) => document.querySelector(tab.hash);

  const show = (shown, focus = false) => {
    for (const tab of tabs) {
      tab.setAttribute("aria-selected", String(tab === shown));
      tab.tabIndex = tab === shown ? 0 : -1;
      section(tab).hidden = tab !== shown;
    }
    if (focus) shown.focus();
  };

  /** The tab that an address names (#section-lao), or that holds what it names (#id_title_en). */
  const find = (hash) => {
    const target = hash.length > 1 && document.getElementById(decodeURIComponent(hash.slice(1)));
    return target && tabs.find((tab) => section(tab).contains(target));
  };

  const moves = { ArrowRight: 1, ArrowLeft: -1 };
  const ends = { Home: 0, End: tabs.length - 1 };
  bar.setAttribute("role", "tablist");
  for (const [place, tab] of tabs.entries()) {
    tab.setAttribute("role", "tab");
    tab.setAttribute("aria-controls", section(tab).id);
    section(tab).setAttribute("role", "tabpanel");
    tab.addEventListener("click", (event) => {
      event.preventDefault();
      history.replaceState(history.state, "", tab.hash);
      show(tab);
    });
    tab.addEventListener("keydown", (event) => {
      const next = ends[event.key] ?? (moves[event.key] && (place + moves[event.key] + tabs.length) % tabs.length);
      if (next === undefined) return;
      event.preventDefault();
      show(tabs[next], true);
    });
  }
  const wrong = tabs.find((tab) => tab.classList.contains("has-errors"));
  show(wrong || find(location.hash) || tabs[0]);
  if (wrong) {
    const field = section(wrong).querySelector("[aria-invalid=true]:not([type=hidden])");
    addEventListener("load", () => field?.focus());
  }

  // A link to a field opens its section before the browser goes there.
  document.addEventListener("click", (event) => {
    const tab = event.target.closest?.('a[href^="#"]:not([role=tab])') && find(event.target.closest("a").hash);
    if (tab) show(tab);
  });
  addEventListener("hashchange", () => find(location.hash) && show(find(location.hash)));
}
