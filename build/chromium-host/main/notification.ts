// Notification: there is no desktop to show one, and isSupported says so.
import { emulation, notEmulated } from '../not-emulated.ts';

export class NotificationHost extends emulation('Notification') {
  static isSupported(): boolean {
    return false;
  }
  constructor(_options?: unknown) {
    super();
    notEmulated('Notification');
  }
}
