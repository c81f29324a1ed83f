// Every act, in the order of the gallery's index.
import { account, downloads } from './account.ts';
import { atKoha } from './at-koha.ts';
import { editing } from './editing.ts';
import { filling, unattended } from './filling.ts';
import { offline } from './offline.ts';
import { scanned, standing, tabs } from './patron.ts';
import { searching, servers } from './searching.ts';
import { signIn } from './sign-in.ts';
import type { Act } from './stage.ts';
import { trouble } from './trouble.ts';

export const ACTS: readonly Act[] = [
  signIn,
  searching,
  servers,
  tabs,
  standing,
  scanned,
  editing,
  account,
  downloads,
  offline,
  filling,
  unattended,
  trouble,
  atKoha,
];
