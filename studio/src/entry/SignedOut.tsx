/** Shown when the server does not know this browser. */

import { Button } from "@fluentui/react-components";
import { CopyText } from "@/parts/CopyText";
import { Empty } from "@/parts/Empty";

export function SignedOut() {
  return (
    <main className="signed-out" data-testid="signed-out">
      <Empty title="This browser is not signed in">
        <p>Studio opens with a one-time link. In a terminal on the machine that runs the server, type</p>
        <CopyText text="runstead open" />
        <p>The sign-in is kept in a cookie of this browser. Nobody else can use the link a second time.</p>
        <Button onClick={() => location.reload()}>Try again</Button>
      </Empty>
    </main>
  );
}
