/** Saved views of a run table: on the server for everybody, in this browser for oneself. */

import {
  Button,
  Checkbox,
  Field,
  Input,
  Menu,
  MenuDivider,
  MenuGroup,
  MenuGroupHeader,
  MenuItem,
  MenuList,
  MenuPopover,
  MenuTrigger,
  Radio,
  RadioGroup,
} from "@fluentui/react-components";
import { BookmarkRegular, ChevronDownRegular } from "@fluentui/react-icons";
import { useState } from "react";
import { useWorkspace } from "@/api/live";
import { useChangeViews, useSavedViews } from "@/api/views";
import { FormDialog } from "@/parts/FormDialog";
import { usePersisted } from "@/parts/persisted";
import { runTexts } from "@/texts/runs";
import { rewritten, type ViewState } from "./views";

const texts = runTexts.views;

/** A view as both places keep it. */
type Kept = { id: string; name: string; search: string; isShared: boolean; isDefault: boolean };
type OwnViews = Readonly<Record<string, string>>;
const NO_VIEWS: OwnViews = {};
const OWN = "own:";

type Props = { state: ViewState; name: string; experiment: string | null };

export function ViewsMenu({ state, name, experiment }: Props) {
  const views = useKeptViews(name, experiment);
  const [asked, ask] = useState<"save" | "rename" | null>(null);
  const opened = views.all.find(({ id }) => id === state.openId);
  const { search } = state;
  const isChanged = opened !== undefined && rewritten(opened.search) !== search;
  const open = (view: Kept | null) => state.open(view);
  const save = async (wanted: { name: string; isShared: boolean; isDefault: boolean }) => {
    const id = await views.make({ ...wanted, search });
    state.open({ id, search });
  };
  return (
    <>
      <Menu>
        <MenuTrigger disableButtonEnhancement>
          <Button icon={<BookmarkRegular />} data-testid="views" className="views-button">
            {opened ? opened.name : texts.button}
            {isChanged && <span className="quiet"> ({texts.modified})</span>}
            <ChevronDownRegular aria-hidden="true" />
          </Button>
        </MenuTrigger>
        <MenuPopover>
          <MenuList>
            <ViewGroup title={texts.shared} views={views.all.filter((view) => view.isShared)} open={open} />
            <ViewGroup title={texts.own} views={views.all.filter((view) => !view.isShared)} open={open} />
            {views.all.length === 0 && <MenuItem disabled>{texts.none}</MenuItem>}
            <MenuItem onClick={() => open(null)}>{texts.usual}</MenuItem>
            <MenuDivider />
            {opened && isChanged && (
              <MenuItem onClick={() => void views.change(opened, { search })}>{texts.save(opened.name)}</MenuItem>
            )}
            <MenuItem onClick={() => ask("save")}>{texts.saveAs}</MenuItem>
            {opened && <MenuItem onClick={() => ask("rename")}>{texts.rename}</MenuItem>}
            {opened?.isShared && (
              <MenuItem onClick={() => void views.change(opened, { isDefault: !opened.isDefault })}>
                {opened.isDefault ? texts.clearDefault : texts.makeDefault}
              </MenuItem>
            )}
            {opened && (
              <MenuItem
                onClick={() => {
                  void views.remove(opened);
                  open(null);
                }}
              >
                {texts.delete}
              </MenuItem>
            )}
          </MenuList>
        </MenuPopover>
      </Menu>
      {asked === "save" && <ViewDialog title={texts.dialogSave} save={save} close={() => ask(null)} isNew />}
      {asked === "rename" && opened && (
        <ViewDialog
          title={texts.dialogRename}
          known={opened.name}
          close={() => ask(null)}
          save={async (wanted) => {
            const id = await views.change(opened, { name: wanted.name });
            if (id !== opened.id) state.open({ id, search: opened.search });
          }}
        />
      )}
    </>
  );
}

function ViewGroup({ title, views, open }: { title: string; views: readonly Kept[]; open: (view: Kept) => void }) {
  if (views.length === 0) return null;
  return (
    <MenuGroup>
      <MenuGroupHeader>{title}</MenuGroupHeader>
      {views.map((view) => (
        <MenuItem
          key={view.id}
          onClick={() => open(view)}
          secondaryContent={view.isDefault ? texts.default : undefined}
        >
          {view.name}
        </MenuItem>
      ))}
    </MenuGroup>
  );
}

type Wanted = { name: string; isShared: boolean; isDefault: boolean };

function useKeptViews(name: string, experiment: string | null) {
  const workspace = useWorkspace();
  const saved = useSavedViews(experiment);
  const changing = useChangeViews();
  const [own, keep] = usePersisted<OwnViews>(`views.${workspace}.${name}`, NO_VIEWS);
  const all: Kept[] = [
    ...(saved.data ?? []).map((view) => ({
      id: view.view_id,
      name: view.name,
      search: view.search,
      isShared: true,
      isDefault: view.is_default,
    })),
    ...Object.entries(own).map(([ownName, search]) => ({
      id: OWN + ownName,
      name: ownName,
      search,
      isShared: false,
      isDefault: false,
    })),
  ];
  const make = async ({ name: chosen, isShared, isDefault, search }: Wanted & { search: string }): Promise<string> => {
    if (!isShared) {
      keep({ ...own, [chosen]: search });
      return OWN + chosen;
    }
    const made = await changing.mutateAsync({ make: { name: chosen, search, experiment, is_default: isDefault } });
    return made?.view_id ?? "";
  };
  const change = async (view: Kept, { name: chosen, search, isDefault }: Partial<Wanted & { search: string }>) => {
    if (view.isShared) {
      const body = { ...(chosen ? { name: chosen } : {}), ...(search === undefined ? {} : { search }) };
      await changing.mutateAsync({
        change: view.id,
        ...body,
        ...(isDefault === undefined ? {} : { is_default: isDefault }),
      });
      return view.id;
    }
    const { [view.name]: _, ...others } = own;
    keep({ ...others, [chosen ?? view.name]: search ?? view.search });
    return OWN + (chosen ?? view.name);
  };
  const remove = async (view: Kept) => {
    if (view.isShared) await changing.mutateAsync({ remove: view.id });
    else {
      const { [view.name]: _, ...others } = own;
      keep(others);
    }
  };
  return { all, make, change, remove };
}

type DialogProps = {
  title: string;
  known?: string;
  isNew?: boolean;
  save: (wanted: Wanted) => Promise<void>;
  close: () => void;
};

function ViewDialog({ title, known = "", isNew = false, save, close }: DialogProps) {
  const [name, setName] = useState(known);
  const [isShared, setShared] = useState(true);
  const [isDefault, setDefault] = useState(false);
  return (
    <FormDialog
      title={title}
      apply={texts.apply}
      keep={texts.cancel}
      isReady={name.trim() !== ""}
      act={() => save({ name: name.trim(), isShared, isDefault: isShared && isDefault })}
      close={close}
      testId="view-dialog"
    >
      <Field label={texts.name}>
        <Input value={name} maxLength={255} onChange={(_, { value }) => setName(value)} />
      </Field>
      {isNew && (
        <>
          <Field label={texts.where}>
            <RadioGroup value={isShared ? "shared" : "own"} onChange={(_, { value }) => setShared(value === "shared")}>
              <Radio value="shared" label={texts.whereShared} />
              <Radio value="own" label={texts.whereOwn} />
            </RadioGroup>
          </Field>
          <Checkbox
            label={texts.openFirst}
            checked={isShared && isDefault}
            disabled={!isShared}
            onChange={(_, { checked }) => setDefault(checked === true)}
          />
        </>
      )}
    </FormDialog>
  );
}
