// The permissions of staff, by their names in the manual. Editing needs none of its own.
import { z } from 'zod';

export const DOWNLOAD_PATRON_DATA = 'Patrons - Download patron data';
export const BLOCK_PATRON = 'Patrons - Block/unblock patron';
export const DELETE_PATRON = 'Patrons - Delete patron';

export const PERMISSIONS = [DOWNLOAD_PATRON_DATA, BLOCK_PATRON, DELETE_PATRON] as const;

export const permissionSchema = z.enum(PERMISSIONS);
export type Permission = z.infer<typeof permissionSchema>;
