// The little that pages need beyond htmx: forms send their proof of origin with every htmx request.
document.addEventListener("htmx:configRequest", (event) => {
  const proof = document.querySelector("input[name=csrfmiddlewaretoken]");
  if (proof) event.detail.headers["X-CSRFToken"] = proof.value;
});
// What can be scrolled to the side can be reached by keyboard, and has a name.
(() => {
  const name = (box) => box.querySelector("caption")?.textContent.trim() || document.querySelector("h1")?.textContent.trim();
  const mark = (box) => {
    if (box.scrollWidth <= box.clientWidth || box.hasAttribute("tabindex")) return;
    box.tabIndex = 0;
    if (!box.hasAttribute("role") && name(box)) { box.setAttribute("role", "region"); box.setAttribute("aria-label", name(box)); }
  };
  const watch = new ResizeObserver((seen) => seen.forEach((each) => mark(each.target)));
  const look = () => document.querySelectorAll(".scroll, .picture").forEach((box) => watch.observe(box));
  document.addEventListener("DOMContentLoaded", look);
  document.addEventListener("htmx:afterSettle", look);
})();
