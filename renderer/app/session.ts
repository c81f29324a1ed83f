// Mirrors main's session: who is signed in, at which library, with which permissions, and how the desk's copy and
// outbox stand with the server.
import { defineStore } from 'pinia';
import { computed, ref } from 'vue';
import { EVERYTHING, type Feature, type Reason } from '../../shared/capabilities.ts';
import type { SessionState } from '../../shared/ipc/contract.ts';
import type { DeskError } from '../../shared/ipc/errors.ts';
import type { StartTrouble, SyncState } from '../../shared/ipc/sync.ts';
import type { SectionId } from '../../shared/patrons/sections.ts';
import type { Permission } from '../../shared/permissions.ts';
import { ask, hear } from './ask.ts';
import { useLook } from './look.ts';

export interface Credentials {
  library: string;
  username: string;
  password: string;
}

export const useSession = defineStore('session', () => {
  const state = ref<SessionState>();
  const sync = ref<SyncState>();
  /** First start: staff have to say where the server is. */
  const choosesServer = ref(false);
  /** Why the desk's files could not be opened. */
  const trouble = ref<StartTrouble>();
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
  /** The server can be asked for what the copy doesn't hold, or what must not wait. */
  const withServer = computed(() => (present.value?.withLine ?? false) && (sync.value?.online ?? false));
  /** What the server can do; why it can't do the rest. */
  const capabilities = computed(() => present.value?.capabilities ?? EVERYTHING);
  const system = computed(() => capabilities.value.system);
  const whyNot = (feature: Feature): Reason | undefined => capabilities.value.missing[feature];
  /** Whether the server has a section at all, and a field of one. */
  const hasField = (section: SectionId, field: string) =>
    capabilities.value.fields[section]?.includes(field) ?? true;
  const hasSection = (section: SectionId) => capabilities.value.fields[section]?.length !== 0;
  const may = (permission: Permission) => present.value?.permissions.includes(permission) ?? false;

  async function start(): Promise<void> {
    hear('session.changed', (changed) => (state.value = changed));
    hear('sync.changed', (changed) => (sync.value = changed));
    await read();
  }

  async function read(): Promise<void> {
    const answer = await ask('session.state', {});
    failure.value = answer.ok ? undefined : answer.error;
    if (!answer.ok) return;
    useLook().take(answer.value.look);
    trouble.value = answer.value.started ? undefined : answer.value.trouble;
    if (!answer.value.started) return;
    state.value = answer.value.session;
    sync.value = answer.value.sync;
    choosesServer.value = answer.value.chooseServer;
  }

  /** Answers the error, if there is one. */
  async function chooseServer(address: string): Promise<DeskError | undefined> {
    const answer = await ask('session.chooseServer', { address });
    if (!answer.ok) return answer.error;
    choosesServer.value = false;
    return undefined;
  }

  /** Answers the error, if there is one. */
  async function signIn(credentials: Credentials, discard: boolean): Promise<DeskError | undefined> {
    const answer = await ask('session.signIn', { ...credentials, discard });
    return answer.ok ? undefined : answer.error;
  }

  /** Answers the error, if there is one; else this page makes way for a new one. */
  async function signOut(discard: boolean): Promise<DeskError | undefined> {
    const answer = await ask('session.signOut', { discard });
    return answer.ok ? undefined : answer.error;
  }

  return {
    state,
    status,
    sync,
    trouble,
    withServer,
    failure,
    library,
    staff,
    lastLibrary,
    capabilities,
    system,
    whyNot,
    hasField,
    hasSection,
    may,
    choosesServer,
    start,
    read,
    chooseServer,
    signIn,
    signOut,
  };
});
