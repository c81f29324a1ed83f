import { expect, test } from 'vitest';
import { commentSchema } from './patron.ts';
import { sectionSchemas } from './sections.ts';

test.each(['', ' \t', '\u200b', '\u0000\u2060', '\u00ad\ufeff\u202e', '\u3164', '\u2800\u0301'])(
  'a name or a comment of nothing that anybody sees is none: %j',
  (text) => {
    const issues = sectionSchemas.personal.safeParse({ familyName: text }).error?.issues ?? [];
    expect(issues.find(({ path }) => path[0] === 'familyName')?.message).toBe('required');
    expect(commentSchema.safeParse(text).error?.issues[0]?.message).toBe('required');
    expect(commentSchema.safeParse(`${text}ö`).success).toBe(true);
  },
);
