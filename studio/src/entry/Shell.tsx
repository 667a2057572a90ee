/** What every page stands in: navigation, workspace, connection, theme. */

import { Button, Menu, MenuItemRadio, MenuList, MenuPopover, MenuTrigger, Tooltip } from "@fluentui/react-components";
import {
  BeakerRegular,
  DarkThemeRegular,
  PanelLeftContractRegular,
  PanelLeftExpandRegular,
  TableSimpleRegular,
} from "@fluentui/react-icons";
import { type ReactNode, useEffect } from "react";
import { addresses, type Place } from "@/parts/addresses";
import { Link } from "@/parts/Link";
import { persist, usePersisted } from "@/parts/persisted";
import { useShortcut } from "@/parts/shortcuts";
import { ConnectionState } from "./ConnectionState";
import type { ThemeChoice } from "./theme";
import { WorkspaceSwitcher } from "./WorkspaceSwitcher";

type Props = {
  place: Exclude<Place, { page: "home" }>;
  themeChoice: ThemeChoice;
  chooseTheme: (choice: ThemeChoice) => void;
  children: ReactNode;
};

export function Shell({ place, themeChoice, chooseTheme, children }: Props) {
  const { workspace } = place;
  const [isNarrow, setNarrow] = usePersisted("nav.narrow", false);
  useEffect(() => persist("workspace", workspace), [workspace]);
  useShortcut("/", () => document.querySelector<HTMLElement>("[data-search]")?.focus());
  const isRuns = place.page === "runs";
  const isExperiments = place.page === "experiments" || place.page === "experiment";
  return (
    <div className={isNarrow ? "shell shell-narrow" : "shell"}>
      <a className="skip" href="#main">
        Skip to the page
      </a>
      <header className="topbar">
        <Link href={addresses.experiments(workspace)} className="brand">
          <img src="/favicon.svg" alt="" width="22" height="22" />
          <span>Runstead</span>
        </Link>
        <WorkspaceSwitcher current={workspace} />
        <span className="topbar-gap" />
        <ConnectionState />
        <ThemeMenu choice={themeChoice} choose={chooseTheme} />
      </header>
      <nav className="sidenav" aria-label="Main">
        <NavLink href={addresses.experiments(workspace)} icon={<BeakerRegular />} isCurrent={isExperiments}>
          Experiments
        </NavLink>
        <NavLink href={addresses.runs(workspace)} icon={<TableSimpleRegular />} isCurrent={isRuns}>
          All runs
        </NavLink>
        <span className="topbar-gap" />
        <Button
          appearance="subtle"
          icon={isNarrow ? <PanelLeftExpandRegular /> : <PanelLeftContractRegular />}
          aria-label={isNarrow ? "Widen the navigation" : "Narrow the navigation"}
          onClick={() => setNarrow(!isNarrow)}
        />
      </nav>
      <main id="main" className="page" tabIndex={-1}>
        {children}
      </main>
    </div>
  );
}

type NavLinkProps = { href: string; icon: ReactNode; isCurrent: boolean; children: string };

function NavLink({ href, icon, isCurrent, children }: NavLinkProps) {
  return (
    <Link href={href} className="navlink" title={children} aria-current={isCurrent ? "page" : undefined}>
      {icon}
      <span>{children}</span>
    </Link>
  );
}

function ThemeMenu({ choice, choose }: { choice: ThemeChoice; choose: (choice: ThemeChoice) => void }) {
  return (
    <Menu
      checkedValues={{ theme: [choice] }}
      onCheckedValueChange={(_, { checkedItems }) => choose((checkedItems[0] ?? "system") as ThemeChoice)}
    >
      <MenuTrigger disableButtonEnhancement>
        <Tooltip content="Dark or light" relationship="label">
          <Button appearance="subtle" icon={<DarkThemeRegular />} data-testid="theme-menu" />
        </Tooltip>
      </MenuTrigger>
      <MenuPopover>
        <MenuList>
          <MenuItemRadio name="theme" value="system">
            Like the system
          </MenuItemRadio>
          <MenuItemRadio name="theme" value="light">
            Light
          </MenuItemRadio>
          <MenuItemRadio name="theme" value="dark">
            Dark
          </MenuItemRadio>
        </MenuList>
      </MenuPopover>
    </Menu>
  );
}
