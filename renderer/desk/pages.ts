// The pages of the desk window, in the order of the main menu.
export const PAGES = ['patrons', 'sync', 'settings'] as const;
export type Page = (typeof PAGES)[number];
