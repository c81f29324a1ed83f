// The one object that the preload gives this page.
import type { CircdeskApi } from '../../shared/ipc/api.ts';

declare global {
  interface Window {
    readonly circdesk: CircdeskApi;
  }
}
