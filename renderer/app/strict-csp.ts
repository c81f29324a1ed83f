// Must be the first import of every window: zod decides as schemas are made whether it may compile code from
// strings, and the page's Content Security Policy forbids that.
import { z } from 'zod';

z.config({ jitless: true });
