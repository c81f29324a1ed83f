// The choices of the selects: languages and countries by their names, sorted as people look for them.
import type { Channel } from '../../../shared/patrons/sections.ts';
import { CHANNELS, GENDERS, type CARD_STATES } from '../../../shared/patrons/sections.ts';
import { localeOf } from '../../app/languages.ts';
import { i18n, useWords } from '../../app/words.ts';
import { compareIn } from '../../design/collator.ts';

export interface Choice<V extends string = string> {
  value: V;
  label: string;
}

/** Languages that patrons of libraries are commonly written to in; one beyond these is added where it is stored. */
const LANGUAGES =
  'am ar bg bs ca cs cy da de el en es et eu fa fi fr ga gl he hi hr hu hy id is it ja ka ko ku lb lt lv mk mt nb nl nn no pl ps pt ro ru se sk sl so sq sr sv ta th ti tl tr uk ur vi yi zh';

/** ISO 3166-1 alpha-2. */
const COUNTRIES =
  'AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ ' +
  'CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR ' +
  'GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP ' +
  'KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT ' +
  'MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW ' +
  'SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ ' +
  'UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW';

const locale = () => localeOf(i18n.global.locale.value);

/** For a patron who has chosen none, as servers of others know it. */
export const NO_LANGUAGE = 'und';

export function languageName(code: string): string {
  if (code === NO_LANGUAGE) return useWords().t('values.noLanguage');
  const names = new Intl.DisplayNames(locale(), { type: 'language' });
  try {
    return names.of(code) ?? code;
  } catch {
    // What is no language's code, though it may look like one: as it is stored, rather than a section that stays empty.
    return code;
  }
}

export function countryName(code: string): string {
  if (!/^[A-Z]{2}$/.test(code)) return code;
  return new Intl.DisplayNames(locale(), { type: 'region' }).of(code) ?? code;
}

function sorted(codes: string[], name: (code: string) => string): Choice[] {
  const compare = compareIn(locale());
  return codes.map((value) => ({ value, label: name(value) })).sort((a, b) => compare(a.label, b.label));
}

/** `mayBeNone`: the server knows patrons who have chosen none. */
export function languageChoices(stored: string, mayBeNone = false): Choice[] {
  const further = [...(stored ? [stored] : []), ...(mayBeNone ? [NO_LANGUAGE] : [])];
  const codes = new Set([...LANGUAGES.split(' '), ...further]);
  return sorted([...codes], languageName);
}

/** This library's country first: most patrons live there. A stored text that is no country's stays choosable. */
export function countryChoices(home: string | undefined, stored = ''): Choice[] {
  const { t } = useWords();
  const others = COUNTRIES.split(' ').filter((code) => code !== home);
  return [
    { value: '', label: t('edit.noCountry') },
    ...(/^([A-Z]{2})?$/.test(stored) ? [] : [{ value: stored, label: stored }]),
    ...(home ? [{ value: home, label: countryName(home) }] : []),
    ...sorted(others, countryName),
  ];
}

export function channelChoices(): Choice<Channel>[] {
  const { t } = useWords();
  return CHANNELS.map((value) => ({ value, label: t(`values.channel.${value}`) }));
}

export function genderChoices(): Choice<(typeof GENDERS)[number]>[] {
  const { t } = useWords();
  return GENDERS.map((value) => ({ value, label: t(`values.gender.${value}`) }));
}

/** Those that the server knows. */
export function cardStateChoices(
  states: readonly (typeof CARD_STATES)[number][],
): Choice<(typeof CARD_STATES)[number]>[] {
  const { t } = useWords();
  return states.map((value) => ({ value, label: t(`values.cardState.${value}`) }));
}

/** Branches or categories; a stored one that no longer exists stays choosable until another is chosen. */
export function namedChoices(named: readonly { id: string; name: string }[], stored: string): Choice[] {
  const choices = named.map(({ id, name }) => ({ value: id, label: name }));
  return stored === '' || named.some(({ id }) => id === stored)
    ? choices
    : [{ value: stored, label: stored }, ...choices];
}
