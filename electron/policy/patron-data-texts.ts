// What a patron data file says of the processing where the library's policy says nothing else. True of any library
// that runs this program, and no more than that.
import type { Information } from '../../shared/patron-data/document.ts';

export type InformationTexts = Omit<Information, 'language'>;

export const defaultTexts: Record<Information['language'], InformationTexts> = {
  en: {
    contact: 'Ask at the library’s desk.',
    dataProtectionOfficer:
      'The library has not entered a contact here. Ask at its desk for the data protection officer.',
    purposes: [
      'To lend books and other items, to keep reservations, and to remind of them.',
      'To settle what is owed for late, lost or damaged items.',
      'To send messages about the account, by the ways that the patron chose.',
      'To keep the record right and safe: who looks at it or changes it is written down.',
    ],
    recipients: [
      'Staff of this library who are signed in at its desks.',
      'Whoever runs the central server for the library, on its behalf.',
      'Services that deliver the library’s messages by e-mail, SMS or post.',
    ],
    retention: [
      'The record: for as long as the patron is registered here. It is deleted on request once nothing is on loan, reserved or owed.',
      'Loan history: only while the patron wants it kept.',
      'Lifted blocks, and the list of who looked at the record: until the dates beside them.',
      'Backups: until newer ones take their place.',
    ],
    rights: [
      'To have wrong data corrected, and incomplete data completed.',
      'To have data erased that the library no longer needs.',
      'To have processing restricted, and to object to it.',
      'To take a consent back at any time.',
      'To get the data in a form that other programs can read.',
    ],
    complaintAuthority:
      'The data protection authority of the country. In Sweden: Integritetsskyddsmyndigheten (IMY), www.imy.se.',
  },
  sv: {
    contact: 'Fråga i bibliotekets informationsdisk.',
    dataProtectionOfficer:
      'Biblioteket har inte angett någon kontakt här. Fråga i informationsdisken efter dataskyddsombudet.',
    purposes: [
      'För att låna ut böcker och annat, hålla reservationer och påminna om dem.',
      'För att reglera avgifter för sena, förlorade eller skadade exemplar.',
      'För att skicka meddelanden om kontot, på de sätt som låntagaren har valt.',
      'För att hålla uppgifterna riktiga och säkra: vem som ser eller ändrar dem antecknas.',
    ],
    recipients: [
      'Personal på det här biblioteket som är inloggad i dess diskar.',
      'Den som driver den centrala servern för bibliotekets räkning.',
      'Tjänster som levererar bibliotekets meddelanden med e-post, sms eller post.',
    ],
    retention: [
      'Uppgifterna om låntagaren: så länge låntagaren är registrerad här. De raderas på begäran när inget är utlånat, reserverat eller obetalt.',
      'Lånehistorik: bara så länge låntagaren vill att den sparas.',
      'Hävda spärrar, och listan över vem som sett uppgifterna: till de datum som står intill.',
      'Säkerhetskopior: tills nyare tar deras plats.',
    ],
    rights: [
      'Att få felaktiga uppgifter rättade och ofullständiga kompletterade.',
      'Att få uppgifter raderade som biblioteket inte längre behöver.',
      'Att få behandlingen begränsad, och att invända mot den.',
      'Att när som helst ta tillbaka ett samtycke.',
      'Att få uppgifterna i en form som andra program kan läsa.',
    ],
    complaintAuthority: 'Integritetsskyddsmyndigheten (IMY), www.imy.se.',
  },
};
