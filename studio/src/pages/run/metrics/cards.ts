/** The Metrics tab as parameters of the address: what was chosen for single cards, and which sections are closed. */

import type { CardSettings } from "@/chart/SeriesCard";
import { fieldList, fieldText, itemsOf, itemText } from "@/parts/compact";

export const METRIC_PARAMETERS = ["find", "x", "smooth", "zoom", "cards", "closed"] as const;

export type Cards = ReadonlyMap<string, CardSettings>;

/** `train/loss~look=table~log;acc~x=time`: a card per metric that is not shown as usual. */
export const cardsText = (cards: Cards): string | null =>
  [...cards]
    .map(([name, { x, log, logX, look, y }]) =>
      itemText(name, { x: x ?? null, log: log ?? false, logx: logX ?? false, look: look ?? null, y: y ?? null }),
    )
    .join(";") || null;

export const cardsOf = (text: string | null): Cards =>
  new Map(
    itemsOf(text).map((item): [string, CardSettings] => {
      const look = fieldText(item, "look");
      const x = fieldText(item, "x");
      return [
        item.head,
        {
          ...(x ? { x } : {}),
          ...(item.fields.has("log") ? { log: true } : {}),
          ...(item.fields.has("logx") ? { logX: true } : {}),
          ...(look === "chart" || look === "table" ? { look } : {}),
          ...(item.fields.has("y") ? { y: fieldList(item, "y") } : {}),
        },
      ];
    }),
  );

/** With these settings for one card; a card with none is as usual. */
export function withCard(cards: Cards, name: string, settings: CardSettings): Cards {
  const next = new Map(cards);
  if (Object.values(settings).some((value) => value !== undefined && value !== false)) next.set(name, settings);
  else next.delete(name);
  return next;
}
