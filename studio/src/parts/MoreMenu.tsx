/** What else can be done with a thing, behind a small button. */

import { Menu, MenuList, MenuPopover, type MenuProps, MenuTrigger } from "@fluentui/react-components";
import { MoreHorizontalRegular } from "@fluentui/react-icons";
import type { ReactNode } from "react";
import { shell } from "@/texts/shell";
import { IconButton, type IconButtonProps } from "./IconButton";

type Props = Omit<MenuProps, "children"> & {
  /** Of what there is more. */
  label: string;
  button?: Partial<IconButtonProps>;
  children: ReactNode;
};

export function MoreMenu({ label, button, children, ...menu }: Props) {
  return (
    <Menu {...menu}>
      <MenuTrigger disableButtonEnhancement>
        <IconButton icon={<MoreHorizontalRegular />} label={label} tip={shell.more} {...button} />
      </MenuTrigger>
      <MenuPopover className="more-menu">
        <MenuList>{children}</MenuList>
      </MenuPopover>
    </Menu>
  );
}
