/** One of a few things, chosen by its name. */

import { Dropdown, type DropdownProps, Option } from "@fluentui/react-components";

type Props<T extends string> = Omit<DropdownProps, "value" | "onOptionSelect" | "selectedOptions" | "children"> & {
  chosen: T;
  /** Names in the order in which they are offered. */
  choices: Readonly<Record<T, string>>;
  choose: (choice: T) => void;
  "data-testid"?: string;
};

export function Choice<T extends string>({ chosen, choices, choose, ...props }: Props<T>) {
  return (
    <Dropdown
      {...props}
      value={choices[chosen] ?? chosen}
      selectedOptions={[chosen]}
      onOptionSelect={(_, { optionValue }) => optionValue !== undefined && choose(optionValue as T)}
    >
      {(Object.entries(choices) as [T, string][]).map(([value, name]) => (
        <Option key={value} value={value} text={name}>
          {name}
        </Option>
      ))}
    </Dropdown>
  );
}
