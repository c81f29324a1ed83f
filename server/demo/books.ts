// Titles and authors that nobody wrote.
import type { Luck } from './luck.ts';

const firsts = [
  'The Quiet',
  'A Winter',
  'Letters from the',
  'Beneath the',
  'The Last',
  'My Grandmother’s',
  'Seven',
  'Against the',
  'The Blue',
  'Notes on a',
  'Return to the',
  'An Unlikely',
] as const;
const seconds = [
  'Harbour',
  'Orchard',
  'Lighthouse',
  'Beekeepers',
  'Railway',
  'Archive',
  'Glacier',
  'Neighbours',
  'Atlas',
  'Violin',
  'Border',
  'Kitchen',
  'Meadow',
  'Clockmaker',
  'Ferry',
] as const;
const thirds = [
  '',
  '',
  '',
  ': A Novel',
  ' in Winter',
  ' and Other Stories',
  ', volume 2',
  ': En berättelse',
] as const;
const authors = [
  'Lind, Åsa',
  'Øster, Jens',
  'Kowalczyk, Zofia',
  'Yıldız, Çağla',
  'Nguyễn, Thảo',
  'Παππά, Ελένη',
  'Шевчук, Олена',
  'حداد, ليلى',
  'Virtanen, Päivi',
  'Grønn, Silje',
  'O’Dea, Niamh',
  'Szűcs, Márta',
] as const;

export interface Book {
  title: string;
  author: string;
  itemBarcode: string;
}

export function book(luck: Luck): Book {
  return {
    title: `${luck.pick(firsts)} ${luck.pick(seconds)}${luck.pick(thirds)}`,
    author: luck.pick(authors),
    itemBarcode: `3${String(luck.between(0, 9_999_999_999_999)).padStart(13, '0')}`,
  };
}
