-- The campaign that ships the fix: by id where the platform runs it, by name alone where it runs elsewhere.
alter table vulnerabilities_case add column campaign_id uuid;
