// The field that a scan falls into: what stood there before, whether somebody was typing in it, and how it's put back.

export interface FieldBefore {
  /** A text is being typed there: the scan is taken out again and only offered. */
  beingTyped: boolean;
  /** It is there to be filled by a scan, as the number of a new card; and it was empty. */
  takesScan: boolean;
  /** Puts it back as it was. */
  restore: () => void;
  /** Has this text in it. */
  fill: (text: string) => void;
}

const NO_FIELD: FieldBefore = {
  beingTyped: false,
  takesScan: false,
  restore: () => undefined,
  fill: () => undefined,
};

/**
 * Attribute `data-scan`: `opens` on a search, which nobody minds losing; `fills` on a field for a card's number; `types` on
 * a form whose password a badge may type, Enter and all, as long as none was wrong: five of them would lock the account.
 */
export function fieldBefore(target: EventTarget | null): FieldBefore {
  if (target instanceof HTMLSelectElement) return selectBefore(target);
  if (!isText(target)) return NO_FIELD;
  const { value, selectionStart, selectionEnd, dataset } = target;
  const set = (text: string) => {
    if (target.value === text) return;
    target.value = text;
    target.dispatchEvent(new Event('input', { bubbles: true }));
  };
  return {
    beingTyped: value.trim() !== '' && dataset['scan'] !== 'opens',
    takesScan: value === '' && dataset['scan'] === 'fills' && !target.readOnly,
    restore: () => {
      set(value);
      target.setSelectionRange(selectionStart, selectionEnd);
    },
    fill: set,
  };
}

/** A letter moves a select to the next choice that begins with it. */
function selectBefore(select: HTMLSelectElement): FieldBefore {
  const { value } = select;
  return {
    ...NO_FIELD,
    restore: () => {
      if (select.value === value) return;
      select.value = value;
      select.dispatchEvent(new Event('change', { bubbles: true }));
    },
  };
}

const TEXT_TYPES = ['text', 'search', 'password', 'tel', 'url'];

export function isText(target: EventTarget | null): target is HTMLInputElement | HTMLTextAreaElement {
  return (
    target instanceof HTMLTextAreaElement ||
    (target instanceof HTMLInputElement && TEXT_TYPES.includes(target.type))
  );
}
