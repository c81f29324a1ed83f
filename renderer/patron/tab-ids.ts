// The tabs of the patron details window, in their order.
export const TAB_IDS = [
  'loans',
  'reservations',
  'debts',
  'patronData',
  'notifications',
  'agreements',
] as const;
export type TabId = (typeof TAB_IDS)[number];
