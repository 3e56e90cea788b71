-- huike: the product's own tables. data: a table per object that a user can declare.
create schema if not exists huike;
create schema data;
