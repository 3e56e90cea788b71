-- Views that a user keeps for nobody else. Shared ones are metadata.

create table huike.personal_view (
  user_id uuid not null,
  id uuid not null, -- made by the page
  object text collate "C" not null, -- its name
  view json not null, -- as the schema package says: PersonalView
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (user_id, id)
);
