/** A small button that is a picture: its words are read out, and shown when the pointer rests on it. */

import { Button, type ButtonProps } from "@fluentui/react-components";
import type { Ref } from "react";

export type IconButtonProps = Omit<ButtonProps, "aria-label" | "title" | "content"> & {
  label: string;
  /** What the pointer is told, where that is shorter. */
  tip?: string;
  ref?: Ref<HTMLButtonElement>;
  "data-testid"?: string;
};

export function IconButton({ label, tip = label, ...props }: IconButtonProps) {
  return <Button size="small" appearance="subtle" aria-label={label} title={tip} {...(props as ButtonProps)} />;
}
