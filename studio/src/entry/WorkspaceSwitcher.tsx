/** Which workspace is shown, and the way to another one. */

import { Menu, MenuButton, MenuItemRadio, MenuList, MenuPopover, MenuTrigger } from "@fluentui/react-components";
import { FolderRegular } from "@fluentui/react-icons";
import { useWorkspaces } from "@/api/workspaces";
import { addresses, navigate } from "@/parts/addresses";
import { shell } from "@/texts/shell";

export function WorkspaceSwitcher({ current }: { current: string }) {
  const workspaces = useWorkspaces();
  const names = new Set([current, ...(workspaces.data ?? []).map((workspace) => workspace.name)]);
  return (
    <Menu
      checkedValues={{ workspace: [current] }}
      onCheckedValueChange={(_, { checkedItems }) => navigate(addresses.experiments(checkedItems[0] ?? current))}
    >
      <MenuTrigger disableButtonEnhancement>
        <MenuButton
          appearance="subtle"
          icon={<FolderRegular />}
          aria-label={shell.workspace(current)}
          data-testid="workspace-menu"
        >
          <span className="workspace-name">{current}</span>
        </MenuButton>
      </MenuTrigger>
      <MenuPopover>
        <MenuList>
          {[...names].sort().map((name) => (
            <MenuItemRadio key={name} name="workspace" value={name}>
              {name}
            </MenuItemRadio>
          ))}
        </MenuList>
      </MenuPopover>
    </Menu>
  );
}
