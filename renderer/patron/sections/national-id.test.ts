import { describe, expect, it } from 'vitest';
import { isDoubtful } from './national-id.ts';

describe('doubts about a national ID', () => {
  it.each(['811228-9874', '8112289874', '19811228-9874', '198112289874'])('has none about %s', (id) => {
    expect(isDoubtful(id, 'SE')).toBe(false);
  });

  it('doubts a wrong check digit', () => {
    expect(isDoubtful('811228-9873', 'SE')).toBe(true);
  });

  it('knows Swedish coordination numbers, whose day is 60 too high', () => {
    expect(isDoubtful('701063-2391', 'SE')).toBe(false);
    expect(isDoubtful('701063-2392', 'SE')).toBe(true);
  });

  it('has none about a country whose rules are unknown, or about nothing', () => {
    expect(isDoubtful('anything', 'XX')).toBe(false);
    expect(isDoubtful('', 'SE')).toBe(false);
  });
});
