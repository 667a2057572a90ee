/** One door to the server: every request of Studio goes through here. */

export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly fields: Readonly<Record<string, unknown>> = {},
  ) {
    super(message);
    this.name = "ApiError";
  }
}

export const isUnauthenticated = (error: unknown) => error instanceof ApiError && error.status === 401;

export const isUnreachable = (error: unknown) => error instanceof ApiError && error.status === 0;

/** The error of the first answer that never came; one that is only getting old is still worth showing. */
export const firstLoadingError = (...answers: { isLoadingError: boolean; error: unknown }[]): unknown =>
  answers.find((answer) => answer.isLoadingError)?.error ?? null;

export const workspacePath = (workspace: string) => `/api/v1/workspaces/${encodeURIComponent(workspace)}`;
export const runPath = (workspace: string, runId: string) =>
  `${workspacePath(workspace)}/runs/${encodeURIComponent(runId)}`;

/** A file path as part of an address: the slashes stay, the rest is escaped. */
export const filePath = (path: string) => path.split("/").map(encodeURIComponent).join("/");

/** `?a=1&b=2` of the values that are set, or nothing. */
export function query(values: Record<string, string | number | boolean | null | undefined>): string {
  const set = Object.entries(values).filter(([, value]) => value !== undefined && value !== null && value !== "");
  const parameters = new URLSearchParams(set.map(([key, value]) => [key, String(value)]));
  return set.length > 0 ? `?${parameters}` : "";
}

type Options = { method?: string; body?: unknown; signal?: AbortSignal | undefined; headers?: Record<string, string> };

export async function request(path: string, options: Options = {}): Promise<Response> {
  const headers: Record<string, string> = { ...options.headers };
  const init: RequestInit = { method: options.method ?? "GET", headers, credentials: "same-origin" };
  if (options.signal) init.signal = options.signal;
  if (options.body !== undefined) {
    headers["Content-Type"] = "application/json";
    init.body = JSON.stringify(options.body);
  }
  let response: Response;
  try {
    response = await fetch(path, init);
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw new ApiError(
      0,
      "unreachable",
      "The Runstead server does not answer. `runstead status` says whether it runs.",
    );
  }
  if (!response.ok) throw await refusal(response);
  return response;
}

export async function requestJson<T>(path: string, options: Options = {}): Promise<T> {
  const response = await request(path, options);
  return (await response.json()) as T;
}

async function refusal(response: Response): Promise<ApiError> {
  const text = await response.text();
  try {
    const { error } = JSON.parse(text) as { error: { code: string; message: string } & Record<string, unknown> };
    return new ApiError(response.status, error.code, error.message, error);
  } catch {
    // Not our error body (a proxy in between, say): show what came, shortened.
    return new ApiError(
      response.status,
      "unexpected",
      `${response.status} ${response.statusText} ${text.slice(0, 200)}`,
    );
  }
}
