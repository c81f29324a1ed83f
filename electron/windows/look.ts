// How the windows look to whoever works here, and whether they are hidden: one answer for all of them.
import type { Choices, DeskRules, Preferences } from '../../shared/ipc/desk.ts';
import type { Settings } from '../support/settings.ts';
import type { Windows } from './windows.ts';

export class Look {
  readonly rules: DeskRules;
  readonly #first: Preferences;
  readonly #settings: Settings;
  readonly #windows: Windows;
  #hidden = false;

  /** `first`: what policy gives until staff choose. */
  constructor(first: Preferences, rules: DeskRules, settings: Settings, windows: Windows) {
    this.rules = rules;
    this.#first = first;
    this.#settings = settings;
    this.#windows = windows;
    windows.zoom = this.preferences.zoom;
  }

  get preferences(): Preferences {
    return { ...this.#first, ...this.#settings.chosen };
  }

  get state(): { preferences: Preferences; rules: DeskRules; hidden: boolean } {
    return { preferences: this.preferences, rules: this.rules, hidden: this.#hidden };
  }

  choose(chosen: Choices): Preferences {
    this.#settings.choose(chosen);
    this.#windows.zoom = this.preferences.zoom;
    this.#windows.tell('preferences.changed', this.preferences);
    return this.preferences;
  }

  /** The privacy key: nothing is in sight in any window until it is pressed again. */
  hide(hidden: boolean): void {
    this.#hidden = hidden;
    this.#windows.tell('privacy.changed', { hidden });
  }
}
