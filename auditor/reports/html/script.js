"use strict";
(() => {
  const form = document.getElementById("filters");
  const unfolded = [];
  addEventListener("beforeprint", () => {
    for (const item of document.querySelectorAll("details:not([open])")) {
      item.open = true;
      unfolded.push(item);
    }
  });
  addEventListener("afterprint", () => {
    for (const item of unfolded.splice(0)) item.open = false;
  });
  if (!form) return;

  const byId = (name) => document.getElementById(name);
  const search = byId("text");
  const origin = byId("origin");
  const layer = byId("layer");
  const status = byId("status");
  const unfold = byId("unfold");
  const boxes = [...form.querySelectorAll("input[name=severity]")];
  const picks = [...document.querySelectorAll("[data-pick]")];
  const lists = [...document.querySelectorAll("ol.leaks")].map((list) => ({
    cards: [...list.children].map((node) => ({
      node,
      severity: node.dataset.severity,
      origin: node.dataset.origin,
      layers: node.dataset.layers.split(" "),
      words: null,
    })),
    empty: list.nextElementSibling,
  }));

  const words = (card) => (card.words ??= card.node.textContent.toLowerCase());

  const apply = () => {
    const severities = new Set(boxes.filter((box) => box.checked).map((box) => box.value));
    const wanted = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    let all = 0;
    for (const list of lists) {
      let here = 0;
      for (const card of list.cards) {
        const fits =
          severities.has(card.severity) &&
          (!origin.value || card.origin === origin.value) &&
          (!layer.value || card.layers.includes(layer.value)) &&
          wanted.every((word) => words(card).includes(word));
        if (card.node.hidden === fits) card.node.hidden = !fits;
        here += fits;
      }
      list.empty.hidden = here > 0;
      shown += here;
      all += list.cards.length;
    }
    for (const pick of picks) {
      const on = layer.value !== "" && pick.dataset.pick === layer.value;
      if (on) pick.setAttribute("aria-current", "true");
      else pick.removeAttribute("aria-current");
    }
    status.textContent =
      shown === all
        ? `${all.toLocaleString("en")} leaks`
        : `${shown.toLocaleString("en")} of ${all.toLocaleString("en")} leaks`;
  };

  let waiting = 0;
  search.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(apply, 80);
  });
  form.addEventListener("change", apply);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    apply();
  });
  byId("clear").addEventListener("click", () => {
    form.reset();
    apply();
    search.focus();
  });
  unfold.addEventListener("click", () => {
    const open = unfold.textContent === "Open all";
    for (const list of lists) {
      for (const card of list.cards) card.node.firstElementChild.open = open;
    }
    unfold.textContent = open ? "Close all" : "Open all";
  });
  for (const pick of picks) {
    pick.addEventListener("click", () => {
      const value = pick.dataset.pick;
      const known = [...layer.options].some((option) => option.value === value);
      layer.value = known && layer.value !== value ? value : "";
      apply();
    });
  }
  addEventListener("keydown", (event) => {
    const typing = event.target.matches("input[type=search], select, textarea");
    if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
      event.preventDefault();
      search.focus();
      search.select();
    } else if (event.key === "Escape" && event.target === search) {
      search.value = "";
      apply();
    }
  });
  const reveal = () => {
    const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (target?.matches(".leak")) target.firstElementChild.open = true;
  };
  addEventListener("hashchange", reveal);

  form.hidden = false;
  apply();
  reveal();
})();
