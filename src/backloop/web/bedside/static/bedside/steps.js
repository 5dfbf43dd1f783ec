// Keys and clocks of a step: 1 and 2 answer, space starts and stops, u takes back. Times are this machine's own.
(() => {
  const isTyping = (target) => target.matches("input:not([type=hidden]), select, textarea");
  const boxes = [...document.querySelectorAll("[data-stopwatch], [data-countdown], [data-ramp], [data-pace]")];

  const make = (box) => {
    const told = box.dataset, face = box.querySelector("[data-face]"), button = box.querySelector("[data-toggle]");
    const bar = box.querySelector("[data-bar]"), over = box.querySelector("[data-over]");
    const words = (button?.dataset.words || "|").split("|");
    let since = 0, timer = 0;
    const into = () => told.into && document.getElementById(told.into);
    const show = (passed) => {
      if ("stopwatch" in told) face.textContent = Math.min(passed, Number(told.limit)).toFixed(1);
      else if ("countdown" in told) face.textContent = Math.max(0, Math.ceil(Number(told.countdown) - passed));
      else if ("ramp" in told) {
        const wanted = passed * Number(told.ramp), full = Number(told.full);
        face.textContent = wanted.toFixed(wanted < 100 && full < 100 ? 1 : 0);
        bar.value = Math.min(1, wanted / full);
      } else face.textContent = Math.min(Number(told.count), Math.floor(passed * Number(told.pace)) + 1);
    };
    const end = () => {
      if ("stopwatch" in told) return Number(told.limit);
      if ("countdown" in told) return Number(told.countdown);
      if ("ramp" in told) return Infinity;
      return Number(told.count) / Number(told.pace);
    };
    const stop = () => {
      const passed = Math.min((performance.now() - since) / 1000, end());
      clearInterval(timer);
      timer = 0;
      show(passed);
      if (button) button.textContent = words[0];
      if (into()) { into().value = passed.toFixed(1); into().focus(); }
      if ("countdown" in told && passed >= end()) {
        box.classList.add("over");
        if (over) over.textContent = over.dataset.words;
      }
    };
    const start = () => {
      since = performance.now();
      box.classList.remove("over");
      if (over) over.textContent = "";
      if (button) button.textContent = words[1];
      timer = setInterval(() => {
        const passed = (performance.now() - since) / 1000;
        if (passed >= end()) stop(); else show(passed);
      }, 50);
    };
    const toggle = () => (timer ? stop() : start());
    if (button) { button.hidden = false; button.addEventListener("click", toggle); }
    if ("now" in told) start();
    return { toggle, hasButton: Boolean(button) };
  };
  const clocks = boxes.map(make);

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
    const target = event.target;
    if (event.key === " " && !target.matches("button, summary, a, select")) {
      const clock = clocks.find((each) => each.hasButton);
      if (clock && !(target.matches("input") && target.value)) { event.preventDefault(); clock.toggle(); }
      return;
    }
    if (isTyping(target)) return;
    if (event.key === "u") { event.preventDefault(); document.querySelector("[data-undo] button")?.click(); return; }
    const answer = document.querySelector(`[data-step] button[data-key="${CSS.escape(event.key)}"]`);
    if (answer) { event.preventDefault(); answer.click(); return; }
    if (event.key === "Enter" && target === document.body) document.querySelector("[data-step] input:not([type=hidden])")?.focus();
  });

  // One press is one answer, even where a hand trembles.
  document.querySelectorAll("form[data-step], form[data-undo]").forEach((form) => form.addEventListener("submit", (event) => {
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = "1";
  }));
  window.addEventListener("pageshow", () => document.querySelectorAll("form[data-sent]").forEach((form) => delete form.dataset.sent));
})();
