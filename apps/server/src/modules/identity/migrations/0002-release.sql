-- An operator's word that an ECU whose identity was taken away may enrol again; it holds for that one certificate, so for
-- one new identity.
alter table identity_certificate add column released_at timestamptz;
