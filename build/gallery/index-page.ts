// The gallery's index: every scene with its pictures, to be read in a browser from the disk.

export interface Scene {
  act: string;
  name: string;
  pictures: { look: string; file: string }[];
}

const escaped = (text: string) =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');

const figure =
  (scene: Scene) =>
  ({ look, file }: Scene['pictures'][number]) =>
    `<figure><a href="${escaped(file)}"><img loading="lazy" src="${escaped(file)}" alt="${escaped(`${scene.name}, ${look}`)}"></a><figcaption>${escaped(look)}</figcaption></figure>`;

/** `host`: what the app ran on when the pictures were taken. */
export function indexPage(scenes: readonly Scene[], host: string): string {
  const sections = scenes.map(
    (scene) =>
      `<section id="${escaped(scene.name)}"><h2>${escaped(scene.name)} <small>${escaped(scene.act)}</small></h2>` +
      `<div>${scene.pictures.map(figure(scene)).join('')}</div></section>`,
  );
  const links = scenes.map(({ name }) => `<a href="#${escaped(name)}">${escaped(name)}</a>`).join(' ');
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="color-scheme" content="light dark">
<title>Circdesk: every screen in every state</title>
<style>
  body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem; }
  nav { columns: 14rem; }
  nav a { display: block; }
  div { display: flex; flex-wrap: wrap; gap: 1rem; }
  figure { margin: 0; width: 30rem; }
  img { width: 100%; border: 1px solid #8888; }
  small, figcaption { color: #777; font-weight: normal; }
</style>
<h1>Circdesk: every screen in every state</h1>
<p>${scenes.length} scenes, on the ${escaped(host)}.</p>
<nav>${links}</nav>
${sections.join('\n')}
</html>
`;
}
