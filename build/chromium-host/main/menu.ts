// Menu and MenuItem: kept, so that an app may build and ask them; the host shows none.
import { emulation, notEmulated } from '../not-emulated.ts';

let applicationMenu: MenuHost | null = null;

export class MenuItemHost extends emulation('MenuItem') {
  readonly id: string | undefined;
  readonly label: string;
  readonly role: string | undefined;
  readonly type: string;
  readonly submenu: MenuHost | undefined;
  readonly click: () => void;
  enabled: boolean;
  visible: boolean;
  checked: boolean;

  constructor(options: Electron.MenuItemConstructorOptions) {
    super();
    if (options.accelerator !== undefined) notEmulated('MenuItem.accelerator');
    const { submenu, click } = options;
    this.id = options.id;
    this.label = options.label ?? '';
    this.role = options.role;
    this.type = options.type ?? (submenu ? 'submenu' : 'normal');
    this.enabled = options.enabled ?? true;
    this.visible = options.visible ?? true;
    this.checked = options.checked ?? false;
    this.submenu = Array.isArray(submenu)
      ? MenuHost.buildFromTemplate(submenu)
      : (submenu as MenuHost | undefined);
    this.click = () => {
      click?.(this as never, undefined, {} as never);
    };
  }
}

export class MenuHost extends emulation('Menu') {
  readonly items: MenuItemHost[] = [];

  static setApplicationMenu(menu: MenuHost | null): void {
    applicationMenu = menu;
  }
  static getApplicationMenu(): MenuHost | null {
    return applicationMenu;
  }
  static buildFromTemplate(template: (Electron.MenuItemConstructorOptions | MenuItemHost)[]): MenuHost {
    const menu = new MenuHost();
    for (const item of template)
      menu.append(
        item instanceof MenuItemHost ? item : new MenuItemHost(item as Electron.MenuItemConstructorOptions),
      );
    return menu;
  }

  append(item: MenuItemHost): void {
    this.items.push(item);
  }
  getMenuItemById(id: string): MenuItemHost | null {
    for (const item of this.items) {
      const found = item.id === id ? item : item.submenu?.getMenuItemById(id);
      if (found) return found;
    }
    return null;
  }
}
