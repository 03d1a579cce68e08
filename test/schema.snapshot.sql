-- Every table that the program makes. Regenerate with: npx vitest run test/schema-snapshot.test.ts -u

create schema if not exists "pipedrive_sync";

create schema if not exists "pipedrive";

create table "pipedrive_sync"."kysely_migration" (
  "name" varchar(255) not null primary key,
  "timestamp" varchar(255) not null
);

create table "pipedrive_sync"."kysely_migration_lock" (
  "id" varchar(255) not null primary key,
  "is_locked" integer default 0 not null
);

insert into "pipedrive_sync"."kysely_migration" values ('0001-control-tables', to_char(now() at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')), ('0002-block', to_char(now() at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')), ('0003-parent-read', to_char(now() at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')), ('0004-erased', to_char(now() at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')), ('0005-sweeps-of-parents', to_char(now() at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')), ('0008-schema-change-column', to_char(now() at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')), ('0009-erased-vacuum', to_char(now() at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')), ('0010-change-gate', to_char(now() at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')), ('0011-plans', to_char(now() at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')), ('0012-window-parts', to_char(now() at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')), ('0013-catalog-asked', to_char(now() at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')), ('0014-token-day', to_char(now() at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')), ('0015-change-hints', to_char(now() at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')), ('0016-gate-items', to_char(now() at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'));

insert into "pipedrive_sync"."kysely_migration_lock" values ('migration_lock', 0);

create table "pipedrive_sync"."account" (
  "account" text primary key,
  "company_id" bigint not null,
  "company_name" text not null,
  "company_domain" text not null,
  "data_schema" text not null unique,
  "first_seen_at" timestamptz default now() not null
);

create table "pipedrive_sync"."stream_state" (
  "account" text not null,
  "stream" text not null,
  "partition" text not null,
  "bookmark" timestamptz,
  "completed_at" timestamptz,
  "updated_at" timestamptz default now() not null,
  constraint "stream_state_pkey" primary key ("account", "stream", "partition")
);

create table "pipedrive_sync"."sync_window" (
  "account" text not null,
  "stream" text not null,
  "partition" text not null,
  "since" timestamptz not null,
  "until" timestamptz not null,
  "bookmark" timestamptz,
  "opened_at" timestamptz default now() not null,
  "closed_at" timestamptz,
  constraint "sync_window_pkey" primary key ("account", "stream", "partition", "since", "until")
);

create table "pipedrive_sync"."run" (
  "id" bigint generated always as identity primary key,
  "account" text not null,
  "command" text not null,
  "started_at" timestamptz default now() not null,
  "finished_at" timestamptz,
  "status" text not null,
  "requests" integer not null,
  "tokens" integer not null,
  "error" text
);

create table "pipedrive_sync"."run_stream" (
  "run_id" bigint not null references "pipedrive_sync"."run" ("id") on delete cascade,
  "account" text not null,
  "stream" text not null,
  "status" text not null,
  "inserted" integer not null,
  "updated" integer not null,
  "unchanged" integer not null,
  "stale" integer not null,
  "tombstoned" integer not null,
  "pages" integer not null,
  "requests" integer not null,
  "tokens" integer not null,
  "seconds" double precision not null,
  "error" text,
  "warning" text,
  constraint "run_stream_pkey" primary key ("run_id", "stream")
);

create table "pipedrive_sync"."token_ledger" (
  "account" text not null,
  "day" date not null,
  "stream" text not null,
  "run_id" bigint not null,
  "requests" integer not null,
  "tokens" integer not null,
  "limit_seen" bigint,
  "balance_seen" bigint,
  constraint "token_ledger_pkey" primary key ("account", "day", "stream", "run_id")
);

create table "pipedrive_sync"."schema_changes" (
  "id" bigint generated always as identity primary key,
  "account" text not null,
  "changed_at" timestamptz default now() not null,
  "stream" text not null,
  "table_name" text not null,
  "reason" text not null,
  "ddl" text not null
);

create table "pipedrive_sync"."drift" (
  "account" text not null,
  "stream" text not null,
  "key" text not null,
  "reason" text not null,
  "seen" bigint not null,
  "first_seen_at" timestamptz default now() not null,
  "last_seen_at" timestamptz default now() not null,
  constraint "drift_pkey" primary key ("account", "stream", "key", "reason")
);

create table "pipedrive_sync"."block" (
  "account" text primary key,
  "blocked_until" timestamptz not null
);

create table "pipedrive_sync"."parent_read" (
  "account" text not null,
  "stream" text not null,
  "partition" text not null,
  "parent" text not null,
  "version" timestamptz,
  "counter" bigint,
  "read_at" timestamptz default now() not null,
  constraint "parent_read_pkey" primary key ("account", "stream", "partition", "parent")
);

create table "pipedrive_sync"."erased" (
  "account" text not null,
  "stream" text not null,
  "key" text not null,
  "erased_at" timestamptz default now() not null,
  constraint "erased_pkey" primary key ("account", "stream", "key")
);

alter table "pipedrive_sync"."stream_state" add column "sweep_since" timestamptz;

alter table "pipedrive_sync"."parent_read" add column "failed_at" timestamptz;

alter table "pipedrive_sync"."schema_changes" add column "column_name" text;

alter table "pipedrive_sync"."erased" add column "to_vacuum" text[] default '{}' not null;

create table "pipedrive_sync"."change_gate" (
  "account" text primary key,
  "since" timestamptz,
  "asked_at" timestamptz not null,
  "told" text[] not null
);

create table "pipedrive_sync"."known_token" (
  "account" text not null,
  "fingerprint" text not null,
  "user_id" bigint not null,
  "user_name" text not null,
  "seen_at" timestamptz not null,
  constraint "known_token_pkey" primary key ("account", "fingerprint")
);

create table "pipedrive_sync"."catalog_read" (
  "account" text not null,
  "entity" text not null,
  "read_at" timestamptz not null,
  constraint "catalog_read_pkey" primary key ("account", "entity")
);

alter table "pipedrive_sync"."run" add column "kind" text, add column "scope" text, add column "plan_id" bigint;

create table "pipedrive_sync"."plan_stream" (
  "run_id" bigint not null references "pipedrive_sync"."run" ("id") on delete cascade,
  "account" text not null,
  "stream" text not null,
  "requests" integer not null,
  "tokens" integer not null,
  "seconds" double precision not null,
  "bound" text not null,
  "reason" text not null,
  constraint "plan_stream_pkey" primary key ("run_id", "stream")
);

create index "run_stream_latest" on "pipedrive_sync"."run_stream" ("account", "stream", "run_id");

alter table "pipedrive_sync"."sync_window" add column "range_since" timestamptz default '-infinity' not null, add column "range_until" timestamptz default 'infinity' not null;

update "pipedrive_sync"."sync_window" set "range_since" = "since", "range_until" = "until";

alter table "pipedrive_sync"."sync_window" drop constraint "sync_window_pkey";

alter table "pipedrive_sync"."sync_window" add constraint "sync_window_pkey" primary key ("account", "stream", "partition", "range_since", "range_until", "since");

create table "pipedrive_sync"."catalog_asked" (
  "account" text not null,
  "entity" text not null,
  "asked_at" timestamptz not null,
  constraint "catalog_asked_pkey" primary key ("account", "entity")
);

create table "pipedrive_sync"."token_day" (
  "account" text primary key,
  "turns_at" timestamptz,
  "limit_seen" bigint,
  "balance_seen" bigint,
  "seen_at" timestamptz
);

alter table "pipedrive_sync"."token_ledger" add column "kind" text;

create table "pipedrive_sync"."change_hints" (
  "account" text not null,
  "stream" text not null,
  "suspects" text[] not null,
  "failing_since" timestamptz,
  "tried_at" timestamptz,
  constraint "change_hints_pkey" primary key ("account", "stream")
);

alter table "pipedrive_sync"."change_gate" add column "items" text default '' not null;

alter table "pipedrive_sync"."change_gate" drop constraint "change_gate_pkey";

alter table "pipedrive_sync"."change_gate" add constraint "change_gate_pkey" primary key ("account", "items");

create table if not exists "pipedrive"."fields" (
  "entity" text not null,
  "field_code" text not null,
  "label" text not null,
  "field_type" text not null,
  "column_name" text,
  "is_custom" boolean not null,
  "description" text,
  "first_seen_at" timestamptz default now() not null,
  "removed_at" timestamptz,
  "labels_owed" boolean default false not null,
  constraint "fields_pkey" primary key ("entity", "field_code", "field_type")
);

create table if not exists "pipedrive"."field_options" (
  "entity" text not null,
  "field_code" text not null,
  "option_id" text not null,
  "label" text not null,
  "color" text,
  "position" integer not null,
  "first_seen_at" timestamptz default now() not null,
  "removed_at" timestamptz,
  constraint "field_options_pkey" primary key ("entity", "field_code", "option_id")
);

do $do$ begin
  if not exists (select from pg_attribute where attrelid = '"pipedrive"."fields"'::regclass and attname = 'labels_owed') then
    alter table "pipedrive"."fields" add column labels_owed boolean not null default false;

  end if;

  if (select cardinality(conkey) from pg_constraint where conrelid = '"pipedrive"."fields"'::regclass and conname = 'fields_pkey')
      < 3 then
    alter table "pipedrive"."fields" drop constraint fields_pkey, add constraint fields_pkey primary key ("entity", "field_code", "field_type");

  end if;

end $do$;

do $do$ begin
  if obj_description('"pipedrive"."fields"'::regclass, 'pg_class') is distinct from 'Fields of Pipedrive and the columns that hold them;

 those that are gone have a removed_at' then
    comment on table "pipedrive"."fields" is 'Fields of Pipedrive and the columns that hold them;

 those that are gone have a removed_at';

  end if;

end $do$;

do $do$ begin
  if obj_description('"pipedrive"."field_options"'::regclass, 'pg_class') is distinct from 'Options of fields, with their labels of today;

 those that are gone have a removed_at' then
    comment on table "pipedrive"."field_options" is 'Options of fields, with their labels of today;

 those that are gone have a removed_at';

  end if;

end $do$;

create table "pipedrive"."users" (
  "id" bigint,
  "name" text,
  "email" text,
  "phone" text,
  "role_id" bigint,
  "is_admin" boolean,
  "active_flag" boolean,
  "is_deleted" boolean,
  "activated" boolean,
  "is_you" boolean,
  "has_created_company" boolean,
  "created" timestamptz,
  "modified" timestamptz,
  "last_login" timestamptz,
  "lang" bigint,
  "locale" text,
  "default_currency" text,
  "timezone_name" text,
  "timezone_offset" text,
  "icon_url" text,
  "access" jsonb,
  "_deleted_at" timestamptz,
  "_extra" jsonb,
  "_synced_at" timestamptz not null default now(),
  primary key ("id")
);
comment on column "pipedrive"."users"."_synced_at" is 'When the row was last written; an unchanged row keeps it';
comment on table "pipedrive"."users" is 'Users of the Pipedrive account';
comment on column "pipedrive"."users"."_deleted_at" is 'When Pipedrive deleted the record, or when it was found to be gone; null while it is there';
comment on column "pipedrive"."users"."_extra" is 'What Pipedrive sent that has no column or does not fit its column, under its own keys';

create table "pipedrive"."pipelines" (
  "id" bigint,
  "name" text,
  "order_nr" bigint,
  "is_deal_probability_enabled" boolean,
  "is_deleted" boolean,
  "add_time" timestamptz,
  "update_time" timestamptz,
  "_deleted_at" timestamptz,
  "_extra" jsonb,
  "_synced_at" timestamptz not null default now(),
  primary key ("id")
);
comment on column "pipedrive"."pipelines"."_synced_at" is 'When the row was last written; an unchanged row keeps it';
comment on table "pipedrive"."pipelines" is 'Sales pipelines';
comment on column "pipedrive"."pipelines"."_deleted_at" is 'When Pipedrive deleted the record, or when it was found to be gone; null while it is there';
comment on column "pipedrive"."pipelines"."_extra" is 'What Pipedrive sent that has no column or does not fit its column, under its own keys';

create table "pipedrive"."stages" (
  "id" bigint,
  "pipeline_id" bigint,
  "name" text,
  "order_nr" bigint,
  "deal_probability" bigint,
  "is_deal_rot_enabled" boolean,
  "days_to_rotten" bigint,
  "is_deleted" boolean,
  "add_time" timestamptz,
  "update_time" timestamptz,
  "_deleted_at" timestamptz,
  "_extra" jsonb,
  "_synced_at" timestamptz not null default now(),
  primary key ("id")
);
comment on column "pipedrive"."stages"."_synced_at" is 'When the row was last written; an unchanged row keeps it';
comment on table "pipedrive"."stages" is 'Stages of the pipelines';
comment on column "pipedrive"."stages"."_deleted_at" is 'When Pipedrive deleted the record, or when it was found to be gone; null while it is there';
comment on column "pipedrive"."stages"."_extra" is 'What Pipedrive sent that has no column or does not fit its column, under its own keys';

create table "pipedrive"."organizations" (
  "id" bigint,
  "name" text,
  "owner_id" bigint,
  "add_time" timestamptz,
  "update_time" timestamptz,
  "label_ids" bigint[],
  "visible_to" bigint,
  "is_deleted" boolean,
  "address" text,
  "address_subpremise" text,
  "address_street_number" text,
  "address_route" text,
  "address_sublocality" text,
  "address_locality" text,
  "address_admin_area_level_1" text,
  "address_admin_area_level_2" text,
  "address_country" text,
  "address_postal_code" text,
  "address_formatted_address" text,
  "website" text,
  "linkedin" text,
  "industry" bigint,
  "annual_revenue" numeric,
  "employee_count" bigint,
  "next_activity_id" bigint,
  "last_activity_id" bigint,
  "open_deals_count" bigint,
  "related_open_deals_count" bigint,
  "closed_deals_count" bigint,
  "related_closed_deals_count" bigint,
  "won_deals_count" bigint,
  "related_won_deals_count" bigint,
  "lost_deals_count" bigint,
  "related_lost_deals_count" bigint,
  "email_messages_count" bigint,
  "people_count" bigint,
  "activities_count" bigint,
  "done_activities_count" bigint,
  "undone_activities_count" bigint,
  "files_count" bigint,
  "notes_count" bigint,
  "followers_count" bigint,
  "smart_bcc_email" text,
  "_deleted_at" timestamptz,
  "_extra" jsonb,
  "_synced_at" timestamptz not null default now(),
  primary key ("id")
);
comment on column "pipedrive"."organizations"."_synced_at" is 'When the row was last written; an unchanged row keeps it';
comment on table "pipedrive"."organizations" is 'Organizations: the companies one sells to';
comment on column "pipedrive"."organizations"."_deleted_at" is 'When Pipedrive deleted the record, or when it was found to be gone; null while it is there';
comment on column "pipedrive"."organizations"."_extra" is 'What Pipedrive sent that has no column or does not fit its column, under its own keys';

create table "pipedrive"."organization_labels" (
  "org_id" bigint,
  "position" bigint,
  "label_id" bigint,
  "_extra" jsonb,
  "_synced_at" timestamptz not null default now(),
  primary key ("org_id", "position")
);
comment on column "pipedrive"."organization_labels"."_synced_at" is 'When the row was last written; an unchanged row keeps it';
comment on table "pipedrive"."organization_labels" is 'Labels of organizations, one a row';
comment on column "pipedrive"."organization_labels"."org_id" is 'organizations.id';
comment on column "pipedrive"."organization_labels"."position" is 'Place in label_ids, from 0';
comment on column "pipedrive"."organization_labels"."_extra" is 'What Pipedrive sent that has no column or does not fit its column, under its own keys';

create table "pipedrive"."persons" (
  "id" bigint,
  "name" text,
  "first_name" text,
  "last_name" text,
  "owner_id" bigint,
  "org_id" bigint,
  "add_time" timestamptz,
  "update_time" timestamptz,
  "label_ids" bigint[],
  "visible_to" bigint,
  "is_deleted" boolean,
  "picture_id" bigint,
  "job_title" text,
  "birthday" date,
  "notes" text,
  "postal_address" text,
  "postal_address_subpremise" text,
  "postal_address_street_number" text,
  "postal_address_route" text,
  "postal_address_sublocality" text,
  "postal_address_locality" text,
  "postal_address_admin_area_level_1" text,
  "postal_address_admin_area_level_2" text,
  "postal_address_country" text,
  "postal_address_postal_code" text,
  "postal_address_formatted_address" text,
  "next_activity_id" bigint,
  "last_activity_id" bigint,
  "open_deals_count" bigint,
  "related_open_deals_count" bigint,
  "closed_deals_count" bigint,
  "related_closed_deals_count" bigint,
  "participant_open_deals_count" bigint,
  "participant_closed_deals_count" bigint,
  "won_deals_count" bigint,
  "related_won_deals_count" bigint,
  "lost_deals_count" bigint,
  "related_lost_deals_count" bigint,
  "email_messages_count" bigint,
  "activities_count" bigint,
  "done_activities_count" bigint,
  "undone_activities_count" bigint,
  "files_count" bigint,
  "notes_count" bigint,
  "followers_count" bigint,
  "last_incoming_mail_time" timestamptz,
  "last_outgoing_mail_time" timestamptz,
  "smart_bcc_email" text,
  "_deleted_at" timestamptz,
  "_extra" jsonb,
  "_synced_at" timestamptz not null default now(),
  primary key ("id")
);
comment on column "pipedrive"."persons"."_synced_at" is 'When the row was last written; an unchanged row keeps it';
comment on table "pipedrive"."persons" is 'Contact persons';
comment on column "pipedrive"."persons"."_deleted_at" is 'When Pipedrive deleted the record, or when it was found to be gone; null while it is there';
comment on column "pipedrive"."persons"."_extra" is 'What Pipedrive sent that has no column or does not fit its column, under its own keys';

create table "pipedrive"."person_labels" (
  "person_id" bigint,
  "position" bigint,
  "label_id" bigint,
  "_extra" jsonb,
  "_synced_at" timestamptz not null default now(),
  primary key ("person_id", "position")
);
comment on column "pipedrive"."person_labels"."_synced_at" is 'When the row was last written; an unchanged row keeps it';
comment on table "pipedrive"."person_labels" is 'Labels of persons, one a row';
comment on column "pipedrive"."person_labels"."person_id" is 'persons.id';
comment on column "pipedrive"."person_labels"."position" is 'Place in label_ids, from 0';
comment on column "pipedrive"."person_labels"."_extra" is 'What Pipedrive sent that has no column or does not fit its column, under its own keys';

create table "pipedrive"."person_emails" (
  "person_id" bigint,
  "position" bigint,
  "value" text,
  "label" text,
  "is_primary" boolean,
  "_extra" jsonb,
  "_synced_at" timestamptz not null default now(),
  primary key ("person_id", "position")
);
comment on column "pipedrive"."person_emails"."_synced_at" is 'When the row was last written; an unchanged row keeps it';
comment on table "pipedrive"."person_emails" is 'E-mail addresses of persons, one a row';
comment on column "pipedrive"."person_emails"."person_id" is 'persons.id';
comment on column "pipedrive"."person_emails"."position" is 'Place in emails, from 0';
comment on column "pipedrive"."person_emails"."_extra" is 'What Pipedrive sent that has no column or does not fit its column, under its own keys';

create table "pipedrive"."person_phones" (
  "person_id" bigint,
  "position" bigint,
  "value" text,
  "label" text,
  "is_primary" boolean,
  "_extra" jsonb,
  "_synced_at" timestamptz not null default now(),
  primary key ("person_id", "position")
);
comment on column "pipedrive"."person_phones"."_synced_at" is 'When the row was last written; an unchanged row keeps it';
comment on table "pipedrive"."person_phones" is 'Telephone numbers of persons, one a row';
comment on column "pipedrive"."person_phones"."person_id" is 'persons.id';
comment on column "pipedrive"."person_phones"."position" is 'Place in phones, from 0';
comment on column "pipedrive"."person_phones"."_extra" is 'What Pipedrive sent that has no column or does not fit its column, under its own keys';

create table "pipedrive"."person_ims" (
  "person_id" bigint,
  "position" bigint,
  "value" text,
  "label" text,
  "is_primary" boolean,
  "_extra" jsonb,
  "_synced_at" timestamptz not null default now(),
  primary key ("person_id", "position")
);
comment on column "pipedrive"."person_ims"."_synced_at" is 'When the row was last written; an unchanged row keeps it';
comment on table "pipedrive"."person_ims" is 'Messenger handles of persons, one a row';
comment on column "pipedrive"."person_ims"."person_id" is 'persons.id';
comment on column "pipedrive"."person_ims"."position" is 'Place in im, from 0';
comment on column "pipedrive"."person_ims"."_extra" is 'What Pipedrive sent that has no column or does not fit its column, under its own keys';

create table "pipedrive"."products" (
  "id" bigint,
  "name" text,
  "code" text,
  "unit" text,
  "tax" numeric,
  "category" text,
  "description" text,
  "owner_id" bigint,
  "add_time" timestamptz,
  "update_time" timestamptz,
  "billing_frequency" text,
  "billing_frequency_cycles" bigint,
  "is_linkable" boolean,
  "is_deleted" boolean,
  "visible_to" bigint,
  "_deleted_at" timestamptz,
  "_extra" jsonb,
  "_synced_at" timestamptz not null default now(),
  primary key ("id")
);
comment on column "pipedrive"."products"."_synced_at" is 'When the row was last written; an unchanged row keeps it';
comment on table "pipedrive"."products" is 'Products that deals are made of';
comment on column "pipedrive"."products"."_deleted_at" is 'When Pipedrive deleted the record, or when it was found to be gone; null while it is there';
comment on column "pipedrive"."products"."_extra" is 'What Pipedrive sent that has no column or does not fit its column, under its own keys';

create table "pipedrive"."product_prices" (
  "product_id" bigint,
  "position" bigint,
  "price" numeric,
  "currency" text,
  "cost" numeric,
  "direct_cost" numeric,
  "notes" text,
  "_extra" jsonb,
  "_synced_at" timestamptz not null default now(),
  primary key ("product_id", "position")
);
comment on column "pipedrive"."product_prices"."_synced_at" is 'When the row was last written; an unchanged row keeps it';
comment on table "pipedrive"."product_prices" is 'Prices of products, one currency a row';
comment on column "pipedrive"."product_prices"."product_id" is 'products.id';
comment on column "pipedrive"."product_prices"."position" is 'Place in prices, from 0';
comment on column "pipedrive"."product_prices"."_extra" is 'What Pipedrive sent that has no column or does not fit its column, under its own keys';

create table "pipedrive"."deals" (
  "id" bigint,
  "title" text,
  "status" text,
  "value" numeric,
  "currency" text,
  "owner_id" bigint,
  "creator_user_id" bigint,
  "person_id" bigint,
  "org_id" bigint,
  "pipeline_id" bigint,
  "stage_id" bigint,
  "add_time" timestamptz,
  "update_time" timestamptz,
  "stage_change_time" timestamptz,
  "won_time" timestamptz,
  "lost_time" timestamptz,
  "close_time" timestamptz,
  "archive_time" timestamptz,
  "local_won_date" date,
  "local_lost_date" date,
  "local_close_date" date,
  "expected_close_date" date,
  "probability" numeric,
  "lost_reason" text,
  "label_ids" bigint[],
  "visible_to" bigint,
  "is_deleted" boolean,
  "is_archived" boolean,
  "arr" numeric,
  "mrr" numeric,
  "acv" numeric,
  "origin" text,
  "origin_id" text,
  "channel" bigint,
  "channel_id" text,
  "next_activity_id" bigint,
  "last_activity_id" bigint,
  "first_won_time" timestamptz,
  "products_count" bigint,
  "files_count" bigint,
  "notes_count" bigint,
  "followers_count" bigint,
  "email_messages_count" bigint,
  "activities_count" bigint,
  "done_activities_count" bigint,
  "undone_activities_count" bigint,
  "participants_count" bigint,
  "last_incoming_mail_time" timestamptz,
  "last_outgoing_mail_time" timestamptz,
  "smart_bcc_email" text,
  "source_lead_id" uuid,
  "_deleted_at" timestamptz,
  "_extra" jsonb,
  "_synced_at" timestamptz not null default now(),
  primary key ("id")
);
comment on column "pipedrive"."deals"."_synced_at" is 'When the row was last written; an unchanged row keeps it';
comment on table "pipedrive"."deals" is 'Deals, archived and deleted ones included';
comment on column "pipedrive"."deals"."_deleted_at" is 'When Pipedrive deleted the record, or when it was found to be gone; null while it is there';
comment on column "pipedrive"."deals"."_extra" is 'What Pipedrive sent that has no column or does not fit its column, under its own keys';

create table "pipedrive"."deal_labels" (
  "deal_id" bigint,
  "position" bigint,
  "label_id" bigint,
  "_extra" jsonb,
  "_synced_at" timestamptz not null default now(),
  primary key ("deal_id", "position")
);
comment on column "pipedrive"."deal_labels"."_synced_at" is 'When the row was last written; an unchanged row keeps it';
comment on table "pipedrive"."deal_labels" is 'Labels of deals, one a row';
comment on column "pipedrive"."deal_labels"."deal_id" is 'deals.id';
comment on column "pipedrive"."deal_labels"."position" is 'Place in label_ids, from 0';
comment on column "pipedrive"."deal_labels"."_extra" is 'What Pipedrive sent that has no column or does not fit its column, under its own keys';

create table "pipedrive"."leads" (
  "id" uuid,
  "title" text,
  "value" numeric,
  "currency" text,
  "owner_id" bigint,
  "creator_id" bigint,
  "person_id" bigint,
  "organization_id" bigint,
  "label_ids" uuid[],
  "expected_close_date" date,
  "add_time" timestamptz,
  "update_time" timestamptz,
  "archive_time" timestamptz,
  "is_archived" boolean,
  "was_seen" boolean,
  "next_activity_id" bigint,
  "source_name" text,
  "source_deal_id" bigint,
  "origin" text,
  "origin_id" text,
  "channel" bigint,
  "channel_id" text,
  "visible_to" bigint,
  "cc_email" text,
  "_deleted_at" timestamptz,
  "_extra" jsonb,
  "_synced_at" timestamptz not null default now(),
  primary key ("id")
);
comment on column "pipedrive"."leads"."_synced_at" is 'When the row was last written; an unchanged row keeps it';
comment on table "pipedrive"."leads" is 'Leads, archived ones included';
comment on column "pipedrive"."leads"."_deleted_at" is 'When Pipedrive deleted the record, or when it was found to be gone; null while it is there';
comment on column "pipedrive"."leads"."_extra" is 'What Pipedrive sent that has no column or does not fit its column, under its own keys';

create table "pipedrive"."lead_labels_assigned" (
  "lead_id" uuid,
  "position" bigint,
  "label_id" uuid,
  "_extra" jsonb,
  "_synced_at" timestamptz not null default now(),
  primary key ("lead_id", "position")
);
comment on column "pipedrive"."lead_labels_assigned"."_synced_at" is 'When the row was last written; an unchanged row keeps it';
comment on table "pipedrive"."lead_labels_assigned" is 'Labels of leads, one a row';
comment on column "pipedrive"."lead_labels_assigned"."lead_id" is 'leads.id';
comment on column "pipedrive"."lead_labels_assigned"."position" is 'Place in label_ids, from 0';
comment on column "pipedrive"."lead_labels_assigned"."_extra" is 'What Pipedrive sent that has no column or does not fit its column, under its own keys';

create table "pipedrive"."activities" (
  "id" bigint,
  "subject" text,
  "type" text,
  "owner_id" bigint,
  "creator_user_id" bigint,
  "deal_id" bigint,
  "lead_id" uuid,
  "person_id" bigint,
  "org_id" bigint,
  "project_id" bigint,
  "add_time" timestamptz,
  "update_time" timestamptz,
  "due_date" date,
  "due_time" time,
  "duration" interval,
  "busy" boolean,
  "done" boolean,
  "marked_as_done_time" timestamptz,
  "is_deleted" boolean,
  "location" text,
  "location_subpremise" text,
  "location_street_number" text,
  "location_route" text,
  "location_sublocality" text,
  "location_locality" text,
  "location_admin_area_level_1" text,
  "location_admin_area_level_2" text,
  "location_country" text,
  "location_postal_code" text,
  "location_formatted_address" text,
  "conference_meeting_client" text,
  "conference_meeting_url" text,
  "conference_meeting_id" text,
  "public_description" text,
  "priority" bigint,
  "note" text,
  "_deleted_at" timestamptz,
  "_extra" jsonb,
  "_synced_at" timestamptz not null default now(),
  primary key ("id")
);
comment on column "pipedrive"."activities"."_synced_at" is 'When the row was last written; an unchanged row keeps it';
comment on table "pipedrive"."activities" is 'Calls, meetings, tasks and other activities';
comment on column "pipedrive"."activities"."_deleted_at" is 'When Pipedrive deleted the record, or when it was found to be gone; null while it is there';
comment on column "pipedrive"."activities"."_extra" is 'What Pipedrive sent that has no column or does not fit its column, under its own keys';

create table "pipedrive"."activity_participants" (
  "activity_id" bigint,
  "position" bigint,
  "person_id" bigint,
  "is_primary" boolean,
  "_extra" jsonb,
  "_synced_at" timestamptz not null default now(),
  primary key ("activity_id", "position")
);
comment on column "pipedrive"."activity_participants"."_synced_at" is 'When the row was last written; an unchanged row keeps it';
comment on table "pipedrive"."activity_participants" is 'Persons who take part in activities, one a row';
comment on column "pipedrive"."activity_participants"."activity_id" is 'activities.id';
comment on column "pipedrive"."activity_participants"."position" is 'Place in participants, from 0';
comment on column "pipedrive"."activity_participants"."_extra" is 'What Pipedrive sent that has no column or does not fit its column, under its own keys';

create table "pipedrive"."activity_attendees" (
  "activity_id" bigint,
  "position" bigint,
  "email" text,
  "name" text,
  "status" text,
  "is_organizer" boolean,
  "person_id" bigint,
  "user_id" bigint,
  "_extra" jsonb,
  "_synced_at" timestamptz not null default now(),
  primary key ("activity_id", "position")
);
comment on column "pipedrive"."activity_attendees"."_synced_at" is 'When the row was last written; an unchanged row keeps it';
comment on table "pipedrive"."activity_attendees" is 'People invited to activities, one a row';
comment on column "pipedrive"."activity_attendees"."activity_id" is 'activities.id';
comment on column "pipedrive"."activity_attendees"."position" is 'Place in attendees, from 0';
comment on column "pipedrive"."activity_attendees"."_extra" is 'What Pipedrive sent that has no column or does not fit its column, under its own keys';

create table "pipedrive"."notes" (
  "id" bigint,
  "content" text,
  "user_id" bigint,
  "last_update_user_id" bigint,
  "deal_id" bigint,
  "lead_id" uuid,
  "person_id" bigint,
  "org_id" bigint,
  "project_id" bigint,
  "task_id" bigint,
  "add_time" timestamptz,
  "update_time" timestamptz,
  "active_flag" boolean,
  "pinned_to_deal_flag" boolean,
  "pinned_to_lead_flag" boolean,
  "pinned_to_person_flag" boolean,
  "pinned_to_organization_flag" boolean,
  "pinned_to_project_flag" boolean,
  "pinned_to_task_flag" boolean,
  "deal_title" text,
  "lead_title" text,
  "person_name" text,
  "organization_name" text,
  "project_title" text,
  "task_title" text,
  "user_name" text,
  "user_email" text,
  "user_icon_url" text,
  "user_is_you" boolean,
  "_deleted_at" timestamptz,
  "_extra" jsonb,
  "_synced_at" timestamptz not null default now(),
  primary key ("id")
);
comment on column "pipedrive"."notes"."_synced_at" is 'When the row was last written; an unchanged row keeps it';
comment on table "pipedrive"."notes" is 'Notes on deals, persons, organizations, leads, projects and tasks (HTML)';
comment on column "pipedrive"."notes"."_deleted_at" is 'When Pipedrive deleted the record, or when it was found to be gone; null while it is there';
comment on column "pipedrive"."notes"."_extra" is 'What Pipedrive sent that has no column or does not fit its column, under its own keys';

create table "pipedrive"."files" (
  "id" bigint,
  "name" text,
  "file_name" text,
  "file_type" text,
  "file_size" bigint,
  "description" text,
  "url" text,
  "user_id" bigint,
  "deal_id" bigint,
  "lead_id" uuid,
  "person_id" bigint,
  "org_id" bigint,
  "product_id" bigint,
  "activity_id" bigint,
  "project_id" bigint,
  "mail_message_id" text,
  "mail_template_id" text,
  "add_time" timestamptz,
  "update_time" timestamptz,
  "active_flag" boolean,
  "inline_flag" boolean,
  "remote_location" text,
  "remote_id" text,
  "cid" text,
  "s3_bucket" text,
  "deal_name" text,
  "lead_name" text,
  "person_name" text,
  "org_name" text,
  "product_name" text,
  "project_name" text,
  "_deleted_at" timestamptz,
  "_extra" jsonb,
  "_synced_at" timestamptz not null default now(),
  primary key ("id")
);
comment on column "pipedrive"."files"."_synced_at" is 'When the row was last written; an unchanged row keeps it';
comment on table "pipedrive"."files" is 'Files that hang on records: what and where they are, not what is in them';
comment on column "pipedrive"."files"."_deleted_at" is 'When Pipedrive deleted the record, or when it was found to be gone; null while it is there';
comment on column "pipedrive"."files"."_extra" is 'What Pipedrive sent that has no column or does not fit its column, under its own keys';

create table "pipedrive"."activity_types" (
  "id" bigint,
  "name" text,
  "key_string" text,
  "icon_key" text,
  "color" text,
  "order_nr" bigint,
  "active_flag" boolean,
  "is_custom_flag" boolean,
  "add_time" timestamptz,
  "update_time" timestamptz,
  "_deleted_at" timestamptz,
  "_extra" jsonb,
  "_synced_at" timestamptz not null default now(),
  primary key ("id")
);
comment on column "pipedrive"."activity_types"."_synced_at" is 'When the row was last written; an unchanged row keeps it';
comment on table "pipedrive"."activity_types" is 'Types of activities; activities name one by its key_string';
comment on column "pipedrive"."activity_types"."_deleted_at" is 'When Pipedrive deleted the record, or when it was found to be gone; null while it is there';
comment on column "pipedrive"."activity_types"."_extra" is 'What Pipedrive sent that has no column or does not fit its column, under its own keys';

create table "pipedrive"."currencies" (
  "id" bigint,
  "code" text,
  "name" text,
  "symbol" text,
  "decimal_points" bigint,
  "active_flag" boolean,
  "is_custom_flag" boolean,
  "_deleted_at" timestamptz,
  "_extra" jsonb,
  "_synced_at" timestamptz not null default now(),
  primary key ("id")
);
comment on column "pipedrive"."currencies"."_synced_at" is 'When the row was last written; an unchanged row keeps it';
comment on table "pipedrive"."currencies" is 'Currencies in which the company may keep amounts';
comment on column "pipedrive"."currencies"."_deleted_at" is 'When Pipedrive deleted the record, or when it was found to be gone; null while it is there';
comment on column "pipedrive"."currencies"."_extra" is 'What Pipedrive sent that has no column or does not fit its column, under its own keys';

create table "pipedrive"."filters" (
  "id" bigint,
  "name" text,
  "type" text,
  "user_id" bigint,
  "visible_to" bigint,
  "filter_code" text,
  "is_editable" boolean,
  "active_flag" boolean,
  "temporary_flag" boolean,
  "custom_view_id" bigint,
  "add_time" timestamptz,
  "update_time" timestamptz,
  "last_used_time" timestamptz,
  "_deleted_at" timestamptz,
  "_extra" jsonb,
  "_synced_at" timestamptz not null default now(),
  primary key ("id")
);
comment on column "pipedrive"."filters"."_synced_at" is 'When the row was last written; an unchanged row keeps it';
comment on table "pipedrive"."filters" is 'Filters that the token''s user may see, without their conditions';
comment on column "pipedrive"."filters"."_deleted_at" is 'When Pipedrive deleted the record, or when it was found to be gone; null while it is there';
comment on column "pipedrive"."filters"."_extra" is 'What Pipedrive sent that has no column or does not fit its column, under its own keys';

create table "pipedrive"."lead_labels" (
  "id" uuid,
  "name" text,
  "color" text,
  "add_time" timestamptz,
  "update_time" timestamptz,
  "_deleted_at" timestamptz,
  "_extra" jsonb,
  "_synced_at" timestamptz not null default now(),
  primary key ("id")
);
comment on column "pipedrive"."lead_labels"."_synced_at" is 'When the row was last written; an unchanged row keeps it';
comment on table "pipedrive"."lead_labels" is 'Labels that leads may have (label_ids)';
comment on column "pipedrive"."lead_labels"."_deleted_at" is 'When Pipedrive deleted the record, or when it was found to be gone; null while it is there';
comment on column "pipedrive"."lead_labels"."_extra" is 'What Pipedrive sent that has no column or does not fit its column, under its own keys';

create table "pipedrive"."lead_sources" (
  "name" text,
  "_deleted_at" timestamptz,
  "_extra" jsonb,
  "_synced_at" timestamptz not null default now(),
  primary key ("name")
);
comment on column "pipedrive"."lead_sources"."_synced_at" is 'When the row was last written; an unchanged row keeps it';
comment on table "pipedrive"."lead_sources" is 'Where leads may come from (source_name)';
comment on column "pipedrive"."lead_sources"."_deleted_at" is 'When Pipedrive deleted the record, or when it was found to be gone; null while it is there';
comment on column "pipedrive"."lead_sources"."_extra" is 'What Pipedrive sent that has no column or does not fit its column, under its own keys';

create table "pipedrive"."roles" (
  "id" bigint,
  "parent_role_id" bigint,
  "name" text,
  "level" bigint,
  "active_flag" boolean,
  "assignment_count" bigint,
  "sub_role_count" bigint,
  "_deleted_at" timestamptz,
  "_extra" jsonb,
  "_synced_at" timestamptz not null default now(),
  primary key ("id")
);
comment on column "pipedrive"."roles"."_synced_at" is 'When the row was last written; an unchanged row keeps it';
comment on table "pipedrive"."roles" is 'Roles: the visibility groups that users are in';
comment on column "pipedrive"."roles"."_deleted_at" is 'When Pipedrive deleted the record, or when it was found to be gone; null while it is there';
comment on column "pipedrive"."roles"."_extra" is 'What Pipedrive sent that has no column or does not fit its column, under its own keys';

create table "pipedrive"."permission_sets" (
  "id" uuid,
  "name" text,
  "description" text,
  "app" text,
  "type" text,
  "assignment_count" bigint,
  "_deleted_at" timestamptz,
  "_extra" jsonb,
  "_synced_at" timestamptz not null default now(),
  primary key ("id")
);
comment on column "pipedrive"."permission_sets"."_synced_at" is 'When the row was last written; an unchanged row keeps it';
comment on table "pipedrive"."permission_sets" is 'Permission sets of the apps; users.access names them';
comment on column "pipedrive"."permission_sets"."_deleted_at" is 'When Pipedrive deleted the record, or when it was found to be gone; null while it is there';
comment on column "pipedrive"."permission_sets"."_extra" is 'What Pipedrive sent that has no column or does not fit its column, under its own keys';

create table "pipedrive"."teams" (
  "id" bigint,
  "name" text,
  "description" text,
  "manager_id" bigint,
  "users" bigint[],
  "active_flag" boolean,
  "deleted_flag" boolean,
  "add_time" timestamptz,
  "created_by_user_id" bigint,
  "_deleted_at" timestamptz,
  "_extra" jsonb,
  "_synced_at" timestamptz not null default now(),
  primary key ("id")
);
comment on column "pipedrive"."teams"."_synced_at" is 'When the row was last written; an unchanged row keeps it';
comment on table "pipedrive"."teams" is 'Teams of users';
comment on column "pipedrive"."teams"."_deleted_at" is 'When Pipedrive deleted the record, or when it was found to be gone; null while it is there';
comment on column "pipedrive"."teams"."_extra" is 'What Pipedrive sent that has no column or does not fit its column, under its own keys';

create table "pipedrive"."webhooks" (
  "id" bigint,
  "name" text,
  "type" text,
  "version" text,
  "event_action" text,
  "event_object" text,
  "subscription_url" text,
  "http_auth_user" text,
  "company_id" bigint,
  "owner_id" bigint,
  "user_id" bigint,
  "admin_id" bigint,
  "is_active" boolean,
  "add_time" timestamptz,
  "remove_time" timestamptz,
  "remove_reason" text,
  "last_delivery_time" timestamptz,
  "last_http_status" bigint,
  "_deleted_at" timestamptz,
  "_extra" jsonb,
  "_synced_at" timestamptz not null default now(),
  primary key ("id")
);
comment on column "pipedrive"."webhooks"."_synced_at" is 'When the row was last written; an unchanged row keeps it';
comment on table "pipedrive"."webhooks" is 'Webhooks of the company, without their passwords';
comment on column "pipedrive"."webhooks"."_deleted_at" is 'When Pipedrive deleted the record, or when it was found to be gone; null while it is there';
comment on column "pipedrive"."webhooks"."_extra" is 'What Pipedrive sent that has no column or does not fit its column, under its own keys';

create table "pipedrive"."billing_addons" (
  "code" text,
  "_deleted_at" timestamptz,
  "_extra" jsonb,
  "_synced_at" timestamptz not null default now(),
  primary key ("code")
);
comment on column "pipedrive"."billing_addons"."_synced_at" is 'When the row was last written; an unchanged row keeps it';
comment on table "pipedrive"."billing_addons" is 'Add-ons that the company pays for';
comment on column "pipedrive"."billing_addons"."_deleted_at" is 'When Pipedrive deleted the record, or when it was found to be gone; null while it is there';
comment on column "pipedrive"."billing_addons"."_extra" is 'What Pipedrive sent that has no column or does not fit its column, under its own keys';

create table "pipedrive"."user_connections" (
  "user_id" bigint,
  "service" text,
  "account_id" text,
  "_deleted_at" timestamptz,
  "_extra" jsonb,
  "_synced_at" timestamptz not null default now(),
  primary key ("user_id", "service")
);
comment on column "pipedrive"."user_connections"."_synced_at" is 'When the row was last written; an unchanged row keeps it';
comment on table "pipedrive"."user_connections" is 'Accounts at other services that the token''s user has connected';
comment on column "pipedrive"."user_connections"."_deleted_at" is 'When Pipedrive deleted the record, or when it was found to be gone; null while it is there';
comment on column "pipedrive"."user_connections"."_extra" is 'What Pipedrive sent that has no column or does not fit its column, under its own keys';

create table "pipedrive"."user_settings" (
  "user_id" bigint,
  "name" text,
  "value" jsonb,
  "_deleted_at" timestamptz,
  "_extra" jsonb,
  "_synced_at" timestamptz not null default now(),
  primary key ("user_id", "name")
);
comment on column "pipedrive"."user_settings"."_synced_at" is 'When the row was last written; an unchanged row keeps it';
comment on table "pipedrive"."user_settings" is 'Settings of the token''s user, one a row';
comment on column "pipedrive"."user_settings"."_deleted_at" is 'When Pipedrive deleted the record, or when it was found to be gone; null while it is there';
comment on column "pipedrive"."user_settings"."_extra" is 'What Pipedrive sent that has no column or does not fit its column, under its own keys';

create table "pipedrive"."company" (
  "company_id" bigint,
  "company_name" text,
  "company_domain" text,
  "company_country" text,
  "company_industry" text,
  "language_code" text,
  "language_country_code" text,
  "_deleted_at" timestamptz,
  "_extra" jsonb,
  "_synced_at" timestamptz not null default now(),
  primary key ("company_id")
);
comment on column "pipedrive"."company"."_synced_at" is 'When the row was last written; an unchanged row keeps it';
comment on table "pipedrive"."company" is 'The company whose data this is, in one row';
comment on column "pipedrive"."company"."_deleted_at" is 'When Pipedrive deleted the record, or when it was found to be gone; null while it is there';
comment on column "pipedrive"."company"."_extra" is 'What Pipedrive sent that has no column or does not fit its column, under its own keys';

create table "pipedrive"."goals" (
  "id" text,
  "title" text,
  "owner_id" bigint,
  "type_name" text,
  "type_params" jsonb,
  "assignee_type" text,
  "assignee_id" bigint,
  "interval" text,
  "duration_start" date,
  "duration_end" date,
  "expected_outcome_target" numeric,
  "expected_outcome_tracking_metric" text,
  "expected_outcome_currency_id" bigint,
  "is_active" boolean,
  "report_ids" text[],
  "_deleted_at" timestamptz,
  "_extra" jsonb,
  "_synced_at" timestamptz not null default now(),
  primary key ("id")
);
comment on column "pipedrive"."goals"."_synced_at" is 'When the row was last written; an unchanged row keeps it';
comment on table "pipedrive"."goals" is 'Goals of users, teams and the company, those that are over included';
comment on column "pipedrive"."goals"."_deleted_at" is 'When Pipedrive deleted the record, or when it was found to be gone; null while it is there';
comment on column "pipedrive"."goals"."_extra" is 'What Pipedrive sent that has no column or does not fit its column, under its own keys';

create table "pipedrive"."call_logs" (
  "id" text,
  "user_id" bigint,
  "activity_id" bigint,
  "person_id" bigint,
  "org_id" bigint,
  "deal_id" bigint,
  "lead_id" uuid,
  "subject" text,
  "note" text,
  "outcome" text,
  "duration" bigint,
  "start_time" timestamptz,
  "end_time" timestamptz,
  "from_phone_number" text,
  "to_phone_number" text,
  "has_recording" boolean,
  "company_id" bigint,
  "_deleted_at" timestamptz,
  "_extra" jsonb,
  "_synced_at" timestamptz not null default now(),
  primary key ("id")
);
comment on column "pipedrive"."call_logs"."_synced_at" is 'When the row was last written; an unchanged row keeps it';
comment on table "pipedrive"."call_logs" is 'Calls of the token''s user';
comment on column "pipedrive"."call_logs"."_deleted_at" is 'When Pipedrive deleted the record, or when it was found to be gone; null while it is there';
comment on column "pipedrive"."call_logs"."_extra" is 'What Pipedrive sent that has no column or does not fit its column, under its own keys';

create table "pipedrive"."record_merges" (
  "entity" text,
  "absorbed_id" bigint,
  "survivor_id" bigint,
  "update_time" timestamptz,
  "_deleted_at" timestamptz,
  "_extra" jsonb,
  "_synced_at" timestamptz not null default now(),
  primary key ("entity", "absorbed_id")
);
comment on column "pipedrive"."record_merges"."_synced_at" is 'When the row was last written; an unchanged row keeps it';
comment on table "pipedrive"."record_merges" is 'The id of a merged record and that of the record which took it in, as far as Pipedrive tells them';
comment on column "pipedrive"."record_merges"."_deleted_at" is 'When Pipedrive deleted the record, or when it was found to be gone; null while it is there';
comment on column "pipedrive"."record_merges"."_extra" is 'What Pipedrive sent that has no column or does not fit its column, under its own keys';

create table "pipedrive"."projects" (
  "id" bigint,
  "title" text,
  "description" text,
  "status" text,
  "board_id" bigint,
  "phase_id" bigint,
  "owner_id" bigint,
  "start_date" date,
  "end_date" date,
  "deal_ids" bigint[],
  "person_ids" bigint[],
  "org_ids" bigint[],
  "label_ids" bigint[],
  "health_status" bigint,
  "add_time" timestamptz,
  "update_time" timestamptz,
  "status_change_time" timestamptz,
  "archive_time" timestamptz,
  "_deleted_at" timestamptz,
  "_extra" jsonb,
  "_synced_at" timestamptz not null default now(),
  primary key ("id")
);
comment on column "pipedrive"."projects"."_synced_at" is 'When the row was last written; an unchanged row keeps it';
comment on table "pipedrive"."projects" is 'Projects, archived and deleted ones included';
comment on column "pipedrive"."projects"."_deleted_at" is 'When Pipedrive deleted the record, or when it was found to be gone; null while it is there';
comment on column "pipedrive"."projects"."_extra" is 'What Pipedrive sent that has no column or does not fit its column, under its own keys';

create table "pipedrive"."tasks" (
  "id" bigint,
  "title" text,
  "description" text,
  "project_id" bigint,
  "parent_task_id" bigint,
  "creator_id" bigint,
  "assignee_ids" bigint[],
  "is_done" boolean,
  "is_milestone" boolean,
  "priority" bigint,
  "start_date" date,
  "due_date" date,
  "add_time" timestamptz,
  "update_time" timestamptz,
  "marked_as_done_time" timestamptz,
  "_deleted_at" timestamptz,
  "_extra" jsonb,
  "_synced_at" timestamptz not null default now(),
  primary key ("id")
);
comment on column "pipedrive"."tasks"."_synced_at" is 'When the row was last written; an unchanged row keeps it';
comment on table "pipedrive"."tasks" is 'Tasks of projects';
comment on column "pipedrive"."tasks"."_deleted_at" is 'When Pipedrive deleted the record, or when it was found to be gone; null while it is there';
comment on column "pipedrive"."tasks"."_extra" is 'What Pipedrive sent that has no column or does not fit its column, under its own keys';

create table "pipedrive"."project_boards" (
  "id" bigint,
  "name" text,
  "order_nr" bigint,
  "add_time" timestamptz,
  "update_time" timestamptz,
  "_deleted_at" timestamptz,
  "_extra" jsonb,
  "_synced_at" timestamptz not null default now(),
  primary key ("id")
);
comment on column "pipedrive"."project_boards"."_synced_at" is 'When the row was last written; an unchanged row keeps it';
comment on table "pipedrive"."project_boards" is 'Boards on which projects stand';
comment on column "pipedrive"."project_boards"."_deleted_at" is 'When Pipedrive deleted the record, or when it was found to be gone; null while it is there';
comment on column "pipedrive"."project_boards"."_extra" is 'What Pipedrive sent that has no column or does not fit its column, under its own keys';

create table "pipedrive"."project_templates" (
  "id" bigint,
  "title" text,
  "description" text,
  "projects_board_id" bigint,
  "owner_id" bigint,
  "add_time" timestamptz,
  "update_time" timestamptz,
  "_deleted_at" timestamptz,
  "_extra" jsonb,
  "_synced_at" timestamptz not null default now(),
  primary key ("id")
);
comment on column "pipedrive"."project_templates"."_synced_at" is 'When the row was last written; an unchanged row keeps it';
comment on table "pipedrive"."project_templates" is 'Templates that projects are made from';
comment on column "pipedrive"."project_templates"."_deleted_at" is 'When Pipedrive deleted the record, or when it was found to be gone; null while it is there';
comment on column "pipedrive"."project_templates"."_extra" is 'What Pipedrive sent that has no column or does not fit its column, under its own keys';

create table "pipedrive"."mail_threads" (
  "id" bigint,
  "account_id" text,
  "user_id" bigint,
  "subject" text,
  "snippet" text,
  "snippet_draft" text,
  "snippet_sent" text,
  "folders" text[],
  "parties" jsonb,
  "drafts_parties" jsonb,
  "message_count" bigint,
  "version" bigint,
  "deal_id" bigint,
  "deal_status" text,
  "lead_id" uuid,
  "read_flag" boolean,
  "mail_tracking_status" text,
  "mail_link_tracking_enabled_flag" boolean,
  "has_attachments_flag" boolean,
  "has_inline_attachments_flag" boolean,
  "has_real_attachments_flag" boolean,
  "has_draft_flag" boolean,
  "has_sent_flag" boolean,
  "deleted_flag" boolean,
  "synced_flag" boolean,
  "smart_bcc_flag" boolean,
  "archived_flag" boolean,
  "shared_flag" boolean,
  "external_deleted_flag" boolean,
  "first_message_to_me_flag" boolean,
  "all_messages_sent_flag" boolean,
  "first_message_timestamp" timestamptz,
  "last_message_timestamp" timestamptz,
  "last_message_sent_timestamp" timestamptz,
  "last_message_received_timestamp" timestamptz,
  "add_time" timestamptz,
  "update_time" timestamptz,
  "_deleted_at" timestamptz,
  "_extra" jsonb,
  "_synced_at" timestamptz not null default now(),
  primary key ("id")
);
comment on column "pipedrive"."mail_threads"."_synced_at" is 'When the row was last written; an unchanged row keeps it';
comment on table "pipedrive"."mail_threads" is 'Mail threads of the token''s user';
comment on column "pipedrive"."mail_threads"."_deleted_at" is 'When Pipedrive deleted the record, or when it was found to be gone; null while it is there';
comment on column "pipedrive"."mail_threads"."_extra" is 'What Pipedrive sent that has no column or does not fit its column, under its own keys';

create table "pipedrive"."deal_products" (
  "id" bigint,
  "deal_id" bigint,
  "product_id" bigint,
  "product_variation_id" bigint,
  "name" text,
  "order_nr" bigint,
  "quantity" numeric,
  "item_price" numeric,
  "currency" text,
  "discount" numeric,
  "discount_type" text,
  "tax" numeric,
  "tax_method" text,
  "sum" numeric,
  "comments" text,
  "is_enabled" boolean,
  "billing_frequency" text,
  "billing_frequency_cycles" bigint,
  "billing_start_date" date,
  "add_time" timestamptz,
  "update_time" timestamptz,
  "_deleted_at" timestamptz,
  "_extra" jsonb,
  "_synced_at" timestamptz not null default now(),
  primary key ("id")
);
comment on column "pipedrive"."deal_products"."_synced_at" is 'When the row was last written; an unchanged row keeps it';
comment on table "pipedrive"."deal_products" is 'Products of deals, one line of a deal a row';
comment on column "pipedrive"."deal_products"."_deleted_at" is 'When Pipedrive deleted the record, or when it was found to be gone; null while it is there';
comment on column "pipedrive"."deal_products"."_extra" is 'What Pipedrive sent that has no column or does not fit its column, under its own keys';

create table "pipedrive"."deal_installments" (
  "id" bigint,
  "deal_id" bigint,
  "amount" numeric,
  "billing_date" date,
  "description" text,
  "_deleted_at" timestamptz,
  "_extra" jsonb,
  "_synced_at" timestamptz not null default now(),
  primary key ("id")
);
comment on column "pipedrive"."deal_installments"."_synced_at" is 'When the row was last written; an unchanged row keeps it';
comment on table "pipedrive"."deal_installments" is 'Instalments in which deals with products are billed';
comment on column "pipedrive"."deal_installments"."_deleted_at" is 'When Pipedrive deleted the record, or when it was found to be gone; null while it is there';
comment on column "pipedrive"."deal_installments"."_extra" is 'What Pipedrive sent that has no column or does not fit its column, under its own keys';

create table "pipedrive"."deal_discounts" (
  "id" uuid,
  "deal_id" bigint,
  "type" text,
  "amount" numeric,
  "description" text,
  "created_at" timestamptz,
  "created_by" bigint,
  "updated_at" timestamptz,
  "updated_by" bigint,
  "_deleted_at" timestamptz,
  "_extra" jsonb,
  "_synced_at" timestamptz not null default now(),
  primary key ("id")
);
comment on column "pipedrive"."deal_discounts"."_synced_at" is 'When the row was last written; an unchanged row keeps it';
comment on table "pipedrive"."deal_discounts" is 'Discounts on deals as a whole';
comment on column "pipedrive"."deal_discounts"."_deleted_at" is 'When Pipedrive deleted the record, or when it was found to be gone; null while it is there';
comment on column "pipedrive"."deal_discounts"."_extra" is 'What Pipedrive sent that has no column or does not fit its column, under its own keys';

create table "pipedrive"."deal_participants" (
  "id" bigint,
  "deal_id" bigint,
  "person_id" bigint,
  "add_time" timestamptz,
  "active_flag" boolean,
  "_deleted_at" timestamptz,
  "_extra" jsonb,
  "_synced_at" timestamptz not null default now(),
  primary key ("id")
);
comment on column "pipedrive"."deal_participants"."_synced_at" is 'When the row was last written; an unchanged row keeps it';
comment on table "pipedrive"."deal_participants" is 'Persons who take part in deals';
comment on column "pipedrive"."deal_participants"."_deleted_at" is 'When Pipedrive deleted the record, or when it was found to be gone; null while it is there';
comment on column "pipedrive"."deal_participants"."_extra" is 'What Pipedrive sent that has no column or does not fit its column, under its own keys';

create table "pipedrive"."deal_participant_changes" (
  "deal_id" bigint,
  "person_id" bigint,
  "time" timestamptz,
  "action" text,
  "actor_user_id" bigint,
  "_deleted_at" timestamptz,
  "_extra" jsonb,
  "_synced_at" timestamptz not null default now(),
  primary key ("deal_id", "person_id", "time", "action")
);
comment on column "pipedrive"."deal_participant_changes"."_synced_at" is 'When the row was last written; an unchanged row keeps it';
comment on table "pipedrive"."deal_participant_changes" is 'When persons became participants of deals, and when they ceased to be';
comment on column "pipedrive"."deal_participant_changes"."_deleted_at" is 'When Pipedrive deleted the record, or when it was found to be gone; null while it is there';
comment on column "pipedrive"."deal_participant_changes"."_extra" is 'What Pipedrive sent that has no column or does not fit its column, under its own keys';

create table "pipedrive"."deal_followers" (
  "deal_id" bigint,
  "user_id" bigint,
  "add_time" timestamptz,
  "_deleted_at" timestamptz,
  "_extra" jsonb,
  "_synced_at" timestamptz not null default now(),
  primary key ("deal_id", "user_id")
);
comment on column "pipedrive"."deal_followers"."_synced_at" is 'When the row was last written; an unchanged row keeps it';
comment on table "pipedrive"."deal_followers" is 'Users who follow deals';
comment on column "pipedrive"."deal_followers"."_deleted_at" is 'When Pipedrive deleted the record, or when it was found to be gone; null while it is there';
comment on column "pipedrive"."deal_followers"."_extra" is 'What Pipedrive sent that has no column or does not fit its column, under its own keys';

create table "pipedrive"."person_followers" (
  "person_id" bigint,
  "user_id" bigint,
  "add_time" timestamptz,
  "_deleted_at" timestamptz,
  "_extra" jsonb,
  "_synced_at" timestamptz not null default now(),
  primary key ("person_id", "user_id")
);
comment on column "pipedrive"."person_followers"."_synced_at" is 'When the row was last written; an unchanged row keeps it';
comment on table "pipedrive"."person_followers" is 'Users who follow persons';
comment on column "pipedrive"."person_followers"."_deleted_at" is 'When Pipedrive deleted the record, or when it was found to be gone; null while it is there';
comment on column "pipedrive"."person_followers"."_extra" is 'What Pipedrive sent that has no column or does not fit its column, under its own keys';

create table "pipedrive"."organization_followers" (
  "org_id" bigint,
  "user_id" bigint,
  "add_time" timestamptz,
  "_deleted_at" timestamptz,
  "_extra" jsonb,
  "_synced_at" timestamptz not null default now(),
  primary key ("org_id", "user_id")
);
comment on column "pipedrive"."organization_followers"."_synced_at" is 'When the row was last written; an unchanged row keeps it';
comment on table "pipedrive"."organization_followers" is 'Users who follow organizations';
comment on column "pipedrive"."organization_followers"."_deleted_at" is 'When Pipedrive deleted the record, or when it was found to be gone; null while it is there';
comment on column "pipedrive"."organization_followers"."_extra" is 'What Pipedrive sent that has no column or does not fit its column, under its own keys';

create table "pipedrive"."product_followers" (
  "product_id" bigint,
  "user_id" bigint,
  "add_time" timestamptz,
  "_deleted_at" timestamptz,
  "_extra" jsonb,
  "_synced_at" timestamptz not null default now(),
  primary key ("product_id", "user_id")
);
comment on column "pipedrive"."product_followers"."_synced_at" is 'When the row was last written; an unchanged row keeps it';
comment on table "pipedrive"."product_followers" is 'Users who follow products';
comment on column "pipedrive"."product_followers"."_deleted_at" is 'When Pipedrive deleted the record, or when it was found to be gone; null while it is there';
comment on column "pipedrive"."product_followers"."_extra" is 'What Pipedrive sent that has no column or does not fit its column, under its own keys';

create table "pipedrive"."user_followers" (
  "followed_user_id" bigint,
  "user_id" bigint,
  "add_time" timestamptz,
  "_deleted_at" timestamptz,
  "_extra" jsonb,
  "_synced_at" timestamptz not null default now(),
  primary key ("followed_user_id", "user_id")
);
comment on column "pipedrive"."user_followers"."_synced_at" is 'When the row was last written; an unchanged row keeps it';
comment on table "pipedrive"."user_followers" is 'Users who follow users';
comment on column "pipedrive"."user_followers"."_deleted_at" is 'When Pipedrive deleted the record, or when it was found to be gone; null while it is there';
comment on column "pipedrive"."user_followers"."_extra" is 'What Pipedrive sent that has no column or does not fit its column, under its own keys';

create table "pipedrive"."note_comments" (
  "id" uuid,
  "note_id" bigint,
  "content" text,
  "user_id" bigint,
  "updater_id" bigint,
  "add_time" timestamptz,
  "update_time" timestamptz,
  "active_flag" boolean,
  "object_id" text,
  "object_type" text,
  "company_id" bigint,
  "_deleted_at" timestamptz,
  "_extra" jsonb,
  "_synced_at" timestamptz not null default now(),
  primary key ("id")
);
comment on column "pipedrive"."note_comments"."_synced_at" is 'When the row was last written; an unchanged row keeps it';
comment on table "pipedrive"."note_comments" is 'Comments on notes';
comment on column "pipedrive"."note_comments"."_deleted_at" is 'When Pipedrive deleted the record, or when it was found to be gone; null while it is there';
comment on column "pipedrive"."note_comments"."_extra" is 'What Pipedrive sent that has no column or does not fit its column, under its own keys';

create table "pipedrive"."product_variations" (
  "id" bigint,
  "product_id" bigint,
  "name" text,
  "prices" jsonb,
  "_deleted_at" timestamptz,
  "_extra" jsonb,
  "_synced_at" timestamptz not null default now(),
  primary key ("id")
);
comment on column "pipedrive"."product_variations"."_synced_at" is 'When the row was last written; an unchanged row keeps it';
comment on table "pipedrive"."product_variations" is 'Variations of products, with their prices';
comment on column "pipedrive"."product_variations"."_deleted_at" is 'When Pipedrive deleted the record, or when it was found to be gone; null while it is there';
comment on column "pipedrive"."product_variations"."_extra" is 'What Pipedrive sent that has no column or does not fit its column, under its own keys';

create table "pipedrive"."project_phases" (
  "id" bigint,
  "board_id" bigint,
  "name" text,
  "order_nr" bigint,
  "add_time" timestamptz,
  "update_time" timestamptz,
  "_deleted_at" timestamptz,
  "_extra" jsonb,
  "_synced_at" timestamptz not null default now(),
  primary key ("id")
);
comment on column "pipedrive"."project_phases"."_synced_at" is 'When the row was last written; an unchanged row keeps it';
comment on table "pipedrive"."project_phases" is 'Phases of the boards';
comment on column "pipedrive"."project_phases"."_deleted_at" is 'When Pipedrive deleted the record, or when it was found to be gone; null while it is there';
comment on column "pipedrive"."project_phases"."_extra" is 'What Pipedrive sent that has no column or does not fit its column, under its own keys';

create table "pipedrive"."role_assignments" (
  "role_id" bigint,
  "user_id" bigint,
  "active_flag" boolean,
  "type" text,
  "_deleted_at" timestamptz,
  "_extra" jsonb,
  "_synced_at" timestamptz not null default now(),
  primary key ("role_id", "user_id")
);
comment on column "pipedrive"."role_assignments"."_synced_at" is 'When the row was last written; an unchanged row keeps it';
comment on table "pipedrive"."role_assignments" is 'Which users have which role';
comment on column "pipedrive"."role_assignments"."_deleted_at" is 'When Pipedrive deleted the record, or when it was found to be gone; null while it is there';
comment on column "pipedrive"."role_assignments"."_extra" is 'What Pipedrive sent that has no column or does not fit its column, under its own keys';

create table "pipedrive"."role_settings" (
  "role_id" bigint,
  "name" text,
  "value" jsonb,
  "_deleted_at" timestamptz,
  "_extra" jsonb,
  "_synced_at" timestamptz not null default now(),
  primary key ("role_id", "name")
);
comment on column "pipedrive"."role_settings"."_synced_at" is 'When the row was last written; an unchanged row keeps it';
comment on table "pipedrive"."role_settings" is 'Who sees what users of a role add, one setting a row';
comment on column "pipedrive"."role_settings"."_deleted_at" is 'When Pipedrive deleted the record, or when it was found to be gone; null while it is there';
comment on column "pipedrive"."role_settings"."_extra" is 'What Pipedrive sent that has no column or does not fit its column, under its own keys';

create table "pipedrive"."role_pipelines" (
  "role_id" bigint,
  "pipeline_id" bigint,
  "_deleted_at" timestamptz,
  "_extra" jsonb,
  "_synced_at" timestamptz not null default now(),
  primary key ("role_id", "pipeline_id")
);
comment on column "pipedrive"."role_pipelines"."_synced_at" is 'When the row was last written; an unchanged row keeps it';
comment on table "pipedrive"."role_pipelines" is 'Pipelines that users of a role see';
comment on column "pipedrive"."role_pipelines"."_deleted_at" is 'When Pipedrive deleted the record, or when it was found to be gone; null while it is there';
comment on column "pipedrive"."role_pipelines"."_extra" is 'What Pipedrive sent that has no column or does not fit its column, under its own keys';

create table "pipedrive"."permission_set_assignments" (
  "permission_set_id" uuid,
  "user_id" bigint,
  "_deleted_at" timestamptz,
  "_extra" jsonb,
  "_synced_at" timestamptz not null default now(),
  primary key ("permission_set_id", "user_id")
);
comment on column "pipedrive"."permission_set_assignments"."_synced_at" is 'When the row was last written; an unchanged row keeps it';
comment on table "pipedrive"."permission_set_assignments" is 'Which users have which permission set';
comment on column "pipedrive"."permission_set_assignments"."_deleted_at" is 'When Pipedrive deleted the record, or when it was found to be gone; null while it is there';
comment on column "pipedrive"."permission_set_assignments"."_extra" is 'What Pipedrive sent that has no column or does not fit its column, under its own keys';

create table "pipedrive"."team_users" (
  "team_id" bigint,
  "user_id" bigint,
  "_deleted_at" timestamptz,
  "_extra" jsonb,
  "_synced_at" timestamptz not null default now(),
  primary key ("team_id", "user_id")
);
comment on column "pipedrive"."team_users"."_synced_at" is 'When the row was last written; an unchanged row keeps it';
comment on table "pipedrive"."team_users" is 'Which users belong to which team';
comment on column "pipedrive"."team_users"."_deleted_at" is 'When Pipedrive deleted the record, or when it was found to be gone; null while it is there';
comment on column "pipedrive"."team_users"."_extra" is 'What Pipedrive sent that has no column or does not fit its column, under its own keys';

create table "pipedrive"."user_permissions" (
  "user_id" bigint,
  "name" text,
  "value" boolean,
  "_deleted_at" timestamptz,
  "_extra" jsonb,
  "_synced_at" timestamptz not null default now(),
  primary key ("user_id", "name")
);
comment on column "pipedrive"."user_permissions"."_synced_at" is 'When the row was last written; an unchanged row keeps it';
comment on table "pipedrive"."user_permissions" is 'What users may do, one permission a row';
comment on column "pipedrive"."user_permissions"."_deleted_at" is 'When Pipedrive deleted the record, or when it was found to be gone; null while it is there';
comment on column "pipedrive"."user_permissions"."_extra" is 'What Pipedrive sent that has no column or does not fit its column, under its own keys';

create table "pipedrive"."goal_results" (
  "goal_id" text,
  "progress" numeric,
  "period_start" date,
  "period_end" date,
  "_deleted_at" timestamptz,
  "_extra" jsonb,
  "_synced_at" timestamptz not null default now(),
  primary key ("goal_id")
);
comment on column "pipedrive"."goal_results"."_synced_at" is 'When the row was last written; an unchanged row keeps it';
comment on table "pipedrive"."goal_results" is 'How far goals have come, from their beginning to their end or to today';
comment on column "pipedrive"."goal_results"."_deleted_at" is 'When Pipedrive deleted the record, or when it was found to be gone; null while it is there';
comment on column "pipedrive"."goal_results"."_extra" is 'What Pipedrive sent that has no column or does not fit its column, under its own keys';

create table "pipedrive"."organization_relationships" (
  "id" bigint,
  "type" text,
  "rel_owner_org_id" bigint,
  "rel_linked_org_id" bigint,
  "add_time" timestamptz,
  "update_time" timestamptz,
  "active_flag" boolean,
  "_deleted_at" timestamptz,
  "_extra" jsonb,
  "_synced_at" timestamptz not null default now(),
  primary key ("id")
);
comment on column "pipedrive"."organization_relationships"."_synced_at" is 'When the row was last written; an unchanged row keeps it';
comment on table "pipedrive"."organization_relationships" is 'How organizations belong together';
comment on column "pipedrive"."organization_relationships"."_deleted_at" is 'When Pipedrive deleted the record, or when it was found to be gone; null while it is there';
comment on column "pipedrive"."organization_relationships"."_extra" is 'What Pipedrive sent that has no column or does not fit its column, under its own keys';

create table "pipedrive"."deal_changes" (
  "deal_id" bigint,
  "field_key" text,
  "time" timestamptz,
  "actor_user_id" bigint,
  "position" bigint,
  "old_value" text,
  "new_value" text,
  "change_source" text,
  "change_source_user_agent" text,
  "is_bulk_update_flag" boolean,
  "_deleted_at" timestamptz,
  "_extra" jsonb,
  "_synced_at" timestamptz not null default now(),
  primary key ("deal_id", "field_key", "time", "actor_user_id", "position")
);
comment on column "pipedrive"."deal_changes"."_synced_at" is 'When the row was last written; an unchanged row keeps it';
comment on table "pipedrive"."deal_changes" is 'What was changed in deals, field by field';
comment on column "pipedrive"."deal_changes"."_deleted_at" is 'When Pipedrive deleted the record, or when it was found to be gone; null while it is there';
comment on column "pipedrive"."deal_changes"."_extra" is 'What Pipedrive sent that has no column or does not fit its column, under its own keys';

create table "pipedrive"."person_changes" (
  "person_id" bigint,
  "field_key" text,
  "time" timestamptz,
  "actor_user_id" bigint,
  "position" bigint,
  "old_value" text,
  "new_value" text,
  "change_source" text,
  "change_source_user_agent" text,
  "is_bulk_update_flag" boolean,
  "_deleted_at" timestamptz,
  "_extra" jsonb,
  "_synced_at" timestamptz not null default now(),
  primary key ("person_id", "field_key", "time", "actor_user_id", "position")
);
comment on column "pipedrive"."person_changes"."_synced_at" is 'When the row was last written; an unchanged row keeps it';
comment on table "pipedrive"."person_changes" is 'What was changed in persons, field by field';
comment on column "pipedrive"."person_changes"."_deleted_at" is 'When Pipedrive deleted the record, or when it was found to be gone; null while it is there';
comment on column "pipedrive"."person_changes"."_extra" is 'What Pipedrive sent that has no column or does not fit its column, under its own keys';

create table "pipedrive"."organization_changes" (
  "org_id" bigint,
  "field_key" text,
  "time" timestamptz,
  "actor_user_id" bigint,
  "position" bigint,
  "old_value" text,
  "new_value" text,
  "change_source" text,
  "change_source_user_agent" text,
  "is_bulk_update_flag" boolean,
  "_deleted_at" timestamptz,
  "_extra" jsonb,
  "_synced_at" timestamptz not null default now(),
  primary key ("org_id", "field_key", "time", "actor_user_id", "position")
);
comment on column "pipedrive"."organization_changes"."_synced_at" is 'When the row was last written; an unchanged row keeps it';
comment on table "pipedrive"."organization_changes" is 'What was changed in organizations, field by field';
comment on column "pipedrive"."organization_changes"."_deleted_at" is 'When Pipedrive deleted the record, or when it was found to be gone; null while it is there';
comment on column "pipedrive"."organization_changes"."_extra" is 'What Pipedrive sent that has no column or does not fit its column, under its own keys';

create table "pipedrive"."project_changes" (
  "project_id" bigint,
  "time" timestamptz,
  "actor_user_id" bigint,
  "position" bigint,
  "old_values" jsonb,
  "new_values" jsonb,
  "change_source" text,
  "change_source_user_agent" text,
  "_deleted_at" timestamptz,
  "_extra" jsonb,
  "_synced_at" timestamptz not null default now(),
  primary key ("project_id", "time", "actor_user_id", "position")
);
comment on column "pipedrive"."project_changes"."_synced_at" is 'When the row was last written; an unchanged row keeps it';
comment on table "pipedrive"."project_changes" is 'What was changed in projects';
comment on column "pipedrive"."project_changes"."_deleted_at" is 'When Pipedrive deleted the record, or when it was found to be gone; null while it is there';
comment on column "pipedrive"."project_changes"."_extra" is 'What Pipedrive sent that has no column or does not fit its column, under its own keys';

create table "pipedrive"."deal_flow" (
  "deal_id" bigint,
  "object" text,
  "timestamp" timestamptz,
  "id" text,
  "data" jsonb,
  "_deleted_at" timestamptz,
  "_extra" jsonb,
  "_synced_at" timestamptz not null default now(),
  primary key ("deal_id", "object", "timestamp", "id")
);
comment on column "pipedrive"."deal_flow"."_synced_at" is 'When the row was last written; an unchanged row keeps it';
comment on table "pipedrive"."deal_flow" is 'What happened to deals: changes, notes, activities, mail and files in their order';
comment on column "pipedrive"."deal_flow"."_deleted_at" is 'When Pipedrive deleted the record, or when it was found to be gone; null while it is there';
comment on column "pipedrive"."deal_flow"."_extra" is 'What Pipedrive sent that has no column or does not fit its column, under its own keys';

create table "pipedrive"."permitted_users" (
  "entity" text,
  "entity_id" text,
  "user_id" bigint,
  "_deleted_at" timestamptz,
  "_extra" jsonb,
  "_synced_at" timestamptz not null default now(),
  primary key ("entity", "entity_id", "user_id")
);
comment on column "pipedrive"."permitted_users"."_synced_at" is 'When the row was last written; an unchanged row keeps it';
comment on table "pipedrive"."permitted_users" is 'Users who may see a record';
comment on column "pipedrive"."permitted_users"."_deleted_at" is 'When Pipedrive deleted the record, or when it was found to be gone; null while it is there';
comment on column "pipedrive"."permitted_users"."_extra" is 'What Pipedrive sent that has no column or does not fit its column, under its own keys';

create table "pipedrive"."mail_messages" (
  "id" bigint,
  "mail_thread_id" bigint,
  "account_id" text,
  "user_id" bigint,
  "subject" text,
  "snippet" text,
  "from" jsonb,
  "to" jsonb,
  "cc" jsonb,
  "bcc" jsonb,
  "body_url" text,
  "draft" text,
  "read_flag" boolean,
  "mail_tracking_status" text,
  "mail_link_tracking_enabled_flag" boolean,
  "has_attachments_flag" boolean,
  "has_inline_attachments_flag" boolean,
  "has_real_attachments_flag" boolean,
  "has_body_flag" boolean,
  "draft_flag" boolean,
  "deleted_flag" boolean,
  "synced_flag" boolean,
  "sent_flag" boolean,
  "sent_from_pipedrive_flag" boolean,
  "smart_bcc_flag" boolean,
  "message_time" timestamptz,
  "add_time" timestamptz,
  "update_time" timestamptz,
  "_deleted_at" timestamptz,
  "_extra" jsonb,
  "_synced_at" timestamptz not null default now(),
  primary key ("id")
);
comment on column "pipedrive"."mail_messages"."_synced_at" is 'When the row was last written; an unchanged row keeps it';
comment on table "pipedrive"."mail_messages" is 'Messages of the token''s user''s mail threads, without their bodies';
comment on column "pipedrive"."mail_messages"."_deleted_at" is 'When Pipedrive deleted the record, or when it was found to be gone; null while it is there';
comment on column "pipedrive"."mail_messages"."_extra" is 'What Pipedrive sent that has no column or does not fit its column, under its own keys';

create table "pipedrive"."deal_mail_messages" (
  "deal_id" bigint,
  "id" bigint,
  "mail_thread_id" bigint,
  "account_id" text,
  "user_id" bigint,
  "subject" text,
  "snippet" text,
  "from" jsonb,
  "to" jsonb,
  "cc" jsonb,
  "bcc" jsonb,
  "body_url" text,
  "draft" text,
  "read_flag" boolean,
  "mail_tracking_status" text,
  "mail_link_tracking_enabled_flag" boolean,
  "has_attachments_flag" boolean,
  "has_inline_attachments_flag" boolean,
  "has_real_attachments_flag" boolean,
  "has_body_flag" boolean,
  "draft_flag" boolean,
  "deleted_flag" boolean,
  "synced_flag" boolean,
  "sent_flag" boolean,
  "sent_from_pipedrive_flag" boolean,
  "smart_bcc_flag" boolean,
  "message_time" timestamptz,
  "add_time" timestamptz,
  "update_time" timestamptz,
  "external_deleted_flag" boolean,
  "nylas_id" text,
  "s3_bucket" text,
  "s3_bucket_path" text,
  "mua_message_id" text,
  "template_id" bigint,
  "_deleted_at" timestamptz,
  "_extra" jsonb,
  "_synced_at" timestamptz not null default now(),
  primary key ("deal_id", "id")
);
comment on column "pipedrive"."deal_mail_messages"."_synced_at" is 'When the row was last written; an unchanged row keeps it';
comment on table "pipedrive"."deal_mail_messages" is 'Mail messages that are linked to deals, of every user, without their bodies';
comment on column "pipedrive"."deal_mail_messages"."_deleted_at" is 'When Pipedrive deleted the record, or when it was found to be gone; null while it is there';
comment on column "pipedrive"."deal_mail_messages"."_extra" is 'What Pipedrive sent that has no column or does not fit its column, under its own keys';
