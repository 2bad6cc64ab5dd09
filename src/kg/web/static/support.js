// Opens the browser's print dialogue, which also saves as PDF; the button shows only where scripts run.
for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}
// The link to share is the one that this browser used: it also works where the service has no public address.
for (const field of document.querySelectorAll("#shared")) {
  field.value = location.href.split("#")[0];
  field.addEventListener("focus", () => field.select());
}
