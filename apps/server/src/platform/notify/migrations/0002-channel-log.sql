-- The log of one channel, newest first.
create index platform_notify_delivery_channel on platform_notify_delivery (channel_id, created_at desc, id desc);
