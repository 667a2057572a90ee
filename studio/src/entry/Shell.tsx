/** What every page stands in: navigation, workspace, connection, theme, and the commands that are there on every page. */

import { Button, Menu, MenuItemRadio, MenuList, MenuPopover, MenuTrigger, Tooltip } from "@fluentui/react-components";
import {
  BeakerRegular,
  BoxMultipleRegular,
  DarkThemeRegular,
  PanelLeftContractRegular,
  PanelLeftExpandRegular,
  SearchRegular,
  TableSimpleRegular,
} from "@fluentui/react-icons";
import { type ReactNode, useEffect, useState } from "react";
import { addresses, navigate, type Place } from "@/parts/addresses";
import { deferred } from "@/parts/deferred";
import { Keys } from "@/parts/Keys";
import { Link } from "@/parts/Link";
import { persist, usePersisted } from "@/parts/persisted";
import { useCommand, useKeyboard, useModifiedKey } from "@/parts/shortcuts";
import { palette, shell } from "@/texts/shell";
import { AwayBanner, ConnectionState } from "./ConnectionState";
import type { ThemeChoice } from "./theme";
import { WorkspaceSwitcher } from "./WorkspaceSwitcher";

const Palette = deferred(() => import("./Palette"));
const KeyList = deferred(() => import("./KeyList"));

type Props = {
  place: Exclude<Place, { page: "home" }>;
  themeChoice: ThemeChoice;
  chooseTheme: (choice: ThemeChoice) => void;
  children: ReactNode;
};

export function Shell({ place, themeChoice, chooseTheme, children }: Props) {
  const { workspace } = place;
  const [isNarrow, setNarrow] = usePersisted("nav.narrow", false);
  const [overlay, setOverlay] = useState<"palette" | "keys" | null>(null);
  useEffect(() => persist("workspace", workspace), [workspace]);
  useShellCommands(workspace, chooseTheme, () => setOverlay("keys"));
  useModifiedKey("k", () => setOverlay((now) => (now === "palette" ? null : "palette")));
  const close = () => setOverlay(null);
  return (
    <div className={isNarrow ? "shell shell-narrow" : "shell"}>
      <a className="skip" href="#main">
        {shell.skip}
      </a>
      <header className="topbar">
        <Link href={addresses.experiments(workspace)} className="brand" aria-label={shell.product}>
          <img src="/favicon.svg" alt="" width="22" height="22" />
          <span>{shell.product}</span>
        </Link>
        <WorkspaceSwitcher current={workspace} />
        <span className="topbar-gap" />
        <Button className="palette-open" icon={<SearchRegular />} onClick={() => setOverlay("palette")}>
          <span className="palette-words">{palette.open}</span>
          <Keys keys={palette.key} />
        </Button>
        <ConnectionState />
        <ThemeMenu choice={themeChoice} choose={chooseTheme} />
      </header>
      <Navigation place={place} isNarrow={isNarrow} setNarrow={setNarrow} />
      <main id="main" className="page" tabIndex={-1}>
        {children}
      </main>
      <AwayBanner />
      {overlay === "palette" && <Palette close={close} />}
      {overlay === "keys" && <KeyList close={close} />}
    </div>
  );
}

function useShellCommands(workspace: string, chooseTheme: (choice: ThemeChoice) => void, showKeys: () => void) {
  const { goTo, view, page, help } = palette;
  useCommand({ title: palette.search, group: page, keys: "/" }, () =>
    document.querySelector<HTMLElement>("[data-search]")?.focus(),
  );
  useCommand({ title: palette.copyLink, group: page }, () => void navigator.clipboard.writeText(location.href));
  useCommand({ title: shell.experiments, group: goTo, keys: "g e" }, () => navigate(addresses.experiments(workspace)));
  useCommand({ title: shell.allRuns, group: goTo, keys: "g r" }, () => navigate(addresses.runs(workspace)));
  useCommand({ title: shell.environments, group: goTo, keys: "g v" }, () =>
    navigate(addresses.environments(workspace)),
  );
  useCommand({ title: palette.theme(shell.theme.light), group: view }, () => chooseTheme("light"));
  useCommand({ title: palette.theme(shell.theme.dark), group: view }, () => chooseTheme("dark"));
  useCommand({ title: palette.theme(shell.theme.system), group: view }, () => chooseTheme("system"));
  useCommand({ title: palette.keys, group: help, keys: "?" }, showKeys);
  useKeyboard();
}

type NavigationProps = { place: Props["place"]; isNarrow: boolean; setNarrow: (isNarrow: boolean) => void };

function Navigation({ place, isNarrow, setNarrow }: NavigationProps) {
  const isEnvironments = place.page === "environments" || place.page === "environment";
  const isExperiments = place.page === "experiments" || place.page === "experiment";
  return (
    <nav className="sidenav" aria-label={shell.navigation}>
      <NavLink href={addresses.experiments(place.workspace)} icon={<BeakerRegular />} isCurrent={isExperiments}>
        {shell.experiments}
      </NavLink>
      <NavLink href={addresses.runs(place.workspace)} icon={<TableSimpleRegular />} isCurrent={place.page === "runs"}>
        {shell.allRuns}
      </NavLink>
      <NavLink href={addresses.environments(place.workspace)} icon={<BoxMultipleRegular />} isCurrent={isEnvironments}>
        {shell.environments}
      </NavLink>
      <span className="topbar-gap" />
      <Button
        appearance="subtle"
        icon={isNarrow ? <PanelLeftExpandRegular /> : <PanelLeftContractRegular />}
        aria-label={isNarrow ? shell.widen : shell.narrow}
        onClick={() => setNarrow(!isNarrow)}
      />
    </nav>
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

const THEMES: readonly ThemeChoice[] = ["system", "light", "dark"];

function ThemeMenu({ choice, choose }: { choice: ThemeChoice; choose: (choice: ThemeChoice) => void }) {
  return (
    <Menu
      checkedValues={{ theme: [choice] }}
      onCheckedValueChange={(_, { checkedItems }) => choose((checkedItems[0] ?? "system") as ThemeChoice)}
    >
      <MenuTrigger disableButtonEnhancement>
        <Tooltip content={shell.theme.label} relationship="label">
          <Button appearance="subtle" icon={<DarkThemeRegular />} data-testid="theme-menu" />
        </Tooltip>
      </MenuTrigger>
      <MenuPopover>
        <MenuList>
          {THEMES.map((theme) => (
            <MenuItemRadio key={theme} name="theme" value={theme}>
              {shell.theme[theme]}
            </MenuItemRadio>
          ))}
        </MenuList>
      </MenuPopover>
    </Menu>
  );
}
