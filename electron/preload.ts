// Gives the page `window.circdesk`, one frozen object with a function for each request that its window may make.
// It decides nothing: main checks everything. What is too large doesn't get as far as main, which would stand still over it.
import { contextBridge, ipcRenderer } from 'electron';
import { EVENT_CHANNEL, REQUEST_CHANNEL, WINDOW_ARGUMENT } from '../shared/ipc/api.ts';
import { isSmallAndPlain } from '../shared/ipc/small.ts';

/** For each kind of window the names of its requests; put in by the build from the contract. */
declare const REQUEST_NAMES: Record<string, string[]>;

/** In place of what is too large: main refuses it, and says so as of everything that it refuses. */
const TOO_LARGE = new Map();

type Listener = (payload: unknown) => void;

const kind = process.argv
  .find((argument) => argument.startsWith(WINDOW_ARGUMENT))
  ?.slice(WINDOW_ARGUMENT.length);

const api: Record<string, Record<string, unknown>> = {};
for (const name of REQUEST_NAMES[kind ?? ''] ?? []) {
  const [group = '', method = ''] = name.split('.');
  api[group] = {
    ...api[group],
    [method]: (args: unknown) =>
      ipcRenderer.invoke(REQUEST_CHANNEL, name, isSmallAndPlain(args) ? args : TOO_LARGE),
  };
}

const on = (name: string, listener: Listener) => {
  const heard = (_event: unknown, told: string, payload: unknown) => {
    if (told === name) listener(payload);
  };
  ipcRenderer.on(EVENT_CHANNEL, heard);
  return () => {
    ipcRenderer.removeListener(EVENT_CHANNEL, heard);
  };
};

/** Text may be dropped into a field; nothing else may be dropped on a window, which some would take for a place to go. */
const refuseDrop = (event: DragEvent) => {
  const { dataTransfer, target } = event;
  const isField = target instanceof HTMLInputElement || target instanceof HTMLTextAreaElement;
  if (!dataTransfer || (isField && !dataTransfer.types.some((type) => type !== 'text/plain'))) return;
  event.preventDefault();
  dataTransfer.dropEffect = 'none';
};
for (const type of ['dragenter', 'dragover', 'drop'] as const) addEventListener(type, refuseDrop, true);

contextBridge.exposeInMainWorld('circdesk', { ...api, on });
