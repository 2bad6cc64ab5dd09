// Offers the SVG drawings of a page as PNG too: the browser draws the file on a canvas, on white.
for (const row of document.querySelectorAll("[data-svg]")) {
  const place = row.querySelector("[data-png]");
  place.hidden = false;
  place.querySelector("button").addEventListener("click", () => {
    const picture = new Image();
    picture.addEventListener("load", () => {
      const canvas = document.createElement("canvas");
      canvas.width = picture.naturalWidth * 2;
      canvas.height = picture.naturalHeight * 2;
      const pen = canvas.getContext("2d");
      pen.fillStyle = "#fff";
      pen.fillRect(0, 0, canvas.width, canvas.height);
      pen.drawImage(picture, 0, 0, canvas.width, canvas.height);
      const link = document.createElement("a");
      link.download = `${row.dataset.name}.png`;
      link.href = canvas.toDataURL("image/png");
      link.click();
    });
    picture.src = row.dataset.svg;
  });
}
