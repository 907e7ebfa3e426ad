/// <reference types="vite/client" />
declare module 'virtual:bulkhead-theme.css';
declare module '@cloudscape-design/components/i18n/messages/all.en' {
  import type { I18nProviderProps } from '@cloudscape-design/components/i18n';

  const messages: I18nProviderProps.Messages;
  export default messages;
}
declare module 'elkjs/lib/elk-worker.min.js?url' {
  const url: string;
  export default url;
}
