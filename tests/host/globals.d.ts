// What the fixture app puts on its globals for the tests: on the page's window, and in the main process.
import type { FixtureApi } from './hosts.ts';

declare global {
  interface Window {
    fixture: FixtureApi;
    inlineScriptRan?: boolean;
    seenFirst?: unknown;
  }
  var life: string[];
  var requests: { url: string; method: string; referer: string | null }[];
  var staysOpen: boolean | undefined;
  var openWindow: (options?: object) => Promise<number>;
}
