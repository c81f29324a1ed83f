// What was typed never becomes markup of the page that is printed, wherever in it it stands.
import { expect, test } from 'vitest';
import { html, typed } from './html.ts';

test('no text ends an attribute, a tag or an entity', () => {
  const text = `" onload='x' ><b>&lt;`;
  const shown = '&quot; onload=&#39;x&#39; &gt;&lt;b&gt;&amp;lt;';
  expect(html`<p title="${text}">${[text]}${typed(text)}</p>`.text).toBe(
    `<p title="${shown}">${shown}${shown}</p>`,
  );
});
