// Opens the browser's print dialogue, which also saves as PDF; the button shows only where scripts run.
for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}
