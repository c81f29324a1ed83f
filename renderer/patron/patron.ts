// The patron of this window as main last read them, and whether they still exist.
import { defineStore } from 'pinia';
import { ref, shallowRef } from 'vue';
import type { DeskError } from '../../shared/ipc/errors.ts';
import type { DeskAct } from '../../shared/ipc/sync.ts';
import { isSomebodyElse, registeredAs, type Patron } from '../../shared/patrons/patron.ts';
import { ask, hear } from '../app/ask.ts';
import { whenBack } from '../app/when-back.ts';

export const usePatron = defineStore('patron', () => {
  const patron = shallowRef<Patron>();
  /** Acts of this desk on the patron that the server has not confirmed, or that need a decision. */
  const acts = shallowRef<readonly DeskAct[]>([]);
  /** When the record was the server's. */
  const readAt = ref<string>();
  /** Why the last reading failed. What was read before stays. */
  const failure = ref<DeskError>();
  /** `here`: deleted from this window; `elsewhere`: by another desk. */
  const gone = ref<'here' | 'elsewhere'>();
  /** While this window deletes the patron, news that they are gone is its own doing. */
  let deleting = false;
  let reading = 0;
  let lastRead = Promise.resolve();

  /** `fresh`: with what the server knows now, as far as it can be asked. One that is overtaken waits for the later. */
  function read(fresh = false): Promise<void> {
    return (lastRead = readOnce(fresh));
  }

  async function readOnce(fresh: boolean): Promise<void> {
    if (gone.value || deleting) return;
    const number = ++reading;
    const answer = await ask('patron.read', { fresh });
    if (number !== reading) return lastRead;
    if (gone.value || deleting) return;
    if (answer.ok) {
      const { patron: now } = answer.value;
      // What is typed here was meant for whom the window showed: it is not saved to somebody else.
      if (patron.value && isSomebodyElse(registeredAs(patron.value), registeredAs(now))) {
        gone.value = 'elsewhere';
        return;
      }
      patron.value = now;
      acts.value = answer.value.acts;
      readAt.value = answer.value.asOf ?? new Date().toISOString();
      failure.value = undefined;
    } else {
      failed(answer.error);
      if (!gone.value) failure.value = answer.error;
    }
  }

  whenBack(() => {
    if (failure.value) void read();
  });

  /** Every error of a request about this patron passes here: it may be the news that the patron is gone. */
  function failed(error: DeskError): void {
    if (error.code === 'patronGone' && patron.value) gone.value ??= 'elsewhere';
  }

  /** Deletes the patron as they were at `tag`; then nothing of them is kept here. Answers the error, if there is one. */
  async function deletePatron(tag: string): Promise<DeskError | undefined> {
    if (!patron.value) return undefined;
    deleting = true;
    const answer = await ask('patron.delete', { tag });
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
    hear('patron.changed', () => void read());
    void read(true);
  }

  return { patron, acts, readAt, failure, gone, read, failed, deletePatron, start };
});
