// A key that was not used, or is not known here, is said in words on the page and not to the console.
document.addEventListener("allauth.error", (event) => {
  event.preventDefault();
  const words = document.getElementById("key_failed");
  words.hidden = false;
  words.scrollIntoView({ block: "nearest" });
});
