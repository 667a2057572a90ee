"""One file per step; files of different nouns may branch from the first one."""
