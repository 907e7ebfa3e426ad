import type { Clock } from '@bulkhead/kernel';
import { type SecretBox, tryOpenTarget, undecipherable } from '../sealed-target.ts';
import type { ChannelRow } from '../tables.ts';
import { sendChat } from './chat.ts';
import { type MailSettings, sendMail } from './mail.ts';
import { failed, type Outcome, type Parcel } from './parcel.ts';
import type { PostDeps } from './post.ts';
import { sendWebhook } from './webhook.ts';

export interface SendDeps {
  readonly clock: Clock;
  readonly secretBox: SecretBox;
  readonly post: PostDeps;
  /** Undefined while no mail server is set. */
  readonly mail: MailSettings | undefined;
}

type Target = Pick<ChannelRow, 'id' | 'kind' | 'dialect' | 'addresses' | 'sealed'>;
/** One attempt to hand a parcel to the receiver of a channel; never throws. */
export type Send = (channel: Target, parcel: Parcel, remaining?: readonly string[]) => Promise<Outcome>;

export const createSend =
  ({ clock, secretBox, post, mail }: SendDeps): Send =>
  async (channel, parcel, remaining = channel.addresses) => {
    if (channel.kind === 'smtp')
      return mail ? sendMail(mail, remaining, parcel) : failed('No mail server is set (notifications.smtpHost)');
    const target = channel.sealed ? tryOpenTarget(secretBox, channel.id, channel.sealed) : undefined;
    if (!target) return failed(undecipherable);
    const now = clock.now();
    if (channel.kind === 'chat' && channel.dialect) return sendChat(post, channel.dialect, target.url, parcel);
    const secrets = target.secrets.filter(({ until = Infinity }) => until > now.getTime()).map(({ key }) => key);
    return sendWebhook(post, target.url, secrets, parcel, now);
  };
