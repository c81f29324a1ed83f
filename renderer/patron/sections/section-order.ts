// The sections in the order in which they stand on the tab, and which one the pen's key opens.
import { SECTIONS, type SectionId } from '../../../shared/patrons/sections.ts';

/**
 * With a section open the next one (or the one before, by -1), round in a circle; else the one with the focus, else the
 * first. A section that is open and changed is not left without asking: that is `editing`'s to see to.
 */
export function sectionAfter(
  open: SectionId | undefined,
  focused: string | undefined,
  by: 1 | -1,
): SectionId {
  const at = SECTIONS.indexOf(open as SectionId);
  if (at >= 0) return SECTIONS[(at + by + SECTIONS.length) % SECTIONS.length] ?? SECTIONS[0];
  return SECTIONS.find((section) => section === focused) ?? SECTIONS[0];
}
