// The pain drawing: paint with finger, pen or mouse, or choose regions by tap or keyboard; every change is saved.
(() => {
  const form = document.querySelector("[data-drawing]");
  if (!form) return;
  const WAIT_MS = 2500, RETRY_MS = 5000, STEP = 0.006, REACH = 0.05;
  const NS = "http://www.w3.org/2000/svg";
  const at = (name) => form.elements[name];
  const box = (region) => form.querySelector(`input[name=region][value="${region}"]`);
  const told = JSON.parse(at("marks").value || "{}");
  let strokes = told.strokes || [], said = told.tapped || {}, past = [], line = null, timer = 0, isDirty = false, run = 0;
  const state = form.querySelector("[data-state]");
  const freshId = () => (crypto.randomUUID ? crypto.randomUUID() : [...crypto.getRandomValues(new Uint8Array(16))]
    .map((byte, n) => (n === 6 ? (byte & 15) | 64 : n === 8 ? (byte & 63) | 128 : byte).toString(16).padStart(2, "0"))
    .join("").replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5"));
  const likeness = () => ({ quality: at("quality").value, intensity: at("intensity").value ? Number(at("intensity").value) : null });
  const figures = [...form.querySelectorAll("[data-figure]")];
  const ticked = () => [...form.querySelectorAll("input[name=region]:checked")].map((each) => each.value);
  const snapshot = () => JSON.stringify({ strokes, said, regions: ticked(), nowhere: at("nowhere").checked });

  // ---- showing
  const trace = (points) => [...points, points[points.length - 1]].map(([x, y]) => `${x * 200},${y * 500}`).join(" ");
  const paint = () => figures.forEach((figure) => {
    const group = figure.querySelector("[data-paint]");
    group.replaceChildren(...[...strokes, ...(line ? [line] : [])].filter((each) => each.view === figure.dataset.figure).map((each) => {
      const shape = document.createElementNS(NS, "polyline");
      shape.setAttribute("points", trace(each.points));
      shape.setAttribute("stroke-width", each.width * 200);
      return shape;
    }));
  });
  const mark = () => form.querySelectorAll(".region").forEach((region) => {
    const isOn = box(region.dataset.region).checked;
    region.classList.toggle("ticked", isOn);
    if (region.hasAttribute("role")) region.setAttribute("aria-pressed", String(isOn));
  });
  const show = () => { paint(); mark(); };

  // ---- saving: one id for one state of the drawing, so that sending it again writes nothing twice
  const changed = () => {
    at("marks").value = JSON.stringify({ strokes, tapped: said });
    at("uid").value = freshId();
    isDirty = true;
    clearTimeout(timer);
    timer = setTimeout(save, WAIT_MS);
  };
  const tell = (words, isFault) => { state.textContent = words; state.classList.toggle("faulty", Boolean(isFault)); };
  const save = async () => {
    const mine = (run += 1);
    tell(state.dataset.waiting);
    try {
      const answer = await fetch(form.getAttribute("action"), { method: "POST", body: new FormData(form), headers: { Accept: "application/json" }, credentials: "same-origin" });
      if (mine !== run) return;
      if (!(answer.headers.get("Content-Type") || "").includes("json")) throw new Error("no answer");
      const words = await answer.json();
      isDirty = isDirty && !answer.ok;
      tell(words.state || words.problem, !answer.ok);
    } catch {
      if (mine !== run) return;
      tell(state.dataset.lost, true);
      timer = setTimeout(save, RETRY_MS);
    }
  };
  form.addEventListener("submit", () => { clearTimeout(timer); run += 1; isDirty = false; });
  // A phone that is put away may not come back: what is not saved yet goes out at once.
  document.addEventListener("visibilitychange", () => { if (document.visibilityState === "hidden" && isDirty) { clearTimeout(timer); save(); } });
  window.addEventListener("beforeunload", (event) => { if (isDirty) event.preventDefault(); });

  // ---- changing
  const keep = () => { past.push(snapshot()); if (past.length > 100) past.shift(); };
  const restore = (words) => {
    const old = JSON.parse(words);
    strokes = old.strokes; said = old.said; at("nowhere").checked = old.nowhere;
    form.querySelectorAll("input[name=region]").forEach((each) => { each.checked = old.regions.includes(each.value); });
    show(); changed();
  };
  const choose = (region, isOn) => {
    box(region).checked = isOn;
    if (isOn) { said[region] = likeness(); at("nowhere").checked = false; } else delete said[region];
    show(); changed();
  };
  form.querySelectorAll("[data-undo]").forEach((button) => button.addEventListener("click", () => { if (past.length) restore(past.pop()); }));
  form.querySelectorAll("[data-clear]").forEach((button) => button.addEventListener("click", () => {
    const figure = button.closest("[data-figure]");
    keep();
    strokes = strokes.filter((each) => each.view !== figure.dataset.figure);
    figure.querySelectorAll("input[name=region]:checked").forEach((each) => { each.checked = false; delete said[each.value]; });
    show(); changed();
  }));
  form.addEventListener("change", (event) => {
    if (event.target.name === "region") {
      const { value, checked } = event.target;
      event.target.checked = !checked;
      keep();
      choose(value, checked);
    } else if (event.target === at("nowhere")) {
      const isNone = event.target.checked;
      event.target.checked = !isNone;
      keep();
      event.target.checked = isNone;
      if (isNone) { strokes = []; said = {}; form.querySelectorAll("input[name=region]").forEach((each) => { each.checked = false; }); }
      show(); changed();
    } else if (event.target.name === "mode") setMode(event.target.value);
  });

  // ---- regions: each is a control of its own while regions are chosen
  const setMode = (mode) => {
    const isChoosing = mode === "region";
    form.classList.toggle("choosing", isChoosing);
    form.classList.toggle("painting", !isChoosing);
    form.querySelector("[data-brush]").hidden = isChoosing;
    figures.forEach((figure) => {
      const canvas = figure.querySelector("[data-canvas]");
      if (isChoosing) { canvas.removeAttribute("aria-hidden"); canvas.setAttribute("role", "group"); canvas.setAttribute("aria-label", figure.getAttribute("aria-label")); }
      else { canvas.setAttribute("aria-hidden", "true"); canvas.removeAttribute("role"); canvas.removeAttribute("aria-label"); }
    });
    form.querySelectorAll(".region").forEach((region) => {
      if (isChoosing) { region.setAttribute("role", "button"); region.setAttribute("tabindex", "0"); region.setAttribute("aria-label", region.dataset.name); }
      else for (const name of ["role", "tabindex", "aria-label", "aria-pressed"]) region.removeAttribute(name);
    });
    mark();
  };
  const flip = (region) => { keep(); choose(region.dataset.region, !box(region.dataset.region).checked); };
  form.addEventListener("click", (event) => {
    const region = event.target.closest(".region");
    if (region && form.classList.contains("choosing")) flip(region);
  });
  form.addEventListener("keydown", (event) => {
    const region = event.target.closest?.(".region");
    if (region && (event.key === "Enter" || event.key === " ")) { event.preventDefault(); flip(region); }
  });

  // ---- the brush, and the eraser that takes whole strokes away
  const place = (canvas, event) => {
    const spot = new DOMPoint(event.clientX, event.clientY).matrixTransform(canvas.getScreenCTM().inverse());
    return [spot.x / 200, spot.y / 500].map((share) => Math.round(Math.min(Math.max(share, 0), 1) * 1e4) / 1e4);
  };
  const distance = ([x, y], [x1, y1], [x2, y2]) => {
    const [dx, dy, px, py] = [(x2 - x1) * 200, (y2 - y1) * 500, (x - x1) * 200, (y - y1) * 500];
    const along = dx || dy ? Math.min(Math.max((px * dx + py * dy) / (dx * dx + dy * dy), 0), 1) : 0;
    return Math.hypot(px - along * dx, py - along * dy) / 200;
  };
  const erase = (view, spot) => {
    strokes = strokes.filter((each) => each.view !== view || !each.points.some((point, n) =>
      distance(spot, point, each.points[n + 1] || point) < each.width / 2 + REACH));
    paint();
  };
  figures.forEach((figure) => {
    const canvas = figure.querySelector("[data-canvas]"), view = figure.dataset.figure;
    const size = () => form.querySelector("input[name=size]:checked").value;
    let before = null;
    canvas.addEventListener("pointerdown", (event) => {
      if (!form.classList.contains("painting") || event.button > 0 || !event.isPrimary) return;
      event.preventDefault();
      canvas.setPointerCapture(event.pointerId);
      before = snapshot();
      const spot = place(canvas, event);
      if (size() === "eraser") erase(view, spot);
      else { line = { view, width: Number(size()), points: [spot], ...likeness() }; paint(); }
    });
    canvas.addEventListener("pointermove", (event) => {
      if (before === null) return;
      for (const each of event.getCoalescedEvents?.() || [event]) {
        const spot = place(canvas, each);
        if (!line) { erase(view, spot); continue; }
        const [x, y] = line.points[line.points.length - 1];
        if (Math.hypot(spot[0] - x, (spot[1] - y) * 2.5) >= STEP) line.points.push(spot);
      }
      if (line) paint();
    });
    const end = () => {
      if (before === null) return;
      if (line) { strokes = [...strokes, line]; line = null; at("nowhere").checked = false; }
      const isNew = snapshot() !== before;
      if (isNew) { past.push(before); changed(); }
      before = null;
      show();
    };
    canvas.addEventListener("pointerup", end);
    canvas.addEventListener("pointercancel", end);
  });

  // ---- the four views as tabs
  const tabs = [...form.querySelectorAll("[role=tab]")];
  const open = (view) => {
    tabs.forEach((tab) => { const isOn = tab.dataset.view === view; tab.setAttribute("aria-selected", String(isOn)); tab.tabIndex = isOn ? 0 : -1; });
    figures.forEach((figure) => { figure.hidden = figure.dataset.figure !== view; });
  };
  tabs.forEach((tab, n) => {
    tab.addEventListener("click", () => open(tab.dataset.view));
    tab.addEventListener("keydown", (event) => {
      const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (!step) return;
      event.preventDefault();
      const next = tabs[(n + step + tabs.length) % tabs.length];
      open(next.dataset.view); next.focus();
    });
  });
  figures.forEach((figure) => { figure.setAttribute("role", "tabpanel"); figure.setAttribute("aria-labelledby", `tab-${figure.dataset.figure}`); });
  form.querySelectorAll("[data-tools], [data-tabs]").forEach((part) => { part.hidden = false; });
  form.classList.add("scripted");
  open("back"); setMode("brush"); show();
})();
