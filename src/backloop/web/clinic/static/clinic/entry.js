// Quick entry: a digit selects, Enter moves on; each answer carries an id made here, so that sending it twice writes once.
(() => {
  const RETRY_MS = 5000;
  const rows = () => [...document.querySelectorAll("[data-row]")];
  const first = (row) => row.querySelector("input:checked") || row.querySelector("input:not([type=hidden]), select");
  const freshId = () => (crypto.randomUUID ? crypto.randomUUID() : [...crypto.getRandomValues(new Uint8Array(16))]
    .map((byte, at) => (at === 6 ? (byte & 15) | 64 : at === 8 ? (byte & 63) | 128 : byte).toString(16).padStart(2, "0"))
    .join("").replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5"));

  document.addEventListener("keydown", (event) => {
    const row = event.target.closest("[data-row]");
    if (!row || event.ctrlKey || event.metaKey || event.altKey) return;
    const isField = event.target.matches("input[type=text], select");
    if (/^\d$/.test(event.key) && !isField) {
      const choice = row.querySelector(`input[data-key="${event.key}"]`);
      if (choice) { event.preventDefault(); choice.focus(); if (!choice.checked) choice.click(); }
    } else if (event.key === "Enter" && row.closest(".rows") && !event.target.matches("a, button")) {
      event.preventDefault();
      const all = rows(), next = all[all.indexOf(row) + 1];
      if (isField) event.target.blur();
      (next ? first(next) : document.querySelector("[data-entry] button"))?.focus();
    }
  });

  // An answer takes back the reason for having none, and the other way round.
  document.addEventListener("change", (event) => {
    const row = event.target.closest("[data-row]");
    if (!row) return;
    delete row.dataset.uid;
    const reason = row.querySelector("select[name^='r-']");
    if (event.target !== reason && reason) reason.value = "";
    else if (reason && reason.value) row.querySelectorAll("input[name^='a-']").forEach((field) => {
      if (field.type === "radio") field.checked = false; else field.value = "";
    });
  }, true);

  document.addEventListener("htmx:configRequest", (event) => {
    const row = event.target.closest("[data-row]");
    if (!row) return;
    row.dataset.uid ||= freshId();
    event.detail.parameters.uid = row.dataset.uid;
  });
  // Words about an answer that does not fit come with status 422 and are shown like any other.
  document.addEventListener("htmx:beforeSwap", (event) => {
    if (event.detail.xhr.status === 422) { event.detail.shouldSwap = true; event.detail.isError = false; }
  });
  const again = (event) => {
    const row = event.target.closest("[data-row]");
    if (!row) return;
    row.querySelector(".state").textContent = document.documentElement.lang.startsWith("zh")
      ? "尚未保存，正在重试……" : "not saved yet, trying again…";
    setTimeout(() => htmx.trigger(row, "resend"), RETRY_MS);
  };
  document.addEventListener("htmx:sendError", again);
  document.addEventListener("htmx:timeout", again);

  const open = rows().find((row) => !row.querySelector("input:checked") && !row.querySelector("input[type=text]")?.value);
  if (open && document.querySelector("[data-entry]")) first(open)?.focus();
})();
