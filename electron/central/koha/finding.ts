// What a check found that has to be told: it only counts as done once the desk has stored it.
export interface Finding {
  /** Numbers of patrons who are to be read. */
  numbers: readonly number[];
  stored: () => void;
}

export const NOTHING_FOUND: Finding = { numbers: [], stored: () => undefined };
