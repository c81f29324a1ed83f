// The database's shape, in numbered steps. Each step runs once, in a transaction of its own; a step that was
// released is never changed, only followed by another.

export interface Migration {
  version: number;
  name: string;
  sql: string;
}

const network = `
-- Which history this database is in, and the position of its newest change.
CREATE TABLE history (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  epoch TEXT NOT NULL,
  head INTEGER NOT NULL,
  is_backup INTEGER NOT NULL
) STRICT;
CREATE TABLE backup (head INTEGER NOT NULL, made_at TEXT NOT NULL) STRICT;
CREATE TABLE setting (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;

-- floor: deletions up to this position are forgotten.
CREATE TABLE library (
  number INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  country TEXT NOT NULL,
  currency TEXT NOT NULL,
  time_zone TEXT NOT NULL,
  rules TEXT NOT NULL,
  retention TEXT NOT NULL,
  floor INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE TABLE branch (
  library TEXT NOT NULL REFERENCES library (id), id TEXT NOT NULL, name TEXT NOT NULL, PRIMARY KEY (library, id)
) STRICT, WITHOUT ROWID;
CREATE TABLE category (
  library TEXT NOT NULL REFERENCES library (id), id TEXT NOT NULL, name TEXT NOT NULL, PRIMARY KEY (library, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE staff (
  id TEXT PRIMARY KEY,
  library TEXT NOT NULL REFERENCES library (id),
  username TEXT NOT NULL,
  name TEXT NOT NULL,
  password TEXT NOT NULL,
  locked INTEGER NOT NULL DEFAULT 0,
  UNIQUE (library, username)
) STRICT, WITHOUT ROWID;
CREATE TABLE staff_permission (
  staff TEXT NOT NULL REFERENCES staff (id), permission TEXT NOT NULL, PRIMARY KEY (staff, permission)
) STRICT, WITHOUT ROWID;
-- Tokens are kept as hashes only. Moments here are milliseconds since 1970.
CREATE TABLE session (
  id TEXT PRIMARY KEY,
  staff TEXT NOT NULL REFERENCES staff (id),
  desk TEXT NOT NULL,
  started_at INTEGER NOT NULL,
  ends_at INTEGER NOT NULL,
  ended INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;
CREATE INDEX session_of_staff ON session (staff, desk);
CREATE TABLE token (
  hash TEXT PRIMARY KEY,
  session TEXT NOT NULL REFERENCES session (id) ON DELETE CASCADE,
  kind TEXT NOT NULL CHECK (kind IN ('access', 'refresh')),
  expires_at INTEGER NOT NULL,
  used INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;
CREATE INDEX token_of_session ON token (session);
CREATE TABLE push_grant (
  hash TEXT PRIMARY KEY,
  staff TEXT NOT NULL REFERENCES staff (id),
  desk TEXT NOT NULL,
  expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE push_grant_act (
  push_grant TEXT NOT NULL REFERENCES push_grant (hash) ON DELETE CASCADE,
  act TEXT NOT NULL,
  PRIMARY KEY (push_grant, act)
) STRICT, WITHOUT ROWID;
CREATE TABLE failed_sign_in (
  who TEXT NOT NULL,
  place TEXT NOT NULL,
  failures INTEGER NOT NULL,
  last_at INTEGER NOT NULL,
  locked_until INTEGER NOT NULL,
  PRIMARY KEY (who, place)
) STRICT, WITHOUT ROWID;

-- A person may have an account at several libraries.
CREATE TABLE person (id TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;
CREATE TABLE patron (
  number INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  library TEXT NOT NULL REFERENCES library (id),
  person TEXT NOT NULL REFERENCES person (id),
  version INTEGER NOT NULL,
  epoch TEXT NOT NULL,
  age_group TEXT NOT NULL,
  guarantor INTEGER REFERENCES patron (number),
  pin TEXT,
  created_at TEXT NOT NULL,
  changed_at TEXT NOT NULL
) STRICT;
CREATE INDEX patron_of_library ON patron (library, id);
CREATE INDEX patron_of_person ON patron (person);
CREATE INDEX patron_of_guarantor ON patron (guarantor) WHERE guarantor IS NOT NULL;
CREATE TABLE patron_section (
  patron INTEGER NOT NULL REFERENCES patron (number) ON DELETE CASCADE,
  section TEXT NOT NULL,
  field_values TEXT NOT NULL,
  version INTEGER NOT NULL,
  epoch TEXT NOT NULL,
  PRIMARY KEY (patron, section)
) STRICT, WITHOUT ROWID;
CREATE TABLE card (
  library TEXT NOT NULL REFERENCES library (id),
  number TEXT NOT NULL,
  patron INTEGER NOT NULL REFERENCES patron (number) ON DELETE CASCADE,
  PRIMARY KEY (library, number)
) STRICT, WITHOUT ROWID;
CREATE INDEX card_of_patron ON card (patron);

CREATE TABLE block (
  id TEXT PRIMARY KEY,
  patron INTEGER NOT NULL REFERENCES patron (number) ON DELETE CASCADE,
  comment TEXT NOT NULL,
  blocked_at TEXT NOT NULL,
  blocked_by TEXT NOT NULL,
  lifted_at TEXT,
  lifted_by TEXT,
  lift_comment TEXT,
  keep_until TEXT
) STRICT, WITHOUT ROWID;
CREATE INDEX block_of_patron ON block (patron);
CREATE TABLE loan (
  id TEXT PRIMARY KEY,
  patron INTEGER NOT NULL REFERENCES patron (number) ON DELETE CASCADE,
  title TEXT NOT NULL,
  author TEXT NOT NULL,
  item_barcode TEXT NOT NULL,
  branch TEXT NOT NULL,
  loaned_at TEXT NOT NULL,
  due_at TEXT NOT NULL,
  renewals INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX loan_of_patron ON loan (patron);
CREATE TABLE past_loan (
  patron INTEGER NOT NULL REFERENCES patron (number) ON DELETE CASCADE,
  title TEXT NOT NULL,
  author TEXT NOT NULL,
  loaned_at TEXT NOT NULL,
  returned_at TEXT NOT NULL
) STRICT;
CREATE INDEX past_loan_of_patron ON past_loan (patron);
CREATE TABLE reservation (
  id TEXT PRIMARY KEY,
  patron INTEGER NOT NULL REFERENCES patron (number) ON DELETE CASCADE,
  title TEXT NOT NULL,
  author TEXT NOT NULL,
  pickup_branch TEXT NOT NULL,
  placed_at TEXT NOT NULL,
  state TEXT NOT NULL,
  queue_position INTEGER,
  kept_until TEXT
) STRICT, WITHOUT ROWID;
CREATE INDEX reservation_of_patron ON reservation (patron);
CREATE TABLE debt (
  id TEXT PRIMARY KEY,
  patron INTEGER NOT NULL REFERENCES patron (number) ON DELETE CASCADE,
  kind TEXT NOT NULL,
  description TEXT NOT NULL,
  amount INTEGER NOT NULL,
  created_at TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX debt_of_patron ON debt (patron);
CREATE TABLE payment (
  patron INTEGER NOT NULL REFERENCES patron (number) ON DELETE CASCADE,
  paid_at TEXT NOT NULL,
  amount INTEGER NOT NULL,
  description TEXT NOT NULL
) STRICT;
CREATE INDEX payment_of_patron ON payment (patron);
CREATE TABLE notification (
  id TEXT PRIMARY KEY,
  patron INTEGER NOT NULL REFERENCES patron (number) ON DELETE CASCADE,
  kind TEXT NOT NULL,
  channel TEXT NOT NULL,
  recipient TEXT NOT NULL,
  subject TEXT NOT NULL,
  sent_at TEXT NOT NULL,
  state TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX notification_of_patron ON notification (patron);
CREATE TABLE agreement (
  id TEXT PRIMARY KEY,
  patron INTEGER NOT NULL REFERENCES patron (number) ON DELETE CASCADE,
  kind TEXT NOT NULL,
  version TEXT NOT NULL,
  accepted_at TEXT NOT NULL,
  withdrawn_at TEXT
) STRICT, WITHOUT ROWID;
CREATE INDEX agreement_of_patron ON agreement (patron);
CREATE TABLE source (
  patron INTEGER NOT NULL REFERENCES patron (number) ON DELETE CASCADE,
  what TEXT NOT NULL,
  came_from TEXT NOT NULL,
  on_day TEXT NOT NULL
) STRICT;
CREATE INDEX source_of_patron ON source (patron);

-- The search index. Its words are folded; the first of them says which library's patron it is.
CREATE TABLE patron_search (
  number INTEGER PRIMARY KEY REFERENCES patron (number),
  library INTEGER NOT NULL,
  family TEXT NOT NULL,
  given TEXT NOT NULL,
  id TEXT NOT NULL,
  words TEXT NOT NULL
) STRICT;
CREATE INDEX patron_in_order ON patron_search (library, family, given, id);
CREATE VIRTUAL TABLE patron_words USING fts5 (
  words, content = 'patron_search', content_rowid = 'number', detail = none, prefix = '1 2 3 4',
  tokenize = 'unicode61 remove_diacritics 0'
);
INSERT INTO patron_words (patron_words, rank) VALUES ('secure-delete', 1);

-- One row a patron, at its newest position: the feed costs as much as there are changed patrons.
CREATE TABLE change (
  patron_id TEXT PRIMARY KEY,
  library TEXT NOT NULL,
  position INTEGER NOT NULL UNIQUE,
  deleted_at TEXT
) STRICT, WITHOUT ROWID;
CREATE INDEX change_of_library ON change (library, position);

-- Every attempt at an act, by its key, with the answer that a repeat gets. outcome says how it is answered again.
CREATE TABLE attempt (
  key TEXT PRIMARY KEY,
  act TEXT NOT NULL,
  staff TEXT NOT NULL,
  endpoint TEXT NOT NULL,
  patron_id TEXT,
  fingerprint TEXT NOT NULL,
  status INTEGER NOT NULL,
  body TEXT,
  etag TEXT,
  answered_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX attempt_of_patron ON attempt (patron_id);
CREATE INDEX attempt_by_age ON attempt (answered_at);
-- One act has one effect: the attempt that had it.
CREATE TABLE applied_act (act TEXT PRIMARY KEY, key TEXT NOT NULL REFERENCES attempt (key)) STRICT, WITHOUT ROWID;

CREATE TABLE audit (
  id TEXT PRIMARY KEY,
  library TEXT NOT NULL,
  patron_id TEXT NOT NULL,
  staff TEXT NOT NULL,
  kind TEXT NOT NULL,
  at TEXT NOT NULL,
  detail TEXT NOT NULL,
  keep_until TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX audit_of_patron ON audit (library, patron_id, at);
CREATE INDEX audit_by_end ON audit (keep_until);
CREATE TRIGGER audit_never_changes BEFORE UPDATE ON audit
BEGIN
  SELECT raise(ABORT, 'the audit log is append-only');
END;
CREATE TRIGGER audit_goes_when_expired BEFORE DELETE ON audit
WHEN old.keep_until >= coalesce((SELECT value FROM setting WHERE name = 'expired_before'), '')
BEGIN
  SELECT raise(ABORT, 'the audit log is append-only');
END;
`;

const revokedDesks = `
CREATE TABLE revoked_desk (desk TEXT PRIMARY KEY, revoked_at TEXT NOT NULL) STRICT, WITHOUT ROWID;
`;

const doneActs = `
-- Acts that had their effect and whose answers are forgotten: an id that names nobody, kept for ever.
CREATE TABLE done_act (act TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;
`;

/** A patron's long lists in their order, so that each page of an export costs the same. */
const longLists = `
CREATE INDEX past_loan_in_order ON past_loan (patron, returned_at);
DROP INDEX past_loan_of_patron;
CREATE INDEX payment_in_order ON payment (patron, paid_at);
DROP INDEX payment_of_patron;
CREATE INDEX notification_in_order ON notification (patron, sent_at);
DROP INDEX notification_of_patron;
`;

/** The word of a library was one that names could be, and that other words began like: `libraryno1`. */
const libraryWords = `
UPDATE patron_search SET words = char(0xe000) || substr(words, length('libraryno') + 1);
INSERT INTO patron_words (patron_words) VALUES ('rebuild');
`;

/** Long lists in Swedish: å, ä and ö after z. */
const swedishOrder = `
ALTER TABLE patron_search ADD COLUMN swedish TEXT NOT NULL DEFAULT '';
UPDATE patron_search SET swedish = swedish_place(
  (SELECT field_values ->> 'familyName' FROM patron_section WHERE patron = number AND section = 'personal'),
  (SELECT field_values ->> 'givenName' FROM patron_section WHERE patron = number AND section = 'personal'),
  id
);
CREATE INDEX patron_in_swedish_order ON patron_search (library, swedish);
`;

/** Whom stored answers name as guarantor, so that a deletion reads no others. */
const guarantorsInAnswers = `
CREATE INDEX attempt_of_guarantor ON attempt (coalesce(
  body ->> '$.value.values.guarantor.patronId',
  body ->> '$.current.values.guarantor.patronId',
  body ->> '$.value.sections.guarantor.values.guarantor.patronId'
)) WHERE coalesce(
  body ->> '$.value.values.guarantor.patronId',
  body ->> '$.current.values.guarantor.patronId',
  body ->> '$.value.sections.guarantor.values.guarantor.patronId'
) IS NOT NULL;
`;

const signInLog = `
CREATE TABLE sign_in_event (
  number INTEGER PRIMARY KEY,
  at TEXT NOT NULL,
  staff TEXT NOT NULL,
  desk TEXT NOT NULL,
  event TEXT NOT NULL,
  keep_until TEXT NOT NULL
) STRICT;
CREATE INDEX sign_in_event_by_end ON sign_in_event (keep_until);
CREATE TRIGGER sign_in_event_never_changes BEFORE UPDATE ON sign_in_event
BEGIN
  SELECT raise(ABORT, 'the log of sign-ins is append-only');
END;
CREATE TRIGGER sign_in_event_goes_when_expired BEFORE DELETE ON sign_in_event
WHEN old.keep_until >= coalesce((SELECT value FROM setting WHERE name = 'expired_before'), '')
BEGIN
  SELECT raise(ABORT, 'the log of sign-ins is append-only');
END;
`;

/** SQLite looks here for each answer that is forgotten; without it, at every act that was ever done. */
const answersForgotten = `
CREATE INDEX applied_act_by_key ON applied_act (key);
`;

/** Of databases from before it, former epochs are unknown: as if there had been none. */
const lineage = `
-- The epochs that this database has been in, each with the head where it began and what desks already relied on then.
CREATE TABLE lineage (
  number INTEGER PRIMARY KEY, epoch TEXT NOT NULL, began_at INTEGER NOT NULL, durable INTEGER NOT NULL
) STRICT;
INSERT INTO lineage (epoch, began_at, durable) SELECT epoch, 0, 0 FROM history;
`;

/** Grants from before it are for nothing: what waits by them goes out when its author signs in. */
const grantsAbout = `
ALTER TABLE push_grant_act ADD COLUMN patron TEXT NOT NULL DEFAULT '';
ALTER TABLE push_grant_act ADD COLUMN section TEXT NOT NULL DEFAULT '';
`;

/**
 * INSERT OR REPLACE asks the triggers against deletion only where a connection says so; these, always. A number that SQLite
 * is still to give is -1 here.
 */
const notReplaced = `
CREATE TRIGGER audit_is_not_replaced BEFORE INSERT ON audit
WHEN EXISTS (SELECT 1 FROM audit WHERE id = new.id)
BEGIN
  SELECT raise(IGNORE);
END;
CREATE TRIGGER sign_in_event_is_not_replaced BEFORE INSERT ON sign_in_event
WHEN new.number <> -1 AND EXISTS (SELECT 1 FROM sign_in_event WHERE number = new.number)
BEGIN
  SELECT raise(IGNORE);
END;
`;

/** Grants from before it end with no session: they last for a season at most. */
const grantsOfSessions = `
ALTER TABLE push_grant ADD COLUMN session TEXT REFERENCES session (id) ON DELETE CASCADE;
CREATE INDEX push_grant_of_session ON push_grant (session);
`;

/** What was lent stands with loans alone; a fingerprint would tell whoever guesses at it. */
const itemsOfLoans = `
UPDATE attempt SET fingerprint = iif(endpoint = 'lend', '', fingerprint),
  body = json_replace(body, '$.value.title', '', '$.value.author', '', '$.value.itemBarcode', '')
WHERE endpoint IN ('lend', 'renew');
`;

export const migrations: readonly Migration[] = [
  { version: 1, name: 'the network', sql: network },
  { version: 2, name: 'revoked desks', sql: revokedDesks },
  { version: 3, name: 'acts that were done long ago', sql: doneActs },
  { version: 4, name: 'long lists in their order', sql: longLists },
  { version: 5, name: 'words of libraries that nobody can type', sql: libraryWords },
  { version: 6, name: 'a Swedish order of lists', sql: swedishOrder },
  { version: 7, name: 'guarantors in stored answers', sql: guarantorsInAnswers },
  { version: 8, name: 'the log of sign-ins', sql: signInLog },
  { version: 9, name: 'answers that are forgotten', sql: answersForgotten },
  { version: 10, name: 'the lineage of the history', sql: lineage },
  { version: 11, name: 'what the acts of grants are about', sql: grantsAbout },
  { version: 12, name: 'logs whose rows are not replaced', sql: notReplaced },
  { version: 13, name: 'which session grants are of', sql: grantsOfSessions },
  { version: 14, name: 'what was lent stands with loans alone', sql: itemsOfLoans },
];
