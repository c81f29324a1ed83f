// What a server says of its clock: it dates what staff do, so that a time beyond sense is taken for none.

/** `time` in ms since 1970. Years have four digits, also some centuries on, and computers have told them since 2000. */
export const isBelievable = (time: number): boolean => time > Date.UTC(2000, 0) && time < Date.UTC(9000, 0);
