// The section in edit: one at a time in a window. Keeps what is typed until it is saved or let go knowingly.
import { defineStore } from 'pinia';
import { computed, ref, watch, type ComputedRef } from 'vue';
import type { DeskError } from '../../../shared/ipc/errors.ts';
import {
  checkChanges,
  type FieldIssue,
  type FieldValues,
  type SectionId,
  type SectionValues,
  type TaggedValues,
} from '../../../shared/patrons/sections.ts';
import type { DeskAct } from '../../../shared/ipc/sync.ts';
import { ask } from '../../app/ask.ts';
import { issueWords } from '../../app/failure.ts';
import { useNotices } from '../../app/notices.ts';
import { plain } from '../../app/plain.ts';
import { useSession } from '../../app/session.ts';
import { useWords } from '../../app/words.ts';
import { usePatron } from '../patron.ts';
import { useUnsaved } from '../unsaved.ts';
import {
  changesOf,
  choiceOf,
  conflictsOf,
  hasOwnInput,
  rebased,
  startDraft,
  tidied,
  withoutEmptyRows,
  type Conflict,
  type Draft,
  type Merged,
  type Values,
} from './draft.ts';

const SAVED = { confirmed: 'saved', waiting: 'savedHere' } as const;

export const useEditing = defineStore('editing', () => {
  const { t } = useWords();
  const patron = usePatron();
  const session = useSession();
  const unsaved = useUnsaved();
  const notices = useNotices();

  const draft = ref<Draft>();
  const issues = ref<FieldIssue[]>([]);
  const failure = ref<DeskError>();
  const saving = ref(false);
  const conflicts = ref<Conflict[]>([]);
  const merged = ref<Merged[]>([]);
  /** Conflicting fields whose own value staff have confirmed. */
  const choseMine = ref<string[]>([]);
  /** The act in conflict that is decided on, if it is one. */
  const deciding = ref<string>();
  /** Save was pressed around a new PIN, which has a button of its own. */
  const pinIsLeft = ref(false);
  /** Counts attempts that were turned back, so that the form can lead the focus to what to mend. */
  const turnedBack = ref(0);

  const section = computed(() => draft.value?.section);
  const dirty = computed(() => draft.value !== undefined && Object.keys(changesOf(draft.value)).length > 0);
  const undecided = computed(() =>
    conflicts.value.filter(
      (conflict) =>
        choiceOf(conflict, draft.value?.values[conflict.field], choseMine.value.includes(conflict.field)) ===
        undefined,
    ),
  );

  watch(
    () => dirty.value || conflicts.value.length > 0,
    (holdsText) => unsaved.mark('section', holdsText),
  );
  // Signed in again: the form no longer needs to say that the session has ended.
  watch(
    () => session.status,
    (status) => {
      if (status === 'signedIn' && failure.value?.code === 'signedOut') failure.value = undefined;
    },
  );

  // While a section is being saved, none is opened or let go of: what became of it can still be told.
  async function open(wanted: SectionId): Promise<void> {
    if (saving.value) return;
    const stored = patron.patron?.sections[wanted];
    if (!stored || !(await unsaved.mayLeave())) return;
    close();
    draft.value = startDraft(wanted, stored);
  }

  /** Opens an edit that is in conflict, with what was typed and what the server holds now. */
  async function decide(act: DeskAct): Promise<void> {
    if (saving.value || !act.section || !act.conflict || !(await unsaved.mayLeave())) return;
    close();
    const { current, fields } = act.conflict;
    const started = startDraft(act.section, current);
    draft.value = { ...started, values: { ...started.values, ...plain(act.changes as Values) } };
    conflicts.value = fields;
    deciding.value = act.id;
  }

  async function cancel(): Promise<boolean> {
    const leave = !saving.value && (await unsaved.mayLeave());
    if (leave) close();
    return leave;
  }

  function close(): void {
    draft.value = undefined;
    deciding.value = undefined;
    conflicts.value = [];
    merged.value = [];
    choseMine.value = [];
    pinIsLeft.value = false;
    clearErrors();
  }

  /** Closes the section, unless it holds more: a new PIN, or what was typed while it was being saved. */
  function finish(): void {
    const more = dirty.value || unsaved.holds('pin') ? draft.value : undefined;
    close();
    draft.value = more;
    pinIsLeft.value = unsaved.holds('pin');
  }

  function clearErrors(): void {
    issues.value = [];
    failure.value = undefined;
  }

  async function save(): Promise<void> {
    if (!draft.value || saving.value || patron.gone) return;
    clearErrors();
    const changes = changesOf(draft.value);
    draft.value.values = withoutEmptyRows(draft.value.values);
    issues.value = checkChanges(draft.value.section, changes);
    if (issues.value.length > 0 || undecided.value.length > 0) {
      turnedBack.value++;
      return;
    }
    if (Object.keys(changes).length === 0 && !deciding.value) {
      finish();
      if (!pinIsLeft.value) notices.say(t('sections.unchanged'));
      return;
    }
    saving.value = true;
    const sent = draft.value;
    const sentValues = tidied(sent.values);
    const answer = deciding.value
      ? await ask('patron.decide', { act: deciding.value, changes: changes as FieldValues })
      : await ask('patron.saveSection', {
          section: sent.section,
          base: sent.base as TaggedValues,
          changes: changes as FieldValues,
        });
    if (answer.ok) await patron.read();
    saving.value = false;
    const isOpen = draft.value === sent;
    if (answer.ok) {
      sent.base.values = sentValues;
      if (isOpen) finish();
      const { saved } = answer.value;
      notices.done(() => t(`sections.${SAVED[saved]}`, { section: t(`sections.${sent.section}`) }));
    } else if (isOpen) turnBack(answer.error);
    else {
      // Let go of with its tab: nothing else tells.
      patron.failed(answer.error);
      if (answer.error.code !== 'patronGone') notices.failed(answer.error);
    }
  }

  function turnBack(error: DeskError): void {
    turnedBack.value++;
    patron.failed(error);
    if (error.code === 'invalid' && error.fields?.length) issues.value = error.fields;
    else if (error.code === 'conflict' && error.current && error.conflicts && draft.value) {
      const told = error.conflicts;
      // What was typed while it was being saved is compared here.
      const since = conflictsOf(draft.value, error.current).filter(
        ({ field }) => !told.some((one) => one.field === field),
      );
      const next = rebased(draft.value, error.current);
      draft.value = next.draft;
      merged.value = next.merged;
      conflicts.value = [...told, ...since];
      choseMine.value = [];
      deciding.value = error.act ?? deciding.value;
    } else if (error.code !== 'patronGone') failure.value = error;
  }

  function choose(conflict: Conflict, choice: 'mine' | 'theirs'): void {
    if (!draft.value) return;
    draft.value.values[conflict.field] = plain(conflict[choice]);
    const others = choseMine.value.filter((field) => field !== conflict.field);
    choseMine.value = choice === 'mine' ? [...others, conflict.field] : others;
  }

  /** The words of a field's issue, by its path such as `emails.1`. */
  function issue(path: string): string | undefined {
    const found = issues.value.find(
      ({ field }) => field === path || (path === 'guarantor' && field.startsWith('guarantor.')),
    );
    return found && wordsOf(found);
  }

  function wordsOf(found: FieldIssue): string {
    const code = found.field === 'birthDate' && found.code === 'invalid' ? 'notADate' : found.code;
    return issueWords({ ...found, code }, { age: session.library?.rules.guarantorBelowAge ?? 0 });
  }

  /** Issues that no input can show. */
  const strayIssues = computed(() =>
    issues.value.filter((one) => !draft.value || !hasOwnInput(one, draft.value.values)).map(wordsOf),
  );

  return {
    draft,
    section,
    issues,
    failure,
    saving,
    conflicts,
    merged,
    choseMine,
    pinIsLeft,
    turnedBack,
    dirty,
    undecided,
    strayIssues,
    open,
    decide,
    cancel,
    close,
    save,
    choose,
    issue,
  };
});

/** The typed values of the section that is open; forms write into them. */
export function useDraftValues<S extends SectionId>(section: S): ComputedRef<SectionValues<S>> {
  const editing = useEditing();
  // A form lives a moment longer than its draft: until it is taken away, it shows what it showed.
  let shown = {} as SectionValues<S>;
  return computed(() => {
    if (editing.draft?.section === section) shown = editing.draft.values as unknown as SectionValues<S>;
    return shown;
  });
}
