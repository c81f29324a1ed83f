// powerMonitor: a machine on mains that never sleeps, until a test says otherwise by emitting the event itself.
import { allowEvents, emitter } from '../not-emulated.ts';

type Emulated =
  | 'getSystemIdleTime'
  | 'getSystemIdleState'
  | 'isOnBatteryPower'
  | 'onBatteryPower'
  | 'getCurrentThermalState';

const EVENTS = ['suspend', 'resume', 'on-ac', 'on-battery', 'shutdown', 'lock-screen', 'unlock-screen'];

class PowerMonitorHost extends emitter('powerMonitor') implements Pick<Electron.PowerMonitor, Emulated> {
  readonly onBatteryPower = false;

  constructor() {
    super();
    allowEvents(this, 'powerMonitor', [...EVENTS, 'user-did-become-active', 'user-did-resign-active']);
  }
  getSystemIdleTime(): number {
    return 0;
  }
  getSystemIdleState(idleThreshold: number): 'active' {
    if (!(idleThreshold > 0))
      throw new TypeError('Invalid idle threshold, must be greater than or equal to 0');
    return 'active';
  }
  isOnBatteryPower(): boolean {
    return false;
  }
  getCurrentThermalState() {
    return 'unknown' as const;
  }
}

export const powerMonitor = new PowerMonitorHost();
