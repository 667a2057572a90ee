/** Which keys do what on the page that is shown. */

import {
  Button,
  Dialog,
  DialogActions,
  DialogBody,
  DialogContent,
  DialogSurface,
  DialogTitle,
} from "@fluentui/react-components";
import { Keys } from "@/parts/Keys";
import { useCommands } from "@/parts/shortcuts";
import { palette } from "@/texts/shell";
import "./palette.css";

export default function KeyList({ close }: { close: () => void }) {
  const commands = useCommands().filter(({ keys }) => keys !== undefined);
  return (
    <Dialog open onOpenChange={(_, { open }) => !open && close()}>
      <DialogSurface>
        <DialogBody>
          <DialogTitle>{palette.keys}</DialogTitle>
          <DialogContent>
            {[...new Set(commands.map(({ group }) => group))].map((group) => (
              <section key={group} className="key-group">
                <h3>{group}</h3>
                <dl>
                  {commands
                    .filter((command) => command.group === group)
                    .map(({ title, keys = "" }) => (
                      <div key={title}>
                        <dt>{title}</dt>
                        <dd>
                          <Keys keys={keys} />
                        </dd>
                      </div>
                    ))}
                </dl>
              </section>
            ))}
            <p className="quiet">{palette.typing}</p>
          </DialogContent>
          <DialogActions>
            <Button appearance="primary" onClick={close}>
              {palette.close}
            </Button>
          </DialogActions>
        </DialogBody>
      </DialogSurface>
    </Dialog>
  );
}
