// Starts a window: its words, its stores, its root component.
import { createPinia } from 'pinia';
import { ConfigProvider } from 'reka-ui';
import { createApp, h, type Component } from 'vue';
import { directionOf } from './languages.ts';
import { watchPace } from './keys/pace.ts';
import { useLook } from './look.ts';
import { useNotices } from './notices.ts';
import { useSession } from './session.ts';
import { i18n } from './words.ts';

export async function startWindow(root: Component): Promise<void> {
  // Parts with an order from left to right (tabs, arrows in them) turn with the language.
  const turned = () =>
    h(ConfigProvider, { dir: directionOf(i18n.global.locale.value) }, { default: () => h(root) });
  const app = createApp(turned).use(createPinia()).use(i18n);
  // What nobody caught is told to staff as well as to the log; the window goes on.
  const report = (error: unknown) => {
    console.error(error);
    useNotices().failed({ code: 'internal', reference: '' });
  };
  app.config.errorHandler = report;
  window.addEventListener('unhandledrejection', (event) => report(event.reason));
  watchPace(() => useLook().rules?.scanner);
  await useSession().start();
  app.mount('#app');
}
