/** Shown when the server does not know this browser. */

import { Button } from "@fluentui/react-components";
import { CopyText } from "@/parts/CopyText";
import { Empty } from "@/parts/Empty";
import { signIn } from "@/texts/shell";

export function SignedOut() {
  return (
    <main className="signed-out" data-testid="signed-out">
      <Empty title={signIn.title}>
        <p>{signIn.how}</p>
        <CopyText text="runstead open" />
        <p>{signIn.kept}</p>
        <Button onClick={() => location.reload()}>{signIn.again}</Button>
      </Empty>
    </main>
  );
}
