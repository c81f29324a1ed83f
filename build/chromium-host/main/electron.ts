// Everything that `electron` exports in the main process. Each name of Electron's declarations is here: what isn't
// emulated throws on any use.
import { notEmulatedModule } from '../not-emulated.ts';
import { app } from './app.ts';
import { BrowserWindowHost } from './browser-window.ts';
import { clipboard } from './clipboard.ts';
import { crashReporter } from './crash-reporter.ts';
import { dialog } from './dialog.ts';
import { ipcMain } from './ipc-main.ts';
import { MenuHost, MenuItemHost } from './menu.ts';
import { NativeImageHost } from './native-image.ts';
import { nativeTheme } from './native-theme.ts';
import { net } from './net.ts';
import { NotificationHost } from './notification.ts';
import { powerMonitor } from './power-monitor.ts';
import { protocol } from './protocol.ts';
import { safeStorage } from './safe-storage.ts';
import { screen } from './screen.ts';
import { SessionHost } from './session.ts';
import { shell } from './shell.ts';
import { WebContentsHost } from './web-contents.ts';
import { WebFrameMainHost } from './web-frame-main.ts';

type Exports = keyof typeof Electron.Main | keyof typeof Electron.Common;

export const electron = {
  app,
  autoUpdater: notEmulatedModule('autoUpdater'),
  BaseWindow: notEmulatedModule('BaseWindow'),
  BrowserView: notEmulatedModule('BrowserView'),
  BrowserWindow: BrowserWindowHost,
  clipboard,
  ClipboardItem: notEmulatedModule('ClipboardItem'),
  contentTracing: notEmulatedModule('contentTracing'),
  crashReporter,
  desktopCapturer: notEmulatedModule('desktopCapturer'),
  dialog,
  globalShortcut: notEmulatedModule('globalShortcut'),
  ImageView: notEmulatedModule('ImageView'),
  inAppPurchase: notEmulatedModule('inAppPurchase'),
  ipcMain,
  IpcMainServiceWorker: notEmulatedModule('IpcMainServiceWorker'),
  Menu: MenuHost,
  MenuItem: MenuItemHost,
  MessageChannelMain: notEmulatedModule('MessageChannelMain'),
  nativeImage: NativeImageHost,
  nativeTheme,
  net,
  netLog: notEmulatedModule('netLog'),
  Notification: NotificationHost,
  powerMonitor,
  powerSaveBlocker: notEmulatedModule('powerSaveBlocker'),
  protocol,
  pushNotifications: notEmulatedModule('pushNotifications'),
  safeStorage,
  screen,
  session: SessionHost,
  sharedTexture: notEmulatedModule('sharedTexture'),
  ShareMenu: notEmulatedModule('ShareMenu'),
  shell,
  systemPreferences: notEmulatedModule('systemPreferences'),
  TouchBar: notEmulatedModule('TouchBar'),
  Tray: notEmulatedModule('Tray'),
  utilityProcess: notEmulatedModule('utilityProcess'),
  View: notEmulatedModule('View'),
  webContents: WebContentsHost,
  WebContentsView: notEmulatedModule('WebContentsView'),
  webFrameMain: WebFrameMainHost,
  WebSocket: notEmulatedModule('WebSocket'),
} satisfies Record<Exports, unknown>;
