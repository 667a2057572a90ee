/** An error, in words: what happened and what would do. */

import { Button, MessageBar, MessageBarActions, MessageBarBody, MessageBarTitle } from "@fluentui/react-components";
import { ApiError } from "@/api/client";

const TITLES: Record<string, string> = {
  not_found: "Not found",
  forbidden: "Not allowed",
  conflict: "That cannot be done now",
  invalid_argument: "The server did not accept that",
  too_large: "Too large",
  unavailable: "The server is busy",
  unreachable: "No connection",
  unauthenticated: "Not signed in",
};

export function Problem({ error, retry }: { error: unknown; retry?: () => void }) {
  const title = error instanceof ApiError ? (TITLES[error.code] ?? "Something went wrong") : "Something went wrong";
  return (
    <MessageBar intent="error" layout="multiline" className="problem" data-testid="problem">
      <MessageBarBody>
        <MessageBarTitle>{title}</MessageBarTitle>
        {error instanceof Error ? error.message : String(error)}
      </MessageBarBody>
      {retry && (
        <MessageBarActions>
          <Button onClick={retry}>Try again</Button>
        </MessageBarActions>
      )}
    </MessageBar>
  );
}
