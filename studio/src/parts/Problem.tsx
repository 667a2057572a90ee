/** An error, in words: what happened and what would do. */

import { Button, MessageBar, MessageBarActions, MessageBarBody, MessageBarTitle } from "@fluentui/react-components";
import { ApiError } from "@/api/client";
import { problems } from "@/texts/shell";

export function Problem({ error, retry }: { error: unknown; retry?: () => void }) {
  const title = error instanceof ApiError ? (problems.titles[error.code] ?? problems.other) : problems.other;
  return (
    <MessageBar intent="error" layout="multiline" className="problem" data-testid="problem">
      <MessageBarBody>
        <MessageBarTitle>{title}</MessageBarTitle>
        {error instanceof Error ? error.message : String(error)}
      </MessageBarBody>
      {retry && (
        <MessageBarActions>
          <Button onClick={retry}>{problems.again}</Button>
        </MessageBarActions>
      )}
    </MessageBar>
  );
}
