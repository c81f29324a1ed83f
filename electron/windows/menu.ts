// The application's menu. None but on macOS, where copying and pasting and quitting need one; never Electron's own,
// which offers to reload a page and to open DevTools.
import { Menu } from 'electron';

export function setMenu(platform: NodeJS.Platform): void {
  const menu =
    platform === 'darwin'
      ? Menu.buildFromTemplate([{ role: 'appMenu' }, { role: 'editMenu' }, { role: 'windowMenu' }])
      : null;
  Menu.setApplicationMenu(menu);
}
