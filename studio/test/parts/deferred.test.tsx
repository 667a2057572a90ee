// @vitest-environment happy-dom
import { act, cleanup, render, screen } from "@testing-library/react";
import { afterEach, expect, test } from "vitest";
import { deferred } from "@/parts/deferred";

afterEach(cleanup);

const Page = ({ name }: { name: string }) => <p>Page of {name}</p>;

test("code that is there already is drawn at once", async () => {
  const Shown = deferred(async () => ({ default: Page }));
  await Shown.load();
  render(<Shown name="a" wait="waiting" />);
  expect(screen.queryByText("Page of a")).not.toBeNull();
});

test("code that comes between the drawing and its effects is not waited for forever", async () => {
  let come: (module: { default: typeof Page }) => void = () => undefined;
  const Shown = deferred(
    () =>
      new Promise<{ default: typeof Page }>((resolve) => {
        come = resolve;
      }),
  );
  const loading = Shown.load();
  await act(async () => {
    render(<Shown name="a" wait="waiting" />);
    expect(screen.queryByText("Page of a")).toBeNull();
    come({ default: Page });
    await loading;
  });
  expect(screen.queryByText("Page of a")).not.toBeNull();
});

test("code that does not come is an error of the page", async () => {
  const Shown = deferred<{ name: string }>(async () => {
    throw new Error("no such chunk");
  });
  await Shown.load();
  expect(() => render(<Shown name="a" />)).toThrow("no such chunk");
});
