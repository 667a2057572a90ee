/** Starts Studio. */

import { QueryCache, QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { ApiError, isUnauthenticated } from "@/api/client";
import { placeOf, runOfMlflowLink } from "@/parts/addresses";
import { App } from "./App";
import { begin } from "./pages";
import { signedOut } from "./session";
import "./shell.css";

const client = new QueryClient({
  queryCache: new QueryCache({
    onError: (error) => {
      if (isUnauthenticated(error)) signedOut.set();
    },
  }),
  defaultOptions: {
    queries: {
      staleTime: 30_000,
      refetchOnWindowFocus: false,
      // What the server refused stays refused; only silence is worth another try.
      retry: (count, error) => count < 1 && error instanceof ApiError && (error.status === 0 || error.status === 503),
      retryDelay: (count) => 300 * 2 ** count,
    },
  },
});

const linked = runOfMlflowLink(location.pathname, location.hash);
if (linked !== null) history.replaceState(null, "", linked);
begin(placeOf(location.pathname), client);
const root = document.getElementById("root");
if (!root) throw new Error("index.html has no element with the id root");
createRoot(root).render(
  <StrictMode>
    <QueryClientProvider client={client}>
      <App />
    </QueryClientProvider>
  </StrictMode>,
);
