// What the central server's audit log tells apart.
export const AUDIT_KINDS = [
  'looked',
  'created',
  'changed',
  'blocked',
  'unblocked',
  'pinSet',
  'circulation',
  'exported',
  'deleted',
  'refused',
] as const;
export type AuditKind = (typeof AUDIT_KINDS)[number];
