import { LINE } from '../../shared/ipc/contract.ts';

/** As much of a text as a window shows in a line. */
export const oneLine = (text: string): string => text.slice(0, LINE).toWellFormed();
