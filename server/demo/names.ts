// Names as they stand at a library's desk: of many countries, with their own letters and marks.
import type { Faker } from '@faker-js/faker';
import { faker as arabic } from '@faker-js/faker/locale/ar';
import { faker as czech } from '@faker-js/faker/locale/cs_CZ';
import { faker as danish } from '@faker-js/faker/locale/da';
import { faker as german } from '@faker-js/faker/locale/de';
import { faker as greek } from '@faker-js/faker/locale/el';
import { faker as persian } from '@faker-js/faker/locale/fa';
import { faker as finnish } from '@faker-js/faker/locale/fi';
import { faker as hebrew } from '@faker-js/faker/locale/he';
import { faker as hungarian } from '@faker-js/faker/locale/hu';
import { faker as norwegian } from '@faker-js/faker/locale/nb_NO';
import { faker as polish } from '@faker-js/faker/locale/pl';
import { faker as swedish } from '@faker-js/faker/locale/sv';
import { faker as turkish } from '@faker-js/faker/locale/tr';
import { faker as ukrainian } from '@faker-js/faker/locale/uk';
import { faker as vietnamese } from '@faker-js/faker/locale/vi';
import type { Luck } from './luck.ts';

export interface Origin {
  language: string;
  faker: Faker;
  /** Of a hundred patrons. */
  share: number;
}

const origins: readonly Origin[] = [
  { language: 'sv', faker: swedish, share: 48 },
  { language: 'fi', faker: finnish, share: 7 },
  { language: 'ar', faker: arabic, share: 6 },
  { language: 'pl', faker: polish, share: 6 },
  { language: 'tr', faker: turkish, share: 5 },
  { language: 'de', faker: german, share: 4 },
  { language: 'uk', faker: ukrainian, share: 4 },
  { language: 'vi', faker: vietnamese, share: 4 },
  { language: 'fa', faker: persian, share: 3 },
  { language: 'el', faker: greek, share: 3 },
  { language: 'nb', faker: norwegian, share: 3 },
  { language: 'da', faker: danish, share: 2 },
  { language: 'cs', faker: czech, share: 2 },
  { language: 'hu', faker: hungarian, share: 2 },
  { language: 'he', faker: hebrew, share: 1 },
];

export interface PersonName {
  givenName: string;
  familyName: string;
  gender: 'female' | 'male' | 'other' | 'unspecified';
  /** Parity of a national ID's last but one digit. */
  sex: 'female' | 'male';
  language: string;
}

export class Names {
  readonly #luck: Luck;

  constructor(luck: Luck) {
    this.#luck = luck;
    origins.forEach(({ faker }) => faker.seed(luck.between(1, 2 ** 31)));
  }

  #origin(): Origin {
    let at = this.#luck.between(1, 100);
    return origins.find(({ share }) => (at -= share) <= 0) ?? { language: 'sv', faker: swedish, share: 0 };
  }

  /** `family`: of the same one. */
  person(family?: PersonName): PersonName {
    const origin = origins.find(({ language }) => language === family?.language) ?? this.#origin();
    const sex = this.#luck.pick(['female', 'male']);
    const name = () => origin.faker.person.firstName(sex);
    const second = this.#luck.chance(0.06) ? `-${name()}` : '';
    const ownFamily = () => origin.faker.person.lastName(sex);
    const double = this.#luck.chance(0.04) ? `-${ownFamily()}` : '';
    const gender = this.#luck.chance(0.03) ? this.#luck.pick(['other', 'unspecified']) : sex;
    return {
      givenName: name() + second,
      familyName: family?.familyName ?? ownFamily() + double,
      gender,
      sex,
      language: origin.language,
    };
  }

  company(): string {
    return swedish.company.name();
  }
}
