// screen: the one display that the windows are on.
import { HEADLESS_SCREEN } from '../chromium/flags.ts';
import { allowEvents, emitter } from '../not-emulated.ts';

type Emulated =
  | 'getPrimaryDisplay'
  | 'getAllDisplays'
  | 'getDisplayMatching'
  | 'getDisplayNearestPoint'
  | 'getCursorScreenPoint';

const area = () => ({ x: 0, y: 0, ...HEADLESS_SCREEN });

const display = (): Electron.Display => ({
  id: 1,
  label: 'Chromium host',
  bounds: area(),
  workArea: area(),
  size: { ...HEADLESS_SCREEN },
  workAreaSize: { ...HEADLESS_SCREEN },
  nativeOrigin: { x: 0, y: 0 },
  maximumCursorSize: { width: 0, height: 0 },
  scaleFactor: 1,
  rotation: 0,
  colorDepth: 24,
  colorSpace: '{primaries:BT709, transfer:SRGB, matrix:RGB, range:FULL}',
  depthPerComponent: 8,
  displayFrequency: 60,
  detected: true,
  internal: false,
  monochrome: false,
  accelerometerSupport: 'unavailable',
  touchSupport: 'unavailable',
});

class ScreenHost extends emitter('screen') implements Pick<Electron.Screen, Emulated> {
  constructor() {
    super();
    allowEvents(this, 'screen', ['display-added', 'display-removed', 'display-metrics-changed']);
  }
  getPrimaryDisplay(): Electron.Display {
    return display();
  }
  getAllDisplays(): Electron.Display[] {
    return [display()];
  }
  getDisplayMatching(_rect: Electron.Rectangle): Electron.Display {
    return display();
  }
  getDisplayNearestPoint(_point: Electron.Point): Electron.Display {
    return display();
  }
  getCursorScreenPoint(): Electron.Point {
    return { x: 0, y: 0 };
  }
}

export const screen = new ScreenHost();
