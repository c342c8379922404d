"""The programs of this computer that show files, and how they are told a place in one."""
