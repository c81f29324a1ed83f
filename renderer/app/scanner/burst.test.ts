import { describe, expect, it } from 'vitest';
import type { ScannerRules } from '../../../shared/ipc/desk.ts';
import { KeyRun, readScan } from './burst.ts';

const plainRules: ScannerRules = { prefix: '', suffix: '', aimIdentifiers: [], minLength: 6, gapMs: 30 };
const card = (number: string) => ({ kind: 'card', number });

describe('what a scanner typed', () => {
  it.each<[string, ScannerRules, unknown]>([
    ['21100027776', plainRules, card('21100027776')],
    [']C021100027776', plainRules, card('21100027776')],
    ['12345', plainRules, undefined],
    ['~21100027776', { ...plainRules, prefix: '~' }, card('21100027776')],
    ['~]C021100027776', { ...plainRules, prefix: '~' }, card('21100027776')],
    [']C0~21100027776', { ...plainRules, prefix: '~' }, card('21100027776')],
    ['21100027776', { ...plainRules, prefix: '~' }, undefined],
    ['21100027776#', { ...plainRules, suffix: '#' }, card('21100027776')],
    ['A21100027776B', { ...plainRules, prefix: 'A', suffix: 'B' }, card('21100027776')],
    [']C021100027776', { ...plainRules, aimIdentifiers: [']C0'] }, card('21100027776')],
    [']E09789100000000', { ...plainRules, aimIdentifiers: [']C0'] }, { kind: 'other' }],
    ['9789100000000', { ...plainRules, aimIdentifiers: [']C0'] }, { kind: 'other' }],
    ['https://example.org/'.padEnd(61, 'x'), plainRules, { kind: 'other' }],
  ])('%s', (typed, rules, expected) => {
    expect(readScan(typed, rules)).toEqual(expected);
  });
});

describe('a run of keys', () => {
  const type = (text: string, gapMs: number, endAfter = gapMs) => {
    const run = new KeyRun();
    let at = 1000;
    for (const character of text) run.add(character, (at += gapMs), plainRules.gapMs);
    return run.end(at + endAfter, plainRules);
  };

  it('at 2 ms and at 25 ms a key is a scan', () => {
    expect(type('21100027776', 2)).toEqual(card('21100027776'));
    expect(type('21100027776', 25)).toEqual(card('21100027776'));
  });

  it("at a person's pace is none, and neither is one whose Enter comes later", () => {
    expect(type('21100027776', 45)).toBeUndefined();
    expect(type('21100027776', 2, 200)).toBeUndefined();
  });

  it('begins anew after a pause: what a person typed before is no part of the scan', () => {
    const run = new KeyRun();
    for (const [at, character] of [...'ali'].entries()) run.add(character, at * 120, 30);
    let at = 1000;
    for (const character of '21100027776') run.add(character, (at += 2), 30);
    expect(run.end(at + 2, plainRules)).toEqual(card('21100027776'));
  });
});
