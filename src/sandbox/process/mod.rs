//! Child processes of this machine, for one's own code; bubblewrap where it is there.
