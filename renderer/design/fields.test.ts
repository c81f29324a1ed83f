// @vitest-environment happy-dom
import { mount } from '@vue/test-utils';
import { describe, expect, it } from 'vitest';
import { defineComponent, h, ref, toRef } from 'vue';
import CheckField from './CheckField.vue';
import { provideFieldLock } from './field-lock.ts';
import SelectField from './SelectField.vue';
import TextArea from './TextArea.vue';
import TextField from './TextField.vue';

const labelled = (wrapper: ReturnType<typeof mount>, control: string) => {
  const { id } = wrapper.get(control).element;
  return wrapper.get(`label[for="${id}"]`).text();
};

describe('fields', () => {
  it.each([
    ['TextField', TextField, 'input', {}],
    ['TextArea', TextArea, 'textarea', {}],
    ['SelectField', SelectField, 'select', { options: [{ value: 'a', label: 'A' }] }],
  ] as const)('%s: label, hint and error belong to the control', (_, part, control, more) => {
    const props = { label: 'Town', hint: 'Where', error: 'Fill this in.', modelValue: '', ...more };
    const wrapper = mount(part as typeof TextField, { props });
    expect(labelled(wrapper, control)).toBe('Town');
    const field = wrapper.get(control);
    expect(field.attributes('aria-invalid')).toBe('true');
    const told = (field.attributes('aria-describedby') ?? '')
      .split(' ')
      .map((id) => wrapper.get(`#${id}`).text());
    expect(told).toEqual(['Fill this in.', 'Where']);
  });

  it('without an error nothing says that there is one', () => {
    const field = mount(TextField, { props: { label: 'Town', modelValue: '' } }).get('input');
    expect(field.attributes('aria-invalid')).toBeUndefined();
    expect(field.attributes('aria-describedby')).toBeUndefined();
  });

  it('typing tells what was typed; further attributes reach the input', async () => {
    const wrapper = mount(TextField, {
      props: { label: 'Phone', modelValue: '' },
      attrs: { inputmode: 'tel' },
    });
    await wrapper.get('input').setValue('08-1');
    expect(wrapper.emitted('update:modelValue')).toEqual([['08-1']]);
    expect(wrapper.get('input').attributes('inputmode')).toBe('tel');
  });

  it.each([
    ['line', TextField, 'input', 400],
    ['text', TextArea, 'textarea', 10_000],
  ] as const)(
    'too long a %s can be typed, to be refused in words; a megabyte can not',
    (_, part, control, limit) => {
      const field = mount(part as typeof TextField, { props: { label: 'Note', modelValue: '' } }).get(
        control,
      );
      const most = Number(field.attributes('maxlength'));
      expect(most).toBeGreaterThan(limit);
      expect(most).toBeLessThan(50_000);
    },
  );

  it("a checkbox's label is part of it, and its hint describes it", async () => {
    const wrapper = mount(CheckField, { props: { label: 'Keep', hint: 'Why', modelValue: false } });
    expect(labelled(wrapper, 'input')).toBe('Keep');
    expect(wrapper.get(`#${wrapper.get('input').attributes('aria-describedby')}`).text()).toBe('Why');
    await wrapper.get('input').setValue(true);
    expect(wrapper.emitted('update:modelValue')).toEqual([[true]]);
  });

  it('a form whose patron is gone locks its fields: text can be read and copied, not changed', () => {
    const gone = ref(true);
    const Form = defineComponent({
      setup() {
        provideFieldLock(toRef(gone));
        return () => [
          h(TextField, { label: 'Town', modelValue: 'Visby' }),
          h(SelectField, { label: 'Country', modelValue: 'SE', options: [{ value: 'SE', label: 'Sweden' }] }),
        ];
      },
    });
    const wrapper = mount(Form);
    expect(wrapper.get('input').attributes('readonly')).toBeDefined();
    expect(wrapper.get('select').attributes('disabled')).toBeDefined();
  });
});
