/** Colours and emphasis of terminal text (SGR). Nothing of the text itself ever becomes markup or a style's name. */

export type Style = {
  /** 0–15: one of the theme's sixteen colours; else `rgb(…)`, made from numbers only. */
  readonly foreground: number | string | null;
  readonly background: number | string | null;
  readonly bold: boolean;
  readonly dim: boolean;
  readonly italic: boolean;
  readonly underline: boolean;
  readonly inverse: boolean;
  readonly strike: boolean;
  /** What it is in a program's source: one of the highlighter's class names. */
  readonly token?: string;
};

export const PLAIN: Style = {
  foreground: null,
  background: null,
  bold: false,
  dim: false,
  italic: false,
  underline: false,
  inverse: false,
  strike: false,
};

const SWITCHES: Record<number, Partial<Style>> = {
  1: { bold: true },
  2: { dim: true },
  3: { italic: true },
  4: { underline: true },
  7: { inverse: true },
  9: { strike: true },
  22: { bold: false, dim: false },
  23: { italic: false },
  24: { underline: false },
  27: { inverse: false },
  29: { strike: false },
  39: { foreground: null },
  49: { background: null },
};

/** The style after the parameters of one `ESC [ … m`. */
export function restyled(style: Style, parameters: string): Style {
  // `38:2:<colour space>:r:g:b`: the colour space, empty most of the time, is none of the three.
  const plain = parameters.replace(/([34]8:2):\d*:(\d+:\d+:\d+)/g, "$1:$2");
  const codes = plain.split(/[;:]/).map((text) => (text === "" ? 0 : Number.parseInt(text, 10)));
  let next = style;
  for (let position = 0; position < codes.length; position += 1) {
    const code = codes[position] ?? 0;
    if (code === 38 || code === 48) {
      const [color, used] = extendedColor(codes, position + 1);
      next = { ...next, [code === 38 ? "foreground" : "background"]: color };
      position += used;
    } else next = afterCode(next, code);
  }
  return next;
}

function afterCode(style: Style, code: number): Style {
  if (code === 0) return PLAIN;
  const change = SWITCHES[code];
  if (change) return { ...style, ...change };
  if (code >= 30 && code <= 37) return { ...style, foreground: code - 30 };
  if (code >= 40 && code <= 47) return { ...style, background: code - 40 };
  if (code >= 90 && code <= 97) return { ...style, foreground: code - 82 };
  if (code >= 100 && code <= 107) return { ...style, background: code - 92 };
  return style;
}

/** The colour after 38 or 48, and how many codes it took. */
function extendedColor(codes: readonly number[], from: number): [number | string | null, number] {
  if (codes[from] === 5) return [paletteColor(codes[from + 1] ?? 0), 2];
  if (codes[from] !== 2) return [null, 0];
  const [red = 0, green = 0, blue = 0] = codes.slice(from + 1, from + 4);
  return [rgb(red, green, blue), 4];
}

const rgb = (...parts: number[]) =>
  `rgb(${parts.map((part) => Math.max(0, Math.min(255, Number.isFinite(part) ? part : 0))).join(" ")})`;

function paletteColor(code: number): number | string | null {
  if (!(code >= 0 && code <= 255)) return null;
  if (code < 16) return code;
  if (code >= 232) return rgb(...Array<number>(3).fill(8 + (code - 232) * 10));
  const level = (part: number) => (part === 0 ? 0 : 55 + part * 40);
  const cube = code - 16;
  return rgb(level(Math.floor(cube / 36)), level(Math.floor(cube / 6) % 6), level(cube % 6));
}
