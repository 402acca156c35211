// The only thing a page does with JavaScript: the Print button. It stands hidden in the page, so that without
// JavaScript, where it could do nothing, nobody sees it; the browser's own menu prints the same sheet.
for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}
