// Every change of an answer gets an id of its own, so that the same answer sent twice is written once.
document.addEventListener("change", (event) => {
  const form = event.target.closest("form[data-answer]");
  if (form && window.crypto && crypto.randomUUID) form.elements.uid.value = crypto.randomUUID();
}, true);
