// The patron of this window as main last read them, and whether they still exist.
import { defineStore } from 'pinia';
import { ref, shallowRef } from 'vue';
import type { DeskError } from '../../shared/ipc/errors.ts';
import type { Patron } from '../../shared/patrons/patron.ts';
import type { SectionId, TaggedValues } from '../../shared/patrons/sections.ts';
import { ask, hear } from '../app/ask.ts';

export const usePatron = defineStore('patron', () => {
  const patron = shallowRef<Patron>();
  const readAt = ref<string>();
  /** Why the last reading failed. What was read before stays. */
  const failure = ref<DeskError>();
  /** `here`: deleted from this window; `elsewhere`: by another desk. */
  const gone = ref<'here' | 'elsewhere'>();
  /** While this window deletes the patron, news that they are gone is its own doing. */
  let deleting = false;
  let reading = 0;

  async function read(): Promise<void> {
    if (gone.value || deleting) return;
    const number = ++reading;
    const answer = await ask('patron.read', {});
    if (number !== reading || gone.value || deleting) return;
    if (answer.ok) {
      patron.value = answer.value;
      readAt.value = new Date().toISOString();
      failure.value = undefined;
    } else {
      failed(answer.error);
      if (!gone.value) failure.value = answer.error;
    }
  }

  /** Every error of a request about this patron passes here: it may be the news that the patron is gone. */
  function failed(error: DeskError): void {
    if (error.code === 'patronGone' && patron.value) gone.value ??= 'elsewhere';
  }

  /** Shows what was just saved without waiting for the next reading. */
  function sectionSaved(section: SectionId, saved: TaggedValues): void {
    if (!patron.value) return;
    const sections = { ...patron.value.sections, [section]: saved } as Patron['sections'];
    patron.value = { ...patron.value, sections };
  }

  /** Deletes the patron; then nothing of them is kept here. Answers the error, if there is one. */
  async function deletePatron(): Promise<DeskError | undefined> {
    if (!patron.value) return undefined;
    deleting = true;
    const answer = await ask('patron.delete', { tag: patron.value.tag });
    deleting = false;
    if (!answer.ok) {
      failed(answer.error);
      return answer.error;
    }
    gone.value = 'here';
    patron.value = undefined;
    failure.value = undefined;
    return undefined;
  }

  function start(): void {
    hear('patron.changed', ({ patronId }) => {
      if (!patron.value || patronId === patron.value.id) void read();
    });
    void read();
  }

  return { patron, readAt, failure, gone, read, failed, sectionSaved, deletePatron, start };
});
