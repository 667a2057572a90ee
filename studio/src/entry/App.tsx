/** The outermost layer: theme, signed in or not, and which page. */

import { FluentProvider, Spinner } from "@fluentui/react-components";
import { useEffect, useSyncExternalStore } from "react";
import { LiveWorkspace } from "@/api/live";
import { useWorkspaces } from "@/api/workspaces";
import { addresses, navigate, type Place, placeOf, usePathname } from "@/parts/addresses";
import { Problem } from "@/parts/Problem";
import { usePersisted } from "@/parts/persisted";
import { shell } from "@/texts/shell";
import { NotFound } from "./NotFound";
import { PageBoundary } from "./PageBoundary";
import { EnvironmentPage, EnvironmentsPage, ExperimentsPage, RunPage, RunsPage } from "./pages";
import { Shell } from "./Shell";
import { SignedOut } from "./SignedOut";
import { signedOut } from "./session";
import { useTheme } from "./theme";

export function App() {
  const { theme, choice, choose } = useTheme();
  const isSignedOut = useSyncExternalStore(signedOut.watch, signedOut.get);
  const place = placeOf(usePathname());
  if (isSignedOut || place.page === "home")
    return (
      <FluentProvider theme={theme} className="themed">
        <div className="app">{isSignedOut ? <SignedOut /> : <Home />}</div>
      </FluentProvider>
    );
  return (
    <FluentProvider theme={theme} className="themed">
      <div className="app">
        <LiveWorkspace key={place.workspace} name={place.workspace}>
          <Shell place={place} themeChoice={choice} chooseTheme={choose}>
            <PageBoundary key={pageKey(place)}>
              <Page place={place} />
            </PageBoundary>
          </Shell>
        </LiveWorkspace>
      </div>
    </FluentProvider>
  );
}

/** The same for all tabs of a run: going to another tab leaves the page, and the focus, where they are. */
const pageKey = (place: Place): string => JSON.stringify("tab" in place ? { ...place, tab: null } : place);

const WAIT = <Spinner className="page-wait" label={shell.loading} delay={300} />;

function Page({ place }: { place: Exclude<Place, { page: "home" }> }) {
  switch (place.page) {
    case "experiments":
      return <ExperimentsPage wait={WAIT} />;
    case "experiment":
      return <RunsPage key={place.name} experiment={place.name} wait={WAIT} />;
    case "runs":
      return <RunsPage key="all" experiment={null} wait={WAIT} />;
    case "environments":
      return <EnvironmentsPage wait={WAIT} />;
    case "environment":
      return <EnvironmentPage key={place.name} name={place.name} wait={WAIT} />;
    case "run":
      return <RunPage key={place.runId} runId={place.runId} tab={place.tab} wait={WAIT} />;
    case "nowhere":
      return <NotFound workspace={place.workspace} />;
  }
}

/** `/` leads to the workspace used last, else to the first one. */
function Home() {
  const workspaces = useWorkspaces();
  const [last] = usePersisted<string | null>("workspace", null);
  const names = workspaces.data?.map((workspace) => workspace.name);
  const name = names && (last !== null && names.includes(last) ? last : (names[0] ?? "default"));
  useEffect(() => {
    if (name !== undefined) navigate(addresses.experiments(name), { replace: true });
  }, [name]);
  if (workspaces.isLoadingError) return <Problem error={workspaces.error} retry={() => void workspaces.refetch()} />;
  return WAIT;
}
