/** A drawn chart as a PNG file. */

import { token } from "./palette";

const MARGIN = 16;
const TITLE_PX = 16;

/** Hands the canvas to the browser as a download, with its title above it and the page's colours around it. */
export function savePicture(canvas: HTMLCanvasElement, title: string): void {
  const scale = window.devicePixelRatio || 1;
  const margin = MARGIN * scale;
  const head = (TITLE_PX + MARGIN) * scale;
  const picture = document.createElement("canvas");
  picture.width = canvas.width + 2 * margin;
  picture.height = canvas.height + margin + head + margin;
  const ctx = picture.getContext("2d");
  if (!ctx) return;
  ctx.fillStyle = token("--colorNeutralBackground1");
  ctx.fillRect(0, 0, picture.width, picture.height);
  ctx.fillStyle = token("--colorNeutralForeground1");
  ctx.font = `600 ${TITLE_PX * scale}px system-ui, sans-serif`;
  ctx.textBaseline = "top";
  ctx.fillText(title, margin, margin, canvas.width);
  ctx.drawImage(canvas, margin, margin + head);
  picture.toBlob((blob) => {
    if (!blob) return;
    const address = URL.createObjectURL(blob);
    const link = document.createElement("a");
    link.href = address;
    link.download = `${title.replace(/[^\p{L}\p{N}._-]+/gu, "_").slice(0, 80) || "chart"}.png`;
    link.click();
    // The download has its own hold on the bytes once it has begun.
    setTimeout(() => URL.revokeObjectURL(address), 10_000);
  }, "image/png");
}
