import { type Plugin, runnerImport } from 'vite';

const fonts = {
  fontFamilyBase: "system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', 'DejaVu Sans', sans-serif",
  fontFamilyHeading: "system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', 'DejaVu Sans', sans-serif",
  fontFamilyDisplay: "system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', 'DejaVu Sans', sans-serif",
  fontFamilyMonospace: "ui-monospace, 'Cascadia Mono', 'Roboto Mono', 'DejaVu Sans Mono', monospace",
};

/** Bulkhead's own accent, a sea green. Step 600 is what one clicks in the light theme, 400 in the dark one. */
const primary = {
  50: '#f0faf8',
  100: '#dcf3ef',
  200: '#b5e5de',
  300: '#86d3c9',
  400: '#4fc4b6',
  500: '#189c8f',
  600: '#0b7069',
  700: '#095c57',
  800: '#074844',
  900: '#063a37',
  1000: '#032220',
};

/** Names of our own for the tokens that `console.css` uses; the real ones carry a hash that changes between releases. */
const aliases: Readonly<Record<string, string>> = {
  background: 'colorBackgroundLayoutMain',
  panel: 'colorBackgroundContainerContent',
  hover: 'colorBackgroundDropdownItemHover',
  text: 'colorTextBodyDefault',
  'text-secondary': 'colorTextBodySecondary',
  border: 'colorBorderDividerDefault',
  focus: 'colorBorderItemFocused',
  accent: 'colorTextAccent',
  good: 'colorTextStatusSuccess',
  warning: 'colorTextStatusWarning',
  bad: 'colorTextStatusError',
  info: 'colorTextStatusInfo',
  idle: 'colorTextStatusInactive',
  mono: 'fontFamilyMonospace',
  font: 'fontFamilyBase',
};

/** Finds the name behind a token by overriding it alone. */
function aliasLines({ generateThemeStylesheet }: Theming): string {
  const lines = Object.entries(aliases).map(([alias, token]) => {
    const value = token.startsWith('font') ? 'probe' : '#010203';
    const sheet = generateThemeStylesheet({ theme: { tokens: { [token]: value } } });
    const kebab = token.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
    const name = sheet.match(/--[\w-]+(?=:)/g)?.find((each) => each.startsWith(`--${kebab}-`));
    if (!name) throw new Error(`The design system has no token ${token} any more; choose another one in theme.ts`);
    return `--bh-${alias}: var(${name});`;
  });
  return lines.join(' ');
}

const id = 'virtual:bulkhead-theme.css';
const resolved = `\0${id}`;

interface Theming {
  generateThemeStylesheet(options: { theme: unknown }): string;
}

/**
 * Turns the theme into a plain stylesheet while building: at run time it would be an inline style element, which the
 * content security policy refuses. The system's own fonts replace the embedded one (140 kB less to load).
 */
export function bulkheadTheme(): Plugin {
  return {
    name: 'bulkhead-theme',
    resolveId: (source) => (source === id ? resolved : undefined),
    load: async (source) => {
      if (source !== resolved) return undefined;
      const { module } = await runnerImport<Theming>('@cloudscape-design/components/theming', {
        root: import.meta.dirname,
        configFile: false,
        resolve: { alias: { tslib: 'tslib/tslib.es6.js' } },
        environments: { inline: { resolve: { noExternal: true } } },
      });
      const theme = { tokens: fonts, referenceTokens: { color: { primary } } };
      return `${module.generateThemeStylesheet({ theme })}\nbody { ${aliasLines(module)} }`;
    },
  };
}
