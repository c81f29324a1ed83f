// Electron's event object: what a listener gets first, and prevents the default by.

export interface PreventableEvent {
  preventDefault(): void;
  readonly defaultPrevented: boolean;
}

/** An event with `fields` of its own. */
export function makeEvent<F extends object>(fields?: F): PreventableEvent & F {
  let prevented = false;
  const event = {
    preventDefault() {
      prevented = true;
    },
    get defaultPrevented() {
      return prevented;
    },
  };
  return Object.defineProperties(event, Object.getOwnPropertyDescriptors(fields ?? {})) as PreventableEvent &
    F;
}
