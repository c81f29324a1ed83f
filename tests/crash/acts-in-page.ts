// What a member of staff does in a patron's window, quickly, until the program is killed: runs in the page, and says over
// its console what it pressed and what it was told.
export type PressedKind = 'saveSection' | 'block' | 'unblock';

/** What the page says: before it asks, and once it's told. */
export type Heard =
  | { said: 'pressed'; word: string; kind: PressedKind; staff: string }
  | { said: 'told'; word: string; ok: boolean; code: string | undefined };

export const MARK = 'CRASH ';

export interface WorkOrder {
  /** Stands in each act's words: no two acts have the same. */
  life: string;
  staff: string;
  kinds: PressedKind[];
  pauseMs: number;
}

/** Self-contained: its text is sent to the page. */
export async function workInPage({ life, staff, kinds, pauseMs }: WorkOrder): Promise<void> {
  const { patron: desk } = window.circdesk;
  const say = (heard: Heard) => console.log(`CRASH ${JSON.stringify(heard)}`);
  const pressed = async (
    kind: PressedKind,
    word: string,
    ask: () => Promise<{ ok: true } | { ok: false; error: { code: string } }>,
  ) => {
    say({ said: 'pressed', word, kind, staff });
    const result = await ask();
    say({ said: 'told', word, ok: result.ok, code: result.ok ? undefined : result.error.code });
  };
  for (let n = 0; ; n++) {
    const read = await desk.read({ fresh: false });
    if (!read.ok) return;
    const { blocks, sections } = read.value.patron;
    const word = `${life}-${n}`;
    const wanted = kinds[Math.floor(Math.random() * kinds.length)];
    if (wanted === 'unblock' && blocks.length > 0)
      await pressed('unblock', word, () =>
        desk.unblock({ blocks: blocks.slice(0, 100).map(({ id }) => id), comment: word }),
      );
    else if (wanted === 'block') await pressed('block', word, () => desk.block({ comment: word }));
    else
      await pressed('saveSection', word, () =>
        desk.saveSection({ section: 'note', base: sections.note, changes: { staffNote: word } }),
      );
    await new Promise((resolve) => setTimeout(resolve, Math.random() * pauseMs));
  }
}
