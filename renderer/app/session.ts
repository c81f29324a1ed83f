// Mirrors main's session: who is signed in, at which library, with which permissions, and whether the server answers.
import { defineStore } from 'pinia';
import { computed, ref } from 'vue';
import type { Connection, SessionState } from '../../shared/ipc/contract.ts';
import type { DeskError } from '../../shared/ipc/errors.ts';
import type { Permission } from '../../shared/permissions.ts';
import { ask, hear } from './ask.ts';

export interface Credentials {
  library: string;
  username: string;
  password: string;
}

export const useSession = defineStore('session', () => {
  const state = ref<SessionState>();
  const connection = ref<Connection>();
  const failure = ref<DeskError>();

  const present = computed(() =>
    state.value && state.value.status !== 'signedOut' ? state.value : undefined,
  );
  const status = computed(() => state.value?.status);
  const library = computed(() => present.value?.library);
  const staff = computed(() => present.value?.staff);
  const lastLibrary = computed(() =>
    state.value?.status === 'signedOut' ? state.value.lastLibrary : (library.value?.id ?? null),
  );
  const may = (permission: Permission) => present.value?.permissions.includes(permission) ?? false;

  async function start(): Promise<void> {
    hear('session.changed', (changed) => (state.value = changed));
    hear('connection.changed', (changed) => (connection.value = changed));
    await read();
  }

  async function read(): Promise<void> {
    const answer = await ask('session.state', {});
    failure.value = answer.ok ? undefined : answer.error;
    if (!answer.ok) return;
    state.value = answer.value.session;
    connection.value = answer.value.connection;
  }

  /** Answers the error, if there is one. */
  async function signIn(credentials: Credentials): Promise<DeskError | undefined> {
    const answer = await ask('session.signIn', credentials);
    if (!answer.ok) return answer.error;
    state.value = answer.value;
    return undefined;
  }

  async function signOut(discard: boolean): Promise<DeskError | undefined> {
    const answer = await ask('session.signOut', { discard });
    if (!answer.ok) return answer.error;
    state.value = answer.value;
    return undefined;
  }

  return {
    state,
    status,
    connection,
    failure,
    library,
    staff,
    lastLibrary,
    may,
    start,
    read,
    signIn,
    signOut,
  };
});
