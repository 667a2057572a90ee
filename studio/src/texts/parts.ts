/** Words of small parts that stand on many pages. */

export const status = {
  NotStarted: "Not started",
  Queued: "Queued",
  Preparing: "Preparing",
  Provisioning: "Provisioning",
  Starting: "Starting",
  Running: "Running",
  Finalizing: "Finalizing",
  CancelRequested: "Canceling",
  Completed: "Completed",
  Failed: "Failed",
  Canceled: "Canceled",
};

export const times = {
  justNow: "just now",
  minutesAgo: (minutes: string) => `${minutes} min ago`,
  hoursAgo: (hours: string) => `${hours} h ago`,
  daysAgo: (days: number) => `${days} ${days === 1 ? "day" : "days"} ago`,
};

export const copying = { copy: "Copy", copied: "Copied" };

export const split = { width: "Width of the list" };

export const editable = {
  change: "Change",
  changeOf: (label: string) => `Change: ${label}`,
  save: "Save",
  leave: "Leave it as it was",
};
