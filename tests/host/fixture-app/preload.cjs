// Gives the page everything that the tests ask for: more than a real preload ever should.
// The sandboxed preload's own require, under another name: tests ask it for modules by name.
const load = require;
const { contextBridge, ipcRenderer } = load('electron');

const attempt = (run) => {
  try {
    return { value: run() };
  } catch (error) {
    return { error: error.message };
  }
};

contextBridge.exposeInMainWorld('fixture', {
  invoke: (channel, ...args) => ipcRenderer.invoke(channel, ...args),
  send: (channel, ...args) => ipcRenderer.send(channel, ...args),
  subscribe(channel, listener) {
    const heard = (_event, ...args) => listener(...args);
    ipcRenderer.on(channel, heard);
    return () => {
      ipcRenderer.removeListener(channel, heard);
    };
  },
  describe: (value) => Object.prototype.toString.call(value),
  echo: (value) => value,
  fails() {
    throw new RangeError('out of range');
  },
  rejects: () => Promise.reject(new Error('rejected')),
  later: (value) => Promise.resolve(value),
  nested: { deep: { answer: 42, list: [1, { two: 2 }] } },
  process: () => ({
    type: process.type,
    sandboxed: process.sandboxed,
    contextIsolated: process.contextIsolated,
    platform: process.platform,
    argument: process.argv.find((argument) => argument.startsWith('--fixture=')),
    electron: typeof process.versions.electron,
  }),
  requires: (name) => attempt(() => typeof load(name)),
  exposesTwice: () => attempt(() => contextBridge.exposeInMainWorld('fixture', {})),
  sendsFunction: () => attempt(() => ipcRenderer.send('ignored', () => undefined)),
});

ipcRenderer.send('preloaded', location.pathname);
