// What the host can learn only in the page: new windows asked for by links and forms, navigations that Chromium's
// protocol doesn't show, titles, focus, keys. Runs in the preload's world, by its source: nothing from outside itself.
import type { FromRenderer, KeyInput, OpenDisposition } from './messages.ts';

type WithoutAddress<M> = M extends unknown ? Omit<M, 'href'> : never;

export function watchPage(tell: (message: WithoutAddress<FromRenderer>) => void, onDisplay: boolean): void {
  const open = (url: string, frameName: string, disposition: OpenDisposition) => {
    tell({ kind: 'open', url, frameName, features: '', disposition });
  };
  const isElsewhere = (target: string) => target !== '' && !/^_(self|parent|top)$/i.test(target);

  /** Calls back when the page's own listeners are through, unless one of them prevented the event. */
  const afterPage = <E extends Event>(type: string, callback: (event: E) => void) => {
    const last = (event: Event) => {
      if (!event.defaultPrevented) callback(event as E);
    };
    window.addEventListener(
      type,
      () => {
        window.removeEventListener(type, last);
        window.addEventListener(type, last);
      },
      { capture: true },
    );
  };
  const onClick = (event: MouseEvent) => {
    const link = event
      .composedPath()
      .find(
        (node): node is HTMLAnchorElement | HTMLAreaElement =>
          node instanceof HTMLAnchorElement || node instanceof HTMLAreaElement,
      );
    if (!link?.href) return;
    const target = link.target || document.querySelector<HTMLBaseElement>('base[target]')?.target || '';
    const aside = event.ctrlKey || event.metaKey || event.button === 1;
    if (!aside && !event.shiftKey && !isElsewhere(target)) return;
    event.preventDefault();
    open(link.href, target, event.shiftKey ? 'new-window' : aside ? 'background-tab' : 'foreground-tab');
  };
  afterPage<MouseEvent>('click', onClick);
  afterPage<MouseEvent>('auxclick', onClick);
  afterPage<SubmitEvent>('submit', (event) => {
    const form = event.target as HTMLFormElement;
    const target = event.submitter?.getAttribute('formtarget') ?? form.target;
    if (!isElsewhere(target)) return;
    event.preventDefault();
    open(form.action, target, 'foreground-tab');
  });
  if (window !== window.top) return;

  // Addresses that are answered without a request (about:, blob:, mailto:, …) never pass the host's interception.
  window.navigation.addEventListener('navigate', (event) => {
    const { url, sameDocument } = event.destination;
    if (sameDocument || /^https?:/.test(url) || !event.cancelable) return;
    event.preventDefault();
    tell({ kind: 'leave', url });
  });

  // The window's own close button asks nobody but the page: the host asks the app in its place, see web-contents.ts.
  if (onDisplay) {
    const beforeUnload = (event: BeforeUnloadEvent) => {
      const pagePrevents = event.defaultPrevented || event.returnValue !== '';
      tell({ kind: 'unload', pagePrevents });
      event.preventDefault();
    };
    // After the page's own, so far: a page is asked only once somebody has typed or pointed in it.
    const comeLast = () => {
      window.removeEventListener('beforeunload', beforeUnload);
      window.addEventListener('beforeunload', beforeUnload);
    };
    comeLast();
    for (const type of ['load', 'keydown', 'pointerdown'])
      window.addEventListener(type, comeLast, { capture: true });
  }

  let title = '';
  const tellTitle = () => {
    if (document.title === title) return;
    title = document.title;
    tell({ kind: 'title', title });
  };
  document.addEventListener('DOMContentLoaded', () => {
    tellTitle();
    new MutationObserver(tellTitle).observe(document.head, {
      childList: true,
      subtree: true,
      characterData: true,
    });
  });

  window.addEventListener('focus', (event) => {
    if (event.target === window) tell({ kind: 'focus', focused: true });
  });
  window.addEventListener('blur', (event) => {
    if (event.target === window) tell({ kind: 'focus', focused: false });
  });

  const onKey = (event: KeyboardEvent) => {
    const modifiers = [
      event.shiftKey && 'shift',
      event.ctrlKey && 'control',
      event.altKey && 'alt',
      event.metaKey && 'meta',
      event.repeat && 'isautorepeat',
    ].filter((modifier) => modifier !== false);
    const input: KeyInput = {
      type: event.type === 'keydown' ? 'keyDown' : 'keyUp',
      key: event.key,
      code: event.code,
      isAutoRepeat: event.repeat,
      isComposing: event.isComposing,
      shift: event.shiftKey,
      control: event.ctrlKey,
      alt: event.altKey,
      meta: event.metaKey,
      location: event.location,
      modifiers,
    };
    tell({ kind: 'input', input });
  };
  window.addEventListener('keydown', onKey, { capture: true });
  window.addEventListener('keyup', onKey, { capture: true });
}
