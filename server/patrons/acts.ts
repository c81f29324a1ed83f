// Acts on a patron: register, edit a section, set the PIN, block, unblock, delete.
import { pinProblem } from '../../shared/library.ts';
import { EMPTY_SECTIONS, SECTIONS, type FieldValues, type SectionId } from '../../shared/patrons/sections.ts';
import { precondition, type ActContext, type ActHandlers } from '../acts/handlers.ts';
import type { Audit, AuditEntry } from '../audit.ts';
import { at, granted, invalid, refused } from '../outcome.ts';
import { daysFrom } from '../ports.ts';
import { MOST_OF_A_KIND, type PatronRow } from './record.ts';
import type { Validity } from './validity.ts';
import type { AllSections, Parts, Writing } from './writing.ts';

export interface ActParts extends Parts {
  validity: Validity;
  writing: Writing;
  audit: Audit;
}

type Named = 'createPatron' | 'saveSection' | 'setPin' | 'block' | 'unblock' | 'deletePatron';

export function patronActs(parts: ActParts): Pick<ActHandlers, Named> {
  const { store, ports, records, libraries, feed, writing, validity, audit, attempts } = parts;
  const log = (context: ActContext, patron: { id: string }, kind: AuditEntry['kind'], detail = '') => {
    const { library, id } = context.asker.staff;
    audit.log({ library, patronId: patron.id, staff: id, kind, detail });
  };
  const find = (context: ActContext, patronId: string) => records.find(context.asker.staff.library, patronId);

  return {
    createPatron(context, _params, body) {
      const { library } = context.asker.staff;
      const id = body.id.toLowerCase();
      if (records.wasDeleted(library, id)) return refused('patron-gone');
      // Also where another library deleted its patron: the feed has one row for an id.
      const taken = store.row('SELECT 1 FROM patron WHERE id = ?', id) || records.isOfAnother(library, id);
      if (taken) return invalid([at('id', 'idTaken')]);
      const { branches, categories } = libraries.get(library);
      const places = { branch: branches[0]?.id ?? '', category: categories[0]?.id ?? '' };
      const standard: Record<SectionId, FieldValues> = { ...EMPTY_SECTIONS, library: places };
      const sections = Object.fromEntries(
        SECTIONS.map((section) => [section, { ...standard[section], ...body.sections[section] }]),
      ) as Record<SectionId, FieldValues>;
      const issues = validity.ofNewPatron(library, sections);
      if (issues.length > 0) return invalid(issues);
      const patron = writing.create(library, id, sections as unknown as AllSections);
      log(context, patron, 'created');
      return granted(records.whole(patron), records.tag(patron));
    },

    saveSection(context, { patronId, section }, { changes }) {
      const found = find(context, patronId);
      if (!found.ok) return found;
      const issues = validity.ofChanges(found.value, section, changes);
      if (issues.length > 0) return invalid(issues);
      const current = records.taggedValues(found.value, section);
      const fails = precondition(context.ifMatch, current.tag, current);
      if (fails) return fails;
      const fields = writing.changeSection(found.value, section, changes);
      if (fields.length > 0) log(context, found.value, 'changed', `${section}: ${fields.join(', ')}`);
      const saved = records.taggedValues(found.value, section);
      return granted(saved, saved.tag);
    },

    setPin(context, { patronId }, { pin }) {
      const found = find(context, patronId);
      if (!found.ok) return found;
      const { birthDate } = records.section(found.value, 'personal').values;
      const cards = records.section(found.value, 'card').values.cards.map(({ number }) => number);
      const { pinLength } = libraries.get(found.value.library).rules;
      const problem = pinProblem(pin, pinLength, birthDate, cards);
      if (problem) return invalid([at('pin', problem)]);
      if (context.secretHash === undefined) throw new Error('A PIN came without its hash.');
      writing.setPin(found.value, context.secretHash);
      log(context, found.value, 'pinSet');
      return granted({});
    },

    block(context, { patronId }, { id, comment }) {
      const found = find(context, patronId);
      if (!found.ok) return found;
      if (!comment.isWellFormed()) return invalid([at('comment', 'invalid')]);
      const taken = store.row('SELECT 1 FROM block WHERE id = ?', id.toLowerCase());
      if (taken) return invalid([at('id', 'idTaken')]);
      if (records.blocks(found.value).length >= MOST_OF_A_KIND) return invalid([at('id', 'tooMany')]);
      const block = {
        id: id.toLowerCase(),
        comment,
        blockedAt: context.actedAt,
        blockedBy: context.asker.staff.name,
      };
      store.run(
        'INSERT INTO block (id, patron, comment, blocked_at, blocked_by) VALUES (?, ?, ?, ?, ?)',
        block.id,
        found.value.number,
        block.comment,
        block.blockedAt,
        block.blockedBy,
      );
      log(context, found.value, 'blocked');
      feed.moved(found.value.number);
      return granted(block);
    },

    unblock(context, { patronId }, { blocks, comment }) {
      const found = find(context, patronId);
      if (!found.ok) return found;
      if (!comment.isWellFormed()) return invalid([at('comment', 'invalid')]);
      const named = new Set(blocks.map((id) => id.toLowerCase()));
      const lifted = records.blocks(found.value).flatMap(({ id }) => (named.has(id) ? [id] : []));
      if (lifted.length === 0) return refused('not-blocked');
      const keepUntil = daysFrom(ports.clock, libraries.get(found.value.library).retention.liftedBlocks);
      for (const id of lifted)
        store.run(
          'UPDATE block SET lifted_at = ?, lifted_by = ?, lift_comment = ?, keep_until = ? WHERE id = ?',
          context.actedAt,
          context.asker.staff.name,
          comment,
          keepUntil,
          id,
        );
      log(context, found.value, 'unblocked');
      feed.moved(found.value.number);
      return granted({ lifted });
    },

    deletePatron(context, { patronId }) {
      const found = find(context, patronId);
      if (!found.ok) return found;
      const patron: PatronRow = found.value;
      const obstacles = records.obstacles(patron);
      if (Object.values(obstacles).some((count) => count > 0)) return refused('not-deletable', { obstacles });
      const fails = precondition(context.ifMatch, records.tag(patron));
      if (fails) return fails;
      writing.remove(patron);
      attempts.forgetPatron(patron.id, refused('patron-gone'), refused('patron-gone', { applied: true }));
      log(context, patron, 'deleted');
      return granted({});
    },
  };
}
