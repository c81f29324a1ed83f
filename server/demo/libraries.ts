// The two libraries of the demo network. They and their towns are made up.
import type { LibrarySetup } from '../libraries.ts';

const retention = { audit: 365, liftedBlocks: 365, deletions: 400, attempts: 400 };
const categories = [
  { id: 'adult', name: 'Adult' },
  { id: 'youth', name: 'Youth' },
  { id: 'child', name: 'Child' },
  { id: 'organisation', name: 'Organisation' },
];

export interface DemoLibrary extends LibrarySetup {
  /** Its cards begin with this. */
  cardPrefix: string;
  towns: readonly [Town, ...Town[]];
}
export interface Town {
  name: string;
  postcode: string;
}

export const demoLibraries: readonly [DemoLibrary, ...DemoLibrary[]] = [
  {
    id: 'north',
    name: 'Norrby Library',
    country: 'SE',
    currency: 'SEK',
    timeZone: 'Europe/Stockholm',
    branches: [
      { id: 'norrby', name: 'Norrby Main Library' },
      { id: 'fjallnas', name: 'Fjällnäs' },
      { id: 'bookmobile', name: 'Bookmobile' },
    ],
    categories,
    rules: { debtLimit: 30_000, guarantorBelowAge: 16, pinLength: { min: 4, max: 8 } },
    retention,
    cardPrefix: '21',
    towns: [
      { name: 'Norrby', postcode: '983' },
      { name: 'Fjällnäs', postcode: '984' },
      { name: 'Åträsk', postcode: '985' },
    ],
  },
  {
    id: 'south',
    name: 'Söderåsa Library',
    country: 'SE',
    currency: 'SEK',
    timeZone: 'Europe/Stockholm',
    branches: [
      { id: 'soderasa', name: 'Söderåsa Main Library' },
      { id: 'hamnen', name: 'Hamnen' },
    ],
    categories,
    rules: { debtLimit: 20_000, guarantorBelowAge: 15, pinLength: { min: 4, max: 6 } },
    retention,
    cardPrefix: '47',
    towns: [
      { name: 'Söderåsa', postcode: '273' },
      { name: 'Hamnö', postcode: '274' },
      { name: 'Österlövsta', postcode: '275' },
    ],
  },
];
