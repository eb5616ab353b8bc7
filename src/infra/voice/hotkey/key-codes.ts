/** Keys by the names of a combination, in lower case, with libuiohook's codes for them. */
export const MODIFIERS = {
  ctrl: { left: 29, right: 3613 },
  alt: { left: 56, right: 3640 },
  shift: { left: 42, right: 54 },
  meta: { left: 3675, right: 3676 },
} as const;

export type Modifier = keyof typeof MODIFIERS;
export type Side = 'left' | 'right';

/** Assigns consecutive codes, starting with the first. */
function row(first: number, names: string): [string, number][] {
  return names.split(' ').map((name, index) => [name, first + index]);
}

/** Keys that type a character, alone or with Shift. */
export const TYPING_KEYS: ReadonlyMap<string, number> = new Map([
  ...row(2, '1 2 3 4 5 6 7 8 9 0 - ='),
  ...row(16, 'q w e r t y u i o p [ ]'),
  ...row(30, "a s d f g h j k l ; ' `"),
  ...row(43, '\\ z x c v b n m , . /'),
  ...row(12, 'minus equal'),
  ...row(39, 'semicolon quote backquote'),
  ...row(51, 'comma period slash'),
  ...row(14, 'backspace tab'),
  ['bracketleft', 26],
  ['bracketright', 27],
  ['backslash', 43],
  ['enter', 28],
  ['return', 28],
  ['space', 57],
  ...row(71, 'numpad7 numpad8 numpad9 numpadsubtract numpad4 numpad5 numpad6 numpadadd'),
  ...row(79, 'numpad1 numpad2 numpad3 numpad0 numpaddecimal'),
  ['numpadmultiply', 55],
  ['numpaddivide', 3637],
]);

/** Keys that may be used without modifiers. */
export const OTHER_KEYS: ReadonlyMap<string, number> = new Map([
  ...row(59, 'f1 f2 f3 f4 f5 f6 f7 f8 f9 f10'),
  ...row(87, 'f11 f12'),
  ...row(91, 'f13 f14 f15'),
  ...row(99, 'f16 f17 f18 f19 f20 f21 f22 f23 f24'),
  ...row(69, 'numlock scrolllock'),
  ['capslock', 58],
  ['printscreen', 3639],
  ['escape', 1],
  ['esc', 1],
  ['insert', 3666],
  ['delete', 3667],
  ['home', 3655],
  ['end', 3663],
  ['pageup', 3657],
  ['pagedown', 3665],
  ['arrowup', 57416],
  ['arrowdown', 57424],
  ['arrowleft', 57419],
  ['arrowright', 57421],
]);

/** Aliases of modifiers. */
export const MODIFIER_NAMES: ReadonlyMap<string, Modifier> = new Map([
  ['ctrl', 'ctrl'],
  ['control', 'ctrl'],
  ['alt', 'alt'],
  ['option', 'alt'],
  ['shift', 'shift'],
  ['meta', 'meta'],
  ['command', 'meta'],
  ['cmd', 'meta'],
  ['super', 'meta'],
  ['win', 'meta'],
  ['windows', 'meta'],
]);
