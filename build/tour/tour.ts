// What each half of the tour works with: a desk, a colleague's view of the server, and steps that take their pictures.
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import type { BadLine } from '../../tests/drive/bad-line.ts';
import type { Central } from '../../tests/drive/central.ts';
import type { DeskApp } from '../../tests/drive/desk-app.ts';
import type { DemoAccount } from '../reference-server.ts';

export const SIZE = { width: 1366, height: 768 };

export interface StepDone {
  name: string;
  ok: boolean;
  ms: number;
  picture: string;
}

/** Does one step and takes the picture of a window: of the step done, or of where it failed. */
export type Step = (name: string, window: () => Page, work: () => Promise<void>) => Promise<void>;

export interface Tour {
  desk: DeskApp;
  central: Central;
  account: DemoAccount;
  line: BadLine;
  downloads: string;
  /** Where pictures go. */
  out: string;
  step: Step;
  /** Starts the desk again on its files. */
  restart: () => Promise<DeskApp>;
}

export function stepsInto(out: string, steps: StepDone[]): Step {
  return async (name, window, work) => {
    const began = performance.now();
    const failure = await work().then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    const ms = Math.round(performance.now() - began);
    const number = String(steps.length + 1).padStart(2, '0');
    const picture = `${number}-${name.toLowerCase().replaceAll(/[^a-z]+/g, '-')}.png`;
    await window().setViewportSize(SIZE);
    await window().screenshot({ path: join(out, picture), animations: 'disabled' });
    steps.push({ name, ok: !failure, ms, picture });
    console.log(`${failure ? 'FAILED' : 'ok'}  ${String(ms).padStart(5)} ms  ${name}`);
    if (failure) throw failure;
  };
}
