// @vitest-environment happy-dom
import { mount } from '@vue/test-utils';
import { describe, expect, it } from 'vitest';
import { nextTick, type Component } from 'vue';
import Badge from './Badge.vue';
import Banner from './Banner.vue';
import Button from './Button.vue';
import Dialog from './Dialog.vue';
import EmptyState from './EmptyState.vue';
import IconButton from './IconButton.vue';
import Skeleton from './Skeleton.vue';
import StartCard from './StartCard.vue';
import Tabs from './Tabs.vue';
import TextButton from './TextButton.vue';

describe('Button', () => {
  it('busy: keeps the focus, says so, and does nothing', async () => {
    const wrapper = mount(Button, {
      props: { busy: true },
      slots: { default: 'Save' },
      attachTo: document.body,
    });
    const button = wrapper.get('button');
    button.element.focus();
    await button.trigger('click');
    expect(document.activeElement).toBe(button.element);
    expect(button.attributes()).toMatchObject({ 'aria-busy': 'true', 'aria-disabled': 'true' });
    expect(wrapper.emitted('click')).toBeUndefined();
    wrapper.unmount();
  });

  it('submits only where it says so', () => {
    expect(mount(Button).get('button').attributes('type')).toBe('button');
    expect(
      mount(Button, { props: { type: 'submit' } })
        .get('button')
        .attributes('type'),
    ).toBe('submit');
  });
});

it('an icon alone has a name', () => {
  const button = mount(IconButton, { props: { label: 'Dismiss' } }).get('button');
  expect(button.attributes('aria-label')).toBe('Dismiss');
});

it.each(['info', 'success', 'warning', 'danger'] as const)(
  'a banner of the kind %s says it by words and an icon, not by colour alone',
  (kind) => {
    const wrapper = mount(Banner, { props: { kind, heading: 'Blocked' } });
    expect(wrapper.text()).toContain('Blocked');
    expect(wrapper.find('svg[aria-hidden=true]').exists()).toBe(true);
  },
);

it('a badge is words, an empty state says why, a skeleton says nothing', () => {
  expect(mount(Badge, { props: { kind: 'danger' }, slots: { default: 'Refused' } }).text()).toBe('Refused');
  const empty = mount(EmptyState, { props: { heading: 'No loans', hint: 'Nothing on loan.', level: 'h1' } });
  expect(empty.get('h1').text()).toBe('No loans');
  expect(mount(Skeleton).attributes('aria-hidden')).toBe('true');
});

it('a text button is a button in a line; it submits nothing', () => {
  const button = mount(TextButton, { slots: { default: 'Show all' } }).get('button');
  expect(button.text()).toBe('Show all');
  expect(button.attributes('type')).toBe('button');
});

it("the start card is the window's main part, with one heading, and says what it is about", () => {
  const card = mount(StartCard, {
    props: { heading: 'Sign in', intro: 'Desk circulation' },
    slots: { default: '<form></form>' },
  });
  expect(card.element.tagName).toBe('MAIN');
  expect(card.findAll('h1').map((heading) => heading.text())).toEqual(['Sign in']);
  expect(card.text()).toContain('Desk circulation');
  expect(card.find('form').exists()).toBe(true);
});

describe('Tabs', () => {
  const tabs = [
    { id: 'loans', label: 'Loans', count: '2', countInWords: '2 loans, one overdue', urgent: true },
    { id: 'debts', label: 'Debts' },
  ];
  const mounted = () =>
    mount(Tabs as Component, {
      props: { label: 'Patron', tabs, current: 'loans' },
      slots: { loans: '<p>Here</p>', debts: '<p>There</p>' },
      attachTo: document.body,
    });

  it("a tab's name is its word; its count is told in words", () => {
    const wrapper = mounted();
    const [loans] = wrapper.findAll('[role=tab]');
    expect(loans?.attributes('aria-selected')).toBe('true');
    expect(document.getElementById(loans?.attributes('aria-describedby') ?? '')?.textContent).toBe(
      '2 loans, one overdue',
    );
    expect(loans?.get('.count').attributes('aria-hidden')).toBe('true');
    wrapper.unmount();
  });

  it('asks for another tab, and shows it only once it is current', async () => {
    const wrapper = mounted();
    await wrapper.findAll('[role=tab]')[1]?.trigger('mousedown', { button: 0 });
    expect(wrapper.emitted('choose')).toEqual([['debts']]);
    expect(wrapper.text()).toContain('Here');
    wrapper.unmount();
  });
});

describe('Dialog', () => {
  const opened = async (props: object, slots: Record<string, string>) => {
    const wrapper = mount(Dialog, {
      props: { open: true, heading: 'Leave without saving?', ...props },
      slots,
      attachTo: document.body,
    });
    await nextTick();
    await new Promise((resolve) => setTimeout(resolve, 20));
    return wrapper;
  };
  const dialog = () => document.querySelector<HTMLElement>('.dialog');
  const escape = () =>
    document.activeElement?.dispatchEvent(
      new KeyboardEvent('keydown', { key: 'Escape', bubbles: true, cancelable: true }),
    );

  it('has a name and a description, and its focus is on the first, harmless answer', async () => {
    const wrapper = await opened(
      { alert: true, description: 'It is lost.' },
      { actions: '<button id="stay">Stay</button><button>Leave</button>' },
    );
    expect(dialog()?.getAttribute('role')).toBe('alertdialog');
    const text = (attribute: string) =>
      document.getElementById(dialog()?.getAttribute(attribute) ?? '')?.textContent;
    expect(text('aria-labelledby')).toBe('Leave without saving?');
    expect(text('aria-describedby')).toBe('It is lost.');
    expect(document.activeElement?.id).toBe('stay');
    wrapper.unmount();
  });

  it('Escape closes it, unless it has to be answered', async () => {
    const wrapper = await opened({}, { actions: '<button>Close</button>' });
    escape();
    expect(wrapper.emitted('update:open')).toEqual([[false]]);
    wrapper.unmount();
    const kept = await opened({ closable: false }, { actions: '<button>Sign in</button>' });
    escape();
    expect(kept.emitted('update:open')).toBeUndefined();
    kept.unmount();
  });

  it('the focus goes to what is to be filled in', async () => {
    const wrapper = await opened(
      {},
      { default: '<input class="control" id="comment">', actions: '<button>Go</button>' },
    );
    expect(document.activeElement?.id).toBe('comment');
    wrapper.unmount();
  });
});
