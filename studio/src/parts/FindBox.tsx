/** The search of a page; the key `/` leads to it. */

import { SearchBox } from "@fluentui/react-components";

type Props = { label: string; text: string | null; find: (text: string | null) => void };

export function FindBox({ label, text, find }: Props) {
  return (
    <SearchBox
      placeholder={label}
      aria-label={label}
      value={text ?? ""}
      onChange={(_, { value }) => find(value || null)}
      input={{ "data-search": true } as object}
    />
  );
}
