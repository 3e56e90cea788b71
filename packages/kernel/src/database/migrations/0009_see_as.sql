-- Whose eyes a session has for the time being: an administrator who looks at what another user sees.
alter table huike.session add column sees_as uuid;
