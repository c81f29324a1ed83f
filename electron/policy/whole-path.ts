// A file or folder that a policy names. From where the desk was started is no place to look for it.
import { isAbsolute } from 'node:path';
import { z } from 'zod';

export const wholePath = z
  .string()
  .min(1)
  .refine((path) => isAbsolute(path), 'must be a whole path');
