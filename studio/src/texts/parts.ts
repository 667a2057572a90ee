/** Words of small parts that stand on many pages. */

export const editable = {
  change: "Change",
  changeOf: (label: string) => `Change: ${label}`,
  save: "Save",
  leave: "Leave it as it was",
};
