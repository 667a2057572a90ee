/** The command palette: everything that can be gone to or done, by typing a part of its name. */

import { Dialog, DialogSurface } from "@fluentui/react-components";
import { Command } from "cmdk";
import { useDeferredValue, useState } from "react";
import { useEnvironments } from "@/api/environments";
import { useExperiments } from "@/api/experiments";
import { useWorkspace } from "@/api/live";
import { useFoundRuns } from "@/api/runs";
import { addresses, navigate } from "@/parts/addresses";
import { Keys } from "@/parts/Keys";
import { Status } from "@/parts/Status";
import { useCommands } from "@/parts/shortcuts";
import { palette } from "@/texts/shell";
import "./palette.css";

const MOST_NAMES = 200;

export default function Palette({ close }: { close: () => void }) {
  const [text, setText] = useState("");
  return (
    <Dialog open onOpenChange={(_, { open }) => !open && close()}>
      <DialogSurface className="palette" aria-label={palette.open}>
        <Command label={palette.open} loop>
          <Command.Input
            value={text}
            onValueChange={setText}
            placeholder={palette.placeholder}
            className="palette-input"
            autoFocus
          />
          <Command.List className="palette-list" label={palette.open}>
            <Choices text={text} close={close} />
          </Command.List>
        </Command>
      </DialogSurface>
    </Dialog>
  );
}

function Choices({ text, close }: { text: string; close: () => void }) {
  const workspace = useWorkspace();
  const commands = useCommands();
  const experiments = useExperiments().data ?? [];
  const environments = useEnvironments().data ?? [];
  const wanted = useDeferredValue(text.trim());
  const runs = useFoundRuns(wanted);
  const choose = (action: () => void) => () => {
    close();
    action();
  };
  const isAsking = wanted !== "" && runs.isFetching;
  return (
    <>
      <Command.Empty className="palette-empty">{isAsking ? palette.searching : palette.nothing}</Command.Empty>
      {[...new Set(commands.map(({ group }) => group))].map((group) => (
        <Command.Group key={group} heading={group}>
          {commands
            .filter((command) => command.group === group)
            .map(({ title, keys, run }) => (
              <Command.Item key={title} value={`${group} ${title}`} onSelect={choose(run)}>
                <span className="palette-title">{title}</span>
                {keys !== undefined && <Keys keys={keys} />}
              </Command.Item>
            ))}
        </Command.Group>
      ))}
      {wanted !== "" && (
        <Command.Group heading={palette.runs}>
          {(runs.data?.rows ?? []).map(({ run }) => (
            <Command.Item
              key={run.run_id}
              value={`${text} ${run.run_id}` /* what the server found belongs here, whatever its name */}
              onSelect={choose(() => navigate(addresses.run(workspace, run.run_id)))}
            >
              <Status status={run.status} />
              <span className="palette-title">{run.display_name}</span>
              <span className="palette-note">{run.experiment}</span>
            </Command.Item>
          ))}
        </Command.Group>
      )}
      <Names
        heading={palette.experiments}
        names={experiments.map(({ name }) => name)}
        choose={(name) => choose(() => navigate(addresses.experiment(workspace, name)))}
      />
      <Names
        heading={palette.environments}
        names={environments.map(({ name }) => name)}
        choose={(name) => choose(() => navigate(addresses.environment(workspace, name)))}
      />
    </>
  );
}

type NamesProps = { heading: string; names: readonly string[]; choose: (name: string) => () => void };

function Names({ heading, names, choose }: NamesProps) {
  if (names.length === 0) return null;
  return (
    <Command.Group heading={heading}>
      {names.slice(0, MOST_NAMES).map((name) => (
        <Command.Item key={name} value={`${heading} ${name}`} onSelect={choose(name)}>
          <span className="palette-title">{name}</span>
        </Command.Item>
      ))}
    </Command.Group>
  );
}
